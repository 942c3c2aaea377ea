import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { describeCloud, event, readAll } from './cloud-archives.ts';
import { AZURE, append, archive, onceFor } from './cloud-buckets.ts';
import { describeQuestions } from './describe-questions.ts';
import { AKS, FIREHOSE, objectsOf } from './layouts.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('azurite');
});

afterAll(() => server.stop());

const aks = onceFor<EventJson>(async (jsons) => {
  const container = await AZURE.fill(server, []);
  for (const { key, body } of objectsOf(jsons, AKS)) {
    const [first = '', ...rest] = String(body).split(/(?<=\n)/);
    await append(server, container, { key, body: first }, true);
    if (rest.length > 0) await append(server, container, { key, body: rest.join('') }, false);
  }
  return container;
});
const firehose = onceFor<EventJson>((jsons) => AZURE.fill(server, objectsOf(jsons, FIREHOSE)));

describeSource(
  'azblob, as AKS writes, growing blobs, by key',
  async (jsons) => AZURE.open(server.url, await aks(jsons)),
  { runs: 5 },
);
describeSource(
  'azblob, as Firehose writes, gzip, by signature',
  async (jsons) =>
    AZURE.open(server.url, await firehose(jsons), { prefix: 'audit/', auth: { sas: { env: 'SAS' } } }),
  { runs: 5 },
);

describeQuestions(
  'azblob, as Firehose writes',
  'azblob',
  async (jsons) => AZURE.settings(server.url, await AZURE.fill(server, objectsOf(jsons, FIREHOSE))),
  { env: AZURE.env },
);

describeCloud(AZURE, () => server);

it('azblob, what lies in the archive tier is named, and how it is brought back', async () => {
  const line = (id: string) => `${JSON.stringify(event('2026-11-22T10:00:00.000000Z', id))}\n`;
  const objects = ['a', 'b'].map((key) => ({ key, body: line(key) }));
  const container = await AZURE.fill(server, objects);
  await archive(server, container, 'b');
  const { ids, findings } = await readAll(await AZURE.open(server.url, container));
  expect([ids, findings.gaps.map(({ text }) => text).join()]).toEqual([
    ['a'],
    expect.stringMatching(/"b" lie in cold storage: .*az storage blob set-tier --tier Hot .*--name "b"/),
  ]);
});

describe('azblob, blobs that grow', () => {
  const line = (id: string) => `${JSON.stringify(event('2026-11-22T10:00:00.000000Z', id))}\n`;

  it('are read as they were when they were listed, also behind a break', async () => {
    const key = 'resourceId=/SUBSCRIPTIONS/1/y=2026/m=11/d=22/h=10/m=00/PT1H.json';
    const container = await AZURE.fill(server, []);
    await append(server, container, { key, body: line('a') }, true);
    const source = await AZURE.open(server.url, container);
    const read = await readAll(source, async () => {
      await append(server, container, { key, body: line('b') }, false);
    });
    expect([read.ids, read.findings.gaps]).toEqual([['a'], []]);
    const again = await readAll(await AZURE.open(server.url, container));
    expect([again.ids, again.findings.gaps]).toEqual([['a', 'b'], []]);
  });

  it('are told from others of the same name', async () => {
    const container = await AZURE.fill(server, []);
    await append(server, container, { key: 'a.json', body: line('a') }, true);
    const source = await AZURE.open(server.url, container);
    const read = await readAll(source, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await append(server, container, { key: 'a.json', body: line('b') }, true);
    });
    expect(read.ids).toEqual([]);
    expect(read.findings.gaps.map(({ text }) => text).join()).toContain('replaced while it was being read');
  });
});
