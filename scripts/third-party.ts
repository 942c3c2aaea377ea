/**
 * The notices that go with what the bundle contains of others: their licences ask for it. Taken from what esbuild really
 * put in, so that the list can neither miss a package nor name one that is not there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Licences under which we may pass on what is bundled, with no more duty than to pass on the notice too. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
];

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

export interface Bundled {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  readonly notice: string;
}

/** Packages of which code was bundled, in order. Throws when a licence is not among those allowed, or its text is nowhere to be found. */
export function bundledPackages(metafile: Metafile, root: string): readonly Bundled[] {
  const byFolder = Map.groupBy(bundledFiles(metafile), folderOf);
  byFolder.delete(null);
  const packages = [...byFolder].map(([folder, files]) =>
    bundledFrom(
      join(root, folder ?? ''),
      files.map((file) => join(root, file)),
    ),
  );
  const distinct = new Map(packages.map((one) => [one.notice, one]));
  return [...distinct.values()].sort((a, b) => (a.notice < b.notice ? -1 : 1));
}

export function thirdPartyNotices(packages: readonly Bundled[]): string {
  const notices = packages.map(({ notice }) => notice).join('\n');
  return `kubectl-audit contains code of these packages.\n\n${notices}`;
}

function bundledFiles(metafile: Metafile): string[] {
  return Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}

/** Of the innermost package, for one can bring its own copy of another; null: our own file. */
function folderOf(path: string): string | null {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? null;
}

function bundledFrom(folder: string, files: readonly string[]): Bundled {
  const {
    name,
    version,
    license = '',
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
  const alternatives = license.replaceAll(/[()]/g, '').split(' OR ');
  const isAllowed = alternatives.some((one) => one.split(' AND ').every((part) => ALLOWED.includes(part)));
  if (!isAllowed) throw new Error(`${name} ${version} is bundled, under the licence "${license}"`);
  const texts = licenceFiles(folder);
  // Some say it at the head of each file instead.
  if (texts.length === 0) texts.push(...copyrightHeads(files));
  if (texts.length === 0) throw new Error(`${name} ${version} is bundled, and its licence's text is missing`);
  const notice = `${'='.repeat(78)}\n${name} ${version} (${alternatives.join(' OR ')})\n\n${texts.join('\n\n')}\n`;
  return { name, version, license, notice };
}

function licenceFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /^(?:(?:un)?licen[cs]e|copying|notice)(?:[.-].*)?$/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
}

function copyrightHeads(files: readonly string[]): string[] {
  const heads = files.map(
    (file) => /^(?:\/\/.*\n)+|^\/\*[\s\S]*?\*\//.exec(readFileSync(file, 'utf8'))?.[0] ?? '',
  );
  return [...new Set(heads.filter((head) => /copyright/i.test(head)).map((head) => head.trim()))];
}
