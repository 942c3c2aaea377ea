import { afterAll, beforeAll } from 'vitest';
import { describeSource } from '../../support/describe-source.ts';
import { asksUnnamed } from './cannot-tell.ts';
import { openStore } from './open-store.ts';
import { indexed, TEMPLATE } from './search-index.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('opensearch3');
});

afterAll(() => server.stop());

describeSource(
  'opensearch 3, by a template',
  async (jsons) => openStore('opensearch', { ...(await indexed(server.url, jsons, TEMPLATE)) }),
  { runs: 10, cannotTell: asksUnnamed },
);
