import { afterAll, beforeAll } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { asksDryRun, asksUnnamed, NO_TYPES } from './cannot-tell.ts';
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
