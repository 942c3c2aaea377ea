/** The same requests in any order, in any batches, give the same answer; and memory stays flat. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_IDENTITIES,
  MAX_TARGETS,
  RefusalGroups,
} from '../../../src/questions/failed-auth/failed-auth-groups.ts';
import { Newest } from '../../../src/questions/failed-auth/newest.ts';
import { refusalOf } from '../../../src/questions/failed-auth/refusal.ts';
import { SmallestKeys, TextCounts } from '../../../src/questions/failed-auth/smallest-keys.ts';
import { BARS, TimeCounts } from '../../../src/questions/failed-auth/time-counts.ts';
import { sparkText } from '../../../src/questions/spark-text.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { event, failedAuthOf, forbidden, type Json, unauthenticated } from './failed-auth-support.ts';

const USERS = ['alice', 'bob', 'system:anonymous', 'system:serviceaccount:ci:runner'];
const IPS = ['10.0.0.1', '10.0.0.2', '127.0.0.1', '2001:db8::1'];

const refused = fc
  .record({
    at: fc.integer({ min: 0, max: 40_000 }),
    user: fc.constantFrom(...USERS),
    verb: fc.constantFrom('get', 'list', 'create', 'delete'),
    resource: fc.constantFrom('pods', 'secrets', 'apps/deployments', 'pods/exec'),
    namespace: fc.constantFrom('a', 'b', null),
    name: fc.constantFrom('x', 'y', 'z', null),
    ip: fc.constantFrom(...IPS),
    isLogin: fc.boolean(),
    group: fc.constantFrom('dev', 'ops'),
  })
  .map(({ at, user, ip, isLogin, group, ...asked }) => {
    const over = { sourceIPs: [ip], userAgent: `kubectl/${at % 3}` };
    if (isLogin) return unauthenticated(at, asked, over);
    const groups = { username: user, groups: [group, 'system:authenticated'] };
    return forbidden(at, asked, user, { ...over, user: groups });
  });

const gone = fc
  .integer({ min: 0, max: 40_000 })
  .map((at) =>
    event(
      at,
      { verb: 'delete', resource: 'serviceaccounts', namespace: 'ci', name: 'runner' },
      { responseStatus: { code: 200 } },
    ),
  );

describe('failed-auth', () => {
  it('does not depend on order, batches, or a log given twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 9, arbitrary: refused }, { weight: 1, arbitrary: gone }), {
          maxLength: 60,
        }),
        fc.integer(),
        async (events, seed) => {
          const newest = await failedAuthOf(events, {}, { order: 'newest', seed: 1 });
          const shuffled = await failedAuthOf([...events, ...events], {}, { order: 'none', seed });
          expect([shuffled.says, shuffled.notes, shuffled.next]).toEqual([
            newest.says,
            newest.notes,
            newest.next,
          ]);
          expect(shuffled.rows).toEqual(newest.rows);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives each row the newest audit IDs, and their events when they are asked for', async () => {
    const events = Array.from({ length: 50 }, (_, n) =>
      forbidden(n, { verb: 'list', resource: 'pods', namespace: 'prod' }),
    );
    const { rows, events: raw } = await failedAuthOf(events, { keepsEvents: true }, { order: 'oldest' });
    expect(rows[0]?.auditIDs).toEqual(
      events
        .map((json) => json.auditID)
        .toReversed()
        .slice(0, 20),
    );
    expect(raw.map((json) => json.auditID)).toEqual(rows[0]?.auditIDs);
  });

  it('counts what it cannot tell apart, and says so', async () => {
    const events = Array.from({ length: MAX_TARGETS + 5 }, (_, n) =>
      forbidden(n * 3600, { verb: 'list', resource: 'pods', namespace: `ns-${n}` }),
    );
    const { rows, coverage, says } = await failedAuthOf(events, {}, { order: 'none', seed: 3 });
    expect(rows).toHaveLength(MAX_TARGETS);
    expect(coverage.gaps.map(({ code }) => code)).toEqual(['rows-bound']);
    expect(coverage.complete).toBe(false);
    expect(says).toContain(`refused ${MAX_TARGETS + 5} times`);
  });

  it('holds no more for more identities', () => {
    const groups = new RefusalGroups();
    const count = MAX_IDENTITIES + 50;
    for (let n = 0; n < count; n++)
      groups.add(refusalFor(forbidden(n, { verb: 'get', path: '/x' }, `u-${n}`)));
    expect([groups.groups().length, groups.totals.get('rbac')]).toEqual([MAX_IDENTITIES, count]);
  });
});

function refusalFor(json: Json) {
  const request = {
    key: String(json.auditID),
    event: decodeJson(json),
    receivedUs: 0,
    endedUs: 0,
    isOpen: false,
  };
  const refusal = refusalOf(request, { events: false, isRevealed: false });
  if (refusal === null) throw new Error('not refused');
  return refusal;
}

describe('SmallestKeys', () => {
  it('holds the same, exactly, in whatever order keys come', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 })), fc.integer({ min: 1, max: 6 }), (keys, max) => {
        const counts = new SmallestKeys<{ n: number }>(max);
        for (const key of keys) {
          const held = counts.at(key, () => ({ n: 0 }));
          if (held !== null) held.n++;
        }
        const smallest = [...new Set(keys)].sort().slice(0, max);
        const expected = smallest.map((key) => [key, { n: keys.filter((other) => other === key).length }]);
        expect(counts.entries()).toEqual(expected);
        expect(counts.hasMore).toBe(new Set(keys).size > max);
      }),
    );
  });

  it('counts texts, the most frequent first', () => {
    const counts = new TextCounts(2);
    for (const text of ['b', 'a', 'b', 'c']) counts.add(text);
    expect([counts.top(), counts.hasMore, counts.size]).toEqual([
      [
        ['b', 2],
        ['a', 1],
      ],
      true,
      2,
    ]);
  });
});

describe('Newest', () => {
  it('is the newest, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 })), fc.integer({ min: 1, max: 5 }), (times, max) => {
        const newest = new Newest<number>(max);
        for (const at of times) newest.add(at, '', at);
        expect(newest.values()).toEqual(times.toSorted((a, b) => b - a).slice(0, max));
      }),
    );
  });
});

describe('TimeCounts', () => {
  const DAY_US = 86_400 * 1_000_000;

  it('loses nothing, and does not depend on order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: DAY_US }), { minLength: 1 }), (times) => {
        const [one, other] = [new TimeCounts(), new TimeCounts()];
        for (const at of times) one.add(at);
        for (const at of times.toReversed()) other.add(at);
        expect(one.bars(0, DAY_US)).toEqual(other.bars(0, DAY_US));
        expect(one.bars(0, DAY_US).reduce((sum, n) => sum + n, 0)).toBe(times.length);
        expect([one.firstUs, one.lastUs]).toEqual([Math.min(...times), Math.max(...times)]);
        expect(one.moments).toBeLessThanOrEqual(256);
      }),
    );
  });

  it('puts each time into its part, or one that is a tenth of a part away', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: DAY_US - 1 }), { minLength: 1, maxLength: 5 }), (times) => {
        const counts = new TimeCounts();
        for (const at of times) counts.add(at);
        const width = DAY_US / BARS;
        const bars = counts.bars(0, DAY_US - 1);
        for (const [bar, count] of bars.entries()) {
          const near = times.filter((at) => at >= (bar - 0.1) * width && at < (bar + 1.1) * width);
          const sure = times.filter((at) => at >= (bar + 0.1) * width && at < (bar + 0.9) * width);
          expect(count).toBeLessThanOrEqual(near.length);
          expect(count).toBeGreaterThanOrEqual(sure.length);
        }
      }),
    );
  });

  it('is drawn by its own most', () => {
    expect(sparkText([0, 0, 1, 0, 4, 4, 2, 0], 2)).toBe('·▁█▂');
  });
});
