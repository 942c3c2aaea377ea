import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equals } from '../../../src/query/predicate.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { deletions } from '../../support/deletions.ts';
import { describeSource } from '../../support/describe-source.ts';
import { aQuery } from '../../support/source-cases.ts';
import { asksDryRun, asksUnnamed, NO_TYPES } from './cannot-tell.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';
import { type Fault, type FaultFront, startFaultFront } from './fault-front.ts';
import { openStore } from './open-store.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('victorialogs');
});

afterAll(() => server.stop());

let stores = 0;

/** Each log is a tenant of its own. */
async function inserted(
  jsons: readonly EventJson[],
  how: { readonly timeField: string; readonly isLine: boolean },
): Promise<Readonly<Record<string, unknown>>> {
  const account = ++stores;
  const rows = jsons.map((json) =>
    how.isLine
      ? { _msg: JSON.stringify(json), at: json[how.timeField], job: 'audit' }
      : { ...json, job: 'audit' },
  );
  const timeField = how.isLine ? 'at' : how.timeField;
  const url = `${server.url}/insert/jsonline?_time_field=${timeField}&_stream_fields=job`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/stream+json', AccountID: String(account) },
    body: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await fetch(`${server.url}/internal/force_flush`);
  return { url: server.url, account };
}

describeSource(
  'victorialogs, fields, by receipt',
  async (jsons) =>
    openStore(
      'victorialogs',
      await inserted(jsons, { timeField: 'requestReceivedTimestamp', isLine: false }),
    ),
  { runs: 10, skip: [NO_TYPES], cannotTell: (wanted) => asksDryRun(wanted) || asksUnnamed(wanted) },
);
describeSource(
  'victorialogs, fields, by stage',
  async (jsons) =>
    openStore('victorialogs', await inserted(jsons, { timeField: 'stageTimestamp', isLine: false })),
  { runs: 10, skip: [NO_TYPES], cannotTell: (wanted) => asksDryRun(wanted) || asksUnnamed(wanted) },
);
describeSource(
  'victorialogs, lines',
  async (jsons) =>
    openStore('victorialogs', await inserted(jsons, { timeField: 'stageTimestamp', isLine: true })),
  { runs: 10 },
);

describeFaults(
  'victorialogs, lines',
  'victorialogs',
  (jsons) => inserted(jsons, { timeField: 'stageTimestamp', isLine: true }),
  { saysNone: ['nothing at all'] },
);

describeQuestions('victorialogs, lines', 'victorialogs', (jsons) =>
  inserted(jsons, { timeField: 'stageTimestamp', isLine: true }),
);

describe('victorialogs, followed', () => {
  it('gives out what comes, once each, also what comes late and out of order', async () => {
    const account = ++stores;
    const now = Date.now() * 1000;
    const at = (us: number) => new Date(us / 1000).toISOString().replace('Z', '000Z');
    const event = (id: string, atUs: number): EventJson => ({
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
      ...{
        auditID: id,
        verb: 'delete',
        requestURI: '/api/v1/namespaces/a/pods/b',
        user: { username: 'alice' },
      },
      objectRef: { resource: 'pods', namespace: 'a', name: 'b', apiVersion: 'v1' },
      ...{ requestReceivedTimestamp: at(atUs - 100), stageTimestamp: at(atUs) },
    });
    const put = async (jsons: readonly EventJson[]) => {
      const url = `${server.url}/insert/jsonline?_time_field=stageTimestamp&_stream_fields=level`;
      const headers = { 'content-type': 'application/stream+json', AccountID: String(account) };
      await fetch(url, {
        method: 'POST',
        headers,
        body: jsons.map((json) => `${JSON.stringify(json)}\n`).join(''),
      });
      await fetch(`${server.url}/internal/force_flush`);
    };
    await put([event('before', now - 5_000_000)]);
    const source = await openStore('victorialogs', { url: server.url, account }, { now: Date.now });
    const ended = new AbortController();
    const query = aQuery({ predicate: equals('verb', 'delete'), following: 'from now' });
    const plan = await source.plan(query, ended.signal);
    const got: string[] = [];
    for await (const { events } of source.read(plan, ended.signal))
      got.push(...events.map(({ auditID }) => auditID));
    const following = (async () => {
      for await (const { events } of source.follow?.(plan, () => {}, ended.signal) ?? [])
        got.push(...events.map(({ auditID }) => auditID));
    })().catch((error: unknown) => {
      if (!ended.signal.aborted) throw error;
    });
    await put([event('first', now + 1_000_000)]);
    await expect.poll(() => got, { timeout: 10_000 }).toEqual(['first']);
    await put([event('late', now - 3_000_000), event('second', now + 2_000_000)]);
    await expect.poll(() => [...got].sort(), { timeout: 10_000 }).toEqual(['first', 'late', 'second']);
    await sleep(5_000);
    expect(got.length).toBe(3);
    ended.abort();
    await following;
    await source.close();
  }, 60_000);
});

describe('victorialogs, when something is wrong', () => {
  let front: FaultFront;
  let settings: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    front = await startFaultFront(server.url);
    const how = { timeField: 'stageTimestamp', isLine: false };
    settings = { ...(await inserted(deletions(2500, 1200), how)), url: front.url };
  });
  beforeEach(() => {
    front.fault = () => null;
  });
  afterAll(() => front.stop());

  /** Not the look at how events lie there, nor the question how far back they go. */
  const onPages = (fault: Fault, from = 1) => {
    let pages = 0;
    front.fault = (body) =>
      Number(new URLSearchParams(body).get('limit')) >= 1000 && ++pages >= from ? fault : null;
  };

  async function asked(more: Readonly<Record<string, unknown>> = {}, signal = new AbortController().signal) {
    const source = await openStore('victorialogs', { ...settings, ...more });
    const ids: string[] = [];
    try {
      const plan = await source.plan(aQuery({ predicate: equals('verb', 'delete') }), signal);
      for await (const { events } of source.read(plan, signal))
        ids.push(...events.map(({ auditID }) => auditID));
    } finally {
      await source.close();
    }
    return { ids, ...source.findings() };
  }

  it('gives every event once, however many share a moment', async () => {
    const { ids, gaps } = await asked();
    expect([ids.length, new Set(ids).size, gaps]).toEqual([2500, 2500, []]);
  });

  it('sends what --explain says', async () => {
    const sent: string[] = [];
    front.fault = (body, url) => {
      const form = new URLSearchParams(body);
      sent.push(`POST ${front.url}${url}\nquery ${form.get('query')}\nlimit ${form.get('limit')}`);
      return null;
    };
    const source = await openStore('victorialogs', settings);
    const { signal } = new AbortController();
    const plan = await source.plan(aQuery({ predicate: equals('verb', 'delete') }), signal);
    const explained = (await plan.explain()).join('\n').replace(/, and the same .*$/, '');
    expect(explained).toMatch(/^POST http.*\nquery .*"verb":="delete".*\nlimit 1000$/);
    for await (const _ of source.read(plan, signal));
    await source.close();
    expect(sent.filter((request) => request === explained)).toHaveLength(1);
  });

  it.each([
    ['a connection that drops within a page', { cutAt: 0.5 }, /broke off|broke|reset|ended|closed/],
    [
      'an error behind the rows that had been sent',
      {
        append: 'remoteAddr: "127.0.0.1:1"; requestURI: /select/logsql/query; cannot finish: out of memory\n',
      },
      /sent what is no JSON: "remoteAddr.*out of memory/,
    ],
    [
      'an error as JSON behind the rows',
      { append: '{"error":"cannot finish: out of memory"}\n' },
      /is no VictoriaLogs: it sent .*out of memory/,
    ],
    ['a page of HTML', { answer: { status: 200, body: '<html>log in</html>' } }, /sent what is no JSON/],
    [
      'an answer of another kind',
      { answer: { status: 200, body: '{"status":"success"}' } },
      /is no VictoriaLogs/,
    ],
    ['a list', { answer: { status: 200, body: '["a"]' } }, /is no VictoriaLogs/],
    [
      'a question that takes too long',
      { answer: { status: 503, body: 'the request timed out: -search.maxQueryDuration' } },
      /answered 503: the request timed out/,
    ],
    [
      'a query that is not understood',
      { answer: { status: 400, body: 'remoteAddr: "1"; requestURI: /a; cannot parse query' } },
      /answered 400: cannot parse query/,
    ],
  ] as const)('%s is an error, and no answer', async (_, fault, message) => {
    onPages(fault, 2);
    await expect(asked()).rejects.toThrow(message);
  });

  it('asks again when it is told to ask later', async () => {
    let asks = 0;
    front.fault = () =>
      ++asks % 2 === 1
        ? { answer: { status: 429, headers: { 'retry-after': '0' }, body: 'slow down' } }
        : null;
    expect((await asked()).ids.length).toBe(2500);
  });

  it('says so when it is told that for good', async () => {
    onPages({ answer: { status: 429, headers: { 'retry-after': '0' }, body: 'slow down' } }, 2);
    await expect(asked()).rejects.toThrow(/answered 429: slow down/);
  });

  it('waits for a slow answer only so long', async () => {
    onPages({ delayMs: 2000 });
    await expect(asked({ timeout: '500ms' })).rejects.toThrow(/0\.5 s/);
  });

  it('ends the request when nobody waits for it any more', async () => {
    const ended = new AbortController();
    onPages({ delayMs: 30_000 });
    const before = front.abandoned();
    setTimeout(() => ended.abort(new Error('enough')), 2000);
    await expect(asked({}, ended.signal)).rejects.toThrow('enough');
    await expect.poll(() => front.abandoned()).toBe(before + 1);
  });

  it('says that it is no such server, whatever answers under another path', async () => {
    await expect(asked({ url: `${front.url}/nowhere` })).rejects.toThrow(/answered 400: unsupported path/);
    front.fault = () => ({ answer: { status: 404, body: '404 page not found' } });
    await expect(asked()).rejects.toThrow(/answered 404: 404 page not found/);
    front.fault = () => ({ answer: { status: 200, body: '{}' } });
    await expect(asked()).rejects.toThrow(/is no VictoriaLogs/);
  });

  it('holds nothing where another tenant does', async () => {
    const { ids, notes } = await asked({ account: 999_999 });
    expect([ids, notes.map(({ code }) => code)]).toEqual([[], ['store-empty']]);
  });
});
