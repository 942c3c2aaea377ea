import { afterAll, beforeAll } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { asksDryRun, asksUnnamed } from './cannot-tell.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';
import { openStore } from './open-store.ts';
import { DYNAMIC, INTEGRATION, indexed, type Kept, LINE, TEMPLATE, whole } from './search-index.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('opensearch');
});

afterAll(() => server.stop());

const RUNS = Number(process.env.RUNS ?? 10);

const reason = 'the integration drops the metadata of bodies: a name that was generated is gone with it';
const ofBodies = [
  ...['equals: a generated name', 'every field that was asked for, as it was written', 'counts by name'].map(
    (name) => ({ case: name, reason }),
  ),
  { case: 'equals: no dry run', reason: 'a body without its metadata cannot rule a dry run out' },
];

const opened = (kept: Kept) => async (jsons: readonly EventJson[]) =>
  openStore('opensearch', { ...(await indexed(server.url, jsons, kept)) });

describeSource('opensearch, as it comes', opened(DYNAMIC), { runs: RUNS, cannotTell: asksUnnamed });
describeSource('opensearch, by a template', opened(TEMPLATE), { runs: RUNS, cannotTell: asksUnnamed });
describeSource('opensearch, by the integration', opened(INTEGRATION), {
  runs: RUNS,
  skip: ofBodies,
  cannotTell: (wanted) => asksUnnamed(wanted) || asksDryRun(wanted),
});
describeSource('opensearch, flattened', opened(whole('flat_object')), {
  runs: RUNS,
  cannotTell: asksUnnamed,
});
describeSource('opensearch, lines', opened(LINE), { runs: RUNS, cannotTell: asksUnnamed });
describeFaults('opensearch, as it comes', 'opensearch', async (jsons) => ({
  ...(await indexed(server.url, jsons, DYNAMIC)),
}));

describeQuestions(
  'opensearch, as it comes',
  'opensearch',
  async (jsons) => ({
    ...(await indexed(server.url, jsons, DYNAMIC)),
  }),
  { countsToTheMs: true },
);
