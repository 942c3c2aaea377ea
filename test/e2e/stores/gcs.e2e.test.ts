import { afterAll, beforeAll } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { describeCloud } from './cloud-archives.ts';
import { GOOGLE, onceFor } from './cloud-buckets.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';
import { FIREHOSE, objectsOf, VECTOR } from './layouts.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('gcs');
});

afterAll(() => server.stop());

const firehose = onceFor<EventJson>((jsons) => GOOGLE.fill(server, objectsOf(jsons, FIREHOSE)));
const vector = onceFor<EventJson>((jsons) => GOOGLE.fill(server, objectsOf(jsons, VECTOR)));

describeSource(
  'gcs, as Firehose writes, gzip',
  async (jsons) => GOOGLE.open(server.url, await firehose(jsons), { prefix: 'audit/' }),
  { runs: 10 },
);
describeSource(
  'gcs, as Vector writes, zstd',
  async (jsons) => GOOGLE.open(server.url, await vector(jsons), { auth: { anonymous: true } }),
  { runs: 10 },
);

describeFaults(
  'gcs, as Firehose writes',
  'gcs',
  async (jsons) => GOOGLE.settings(server.url, await GOOGLE.fill(server, objectsOf(jsons, FIREHOSE))),
  { env: GOOGLE.env, count: 400, saysNone: ['an empty object'] },
);

describeQuestions(
  'gcs, as Firehose writes',
  'gcs',
  async (jsons) => GOOGLE.settings(server.url, await GOOGLE.fill(server, objectsOf(jsons, FIREHOSE))),
  { env: GOOGLE.env },
);

describeCloud(GOOGLE, () => server);
