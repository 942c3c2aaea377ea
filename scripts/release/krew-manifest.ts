/** krew-manifest.yaml with a release's version, addresses and sums: what is published beside its archives. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { root } from '../write-or-check.ts';

export interface Released {
  readonly os: string;
  readonly arch: string;
  /** The archive's name. */
  readonly file: string;
  readonly sha256: string;
}

/** The file's name, as krew wants it, and its text. Throws when the template has other platforms. */
export function krewManifest(
  version: string,
  released: readonly Released[],
): { readonly name: string; readonly text: string } {
  const manifest = parseDocument(readFileSync(`${root}krew-manifest.yaml`, 'utf8'));
  const { metadata, spec } = manifest.toJS() as Template;
  manifest.setIn(['spec', 'version'], `v${version}`);
  for (const [i, { selector }] of spec.platforms.entries()) {
    const { os, arch } = selector.matchLabels;
    const own = released.find((one) => one.os === os && one.arch === arch);
    if (own === undefined) throw new Error(`krew-manifest.yaml: nothing is released for ${os}/${arch}`);
    const place = ['spec', 'platforms', i] as const;
    manifest.setIn([...place, 'uri'], `${spec.homepage}/releases/download/v${version}/${own.file}`);
    manifest.setIn([...place, 'sha256'], own.sha256);
  }
  if (spec.platforms.length !== released.length)
    throw new Error('krew-manifest.yaml lacks a platform that is released');
  manifest.commentBefore = null;
  return { name: `${metadata.name}.yaml`, text: manifest.toString({ lineWidth: 0 }) };
}

interface Template {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly homepage: string;
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: { readonly os: string; readonly arch: string } };
    }[];
  };
}
