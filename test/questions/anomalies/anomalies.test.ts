/** What is told of small worlds: what was planted, and no more; from which requests, and how sure. */
import { describe, expect, it } from 'vitest';
import { parseBy } from '../../../src/query/by.ts';
import { parseNetwork } from '../../../src/query/networks.ts';
import { decodeBaseline } from '../../../src/questions/anomalies/baseline-text.ts';
import { recordingCluster } from '../../support/recording-cluster.ts';
import { countOf, HOUR_US } from '../../support/world/people.ts';
import { plantIn } from '../../support/world/plants.ts';
import { deed, type HourCount } from '../../support/world/request.ts';
import { anomaliesOf, dayUs, type Json, smallWorld, TESTED, weekOf } from './anomalies-support.ts';

const world = smallWorld();
const QUIET = weekOf(world);
const token = plantIn(world, TESTED, 'token', 4);
if (token === null) throw new Error('nobody to plant it on');
const STOLEN = weekOf(world, token.requests);
const [first] = token.requests;
const IP = first?.ip ?? '';

/** What somebody did in an hour of the day under test. */
function did(user: string, text: string, hour: number, over: Partial<HourCount> = {}): HourCount {
  const where = { hourUs: dayUs(TESTED) + hour * HOUR_US, namespace: 'team-1', ip: '198.51.100.9' };
  const agent = 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9';
  return { ...countOf(user, deed(text), { ...where, agent }, 1, ['thing-1']), ...over };
}

describe('anomalies', () => {
  it('tells nothing of a quiet day', async () => {
    const { rows, says, coverage } = await anomaliesOf(QUIET);
    expect(rows).toEqual([]);
    expect(says).toBe('nothing is out of the ordinary of the 7 days before');
    expect(coverage).toMatchObject({ complete: true, from: expect.stringContaining('2026-09-15') });
  });

  it('tells of a token that is used from outside: with its addresses, its requests and the command that shows them', async () => {
    const { rows, says, next } = await anomaliesOf(STOLEN);
    const row = rows.find(({ kind }) => kind === 'token');
    const own = STOLEN.filter(({ sourceIPs }) => (sourceIPs as string[]).includes(IP));
    expect(row).toMatchObject({
      kind: 'token',
      who: { user: token.user, kind: 'serviceaccount' },
      from: { top: [{ ip: IP, count: own.length }], distinct: 1 },
      first: own[0]?.requestReceivedTimestamp,
      last: own.at(-1)?.requestReceivedTimestamp,
    });
    expect(row?.auditIDs.toSorted()).toEqual(own.map(({ auditID }) => auditID).sort());
    expect(row?.falseAlarms).toBeLessThanOrEqual(1 / 8);
    expect(row?.show).toContain(
      `who-did touch -A --by ${token.user} --from-ip ${IP.replace(/\d+$/, '0/24')} --since`,
    );
    expect(says).toMatch(/^\d things are out of the ordinary of the 7 days before: .*1 token/);
    expect(next[0]).toContain('who-did touch');
  });

  it('takes an address for known that was said to be, and one that is a pod’s now', async () => {
    const kinds = async (options: Parameters<typeof anomaliesOf>[1], live?: string) => {
      const cluster = recordingCluster((key) => {
        if (key.kind === 'address') return { kind: 'address', of: live ?? null, since: null };
        return key.kind === 'networks' ? { kind: 'networks', cidrs: ['10.42.0.0/16'] } : undefined;
      });
      const { rows, notes } = await anomaliesOf(STOLEN, options, { live: cluster });
      return {
        kinds: rows.map(({ kind }) => kind),
        notes: notes.map(({ code }) => code),
        asked: cluster.asked,
      };
    };
    expect((await kinds({})).kinds).toContain('token');
    const pod = await kinds({}, 'pod ci/runner-8');
    expect([pod.kinds.includes('token'), pod.notes.includes('explained')]).toEqual([false, true]);
    const known = await kinds({ knownRanges: [parseNetwork(`${IP}/8`)] });
    expect(known.kinds).not.toContain('token');
    expect(known.asked).toContainEqual({ kind: 'networks' });
  });

  it('tells only of those who are asked about, and judges them beside all others', async () => {
    const bulk = plantIn(world, TESTED, 'bulk', 4);
    const events = weekOf(world, [...token.requests, ...(bulk?.requests ?? [])]);
    const of = async (who: string) => (await anomaliesOf(events, { who: parseBy(who) })).rows;
    expect(new Set((await of('sa:*/*')).map(({ who }) => who.user))).toEqual(new Set([token.user]));
    expect(new Set((await of(bulk?.user ?? '')).map(({ who }) => who.user))).toEqual(new Set([bulk?.user]));
  });

  it('says that there are too few data, and which', async () => {
    const short = await anomaliesOf(weekOf(world, token.requests, TESTED - 2));
    expect(short.rows).toEqual([]);
    expect(short.says).toContain('too few data: the baseline holds 2 days');
    const some = await anomaliesOf(weekOf(world, token.requests, TESTED - 4));
    expect(some.says).toContain('of the 4 days before');
    expect(some.notes.map(({ code }) => code)).toContain('no-weekdays');
    const none = await anomaliesOf(QUIET, { tested: { sinceUs: dayUs(50), untilUs: dayUs(51) } });
    expect(none.says).toContain('this log cannot tell');
    expect(none.coverage.complete).toBe(false);
  });

  it('sees an exec that has not ended', async () => {
    const { user, namespaces, networks } = world.people[2] ?? { user: '', namespaces: [], networks: [] };
    const open = Array.from({ length: 40 }, (_, n): Json[] => {
      const at = `2026-09-15T10:${String(n).padStart(2, '0')}:00.000000Z`;
      const event = {
        ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: `open-${n}` },
        ...{ stage: 'ResponseStarted', verb: 'get', user: { username: user, groups: [] } },
        requestURI: `/api/v1/namespaces/${namespaces[0]}/pods/p-${n}/exec?command=sh`,
        ...{ sourceIPs: [`${networks[0]}.4`], userAgent: 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9' },
        objectRef: {
          resource: 'pods',
          namespace: namespaces[0],
          name: `p-${n}`,
          apiVersion: 'v1',
          subresource: 'exec',
        },
        responseStatus: { metadata: {}, code: 101 },
        ...{ requestReceivedTimestamp: at, stageTimestamp: at },
      };
      return [event];
    }).flat();
    const { rows } = await anomaliesOf([...QUIET, ...open]);
    expect(rows.map(({ kind, who, value }) => [kind, who.user, value])).toContainEqual([
      'bulk',
      user,
      expect.stringContaining('40 connections into pods'),
    ]);
  });

  it('tells what belongs to the day under test to the microsecond', async () => {
    const visitor = (at: string): Json => ({ ...eventAt(at), user: { username: 'mallory', groups: [] } });
    const users = async (at: string) =>
      (await anomaliesOf([...QUIET, visitor(at)])).rows.map(({ who }) => who.user);
    expect(await users('2026-09-14T23:59:59.999999Z')).toEqual([]);
    expect(await users('2026-09-15T00:00:00.000000Z')).toEqual(['mallory']);
    expect(await users('2026-09-15T23:59:59.999999Z')).toEqual(['mallory']);
    expect(await users('2026-09-16T00:00:00.000000Z')).toEqual([]);
  });

  it('folds those who are new like others, and names them', async () => {
    const hires = ['nina', 'omar', 'pia'].map((user) => did(user, 'get core/pods', 10));
    const { rows } = await anomaliesOf(weekOf(world, hires));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ kind: 'new', value: 'new: 3 people' });
    expect([rows[0]?.who.user, ...(rows[0]?.folded ?? [])].sort()).toEqual(['nina', 'omar', 'pia']);
  });

  it('takes what a rollout makes for nothing new', async () => {
    const [own] = world.day(TESTED).filter(({ user }) => user.startsWith('system:serviceaccount:team'));
    if (own === undefined) throw new Error('no program');
    const agent = own.agent.replace('v0', 'v9');
    const rolled = [
      { ...own, ip: '10.42.1.77', agent },
      did('system:node:node-new-5x2kd', 'get core/configmaps', 10, {
        namespace: 'made-today',
        ip: '10.0.0.77',
        agent: 'kubelet/v1.35.0 (linux/amd64) kubernetes/aaaaaaa',
      }),
    ];
    const { rows } = await anomaliesOf(weekOf(world, rolled));
    expect(rows.filter(({ kind }) => kind !== 'rate').map(({ kind, value }) => [kind, value])).toEqual([]);
  });

  it('keeps a baseline that is gone on with, and finds the same with it', async () => {
    const read = await anomaliesOf(STOLEN, {
      keepsHistory: true,
      window: { sinceUs: 0, untilUs: 1, isDefault: false },
    });
    const day = await anomaliesOf(QUIET, {
      keepsHistory: true,
      tested: { sinceUs: dayUs(TESTED - 1), untilUs: dayUs(TESTED) },
      baselineDays: 6,
    });
    const decoded = decodeBaseline(day.kept ?? '');
    if (decoded.kind !== 'baseline') throw new Error(decoded.why);
    const { saved } = decoded;
    expect(saved.days).toHaveLength(7);
    const isLate = ({ requestReceivedTimestamp: at }: Json) => String(at) >= '2026-09-14T22';
    const gone = await anomaliesOf(STOLEN.filter(isLate), { saved });
    expect(gone.rows).toEqual(read.rows);
    expect(gone.coverage.complete).toBe(true);
  });

  it('masks what looks like a secret', async () => {
    const secret = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;
    const { rows, notes, next } = await anomaliesOf([
      ...QUIET,
      {
        ...eventAt('2026-09-15T10:00:00.000000Z'),
        user: { username: secret, groups: [] },
        userAgent: secret,
      },
    ]);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify([rows, notes, next])).not.toContain(secret);
  });
});

function eventAt(at: string): Json {
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: `x-${at}` },
    ...{ stage: 'ResponseComplete', requestURI: '/api/v1/namespaces/team-1/secrets', verb: 'list' },
    ...{ user: { username: 'mallory', groups: [] }, sourceIPs: ['45.3.2.1'], userAgent: 'curl/8' },
    objectRef: { resource: 'secrets', namespace: 'team-1', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    ...{ requestReceivedTimestamp: at, stageTimestamp: at },
  };
}
