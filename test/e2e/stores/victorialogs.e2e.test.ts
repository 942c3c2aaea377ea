import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { equals } from '../../../src/query/predicate.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { aQuery } from '../../support/source-cases.ts';
import { asksDryRun, asksUnnamed, NO_TYPES } from './cannot-tell.ts';
import { describeQuestions } from './describe-questions.ts';
import { openStore } from './open-store.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('victorialogs');
}, 900_000);

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
    const source = await openStore('victorialogs', { url: server.url, account }, null, Date.now);
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
