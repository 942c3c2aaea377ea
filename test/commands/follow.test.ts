/** `--follow`, as it is typed: what is printed, when it ends, with which status, and what it does not go with. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FlagValues } from '../../src/commands/flags.ts';
import { whatChangedCommand } from '../../src/commands/what-changed.ts';
import { whoDidCommand } from '../../src/commands/who-did.ts';
import { line } from '../scan/scan-text.ts';
import { type FixedIo, fixedIo } from '../support/fixed-io.ts';

let folder = '';
let path = '';
const controllers: AbortController[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
  path = join(folder, 'audit.log');
});
afterEach(() => {
  for (const controller of controllers.splice(0)) controller.abort();
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly io: FixedIo;
  readonly status: Promise<number>;
  interrupt(): void;
  /** What is written from then on is told. */
  ready(): Promise<void>;
  /** Until that much was printed. */
  printed(lines: number): Promise<string[]>;
}

function run(words: string, flags: FlagValues, more: { stdin?: string; columns?: number } = {}): Running {
  const controller = new AbortController();
  controllers.push(controller);
  const io = { ...fixedIo({ signal: controller.signal, ...more }), now: Date.now };
  const all = {
    follow: true,
    utc: true,
    ...(more.stdin === undefined ? { file: [path] } : { file: ['-'] }),
    ...flags,
  };
  const status = whoDidCommand.run(words.split(' '), all, io);
  status.catch(() => {});
  return {
    io,
    status,
    interrupt: () => controller.abort(),
    async ready() {
      while (!io.stderr().includes('following')) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async printed(count) {
      for (let waited = 0; waited < 5000 && linesOf(io.stdout()).length < count; waited += 20)
        await new Promise((resolve) => setTimeout(resolve, 20));
      return linesOf(io.stdout());
    },
  };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((each) => each !== '');
}

function event(id: string, over: Readonly<Record<string, unknown>> = {}, atMs = Date.now()): string {
  const at = new Date(atMs).toISOString().replace('Z', '000Z');
  return `${line(id, {
    ...{
      requestReceivedTimestamp: at,
      stageTimestamp: at,
      user: { username: 'alice' },
      requestURI: '/api/v1/x',
    },
    ...over,
  })}\n`;
}

const HOUR_MS = 3_600_000;

describe('who-did --follow', () => {
  it('prints what comes from now on, each as soon as it is there, and not what was there', async () => {
    writeFileSync(path, event('old'));
    const { printed, ready, interrupt, status, io } = run('delete pods', { output: 'jsonl' });
    await ready();
    appendFileSync(path, event('new-1'));
    const beganMs = Date.now();
    expect((await printed(1)).map((text) => JSON.parse(text).auditID)).toEqual(['new-1']);
    expect(Date.now() - beganMs).toBeLessThan(1000);
    renameSync(path, `${path}.1`);
    appendFileSync(path, event('new-2'));
    await printed(2);
    interrupt();
    expect(await status).toBe(130);
    const rows = linesOf(io.stdout()).map((text) => JSON.parse(text));
    expect(rows.map((row) => row.auditID ?? row.kind)).toEqual(['new-1', 'new-2', 'AnswerEnd']);
    expect(rows.at(-1)).toMatchObject({ says: '2 rows while it was followed', coverage: { complete: true } });
  });

  it('prints first what was there since a time, oldest first, and nothing twice', async () => {
    const now = Date.now();
    writeFileSync(`${path}.1`, event('b', {}, now - 2 * HOUR_MS) + event('too-old', {}, now - 9 * HOUR_MS));
    writeFileSync(
      path,
      event('d', {}, now - 60_000) + event('c', {}, now - HOUR_MS) + event('half').slice(0, 300),
    );
    const { printed, interrupt, status } = run('delete pods', {
      ...{ output: 'jsonl', since: '3h', file: [`${path}*`] },
    });
    await printed(3);
    appendFileSync(path, event('half').slice(300) + event('e'));
    const ids = (await printed(5)).map((text) => JSON.parse(text).auditID);
    expect(ids).toEqual(['b', 'c', 'd', 'half', 'e']);
    interrupt();
    expect(await status).toBe(130);
  });

  it('tells nothing twice of a file that is written anew with what it held', async () => {
    writeFileSync(path, event('old'));
    const { printed, ready, interrupt, status } = run('delete pods', { output: 'jsonl' });
    await ready();
    const text = event('a') + event('b');
    appendFileSync(path, text);
    await printed(2);
    writeFileSync(path, '');
    writeFileSync(path, text);
    appendFileSync(path, event('c'));
    const ids = (await printed(3)).map((row) => JSON.parse(row).auditID);
    expect(ids).toEqual(['a', 'b', 'c']);
    interrupt();
    // What was written before it was cut short, if anything was, nobody saw: a gap.
    expect(await status).toBe(130);
  });

  it('prints a table whose columns stay where they are', async () => {
    writeFileSync(path, event('old'));
    const { printed, interrupt, status, io } = run('delete pods', { color: 'never' }, { columns: 80 });
    await printed(1);
    const at = Date.parse('2026-11-22T10:00:00.000Z');
    appendFileSync(path, event('a', {}, at));
    await printed(2);
    const long = { resource: 'pods', namespace: 'prod', name: `api-${'x'.repeat(80)}-7f`, apiVersion: 'v1' };
    appendFileSync(
      path,
      event('b', { objectRef: long, user: { username: 'system:serviceaccount:ci:a-runner' } }, at),
    );
    await printed(3);
    interrupt();
    await status;
    expect(io.stdout()).toMatchInlineSnapshot(`
      "WHEN  UTC       WHO             DID             OBJECT           RESULT
      11-22 10:00:00  alice           delete          prod/p1          done 200
      11-22 10:00:00  sa:ci/a-runner  delete          prod/ap…xxxx-7f  done 200
      "
    `);
    expect(linesOf(io.stdout()).every((text) => text.length <= 80)).toBe(true);
    expect(io.stderr()).toContain('audit.log: ');
    expect(io.stderr()).not.toContain('INCOMPLETE');
  });

  it('shows a running exec when it starts, and again when it has ended', async () => {
    writeFileSync(path, event('old'));
    const { printed, ready, interrupt, status, io } = run('exec pods', { output: 'jsonl' });
    await ready();
    const objectRef = {
      resource: 'pods',
      namespace: 'prod',
      name: 'p1',
      subresource: 'exec',
      apiVersion: 'v1',
    };
    const exec = {
      verb: 'create',
      objectRef,
      responseStatus: { metadata: {}, code: 101 },
      level: 'Metadata',
    };
    const at = Date.now();
    appendFileSync(path, event('x', { ...exec, stage: 'RequestReceived', responseStatus: undefined }, at));
    appendFileSync(path, event('x', { ...exec, stage: 'ResponseStarted' }, at));
    await printed(1);
    appendFileSync(path, event('y', { ...exec, stage: 'ResponseStarted' }, at));
    await printed(2);
    appendFileSync(path, event('x', exec, at));
    await printed(3);
    interrupt();
    await status;
    const rows = linesOf(io.stdout()).map((text) => JSON.parse(text));
    // What is open at the end was told when it began.
    expect(rows.map((row) => [row.auditID ?? row.kind, row.stage])).toEqual([
      ['x', 'ResponseStarted'],
      ['y', 'ResponseStarted'],
      ['x', 'ResponseComplete'],
      ['AnswerEnd', undefined],
    ]);
    expect(rows[0].when).toBe(rows[2].when);
  });

  it('ends after --limit rows, at --until, and when nothing can come any more', async () => {
    const stdin = event('a') + event('b') + event('c');
    const limited = run('delete pods', { output: 'name', limit: '2' }, { stdin });
    expect(await limited.status).toBe(0);
    expect(limited.io.stdout()).toBe('pods/p1\npods/p1\n');
    const whole = run('delete pods', { output: 'raw' }, { stdin });
    expect(await whole.status).toBe(0);
    expect(linesOf(whole.io.stdout()).map((text) => JSON.parse(text).auditID)).toEqual(['a', 'b', 'c']);
    writeFileSync(path, '');
    const until = new Date(Date.now() + 1000).toISOString();
    const bounded = run('delete pods', { output: 'csv', until });
    await bounded.ready();
    await bounded.printed(1);
    appendFileSync(path, event('d') + event('late', {}, Date.now() + HOUR_MS));
    expect(await bounded.status).toBe(0);
    const [head, row, ...rest] = linesOf(bounded.io.stdout());
    expect(head).toMatch(/^WHEN,WHO,DID,OBJECT/);
    expect(row).toContain(',d');
    expect(rest.every((text) => text.startsWith('# '))).toBe(true);
  });

  it('tells on standard error that it waits for a log, and begins at its beginning', async () => {
    const { printed, ready, interrupt, status, io } = run('delete pods', { output: 'name' });
    await ready();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(io.stderr()).toContain('does not exist; waiting for it');
    writeFileSync(path, event('a'));
    expect(await printed(1)).toEqual(['pods/p1']);
    interrupt();
    expect(await status).toBe(130);
  });

  it('judges requests by those before: what an object was scaled from', async () => {
    writeFileSync(path, event('old'));
    const { printed, ready, interrupt, status, io } = run('scale deployments', { output: 'jsonl' });
    await ready();
    const objectRef = {
      resource: 'deployments',
      apiGroup: 'apps',
      apiVersion: 'v1',
      namespace: 'prod',
      name: 'api',
    };
    const put = (id: string, replicas: number) => {
      const body = (version: string) => ({
        kind: 'Deployment',
        metadata: { name: 'api', resourceVersion: version },
        spec: { replicas },
      });
      const bodies = { requestObject: body(`${Number(id) - 1}`), responseObject: body(id) };
      return event(id, { verb: 'update', objectRef, ...bodies }, Date.now() + Number(id) * 1000);
    };
    appendFileSync(path, put('1', 3) + put('2', 3) + put('3', 5) + put('4', 5));
    await printed(1);
    interrupt();
    await status;
    const rows = linesOf(io.stdout()).map((text) => JSON.parse(text));
    expect(rows.map((row) => row.auditID ?? row.kind)).toEqual(['3', 'AnswerEnd']);
    // Of the first nobody knows.
    expect(rows.at(-1).coverage.gaps).toMatchObject([
      { code: 'level-too-low', text: expect.stringContaining('1 could') },
    ]);
  });

  it.each<[FlagValues, string, string]>([
    [{ demo: true, file: undefined as never }, '--demo and --follow exclude each other', 'one of them'],
    [{ live: true }, '--live and --follow exclude each other', 'one of them'],
    [{ effects: true }, '--effects and --follow exclude each other', 'one of them'],
    [{ output: 'json' }, '-o json needs all rows before', '-o jsonl'],
    [{ output: 'wide' }, '-o wide needs all rows before', 'table, csv, name, raw'],
    [{ output: 'jsonpath={.rows}' }, '-o jsonpath needs all rows before', '-o jsonl'],
    [{ until: '10m' }, '--until "10m" is past', '--until 18:30'],
  ])('%j: says why that does not go together', async (flags, message, hint) => {
    const { status } = run('delete pods', flags);
    await expect(status).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it('is refused by a question that tells nothing of one request alone, and of a file that is no audit log', async () => {
    const io = fixedIo();
    await expect(whatChangedCommand.run([], { follow: true, file: [path] }, io)).rejects.toMatchObject({
      message: expect.stringContaining('cannot be followed'),
    });
    writeFileSync(path, 'root:x:0:0\n'.repeat(50));
    await expect(run('delete pods', {}).status).rejects.toMatchObject({ code: 'AUDIT_NOT_AN_AUDIT_LOG' });
  });

  it('explains where it would begin, and reads nothing', async () => {
    writeFileSync(path, event('old'));
    const { status, io } = run('delete pods', { explain: true });
    expect(await status).toBe(0);
    expect(io.stdout()).toMatch(/window\s+from now on/);
    expect(io.stdout()).toMatch(/follow \S+audit\.log from byte \d+/);
  });
});
