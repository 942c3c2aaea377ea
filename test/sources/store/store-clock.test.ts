/** Which time a store's records go by, and what has to be read for a window by it. */
import { expect, it } from 'vitest';
import { ANY_EVENT } from '../../../src/query/event-test.ts';
import { clockOf, storeTimes } from '../../../src/sources/store/store-clock.ts';

const AT = Date.parse('2026-11-22T10:00:00Z') * 1000;
const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const record = (receivedUs: number | null, stageUs: number | null) => ({ storeUs: AT, receivedUs, stageUs });

it.each([
  ['received', [record(AT, AT + 5 * SECOND), record(AT + 500, AT + SECOND)]],
  ['stage', [record(AT - 5 * SECOND, AT)]],
  ['either', [record(AT, AT + 10), record(null, null)]],
  ['arrival', [record(AT - 9 * SECOND, AT - 8 * SECOND)]],
  ['arrival', [record(AT, AT + 5 * SECOND), record(AT - 5 * SECOND, AT)]],
  ['arrival', [record(null, null)]],
  ['long after', [record(AT - 9 * SECOND, AT - 8 * SECOND), record(AT - 100 * HOUR, AT - 100 * HOUR)]],
  ['long after', [record(AT - 2 * HOUR, null)]],
] as const)('is %s', (clock, records) => {
  expect(clockOf(records)).toBe(clock);
});

it('reads of a log that came long after its time all that came since', () => {
  const ask = {
    test: ANY_EVENT,
    received: { sinceUs: AT, untilUs: AT + HOUR },
    stages: { sinceUs: AT, untilUs: AT + HOUR + 60 * SECOND },
    isLongRunning: false,
  };
  expect(storeTimes(ask, 'arrival').toUs).toBeGreaterThan(AT + HOUR);
  const { fromUs, toUs } = storeTimes(ask, 'long after');
  expect(fromUs).toBeLessThan(AT);
  expect(toUs).toBeNull();
});
