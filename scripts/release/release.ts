/**
 * Makes a release from a clean checkout: archives with an executable for each platform, krew's manifest, checksums, what it is made of,
 * and from what. Publishes nothing.
 *   npm run release [-- --dry-run] [--out FOLDER]   default: out
 * `--dry-run`: also from a checkout with changes, and of a version that the changelog does not tell of.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { thirdPartyNotices } from '../third-party.ts';
import { root } from '../write-or-check.ts';
import { toArchive } from './archive.ts';
import { toBlob, toExecutable } from './executable.ts';
import { krewManifest } from './krew-manifest.ts';
import { nodeBinary } from './node-binary.ts';
import { executableName, nameOf, PLATFORMS } from './platforms.ts';
import { programFiles } from './program-files.ts';
import { provenanceOf } from './provenance.ts';
import { sbomOf } from './sbom.ts';

const OURS =
  /^(?:kubectl-audit-v.*\.tar\.gz|audit\.yaml|kubectl-audit\.cdx\.json|SHA256SUMS|provenance\.intoto\.json)$/;

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, out: { type: 'string' } } });
const out = resolve(values.out ?? join(root, 'out'));
const { version, homepage } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly version: string;
  readonly homepage: string;
};

if (values['dry-run'] !== true) assertReleasable();
emptied(out);
const program = await programFiles();
const blob = await toBlob(program);
const licence = readFileSync(`${root}LICENSE`);
const notices = Buffer.from(`${thirdPartyNotices(program.packages)}\n${nodeNotice()}`);
const seconds = Number(git('log', '-1', '--format=%ct'));
// One is packed while the next is made; of more than two at a time, the memory would show.
const packing: Promise<Buffer>[] = [];
for (const platform of PLATFORMS) {
  await packing.at(-2);
  const executable = { name: executableName(platform), bytes: await toExecutable(blob, platform) };
  const others = [
    { name: 'LICENSE', bytes: licence },
    { name: 'THIRD-PARTY-NOTICES.txt', bytes: notices },
  ];
  packing.push(toArchive([{ ...executable, isExecutable: true }, ...others], seconds));
}
const packed = await Promise.all(packing);
const archives = PLATFORMS.map((platform, i) => {
  const file = `kubectl-audit-v${version}-${nameOf(platform)}.tar.gz`;
  return { ...platform, file, sha256: write(file, packed[i] ?? Buffer.alloc(0)) };
});
const manifest = krewManifest(version, archives);
const made = [
  ...archives.map(({ file, sha256 }) => ({ name: file, sha256 })),
  { name: manifest.name, sha256: write(manifest.name, manifest.text) },
];
const sbom = 'kubectl-audit.cdx.json';
made.push({ name: sbom, sha256: write(sbom, sbomOf(version, program.packages)) });
write('SHA256SUMS', made.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''));
write('provenance.intoto.json', provenanceOf(git('rev-parse', 'HEAD'), homepage, made));
process.stdout.write(`v${version}, in ${out}\n`);

/** What an earlier release left goes, and nothing else. */
function emptied(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const others = readdirSync(folder).filter((name) => !OURS.test(name));
  if (others.length > 0) throw new Error(`${folder} holds other files (${others[0]}): --out an empty folder`);
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
}

/** Its sha256. */
function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(out, name), content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  process.stdout.write(`${sha256}  ${name}  ${(Buffer.byteLength(content) / 1e6).toFixed(1)} MB\n`);
  return sha256;
}

/** All Nodes of one version have the same licence; the package for Windows has none in it. */
function nodeNotice(): string {
  const [text] = PLATFORMS.flatMap((platform) => nodeBinary(platform).license ?? []);
  if (text === undefined) throw new Error('no package has the licence of Node');
  return `${'='.repeat(78)}\nNode.js\n\n${text}`;
}

function assertReleasable(): void {
  if (git('status', '--porcelain') !== '')
    throw new Error('the checkout has changes: commit them, or --dry-run');
  const changelog = readFileSync(`${root}CHANGELOG.md`, 'utf8');
  if (!changelog.includes(`\n## ${version} `))
    throw new Error(`CHANGELOG.md has no section "## ${version} (DATE)": it is still under "Unreleased"`);
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}
