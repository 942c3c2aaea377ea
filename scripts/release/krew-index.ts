/**
 * Brings a release's manifest into an index of krew's that is ours: a folder, which git keeps. Makes it where there is none. Refuses
 * what krew would refuse, sums that nobody filled in, and a version that is not newer than the one that is there.
 *   node scripts/release/krew-index.ts FOLDER MANIFEST     the index, and audit.yaml of a release
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { manifestFaults } from '../../test/release/krew-rules.ts';

interface Manifest {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly homepage: string;
    readonly platforms: readonly { readonly sha256: string }[];
  };
}

/** Where the manifest lies now. Throws when it is refused. */
export function intoIndex(folder: string, manifestPath: string): string {
  const text = readFileSync(manifestPath, 'utf8');
  const faults = manifestFaults(parse(text), basename(manifestPath));
  if (faults.length > 0) throw new Error(`krew would refuse ${manifestPath}: ${faults.join('; ')}`);
  const manifest = parse(text) as Manifest;
  if (manifest.spec.platforms.some(({ sha256 }) => /^0+$/.test(sha256)))
    throw new Error(`${manifestPath} has no sums: it is not what a release made`);
  const target = join(folder, 'plugins', basename(manifestPath));
  if (existsSync(target)) {
    const { version } = (parse(readFileSync(target, 'utf8')) as Manifest).spec;
    if (!isNewer(manifest.spec.version, version))
      throw new Error(
        `${target} is ${version}, and ${manifest.spec.version} is not newer: krew would not upgrade to it`,
      );
  }
  mkdirSync(join(folder, 'plugins'), { recursive: true });
  writeFileSync(target, text);
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) writeFileSync(readme, readmeOf(manifest));
  return target;
}

/** Of releases: `v1.2.3`; one with a suffix (`v1.2.3-rc.1`) is older than the one without, as semver has it. */
function isNewer(version: string, than: string): boolean {
  const [ours, theirs] = [partsOf(version), partsOf(than)];
  for (const at of [0, 1, 2] as const)
    if (ours.numbers[at] !== theirs.numbers[at]) return (ours.numbers[at] ?? 0) > (theirs.numbers[at] ?? 0);
  if (ours.suffix === '' || theirs.suffix === '') return ours.suffix === '' && theirs.suffix !== '';
  return ours.suffix.localeCompare(theirs.suffix, 'en', { numeric: true }) > 0;
}

function partsOf(version: string): { readonly numbers: readonly number[]; readonly suffix: string } {
  const [, numbers = '', suffix = ''] = /^v([\d.]+)(?:-(.+))?$/.exec(version) ?? [];
  return { numbers: numbers.split('.').map(Number), suffix };
}

function readmeOf({ metadata: { name }, spec: { homepage } }: Manifest): string {
  return `# An index for krew

The plugin \`${name}\` of ${homepage}.

\`\`\`sh
kubectl krew index add kubectl-audit URL-OF-THIS-REPOSITORY
kubectl krew install kubectl-audit/${name}
\`\`\`
`;
}

if (import.meta.main) {
  const [folder, manifest] = process.argv.slice(2);
  if (folder === undefined || manifest === undefined)
    throw new Error('node scripts/release/krew-index.ts FOLDER MANIFEST');
  process.stdout.write(`${intoIndex(folder, manifest)}\n`);
}
