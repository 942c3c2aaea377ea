/** detect, followed: what is told, when, and what is not. */
import { describe, expect, it } from 'vitest';
import type { AuditRequest } from '../../../src/event/request.ts';
import { all, equals } from '../../../src/query/predicate.ts';
import type { FindingRow } from '../../../src/questions/detect/detect-row.ts';
import { DetectStream } from '../../../src/questions/detect/detect-stream.ts';
import type { StreamedRow } from '../../../src/questions/row-stream.ts';
import { BEGAN_US, by, request, rulesOf } from './requests.ts';

const SECOND_US = 1_000_000;
const HOUR = 3600;

interface Means {
  readonly sinceUs?: number | null;
  readonly filters?: ReturnType<typeof all>;
  readonly historyUs?: number;
}

async function streamOf(rules: readonly string[], { sinceUs = BEGAN_US, ...means }: Means = {}) {
  return new DetectStream({
    ...{ rules: await rulesOf(...rules), ruleNotes: [], filters: all(), limit: null, ...means },
    ...{ window: { sinceUs, untilUs: null, isDefault: false }, keepsEvents: true, isRevealed: false },
    ...{ calledAs: 'kubectl audit', sameLogs: '', sameWindow: '' },
  });
}

/** `rule who count`, of each row. */
function told(rows: readonly StreamedRow[]): readonly string[] {
  return rows.map(({ row }) => {
    const { rule, who, count } = row as FindingRow;
    return `${rule} ${who.user} ${count}`;
  });
}

const READ = 'id: read, when: { did: read, resource: secrets }';
const MANY = 'id: many, when: { did: read, resource: secrets }, within: 10m, key: [user], count: 3';
const NEW =
  'id: new, when: { did: read, resource: secrets }, firstSeen: { of: [ip], key: [user], lookBack: 7d }';

describe('rules about single requests', () => {
  it('are told at once, one row for each request and rule, with the event', async () => {
    const stream = await streamOf([READ, 'id: any, when: { verb: get }']);
    const rows = stream.add([request(1), request(2, { verb: 'delete' })]);
    expect(told(rows)).toEqual(['read alice 1', 'any alice 1']);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(2);
    expect(rows[0]?.event).toMatchObject({ auditID: 'id-1' });
  });

  it('are held against what the filters let through only', async () => {
    const stream = await streamOf([READ], { filters: all(equals('user.username', 'bob')) });
    expect(told(stream.add([request(1), request(2, by('bob'))]))).toEqual(['read bob 1']);
  });

  it('tell of a long request when it begins, and not again when it ends', async () => {
    const stream = await streamOf(['id: exec, when: { did: exec }']);
    const exec = {
      ...{ auditID: 'e', verb: 'create', requestURI: '/api/v1/namespaces/a/pods/p/exec?command=sh' },
      objectRef: { resource: 'pods', subresource: 'exec', namespace: 'a', name: 'p', apiVersion: 'v1' },
    };
    const began = request(1, { ...exec, stage: 'ResponseStarted', responseStatus: { code: 101 } }, true);
    const ended = request(1, { ...exec, responseStatus: { code: 101 } });
    expect(told(stream.add([began]))).toEqual(['exec alice 1']);
    expect(stream.add([ended])).toEqual([]);
    // Another one of the same kind is another one.
    expect(told(stream.add([request(2, { ...exec, auditID: 'f' })]))).toEqual(['exec alice 1']);
  });
});

describe('rules about several requests', () => {
  it('are told when the last of them is there, once, with all of them', async () => {
    const stream = await streamOf([MANY]);
    expect(stream.add([request(1), request(2, by('bob')), request(3)])).toEqual([]);
    const [row, ...others] = stream.add([request(4)]);
    expect([row?.row.count, row?.row.auditIDs, others]).toEqual([3, ['id-4', 'id-3', 'id-1'], []]);
    // What goes on is the same finding.
    expect(stream.add([request(5), request(6)])).toEqual([]);
  });

  it('take in what comes out of order', async () => {
    const stream = await streamOf([MANY]);
    const rows = stream.add([request(30), request(10), request(20)]);
    expect(told(rows)).toEqual(['many alice 3']);
  });

  it('count a request once that is told twice', async () => {
    const stream = await streamOf([MANY]);
    expect(stream.add([request(1), request(2), request(2), request(1)])).toEqual([]);
  });

  it('are of whoever began it', async () => {
    const stream = await streamOf([MANY.replace('[user]', '[ip]')]);
    const [found] = stream.add([request(1, by('mallory')), request(2, by('bob')), request(3, by('ann'))]);
    const row = found?.row as FindingRow;
    expect([row.who.user, row.others.top.map(({ user }) => user)]).toEqual(['mallory', ['bob', 'ann']]);
  });
});

describe('what is there before', () => {
  it('is asked for as far back as requests may belong together, or news are held against', async () => {
    const sinceOf = async (rules: string[], means?: Means) =>
      BEGAN_US - ((await streamOf(rules, means)).query.window.sinceUs ?? Number.NaN);
    expect(await sinceOf([READ])).toBe(0);
    expect(await sinceOf([READ, MANY])).toBe(600 * SECOND_US);
    expect(await sinceOf([NEW])).toBe(0);
    expect(await sinceOf([NEW, MANY], { historyUs: 24 * HOUR * SECOND_US })).toBe(24 * HOUR * SECOND_US);
    expect((await streamOf([MANY], { sinceUs: null })).query.window.sinceUs).toBeNull();
  });

  it('is told in the order of time, each request once, and not when it lies before the window', async () => {
    const stream = await streamOf([READ]);
    for (const one of [request(9), request(-5), request(3), request(9)]) stream.addEarlier(one);
    expect(stream.earlierRows().map(({ row }) => row.first)).toEqual([
      '2026-11-22T10:00:03.000000Z',
      '2026-11-22T10:00:09.000000Z',
    ]);
    expect(stream.earlierRows()).toEqual([]);
  });

  it('belongs together with what comes', async () => {
    const stream = await streamOf([MANY]);
    for (const one of [request(-20), request(-10)]) stream.addEarlier(one);
    expect(stream.earlierRows()).toEqual([]);
    expect(told(stream.add([request(1)]))).toEqual(['many alice 3']);
  });

  it('tells of what was still running when the window began, but not of what had ended', async () => {
    const stream = await streamOf([READ]);
    stream.addEarlier(request(-20, {}, true));
    stream.addEarlier(request(-10));
    expect(told(stream.earlierRows())).toEqual(['read alice 1']);
    // It ends.
    expect(stream.add([request(-20)])).toEqual([]);
  });
});

describe('rules about what is new', () => {
  const from = (seconds: number, ip: string): AuditRequest => request(seconds, { sourceIPs: [ip] });

  it('are told where what was read goes back a day', async () => {
    const stream = await streamOf([NEW], { historyUs: 24 * HOUR * SECOND_US });
    stream.addEarlier(from(-25 * HOUR, '192.0.2.7'));
    expect(stream.earlierRows()).toEqual([]);
    expect(stream.add([from(1, '192.0.2.7')])).toEqual([]);
    expect(told(stream.add([from(2, '198.51.100.9'), from(3, '198.51.100.9')]))).toEqual(['new alice 1']);
    expect(stream.findings().notes).toEqual([]);
  });

  it('are not told where it does not, which is said', async () => {
    const stream = await streamOf([NEW]);
    expect(stream.add([from(1, '192.0.2.7'), from(2, '198.51.100.9')])).toEqual([]);
    expect(stream.findings().notes.map(({ code }) => code)).toEqual(['no-baseline']);
  });

  it('are told again once it does', async () => {
    const stream = await streamOf([NEW]);
    stream.add([from(1, '192.0.2.7')]);
    expect(told(stream.add([from(25 * HOUR, '198.51.100.9')]))).toEqual(['new alice 1']);
  });
});

it('says when a cut took what a rule looks at', async () => {
  const stream = await streamOf(['id: agent, when: { userAgent: kubectl }']);
  const { event, ...rest } = request(1);
  const cut = { ...event, userAgent: null, cut: { why: 'line cut', lost: ['userAgent'] } } as typeof event;
  expect(stream.add([{ ...rest, event: cut }])).toEqual([]);
  expect(stream.findings().gaps.map(({ code }) => code)).toEqual(['cut-events']);
});
