import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseMicros } from '../../../src/event/micros.ts';
import { equals, type Predicate } from '../../../src/query/predicate.ts';
import { asksUnnamed } from '../../e2e/stores/cannot-tell.ts';
import { openStore } from '../../e2e/stores/open-store.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { BEGIN_MS, deletions } from '../../support/deletions.ts';
import { describeSource } from '../../support/describe-source.ts';
import { aQuery } from '../../support/source-cases.ts';
import type { SplunkEvent } from '../../support/spl.ts';
import { type SplunkServer, startSplunk, type Told } from '../../support/splunk.ts';

let splunk: SplunkServer;

beforeAll(async () => {
  splunk = await startSplunk();
});
beforeEach(() => {
  splunk.events = [];
  splunk.tells = () => null;
  splunk.asked.length = 0;
  splunk.cancelled.length = 0;
});
afterAll(() => splunk.stop());

const settings = () => ({ url: splunk.url, index: 'k8s' });

/** As the API server writes them; `lateUs`: when it was indexed, after its stage. */
function indexed(json: EventJson, timeOf: (json: EventJson) => number): SplunkEvent {
  return {
    index: 'k8s',
    sourcetype: 'kube:apiserver-audit',
    timeUs: timeOf(json),
    raw: JSON.stringify(inOrder(json)),
  };
}

/** Of Go's struct: staging/src/k8s.io/apiserver/pkg/apis/audit/v1/types.go. */
const ORDER = [
  ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser'],
  ...['sourceIPs', 'userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject'],
  ...['requestReceivedTimestamp', 'stageTimestamp', 'annotations'],
];

function inOrder(json: EventJson): EventJson {
  return Object.fromEntries(ORDER.flatMap((key) => (key in json ? [[key, json[key]]] : [])));
}

const stamp = (json: EventJson, name: string) => parseMicros(String(json[name])) ?? 0;
const byReceipt = (json: EventJson) => stamp(json, 'requestReceivedTimestamp');
describeSource(
  'splunk',
  async (jsons) => {
    splunk.events = jsons.map((json) => indexed(json, byReceipt));
    return await openStore('splunk', settings());
  },
  { cannotTell: asksUnnamed },
);
async function asked(
  predicate: Predicate = equals('verb', 'delete'),
  more: Readonly<Record<string, unknown>> = {},
  signal = new AbortController().signal,
) {
  const source = await openStore('splunk', { ...settings(), ...more });
  const ids: string[] = [];
  const salvaged: string[] = [];
  try {
    for await (const { events, rejects } of source.read(
      await source.plan(aQuery({ predicate }), signal),
      signal,
    )) {
      ids.push(...events.map(({ auditID }) => auditID));
      salvaged.push(...rejects.flatMap((reject) => reject.salvaged?.auditID ?? []));
    }
  } finally {
    await source.close();
  }
  return { ids, salvaged, ...source.findings() };
}

/** The search that is for what is asked, not the looks. */
const onSearch = (told: Told, times = Number.POSITIVE_INFINITY) => {
  let searches = 0;
  splunk.tells = (spl) => (/\| head|tstats/.test(spl) || ++searches > times ? null : told);
};

describe('Splunk', () => {
  beforeEach(() => {
    splunk.events = deletions(1100).map((json) => indexed(json, byReceipt));
  });

  it('gives every event once', async () => {
    const { ids, gaps, notes } = await asked();
    expect([ids.length, new Set(ids).size, gaps, notes]).toEqual([1100, 1100, [], []]);
    expect(splunk.cancelled).toEqual([]);
  });

  it('is asked for what --explain says', async () => {
    const source = await openStore('splunk', { ...settings(), filter: 'cluster="prod"' });
    const { signal } = new AbortController();
    const window = { sinceUs: BEGIN_MS * 1000, untilUs: BEGIN_MS * 1000 + 5_500_000 };
    const plan = await source.plan(aQuery({ predicate: equals('verb', 'delete'), window }), signal);
    for await (const _ of source.read(plan, signal));
    const [where, ...lines] = await plan.explain();
    expect(where).toBe(`POST ${splunk.url}/services/search/v2/jobs/export`);
    const { id, ...sent } = splunk.asked.at(-1) ?? {};
    expect(id).toMatch(/^kubectl-audit-[0-9a-f-]{36}$/);
    const said = Object.fromEntries(new URLSearchParams(lines.at(-1)));
    expect(sent).toEqual({ search: lines.slice(0, -1).join(' '), ...said });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "search (index="k8s") (sourcetype="kube:apiserver-audit" OR sourcetype="kube:apiserver:audit") (cluster="prod")
      | where NOT (match(_raw, "^[{]\\"kind\\":\\"Event\\",\\"apiVersion\\":\\"audit[.]k8s[.]io/v1\\",\\"level\\":\\"[0-9A-Za-z-]+\\",\\"auditID\\":\\"[0-9A-Za-z-]+\\",\\"stage\\":\\"[0-9A-Za-z-]+\\",\\"requestURI\\":\\"") AND match(_raw, "\\"stageTimestamp\\":\\"")) OR match(_raw, "\\"verb\\":\\"(?:delete)\\"")
      | eval audit_time=strftime(_time, "%s.%6N")
      | fields _raw, audit_time
      earliest_time=1795341540&latest_time=%2B3d&output_mode=json&preview=false&count=0&adhoc_search_level=fast"
    `);
    await source.close();
  });

  it('reads up to the end of the second that a window ends in', async () => {
    const slow = deletions(10).map((json) => ({
      ...json,
      stageTimestamp: new Date(byReceipt(json) / 1000 + 50).toISOString(),
    }));
    splunk.events = slow.map((json) => indexed(json, byReceipt));
    const source = await openStore('splunk', settings());
    const { signal } = new AbortController();
    const window = { sinceUs: BEGIN_MS * 1000 + 2_000_000, untilUs: BEGIN_MS * 1000 + 5_000_001 };
    const plan = await source.plan(aQuery({ window, predicate: equals('verb', 'delete') }), signal);
    const ids: string[] = [];
    for await (const { events } of source.read(plan, signal))
      ids.push(...events.map(({ auditID }) => auditID));
    expect(ids).toEqual(['id-5', 'id-4', 'id-3', 'id-2', 'id-1', 'id-0']);
    await source.close();
  });

  it('reads what was indexed late, and what is dated to the second', async () => {
    const late = (json: EventJson) => Math.floor(byReceipt(json) / 1e6) * 1e6 + 50 * 60e6;
    splunk.events = deletions(10).map((json) => indexed(json, late));
    const window = { sinceUs: BEGIN_MS * 1000 + 3e6, untilUs: BEGIN_MS * 1000 + 5e6 };
    const source = await openStore('splunk', settings());
    const { signal } = new AbortController();
    const ids: string[] = [];
    const plan = await source.plan(aQuery({ window }), signal);
    for await (const { events } of source.read(plan, signal))
      ids.push(...events.map(({ auditID }) => auditID));
    expect(ids).toEqual(expect.arrayContaining(['id-3', 'id-4']));
    await source.close();
  });

  it('reads its own index, sourcetypes and terms alone', async () => {
    const [one, two, three, four] = deletions(4).map((json) => indexed(json, byReceipt));
    if (!one || !two || !three || !four) throw new Error('four are made');
    splunk.events = [
      { ...one, meta: { cluster: 'prod' } },
      { ...two, index: 'other' },
      { ...three, sourcetype: 'kube:container' },
      { ...four, meta: { cluster: 'lab' }, sourcetype: 'kube:apiserver:audit' },
    ];
    expect((await asked()).ids).toEqual(['id-3', 'id-0']);
    expect((await asked(equals('verb', 'delete'), { filter: 'cluster="prod"' })).ids).toEqual(['id-0']);
    expect((await asked(equals('verb', 'delete'), { index: ['k8s', 'oth*'] })).ids).toEqual([
      'id-3',
      'id-1',
      'id-0',
    ]);
    expect((await asked(equals('verb', 'delete'), { sourcetype: 'kube:container' })).ids).toEqual(['id-2']);
    const { notes } = await asked(equals('verb', 'delete'), { index: 'nothing' });
    expect(notes).toMatchObject([{ code: 'store-empty', text: expect.stringContaining('may be read') }]);
  });

  it.each([
    [
      'a fatal message',
      { first: [{ messages: [{ type: 'FATAL', text: "Unknown search command 'x'." }] }] },
      /says: Unknown search command/,
    ],
    [
      'an error without any row',
      { isEmpty: true, first: [{ preview: false, messages: [{ type: 'ERROR', text: 'No index' }] }] },
      /says: No index/,
    ],
    ['a page of HTML', { body: '<html>log in</html>' }, /broke off, or sent what is no JSON/],
    // A search that could not be parsed, as Splunk 9 answers it.
    [
      'a refusal',
      { status: 400, body: '{"messages":[{"type":"FATAL","text":"Error in \'where\' command"}]}' },
      /answered 400: FATAL: Error in/,
    ],
  ])('%s is an error, and no answer', async (_, told, message) => {
    onSearch(told);
    await expect(asked()).rejects.toThrow(message);
  });

  it.each([
    [
      'an error of a peer, before its rows or behind them',
      {
        first: [
          {
            messages: [
              {
                type: 'ERROR',
                text: '[idx2] Search results might be incomplete: the search process on the peer ended prematurely.',
              },
            ],
          },
        ],
      },
      /idx2/,
    ],
    [
      'a warning',
      { first: [{ messages: [{ type: 'WARN', text: 'Unable to distribute to peer named idx3' }] }] },
      /idx3/,
    ],
    [
      'a search that was ended',
      {
        last: [
          {
            messages: [
              { type: 'INFO', text: 'Search auto-finalized after time limit (60 seconds) reached.' },
            ],
          },
        ],
      },
      /auto-finalized/,
    ],
    ['an answer without its end', { isCut: true }, /without saying/],
  ])('says that an answer is incomplete after %s', async (_, told, message) => {
    onSearch(told);
    const { ids, gaps } = await asked();
    expect(ids.length).toBe(1100);
    expect(gaps).toMatchObject([{ code: 'source-unreadable', text: expect.stringMatching(message) }]);
  });

  it('heeds no chatter, and no interim results', async () => {
    const interim = { preview: true, offset: 0, result: { _raw: splunk.events[0]?.raw } };
    onSearch({ first: [interim, { messages: [{ type: 'INFO', text: 'Your timerange was substituted' }] }] });
    const { ids, gaps } = await asked();
    expect([ids.length, gaps]).toEqual([1100, []]);
  });

  it('doubts an answer that ends where limits do', async () => {
    splunk.events = deletions(10_000).map((json) => indexed(json, byReceipt));
    expect((await asked()).gaps).toMatchObject([{ text: expect.stringContaining('10000 rows') }]);
  });

  it.each([
    [401, 'WARN', 'call not properly authenticated', { code: 'AUDIT_NO_CREDENTIALS' }],
    [
      403,
      'ERROR',
      'insufficient permission to access this resource',
      { code: 'AUDIT_FORBIDDEN', hint: expect.stringContaining('srchIndexesAllowed') },
    ],
    [404, 'ERROR', 'Not Found', { code: 'AUDIT_STORE_REFUSED', hint: expect.stringContaining('8089') }],
  ])('tells of a %i what to do', async (status, type, text, error) => {
    splunk.tells = () => ({ status, body: JSON.stringify({ messages: [{ type, text }] }) });
    await expect(asked()).rejects.toMatchObject({ ...error, message: expect.stringContaining(text) });
  });

  it('asks as versions before 9.0 are asked where the newer way is not there', async () => {
    splunk.tells = (_, path) =>
      path.includes('/v2/')
        ? { status: 404, body: '{"messages":[{"type":"ERROR","text":"Not Found"}]}' }
        : null;
    expect((await asked()).ids.length).toBe(1100);
  });

  it('waits while as many searches run as may', async () => {
    const text = 'The maximum number of concurrent historical searches on this instance has been reached.';
    // As often as the connection itself asks again.
    onSearch({ status: 503, body: JSON.stringify({ messages: [{ type: 'FATAL', text }] }) }, 5);
    expect((await asked()).ids.length).toBe(1100);
  }, 30_000);

  it('cancels the search when nobody waits for it any more', async () => {
    const ended = new AbortController();
    onSearch({ delayMs: 20 });
    setTimeout(() => ended.abort(new Error('enough')), 700);
    await expect(asked(equals('verb', 'delete'), {}, ended.signal)).rejects.toThrow('enough');
    expect(splunk.cancelled).toEqual([splunk.asked.at(-1)?.id]);
  });

  it('finds a line that was cut, whatever stood in it', async () => {
    const [json = {}] = deletions(1);
    const hidden = { ...json, userAgent: `stageTimestamp":"2026 ${'a'.repeat(10_000)}` };
    const big = {
      ...json,
      auditID: 'id-1',
      requestObject: { stageTimestamp: 'x', data: 'x'.repeat(10_000) },
    };
    splunk.events = [hidden, big].map((one) => {
      const event = indexed(one, byReceipt);
      // props.conf: TRUNCATE = 10000
      return { ...event, raw: event.raw.slice(0, 10_000) };
    });
    const { salvaged } = await asked(equals('objectRef.name', 'b'));
    expect(salvaged.toSorted()).toEqual(['id-0', 'id-1']);
  });

  it('follows', async () => {
    splunk.events = deletions(2).map((json) => indexed(json, byReceipt));
    const source = await openStore('splunk', settings(), { now: () => BEGIN_MS + 2000 });
    const { signal } = new AbortController();
    const plan = await source.plan(
      aQuery({ predicate: equals('verb', 'delete'), following: 'since' }),
      signal,
    );
    for await (const _ of source.read(plan, signal));
    splunk.events = deletions(4).map((json) => indexed(json, byReceipt));
    const found: string[] = [];
    for await (const { events } of source.follow?.(plan, () => {}, signal) ?? []) {
      found.push(...events.map(({ auditID }) => auditID));
      break;
    }
    expect(found.toSorted()).toEqual(['id-2', 'id-3']);
    await source.close();
  });
});
