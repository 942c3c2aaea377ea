import { execFileSync } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMicros } from '../../src/event/micros.ts';
import type { Io } from '../../src/io.ts';
import { equals } from '../../src/query/predicate.ts';
import type { Query } from '../../src/query/query.ts';
import { unwrap } from '../../src/sources/envelope.ts';
import { walkFolder } from '../../src/sources/file/walk-folder.ts';
import { openSource, SOURCE_NAMES } from '../../src/sources/registry.ts';
import { rotationOf } from '../../src/sources/rotated-logs/rotation.ts';
import type { Findings, Source } from '../../src/sources/source.ts';
import { line } from '../scan/scan-text.ts';
import { describeSource } from '../support/describe-source.ts';
import { fixedIo } from '../support/fixed-io.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-audit-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const events = (...ids: string[]): string => ids.map((id) => `${line(id)}\n`).join('');

async function put(name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}

function query(over: Partial<Query> = {}): Query {
  return {
    window: { sinceUs: null, untilUs: null },
    predicate: { kind: 'all', of: [] },
    ...{ witness: null, fields: [], order: 'newest', limit: null, aggregation: null },
    ...over,
  };
}

async function open(
  patterns: readonly string[],
  more: { maxBytes?: number; in?: string } = {},
): Promise<Source> {
  const io: Io = {
    ...fixedIo(),
    cwd: folder,
    in: (async function* () {
      yield Buffer.from(more.in ?? '');
    })(),
  };
  return openSource('file', { patterns, maxBytes: more.maxBytes ?? null }, io);
}

interface Read {
  /** log/id, in the order read. */
  readonly found: string[];
  readonly logs: string[];
  readonly bytes: number;
  readonly findings: Findings;
  readonly explain: readonly string[];
  readonly estimate: { readonly bytes: number | null };
  readonly gaps: string[];
}

async function read(source: Source, asked = query()): Promise<Read> {
  const { signal } = new AbortController();
  const plan = await source.plan(asked, signal);
  const found: string[] = [];
  const logs = new Set<string>();
  let bytes = 0;
  for await (const batch of source.read(plan, signal)) {
    logs.add(batch.source);
    bytes += batch.passedOver.bytes;
    for (const event of batch.events) found.push(`${event.position.file}:${event.auditID}`);
  }
  const findings = source.findings();
  const gaps = findings.gaps.map((gap) => gap.code);
  const explain = await plan.explain();
  return { found, logs: [...logs], bytes, findings, explain, estimate: plan.estimate, gaps };
}

describeSource('file', async (jsons) => {
  const place = await mkdtemp(join(tmpdir(), 'kubectl-audit-suite-'));
  await writeFile(join(place, 'audit.log'), jsons.map((json) => `${JSON.stringify(json)}\n`).join(''));
  const source = await openSource(
    'file',
    { patterns: [join(place, 'audit.log')], maxBytes: null },
    fixedIo(),
  );
  return { ...bound(source), close: () => rm(place, { recursive: true }) };
});

function bound(source: Source): Source {
  return {
    name: source.name,
    capabilities: source.capabilities,
    plan: (asked, signal) => source.plan(asked, signal),
    read: (plan, signal) => source.read(plan, signal),
    findings: () => source.findings(),
    close: () => source.close(),
  };
}

describe('which files are read', () => {
  it('names a log as the user named it', async () => {
    await put('two-servers/cp-1/audit.log', events('a'));
    await put('two-servers/cp-2/audit.log', events('b'));
    const { logs, found } = await read(await open(['two-servers/*/audit.log']));
    expect(logs).toEqual(['two-servers/cp-1/audit.log', 'two-servers/cp-2/audit.log']);
    expect(found).toEqual(['two-servers/cp-1/audit.log:a', 'two-servers/cp-2/audit.log:b']);
  });

  it('takes rotated files for the log they were part of, newest first', async () => {
    await put('audit.log', events('live'));
    await put('audit-2026-01-02T15-04-05.000.log', events('newer'));
    await put('audit-2026-01-01T15-04-05.000.log.gz', gzipSync(events('older')));
    await put('other.log', events('z'));
    const { logs, found } = await read(await open(['*.log*']));
    expect(logs).toEqual(['audit.log', 'other.log']);
    expect(found.map((name) => name.split(':')[1])).toEqual(['live', 'newer', 'older', 'z']);
  });

  it('knows the names of logrotate', async () => {
    await put('k8s/audit.log', events('live'));
    await put('k8s/audit.log.1', events('one'));
    await put('k8s/audit.log.2.gz', gzipSync(events('two')));
    await utimes(join(folder, 'k8s/audit.log.2.gz'), 1, 1);
    const { logs, found } = await read(await open(['k8s/*']));
    expect(logs).toEqual(['k8s/audit.log']);
    expect(found.map((name) => name.split(':')[1])).toEqual(['live', 'one', 'two']);
  });

  it('finds the audit logs of a folder by their first bytes', async () => {
    await put('logs/deep/er/audit.log', events('a'));
    await put('logs/audit.zst', zstdCompressSync(events('b')));
    await put('logs/policy.yaml', 'apiVersion: audit.k8s.io/v1\nkind: Policy\n');
    await put(
      'logs/notes.md',
      `An event looks like this:\n\n    ${line('quoted')}\n\n${'and so on\n'.repeat(20)}`,
    );
    await put('logs/empty.log', '');
    await put(
      'logs/data.bin',
      Uint8Array.from({ length: 500 }, (_, i) => i % 251),
    );
    await symlink(join(folder, 'logs'), join(folder, 'logs/deep/round'));
    await symlink('/nowhere', join(folder, 'logs/dangling'));
    await symlink('itself', join(folder, 'logs/itself'));
    const begins = 'I0102 15:04:05.000000       1 server.go:1] begins\n'.repeat(2_000);
    const requests = Array.from(
      { length: 200 },
      (_, i) => `I0102 15:04:06.000000 x.go:1] says\n${events(`c${i}`)}`,
    );
    await put('logs/server.log', begins + requests.join(''));
    const { found, findings } = await read(await open(['logs']));
    expect(found.slice(0, 3)).toEqual(['logs/audit.zst:b', 'logs/deep/er/audit.log:a', 'logs/server.log:c0']);
    expect(found).toHaveLength(202);
    expect(findings.gaps).toEqual([]);
    expect(findings.notes).toEqual([{ code: 'skipped-files', text: expect.stringContaining('policy.yaml') }]);
  });

  it('looks through a folder from its top, as far as the limit, and says where it stopped', async () => {
    for (let n = 0; n < 30; n++) await put(`disk/a/${n}.txt`, 'nothing');
    await put('disk/b/c/audit.log', events('a'));
    await put('disk/z.log', events('b'));
    const { signal } = new AbortController();
    const walk = (files: number, names: number) =>
      walkFolder('disk', { cwd: folder, unwrap, signal }, { files, names });
    const found = async (files: number, names: number) => {
      const walked = await walk(files, names);
      return [walked.files.map((file) => file.name), walked.limit];
    };
    expect(await found(32, 100)).toEqual([['disk/b/c/audit.log', 'disk/z.log'], null]);
    const limited = (files: number) => `only ${files} files of it were looked into`;
    expect(await found(10, 100)).toEqual([['disk/z.log'], limited(10)]);
    expect(await found(100, 4)).toEqual([['disk/z.log'], limited(1)]);
  });

  it('passes over folders that are full of other files, unless they are named', async () => {
    for (const name of ['node_modules', '.git']) await put(`home/${name}/x/audit.log`, events(name));
    await put('home/audit.log', events('a'));
    expect((await read(await open(['home']))).found).toEqual(['home/audit.log:a']);
    expect((await read(await open(['home/.git']))).found).toEqual(['home/.git/x/audit.log:.git']);
  });

  it('ends in the middle of a folder with the signal', async () => {
    for (let n = 0; n < 50; n++) await put(`disk/${n}.txt`, 'nothing');
    const end = new AbortController();
    const planning = (await open(['disk'])).plan(query(), end.signal);
    end.abort();
    await expect(planning).rejects.toThrow(/abort/i);
  });

  it('reads a named pipe, and waits for its writer no longer than the signal', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const source = await open(['pipe']);
    const reading = read(source);
    await sleep(50);
    await writeFile(join(folder, 'pipe'), events('a', 'b'));
    expect((await reading).found).toEqual(['pipe:a', 'pipe:b']);

    const end = new AbortController();
    const plan = await source.plan(query(), end.signal);
    const waiting = (async () => {
      for await (const _ of source.read(plan, end.signal));
    })();
    setTimeout(() => end.abort(), 50);
    await expect(waiting).rejects.toThrow(/abort/i);
    // No thread is left that waits for a writer: nobody reads, says open(2).
    expect(() => openSync(join(folder, 'pipe'), constants.O_WRONLY | constants.O_NONBLOCK)).toThrow('ENXIO');
  });

  it('passes over what a pattern matches and is neither a file nor a folder of logs', async () => {
    await put('logs/audit.log', events('a'));
    await put('logs/old/notes.txt', 'nothing');
    execFileSync('mkfifo', [join(folder, 'logs/pipe')]);
    const { found, findings } = await read(await open(['logs/*']));
    expect(found).toEqual(['logs/audit.log:a']);
    expect(findings.gaps).toEqual([]);
  });

  it('reads a file once, however often it is reached', async () => {
    await put('audit.log', events('a'));
    await link(join(folder, 'audit.log'), join(folder, 'hard.log'));
    await symlink('audit.log', join(folder, 'soft.log'));
    const { found } = await read(
      await open(['audit.log', './audit.log', '*.log', '.', join(folder, 'audit.log')]),
    );
    expect(found).toEqual(['audit.log:a']);
  });

  it('takes a name with the characters of a pattern to the letter', async () => {
    await put('audit[1].log', events('a'));
    expect((await read(await open(['audit[1].log']))).found).toEqual(['audit[1].log:a']);
  });

  it('reads standard input, once', async () => {
    const source = await open(['-'], { in: events('a', 'b') });
    expect(source.capabilities.rereads).toBe(false);
    expect(await read(source)).toMatchObject({
      found: ['stdin:a', 'stdin:b'],
      logs: ['stdin'],
      estimate: { bytes: null },
    });
    expect((await open(['x'])).capabilities.rereads).toBe(true);
  });

  it('reads the same again when asked again', async () => {
    await put('audit.log', events('a'));
    const source = await open(['audit.log']);
    expect((await read(source)).found).toEqual((await read(source)).found);
  });
});

describe('what can go wrong with files', () => {
  const refusal = (source: Promise<Source>): Promise<unknown> =>
    source.then(read).then(
      () => 'no error',
      (error: unknown) => error,
    );

  it('a file or pattern that is not there', async () => {
    for (const name of ['audit.log', '*.log']) {
      expect(await refusal(open([name]))).toMatchObject({
        code: 'AUDIT_FILE_NOT_FOUND',
        message: expect.stringContaining(`"${name}"`),
        hint: expect.stringContaining('--file'),
      });
    }
  });

  it('one of several that is not there is a gap', async () => {
    await put('audit.log', events('a'));
    const { found, findings } = await read(await open(['audit.log', 'gone.log']));
    expect(found).toEqual(['audit.log:a']);
    expect(findings.gaps).toEqual([
      { code: 'source-unreadable', text: expect.stringContaining('gone.log'), source: null },
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    await put('audit.log', events('a'));
    await put('secret.log', events('b'));
    await chmod(join(folder, 'secret.log'), 0);
    expect((await read(await open(['*.log']))).gaps).toEqual(['source-unreadable']);
    expect(await refusal(open(['secret.log']))).toMatchObject({ code: 'AUDIT_FILE_UNREADABLE' });
  });

  it('a file that is no audit log', async () => {
    await put('notes.txt', 'dear diary\nnothing happened\n');
    await put('audit.log', events('a'));
    expect(await refusal(open(['notes.txt']))).toMatchObject({
      code: 'AUDIT_NOT_AN_AUDIT_LOG',
      message: '"notes.txt" holds no audit event; it is text',
    });
    const { findings } = await read(await open(['notes.txt', 'audit.log']));
    expect(findings.notes).toEqual([{ code: 'no-audit-log', text: expect.stringContaining('notes.txt') }]);
  });

  it.each<readonly [string, string | Uint8Array]>([
    ['text', 'root:*:20000:0:99999:7:::\n'],
    ['text', '\x1b[31mtop\x1b[0m secret caf\xe9\n'],
    ['JSON without audit events', ' {"password":"secret"}\n'],
    ['JSON without audit events', '[{"token":"secret"}]'],
    ['binary data', Buffer.from('\x7fELF\x02\x01secret\n\0')],
    ['binary data', gzipSync('secret\n')],
  ])('a file that is no audit log, of which nothing is shown: %s', async (kind, content) => {
    await put('other', content);
    await put('audit.log', events('a'));
    const error = await refusal(open(['other']));
    expect(error).toMatchObject({ message: `"other" holds no audit event; it is ${kind}` });
    const { findings } = await read(await open(['other', 'audit.log']));
    expect(JSON.stringify([error, findings])).not.toMatch(/secret|root/);
  });

  it('a folder without any audit log', async () => {
    await put('logs/notes.txt', 'dear diary\n');
    expect(await refusal(open(['logs']))).toMatchObject({
      message: 'no file in "logs" looks like an audit log',
    });
  });

  it('an empty file is no error, and its log is named', async () => {
    await put('audit.log', '');
    const { logs, findings } = await read(await open(['audit.log']));
    expect(logs).toEqual(['audit.log']);
    expect(findings.notes).toEqual([{ code: 'empty-file', text: '"audit.log" is empty' }]);
  });

  it('a log in which nothing matches is still an audit log', async () => {
    await put('audit.log', Array.from({ length: 600 }, (_, i) => `${line(`e${i}`)}\n`).join(''));
    const asked = query({ predicate: equals('objectRef.name', 'other') });
    const { found, explain } = await read(await open(['audit.log']), asked);
    expect(found).toHaveLength(512);
    expect(explain.at(-1)).toBe('decode the lines that hold "other"; pass over the rest');
  });

  it('a compression that is not read', async () => {
    await put('audit.log.xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0));
    await put('audit.log', events('a'));
    expect(await refusal(open(['audit.log.xz']))).toMatchObject({ code: 'AUDIT_UNSUPPORTED_COMPRESSION' });
    expect((await read(await open(['audit*']))).gaps).toEqual(['source-unreadable']);
    expect((await read(await open(['.']))).gaps).toEqual(['source-unreadable']);
  });

  it('an archive that breaks off is a gap, and what it gave is kept', async () => {
    const whole = gzipSync(events(...Array.from({ length: 2000 }, (_, i) => `e${i}-${Math.sin(i)}`)));
    await put('audit.log.gz', whole.subarray(0, whole.length - 2000));
    const { found, gaps } = await read(await open(['audit.log.gz']));
    expect(found.length).toBeGreaterThan(100);
    expect(gaps).toEqual(['source-unreadable']);
  });

  it('a file that shrinks while it is read', async () => {
    const many = events(...Array.from({ length: 6000 }, (_, i) => `e${i}`));
    await put('audit.log', many);
    const source = await open(['audit.log']);
    const { signal } = new AbortController();
    for await (const batch of source.read(await source.plan(query(), signal), signal)) {
      if (batch.events.length > 0) await truncate(join(folder, 'audit.log'), 1000);
    }
    expect(source.findings().gaps).toMatchObject([
      { code: 'source-unreadable', text: expect.stringContaining('shrank') },
    ]);
  });

  it('a file that is rotated, gone, or another, when it is opened', async () => {
    await put('audit.log', events('a'));
    await put('gone.log', events('g'));
    await put('other.log', events('o'));
    const source = await open(['*.log']);
    const { signal } = new AbortController();
    const plan = await source.plan(query(), signal);
    await rename(join(folder, 'audit.log'), join(folder, 'audit-2026-01-02T15-04-05.000.log'));
    await put('audit.log', events('later'));
    await rm(join(folder, 'gone.log'));
    await rename(join(folder, 'other.log'), join(tmpdir(), `kubectl-audit-${process.pid}.log`));
    await put('other.log', events('new'));
    const found: string[] = [];
    for await (const batch of source.read(plan, signal))
      found.push(...batch.events.map((event) => event.auditID));
    await rm(join(tmpdir(), `kubectl-audit-${process.pid}.log`));
    expect(found).toEqual(['a', 'new']);
    expect(source.findings().gaps.map((gap) => gap.text)).toEqual([
      '"gone.log" does not exist',
      expect.stringContaining('was replaced while'),
    ]);
  });
});

describe('windows and budgets', () => {
  const sinceUs = parseMicros('2026-01-02T00:00:00Z');

  it('leaves what was rotated before the window unopened, and says that the log goes back further', async () => {
    await put('audit.log', events('live'));
    await put('audit-2026-01-01T15-04-05.000.log', events('older'));
    await put('audit-2026-01-02T00-00-00.000.log', events('newer'));
    const { found, findings, explain } = await read(
      await open(['audit*']),
      query({ window: { sinceUs, untilUs: null } }),
    );
    expect(found.map((name) => name.split(':')[1])).toEqual(['live', 'newer']);
    expect(findings).toMatchObject({
      gaps: [],
      holdsEarlier: ['audit.log'],
      notes: [{ code: 'older-files' }],
    });
    expect(explain).toContainEqual(expect.stringMatching(/^leave audit-2026-01-01.*before the window$/));
  });

  it('spends a budget on the newest, and the end of what is too large', async () => {
    const size = Buffer.byteLength(events('x1'));
    await put('audit.log', events('l1', 'l2'));
    await put('audit-2026-01-02T15-04-05.000.log', events('n1', 'n2', 'n3'));
    await put('audit-2026-01-01T15-04-05.000.log', events('o1'));
    const source = await open(['audit*'], { maxBytes: Math.floor(size * 3.5) });
    const { found, gaps, findings } = await read(source);
    expect(found.map((name) => name.split(':')[1])).toEqual(['l1', 'l2', 'n3']);
    expect(gaps).toEqual(['budget', 'budget']);
    expect(findings.holdsEarlier).toEqual(['audit.log']);
  });

  it('cuts standard input at the budget', async () => {
    const { found, gaps } = await read(
      await open(['-'], { in: events('a', 'b', 'c'), maxBytes: line('a').length * 2 + 40 }),
    );
    expect(found).toEqual(['stdin:a', 'stdin:b']);
    expect(gaps).toEqual(['budget']);
  });

  it('counts every byte it reads', async () => {
    const zipped = gzipSync(events('a', 'b'));
    await put('audit.log', events('c'));
    await put('audit.log.1.gz', zipped);
    const { bytes, estimate } = await read(await open(['audit*']));
    expect(bytes).toBe(zipped.length + Buffer.byteLength(events('c')));
    expect(estimate.bytes).toBe(bytes);
  });
});

describe('names of rotated files', () => {
  it.each([
    ['audit.log', 'audit.log', true],
    ['audit-2026-01-02T15-04-05.000.log', 'audit.log', false],
    ['audit-2026-01-02T15-04-05.000.log.gz', 'audit.log', false],
    ['audit-log-2026-01-02T15-04-05.000.json', 'audit-log.json', false],
    ['kubernetes-2026-01-02T15-04-05.000.audit', 'kubernetes.audit', false],
    ['audit-2026-01-02T15-04-05.000', 'audit', false],
    ['audit.log.1', 'audit.log', false],
    ['audit.log.12.zst', 'audit.log', false],
    ['audit.log-20260102', 'audit.log', false],
    ['audit.log-20260102.gz', 'audit.log', false],
    ['audit.log-20260102-1735830245', 'audit.log', false],
    ['audit-20260102.log', 'audit.log', false],
    ['audit.log.2026-01-02', 'audit.log', false],
    ['audit.2026-01-02.log.gz', 'audit.log', false],
    ['0.log.20260102-150405', '0.log', false],
    ['0.log.20260102-150405.gz', '0.log', false],
    ['audit.log.gz', 'audit.log', false],
    ['cluster-1.log', 'cluster-1.log', true],
    ['10.0.0.1', '10.0.0.1', true],
  ])('%s is part of %s', (name, liveName, isLive) => {
    expect(rotationOf(name)).toMatchObject({ liveName, isLive });
  });

  it('take only the stamp of lumberjack, which is UTC, for a bound', () => {
    expect(rotationOf('audit-2026-01-02T15-04-05.123.log').stampUs).toBe(
      parseMicros('2026-01-02T15:04:05.123Z'),
    );
    expect(rotationOf('audit.log-20260102').stampUs).toBeNull();
  });
});

describe('the registry of sources', () => {
  it('knows files', () => {
    expect(SOURCE_NAMES).toContain('file');
  });

  it.each(['lokki', '__proto__', 'constructor'])('refuses "%s", and says what there is', async (name) => {
    await expect(openSource(name, { patterns: [], maxBytes: null }, fixedIo())).rejects.toMatchObject({
      code: 'AUDIT_UNKNOWN_SOURCE',
      hint: expect.stringContaining('file'),
    });
  });
});
