/** What krew would install: built, checked by its rules, unpacked as krew does, and called through the real kubectl. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { archiveFaults, manifestFaults } from '../krew/krew-rules.ts';
import { bin as executables } from './support/cluster.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'krew-'));
const bin = join(folder, 'bin');
const kubectl = join(executables, 'kubectl');

interface Manifest {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly platforms: readonly {
      readonly uri: string;
      readonly sha256: string;
      readonly files: readonly { readonly from: string; readonly to: string }[];
      readonly bin: string;
    }[];
  };
}

let archive = '';
let manifest: Manifest;

function pack(into: string): string {
  return execFileSync(process.execPath, ['scripts/krew.ts', into], {
    cwd: repository,
    encoding: 'utf8',
  }).trim();
}

beforeAll(() => {
  archive = pack(join(folder, 'out'));
  manifest = parse(readFileSync(join(folder, 'out/audit.yaml'), 'utf8')) as Manifest;
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** As `kubectl krew install` does: unpack, move what `files` say into the store, link the executable. */
function installAsKrew(): void {
  const [platform] = manifest.spec.platforms;
  if (platform === undefined) throw new Error('no platform');
  const unpacked = join(folder, 'unpacked');
  const store = join(folder, 'store', manifest.metadata.name, manifest.spec.version);
  for (const needed of [unpacked, store, bin]) mkdirSync(needed, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
  for (const { from, to } of platform.files) {
    const listed = execFileSync('sh', ['-c', `ls -d ${from}`], { cwd: unpacked, encoding: 'utf8' });
    for (const path of listed.trim().split('\n'))
      renameSync(join(unpacked, path), join(store, to, basename(path)));
  }
  symlinkSync(join(store, platform.bin), join(bin, `kubectl-${manifest.metadata.name.replaceAll('-', '_')}`));
}

function call(...args: readonly string[]) {
  const path = [bin, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  return spawnSync(kubectl, args, {
    encoding: 'utf8',
    env: { PATH: path, HOME: folder, TZ: 'UTC' },
    cwd: folder,
  });
}

describe('the krew plugin', () => {
  it('keeps krew’s rules, manifest and archive', () => {
    expect(manifestFaults(manifest, 'audit.yaml')).toEqual([]);
    const listing = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8' }).trim().split('\n');
    const entries = listing.map((line) => ({
      type: line.charAt(0),
      name: line.split(/\s+/).slice(5).join(' '),
    }));
    expect(entries.length).toBeGreaterThan(10);
    expect(archiveFaults(entries)).toEqual([]);
    const [platform] = manifest.spec.platforms;
    expect(platform?.sha256).toBe(createHash('sha256').update(readFileSync(archive)).digest('hex'));
    expect(platform?.uri.endsWith(basename(archive))).toBe(true);
  });

  it('comes out the same twice', () => {
    const again = pack(join(folder, 'again'));
    expect(readFileSync(again).equals(readFileSync(archive))).toBe(true);
  });

  it('answers as kubectl audit', () => {
    installAsKrew();
    expect(realpathSync(join(bin, 'kubectl-audit'))).toContain('store/audit/v');
    const answer = call('audit', 'who-did', 'delete', 'deploy/api', '--demo');
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    expect(answer.stdout).toContain('deleted by alice');
    expect(answer.stdout).toContain('kubectl audit who-did touch');
  });

  it('helps under the name it was called by, and passes its exit status on', () => {
    const help = call('audit', '--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toContain('kubectl audit QUESTION');
    expect(call('audit', 'who-did', 'dance', 'deploy/api', '--demo').status).toBe(2);
  });
});
