import { describe, expect, it } from 'vitest';
import { parseCountFields } from '../../../src/query/count-fields.ts';
import { parseFilters } from '../../../src/query/filters.ts';
import { DAY, event, type Json, unauthenticated } from '../failed-auth/failed-auth-support.ts';
import { brief, MIDNIGHT_US, topOf } from './top-support.ts';

const HOUR_US = 3_600_000_000;
const PODS = { verb: 'get', resource: 'pods', namespace: 'prod', name: 'api-1' };

function by(...names: string[]) {
  return { by: parseCountFields(names) };
}

function user(username: string): Json {
  return { user: { username } };
}

function window(sinceHour: number | null, untilHour: number | null = null, isDefault = false) {
  const us = (hour: number | null) => (hour === null ? null : MIDNIGHT_US + hour * HOUR_US);
  return { window: { sinceUs: us(sinceHour), untilUs: us(untilHour), isDefault } };
}

describe('top', () => {
  it('counts requests, not stages, the most frequent group first, then by key', async () => {
    const request = event(60, PODS, user('bob'));
    const { rows, says } = await topOf([
      { ...request, stage: 'RequestReceived' },
      { ...request, stage: 'ResponseStarted' },
      request,
      event(61, PODS, user('carol')),
      event(62, PODS, user('carol')),
      event(63, PODS, user('alice')),
    ]);
    expect(brief(rows)).toEqual(['carol get pods 2', 'alice get pods 1', 'bob get pods 1']);
    expect(rows[0]).toMatchObject({
      share: 0.5,
      first: `${DAY}T00:01:01.000000Z`,
      last: `${DAY}T00:01:02.000000Z`,
      previous: null,
    });
    expect(says).toBe('4 requests, by user, verb and resource: 3 groups; most by carol get pods: 2 (50%)');
  });

  it('leaves out what still runs and what has no outcome in the log, and says so', async () => {
    const watch = { verb: 'watch', resource: 'pods', namespace: 'prod' };
    const { rows, notes } = await topOf([
      event(1, watch, { stage: 'ResponseStarted' }),
      event(2, PODS, { stage: 'RequestReceived' }),
      event(3, PODS, { stage: 'Panic' }),
      event(4, watch),
    ]);
    expect(brief(rows)).toEqual(['alice get pods 1', 'alice watch pods 1']);
    expect(notes.map(({ code }) => code)).toEqual(['running', 'no-outcome']);
  });

  it('takes a failed login for a request: it has no later stage', async () => {
    const { rows } = await topOf([unauthenticated(1, { verb: 'get', path: '/api' })], by('user', 'code'));
    expect(rows[0]?.group).toEqual({ user: null, code: 401 });
  });

  it('counts effective names, the last address, and values as other rows have them', async () => {
    const { rows } = await topOf(
      [
        event(
          1,
          { verb: 'create', resource: 'apps/deployments', namespace: 'prod' },
          {
            requestURI: '/apis/apps/v1/namespaces/prod/deployments?dryRun=All',
            sourceIPs: ['1.2.3.4', '10.0.0.9'],
            requestObject: { metadata: { name: 'api' } },
            responseStatus: { code: 201 },
          },
        ),
      ],
      by('group', 'resource', 'name', 'ip', 'code', 'dryRun'),
    );
    expect(rows[0]?.group).toEqual({
      ...{ group: 'apps', resource: 'deployments', name: 'api' },
      ...{ ip: '10.0.0.9', code: 201, dryRun: true },
    });
  });

  it('keeps apart what is absent, empty, and called null', async () => {
    const events = [
      event(1, { verb: 'get', path: '/metrics' }),
      event(2, PODS),
      event(3, { verb: 'get', resource: 'null/pods' }),
    ];
    const { rows } = await topOf(events, by('group'));
    expect(rows.map(({ group }) => group.group)).toEqual(['', null]);
    expect(rows[0]?.count).toBe(2);
  });

  it('counts only what matches, and shares out of that', async () => {
    const events = [event(1, PODS), event(2, PODS, user('bob')), event(3, { ...PODS, verb: 'list' })];
    const { rows } = await topOf(events, {
      ...by('verb'),
      filters: await parseFilters({ by: ['alice'] }),
      object: { kind: 'anything', namespace: 'prod' },
    });
    expect(rows.map(({ count, share }) => [count, share])).toEqual([
      [1, 0.5],
      [1, 0.5],
    ]);
  });

  it('gives no more rows than wanted, and counts them all', async () => {
    const events = Array.from({ length: 9 }, (_, n) => event(n, PODS, user(`u-${n}`)));
    const { rows, total } = await topOf(events, { limit: 4 });
    expect([rows.length, total]).toEqual([4, 9]);
  });
});

describe('top over time', () => {
  it('chooses parts that make up what the log covers, all rows the same', async () => {
    const events = [0, 10, 3600, 7190].map((seconds) => event(seconds, PODS));
    const { rows, notes } = await topOf([...events, event(3601, PODS, user('bob'))], by('user'));
    const places = (row: number) =>
      rows[row]?.buckets.flatMap((count, n) => (count === 0 ? [] : [[n, count]]));
    expect([places(0), places(1)]).toEqual([
      [
        [0, 2],
        [12, 1],
        [23, 1],
      ],
      [[12, 1]],
    ]);
    expect(notes[0]?.text).toBe(`over time: 24 parts of 5m, the first from ${DAY}T00:00:00Z`);
  });

  it('covers what was read, also where nothing was counted', async () => {
    const events = [event(0, { ...PODS, verb: 'list' }), event(9000, PODS), event(18_000, PODS)];
    const asked = { ...by('user'), bucketUs: HOUR_US, filters: await parseFilters({ verb: ['get'] }) };
    expect((await topOf(events, asked)).rows[0]?.buckets).toEqual([0, 0, 1, 0, 0, 1]);
  });

  it('has parts of the asked length, which begin with the day of the zone', async () => {
    const events = [0, 1800, 5400].map((seconds) => event(seconds, PODS));
    const hourly = { ...by('user'), bucketUs: HOUR_US };
    const ofZone = async (bucketFromUs: number) =>
      (await topOf(events, { ...hourly, bucketFromUs })).rows[0]?.buckets;
    expect(await ofZone(0)).toEqual([2, 1]);
    // Half past the hour in UTC.
    expect(await ofZone(-5.5 * HOUR_US)).toEqual([1, 1, 1]);
  });

  it('makes parts wider rather than have thousands of them, and says so', async () => {
    const events = [event(0, PODS), event(7200, PODS)];
    const { rows, notes } = await topOf(events, { ...by('user'), bucketUs: 1_000_000 });
    expect(rows[0]?.buckets).toHaveLength(1441);
    expect(notes.map(({ text }) => text)).toEqual([
      `over time: 1441 parts of 5s, the first from ${DAY}T00:00:00Z`,
      '--bucket 1s would make too many parts: 5s each',
    ]);
  });

  it('counts a watch that ended in the window at its beginning', async () => {
    const watch = event(
      0,
      { verb: 'watch', resource: 'pods' },
      { stageTimestamp: `${DAY}T02:30:00.000000Z` },
    );
    const asked = { ...by('verb'), ...window(2), bucketUs: HOUR_US };
    const { rows } = await topOf([watch, event(3 * 3600, PODS)], asked);
    expect(rows.map(({ group, buckets }) => [group.verb, buckets])).toEqual([
      ['get', [0, 1]],
      ['watch', [1, 0]],
    ]);
  });
});

describe('top --compare previous', () => {
  const events = [
    ...[1, 2, 3].map((n) => event(3600 + n, PODS)),
    event(3605, PODS, user('gone')),
    ...[1, 2].map((n) => event(7200 + n, PODS)),
    event(7210, PODS, user('new')),
    event(10, PODS, user('long ago')),
  ];
  const asked = { ...by('user'), ...window(2, 3), comparesPrevious: true };

  it('counts the time before, as long as the one asked about', async () => {
    const { rows, says } = await topOf(events, asked);
    expect(rows.map(({ group, count, previous }) => [group.user, count, previous])).toEqual([
      ['alice', 2, 3],
      ['new', 1, 0],
      ['gone', 0, 1],
    ]);
    expect(rows[2]).toMatchObject({ share: 0, first: null, last: null, buckets: [0, 0, 0] });
    expect(says).toMatch(/^3 requests \(the same time before: 4\), by user: 2 groups/);
  });

  it('is the same however it is read and counted', async () => {
    const there = await topOf(events, asked, { order: 'none', seed: 7, counts: true });
    expect(there.rows).toEqual((await topOf(events, asked)).rows);
  });

  it('says why it does not, when there is nothing to compare with', async () => {
    const once = await topOf(events, asked, { rereads: false });
    const whole = await topOf(events, { ...asked, ...window(null) });
    for (const { rows, notes } of [once, whole]) {
      expect(rows[0]?.previous).toBeNull();
      expect(notes.map(({ code }) => code)).toContain('not-compared');
    }
  });
});

describe('top of nothing', () => {
  it('reads everything before, when the log holds nothing of the last 24 hours', async () => {
    const { rows, notes } = await topOf([event(60, PODS)], { ...by('user'), ...window(11, null, true) });
    expect(brief(rows)).toEqual(['alice 1']);
    expect(notes.map(({ code }) => code)).toContain('widened');
  });

  it('tells of a watch that still runs once, however often it was looked for', async () => {
    const watch = event(60, { verb: 'watch', resource: 'pods' }, { stage: 'ResponseStarted' });
    const { notes } = await topOf([watch, event(60, PODS)], { ...by('user'), ...window(11, null, true) });
    expect(notes.find(({ code }) => code === 'running')?.text).toMatch(/^1 request was still running/);
  });

  it('says what the log does not hold, and never that nobody did', async () => {
    const filters = await parseFilters({ by: ['nobody'] });
    const { rows, says, coverage } = await topOf([event(60, PODS)], { filters });
    expect([rows, says, coverage.complete]).toEqual([
      [],
      `this log holds no such request between ${DAY}T00:01:00Z and ${DAY}T00:01:00Z`,
      true,
    ]);
    const empty = await topOf([], {});
    expect([empty.says, empty.coverage.gaps.map(({ code }) => code)]).toEqual([
      'this log holds nothing of the time asked about',
      ['no-witness'],
    ]);
  });
});

describe('secrets in what is counted', () => {
  const token = (n: number) => `eyJhbGciOiJSUzI1NiJ9.${String(n).repeat(40)}.${'b'.repeat(40)}`;
  const events = [1, 2, 3].map((n) =>
    event(n, { verb: 'get', path: `/x?access_token=secret-${n}` }, { userAgent: `curl Bearer ${token(n)}` }),
  );

  it('are masked, and what looks alike then is one group', async () => {
    const { rows, next } = await topOf(events, by('agent', 'uri'));
    expect(rows.map(({ count }) => count)).toEqual([3]);
    expect(JSON.stringify(rows)).not.toMatch(/secret-|eyJ/);
    expect(next).toEqual([]);
  });

  it('are shown when told to', async () => {
    const { rows } = await topOf(events, { ...by('uri'), isRevealed: true });
    expect(rows.map(({ group }) => group.uri)).toEqual([1, 2, 3].map((n) => `/x?access_token=secret-${n}`));
  });
});
