import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { aQuery } from '../../support/source-cases.ts';
import { asksUnnamed } from './cannot-tell.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';
import { openStore } from './open-store.ts';
import { DYNAMIC, indexed, type Kept, LINE, makeIndex, openPoints, whole } from './search-index.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('elasticsearch');
});

afterAll(() => server.stop());

const opened = (kept: Kept) => async (jsons: readonly EventJson[]) =>
  openStore('elasticsearch', { ...(await indexed(server.url, jsons, kept)) });
const options = { runs: 10, cannotTell: asksUnnamed };

describeSource('elasticsearch, as it comes', opened(DYNAMIC), options);
describeSource('elasticsearch, flattened', opened(whole('flattened')), options);

describeFaults('elasticsearch, flattened', 'elasticsearch', async (jsons) => ({
  ...(await indexed(server.url, jsons, whole('flattened'))),
}));

describeQuestions('elasticsearch, flattened', 'elasticsearch', async (jsons) => ({
  ...(await indexed(server.url, jsons, whole('flattened'))),
}));

it('elasticsearch gives each of many records of one moment once, and closes what it opened', async () => {
  const moment = '2026-11-22T10:00:00.123456Z';
  const events = Array.from({ length: 12_000 }, (_, n) => ({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
    ...{ auditID: `event-${n}`, verb: 'get', requestURI: '/healthz', user: { username: 'alice' } },
    ...{ requestReceivedTimestamp: moment, stageTimestamp: moment },
  }));
  const index = await makeIndex(server.url, events.map(LINE.record), LINE);
  const source = await openStore('elasticsearch', { ...index });
  const { signal } = new AbortController();
  const ids: string[] = [];
  for await (const batch of source.read(await source.plan(aQuery(), signal), signal))
    ids.push(...batch.events.map(({ auditID }) => auditID));
  expect([ids.length, new Set(ids).size]).toEqual([12_000, 12_000]);
  expect(source.findings().gaps).toEqual([]);
  await source.close();
  expect(await openPoints(server.url)).toBe(0);
});
