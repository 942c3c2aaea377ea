import { afterAll, beforeAll } from 'vitest';
import { describeSource } from '../../support/describe-source.ts';
import { bucketWith, KEYS, openBucket } from './bucket.ts';
import { describeQuestions } from './describe-questions.ts';
import { AKS, CLOUDWATCH, FIREHOSE, type Layout, objectsOf, VECTOR } from './layouts.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('versitygw');
});

afterAll(() => server.stop());

const LAYOUTS: readonly (readonly [string, Layout, Readonly<Record<string, unknown>>])[] = [
  ['as Firehose writes, gzip', FIREHOSE, { prefix: 'audit/' }],
  ['as AKS writes, plain', AKS, {}],
  ['as Vector writes, zstd', VECTOR, {}],
  ['as CloudWatch exports, gzip', CLOUDWATCH, {}],
];

for (const [name, layout, settings] of LAYOUTS) {
  describeSource(
    `s3, ${name}`,
    async (jsons) => openBucket(server.url, await bucketWith(server, objectsOf(jsons, layout)), settings),
    { runs: 10 },
  );
}

describeQuestions(
  's3, as Vector writes',
  's3',
  async (jsons) => ({
    endpoint: server.url,
    bucket: await bucketWith(server, objectsOf(jsons, VECTOR)),
  }),
  { env: KEYS },
);
