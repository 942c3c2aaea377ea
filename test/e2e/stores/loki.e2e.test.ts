import { afterAll, beforeAll } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { describeSource } from '../../support/describe-source.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';
import { openStore } from './open-store.ts';
import { nanosOf, pushLoki } from './push-loki.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let server: StoreProcess;

beforeAll(async () => {
  server = await startStore('loki');
});

afterAll(() => server.stop());

let stores = 0;

interface How {
  /** By which field, or as the lines came in. */
  readonly clock: 'stageTimestamp' | 'arrival';
  readonly toLine?: (json: EventJson) => string;
}

/** Each log is a job of its own. */
async function pushed(
  jsons: readonly EventJson[],
  { clock, toLine = (json) => JSON.stringify(json) }: How,
): Promise<Readonly<Record<string, unknown>>> {
  const job = `audit-${++stores}`;
  const values = jsons.map((json, at) => {
    const late = clock === 'arrival' ? 3_000_000_000n + BigInt(at) : 0n;
    const ns = nanosOf(json[clock === 'arrival' ? 'stageTimestamp' : clock]) + late;
    return [String(ns), toLine(json)] as const;
  });
  if (values.length > 0) await pushLoki(server.url, [{ stream: { job }, values }]);
  return { url: server.url, selector: `{job="${job}"}` };
}

describeSource(
  'loki, lines by stage',
  async (jsons) => openStore('loki', await pushed(jsons, { clock: 'stageTimestamp' })),
  { runs: 10 },
);
describeSource(
  'loki, lines by arrival, in a record of a forwarder, keys sorted, spaced',
  async (jsons) =>
    openStore(
      'loki',
      await pushed(jsons, {
        clock: 'arrival',
        toLine: (json) => spaced({ host: 'cp-1', log: sorted(json) }),
      }),
    ),
  { runs: 10 },
);

describeFaults('loki, lines', 'loki', (jsons) => pushed(jsons, { clock: 'stageTimestamp' }));

describeQuestions('loki, lines', 'loki', (jsons) => pushed(jsons, { clock: 'stageTimestamp' }));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

/** As Python writes it. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/\n */g, ' ')
    .replaceAll(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
