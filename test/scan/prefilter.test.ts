import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler, isOutcome } from '../../src/event/assembler.ts';
import { resourceKey, targetOf } from '../../src/event/target.ts';
import { parseBy } from '../../src/query/by.ts';
import { parseCodes } from '../../src/query/codes.ts';
import { bucketsOf, groupKeyOf } from '../../src/query/group-of.ts';
import { isInWindow } from '../../src/query/in-window.ts';
import { concerns, matches, mayMatch } from '../../src/query/matches.ts';
import {
  absent,
  all,
  any,
  EVERYTHING,
  equals,
  NOTHING,
  not,
  oneOf,
  type Predicate,
} from '../../src/query/predicate.ts';
import type { Query } from '../../src/query/query.ts';
import { needlesOf } from '../../src/scan/needles.ts';
import { sieveOf } from '../../src/scan/sieve.ts';
import { type EventJson, INSTANTS, logJson } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { type CountedGroup, countGroups } from '../support/count-groups.ts';
import { queryFor, someQuery } from './asked.ts';
import { line, type Scanned, scanText } from './scan-text.ts';

const LONG_RUNNING = 'watch or proxy or attach or exec or proxy or log or portforward';

describe('what is asked of a head', () => {
  it.each<readonly [string, Predicate, string]>([
    ['a name', equals('objectRef.name', 'api'), 'api'],
    ['one of several', oneOf('verb', ['create', 'delete']), 'create or delete'],
    [
      'all of it, the cheapest first',
      all(equals('objectRef.name', 'api'), equals('verb', 'delete')),
      '(delete and api)',
    ],
    [
      'any of it, once',
      any(
        equals('objectRef.name', 'api'),
        all(oneOf('verb', ['delete', 'patch']), equals('objectRef.name', 'web')),
        all(oneOf('verb', ['delete', 'patch']), equals('objectRef.name', 'web')),
      ),
      '((delete or patch and web) or api)',
    ],
    ['nothing that can match', NOTHING, '()'],
    ['everything', EVERYTHING, 'any line'],
    [
      'what a later stage may add',
      any(equals('objectRef.name', 'api'), absent('responseStatus.code')),
      'any line',
    ],
    [
      'what the body of a creation may add',
      any(equals('objectRef.name', 'api'), absent('objectRef.name')),
      '(api or (create or no objectRef.name))',
    ],
    ['what no later stage adds', not(equals('verb', 'get')), 'not (verb is "get")'],
    ['a part that bodies decide', all(equals('objectRef.name', 'api'), equals('dryRun', true)), 'api'],
    ['codes, which an earlier stage may have too', parseCodes('403'), `(${LONG_RUNNING} or code 403)`],
    ['who, by any of their names', parseBy('alice'), '(alice or alice or alice)'],
    ['what stands behind the bodies', equals('annotations', 'a=b'), 'any line'],
  ])('%s', (_name, wanted, needles) => {
    expect(inWords(needlesOf(wanted))).toBe(needles);
  });
});

function inWords(needles: ReturnType<typeof needlesOf>): string {
  if (needles === null) return 'any line';
  return needles.kind === 'text'
    ? needles.text
    : `(${needles.of.map(inWords).join(needles.kind === 'all' ? ' and ' : ' or ')})`;
}

describe('passing over lines', () => {
  const scanFor = (text: string | Uint8Array, wanted: Predicate) =>
    scanText(text, { sieve: sieveOf(queryFor(wanted), false), alwaysDecoded: 0 });

  it('counts what it passes over as what it is', async () => {
    const text = [
      line('a'),
      line('b', { stage: 'RequestReceived' }),
      line('c', { stage: 'Panic', requestReceivedTimestamp: '2026-01-02T15:04:07.000000Z' }),
      line('d', { stage: 'ResponseStarted', responseStatus: { metadata: {}, code: 200 } }),
      line('e', { stage: 'ResponseStarted', responseStatus: { metadata: {}, code: 401 } }),
      line('f', { stage: 'ResponseStarted', user: {}, responseStatus: { metadata: {}, code: 401 } }),
    ].join('\n');
    const scanned = await scanFor(`${text}\n`, equals('objectRef.name', 'other'));
    // A failed login's ResponseStarted is its outcome.
    expect([scanned.ids, scanned.passed, scanned.outcomesPassed]).toEqual([[], 6, 3]);
  });

  it('reads a name that only the URL or the response has', async () => {
    const inUrl = line('a', {
      objectRef: { resource: 'pods' },
      requestURI: '/api/v1/namespaces/prod/pods/api?x=1',
    });
    const generated = line('b', {
      verb: 'create',
      requestURI: '/api/v1/namespaces/prod/pods',
      objectRef: { resource: 'pods' },
      responseObject: { metadata: { name: 'api' } },
    });
    const longer = line('c', { requestURI: '/api-7', objectRef: { resource: 'pods', name: 'my-api' } });
    const scanned = await scanFor(`${inUrl}\n${generated}\n${longer}\n`, equals('objectRef.name', 'api'));
    expect([scanned.ids, scanned.passed]).toEqual([['a', 'b'], 1]);
  });

  it('reads the person behind a shared login, wherever that stands', async () => {
    const loggedIn = (id: string, extra: Record<string, string[]>): string =>
      line(id, { user: { username: 'shared', extra } });
    const text = [
      loggedIn('a', { sessionName: ['alice'] }),
      loggedIn('b', { arn: ['arn:aws:sts::12:assumed-role/ops/alice'] }),
      loggedIn('c', { preferred_username: ['alice'] }),
      asServed(line('d', { impersonatedUser: { username: 'other', extra: { email: ['alice'] } } })),
      loggedIn('e', { sessionName: ['alicent'], arn: ['arn:aws:sts::12:assumed-role/my-alice'] }),
    ].join('\n');
    const scanned = await scanFor(`${text}\n`, equals('session', 'alice'));
    expect([scanned.ids, scanned.passed]).toEqual([['a', 'b', 'c', 'd'], 1]);
  });

  it('decodes what the API server does not write so', async () => {
    const odd = [
      line('a', { another: 'key' }),
      line('b', { impersonatedUser: { username: 'bob' } }),
      line('c', { requestReceivedTimestamp: '2026-01-02T15:04:05Z' }),
      line('d', { apiVersion: 'audit.k8s.io/v1beta1' }),
      line('e').replace(',"stage"', ', "stage"'),
      line('f').replace('"auditID":"f",', '').replace('"stage":', '"auditID":"f","x":1,"stage":'),
    ];
    const scanned = await scanFor(`${odd.join('\n')}\n`, equals('verb', 'other'));
    expect([scanned.ids, scanned.passed]).toEqual([['a', 'b', 'c', 'd', 'e', 'f'], 0]);
  });

  it('tells of what ends with another code than it began with', async () => {
    const wanted = parseCodes('101');
    const started = { stage: 'ResponseStarted', responseStatus: { metadata: {}, code: 101 } };
    const ended = { responseStatus: { metadata: {}, code: 500 } };
    const exec = { verb: 'create', objectRef: { resource: 'pods', name: 'p', subresource: 'exec' } };
    const text = [line('a', { ...exec, ...started }), line('a', { ...exec, ...ended }), line('b', ended)];
    const scanned = await scanFor(`${text.join('\n')}\n`, wanted);
    expect([scanned.ids, scanned.passed]).toEqual([['a'], 2]);
    // Else the exec would seem to be open still, with the code that it began with.
    expect(scanned.ended.map(([key, passed]) => [JSON.parse(key)[1], passed])).toEqual([
      ['a', 'ended long-running'],
    ]);
    expect(toldBy(scanned, queryFor(wanted))).toEqual({
      seen: [],
      witnessed: {},
      counted: {},
      begun: { running: 0, withoutOutcome: 0 },
    });
  });

  it('passes over lines of the kubelet too, but not over parts of one', async () => {
    const whole = `2026-01-02T15:04:06.1Z stdout F ${line('a')}`;
    const [head, rest] = [line('b').slice(0, 300), line('b').slice(300)];
    const parts = `2026-01-02T15:04:06.1Z stdout P ${head}\n2026-01-02T15:04:06.1Z stdout F ${rest}`;
    const scanned = await scanFor(`${whole}\n${parts}\n${whole}\n`, equals('verb', 'other'));
    expect([scanned.ids, scanned.passed]).toEqual([['b'], 2]);
  });

  it('never passes over a line that is not whole', async () => {
    const whole = line('a');
    for (let at = 1; at < whole.length; at += 3) {
      for (const cut of [`${whole.slice(0, at)}\n`, `${whole.slice(0, at)}${whole}\n`]) {
        const scanned = await scanFor(`${cut}${line('b')}\n`, equals('objectRef.name', 'other'));
        expect([at, scanned.reasons]).toEqual([at, ['line cut']]);
      }
    }
  });

  it('leaves out nothing that JSON.parse and the predicate would keep', async () => {
    await fc.assert(
      fc.asyncProperty(
        logJson(),
        predicate(),
        fc.array(fc.nat({ max: 5000 })),
        async (jsons, wanted, cuts) => {
          const ordered = jsons.map(inServerOrder);
          const text = ordered.map((json) => `${JSON.stringify(json)}\n`).join('');
          const sieve = sieveOf(queryFor(wanted), false);
          const [filtered, plain] = [
            await scanText(text, { sieve, alwaysDecoded: 0, cuts }),
            await scanText(text),
          ];
          expect(filtered.rejects).toEqual([]);
          expect(filtered.events.length + filtered.passed).toBe(ordered.length);
          const lines = new Set(filtered.events.map((event) => event.position.line));
          for (const event of plain.events) {
            const isOutcome = event.stage === 'ResponseComplete' || event.stage === 'Panic';
            if (isOutcome && mayMatch(event, wanted)) expect(lines).toContain(event.position.line);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the requests and counts that decoding every line gives', async () => {
    const cri = fc.constantFrom('', '2026-11-22T10:00:00.1Z stdout F ');
    // What is counted in passing counts twice what is logged twice.
    const log = logJson().filter((jsons) => hasNoTwins(jsons) && new Set(jsons).size === jsons.length);
    await fc.assert(
      fc.asyncProperty(
        log,
        someQuery(INSTANTS),
        cri,
        fc.nat({ max: 4 }),
        async (jsons, query, prefix, decoded) => {
          const text = jsons.map((json) => `${prefix}${JSON.stringify(inServerOrder(json))}\n`).join('');
          const filtered = await scanText(text, { sieve: sieveOf(query, false), alwaysDecoded: decoded });
          const plain = await scanText(text);
          expect(toldBy(filtered, query)).toEqual(toldBy(plain, query));
          expect(countsOf(filtered)).toEqual(countsOf(plain));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('leaves out nothing of a real log, and most of the rest', async () => {
    const shop = readFileSync(new URL('../fixtures/shop/audit.log', import.meta.url));
    const plain = await scanText(shop);
    const names = [...new Set(plain.events.map((event) => event.objectRef?.name ?? ''))].filter(
      (name) => name !== '',
    );
    for (const name of names.slice(0, 40)) {
      const wanted = equals('objectRef.name', name);
      const found = await scanFor(shop, wanted);
      const wantedIds = plain.events.filter((event) => mayMatch(event, wanted)).map((event) => event.auditID);
      const outcomes = plain.events
        .filter((event) => event.objectRef?.name === name)
        .map((event) => event.auditID);
      expect(wantedIds).toEqual(expect.arrayContaining(outcomes));
      expect(found.ids).toEqual(expect.arrayContaining(outcomes));
      expect(found.events.length + found.passed).toBe(plain.events.length);
    }
  });
});

/** Requests that share all but their URL are taken for one where one of them is passed over: stagesKey says when. */
function hasNoTwins(jsons: readonly EventJson[]): boolean {
  const urls = new Map<string, unknown>();
  return jsons.every((json) => {
    const { auditID, requestReceivedTimestamp, verb, requestURI } = json;
    const key = JSON.stringify([auditID, requestReceivedTimestamp, verb]);
    const known = urls.get(key) ?? requestURI;
    urls.set(key, requestURI);
    return known === requestURI;
  });
}

/** What a question gets to see: the requests or, where they are counted, their groups; and the witnesses. */
function toldBy(scanned: Scanned, { predicate: wanted, witness, aggregation, window }: Query): unknown {
  const seen: unknown[] = [];
  const begun = { running: 0, withoutOutcome: 0 };
  const witnessed: Record<string, number> = { ...scanned.witnessed };
  const counted: Record<string, CountedGroup> = structuredClone(scanned.counted);
  const assembler = new Assembler({
    concerns: (event) => concerns(event, witness === null ? wanted : any(wanted, witness)),
    emit: (request) => {
      const { event, receivedUs } = request;
      if (!isInWindow(request, window)) return;
      const isEnded = request.endedUs !== null;
      if (witness !== null && isEnded && matches(event, witness)) {
        const key = `${resourceKey(targetOf(event))} ${event.level}`;
        witnessed[key] = (witnessed[key] ?? 0) + 1;
      }
      if (!matches(event, wanted)) return;
      if (aggregation === null || (isEnded && receivedUs === null)) seen.push(request);
      else if (!isEnded || receivedUs === null) begun[request.isOpen ? 'running' : 'withoutOutcome']++;
      else {
        const group = { key: groupKeyOf(event, aggregation), buckets: bucketsOf(receivedUs, aggregation) };
        countGroups([{ ...group, count: 1, firstUs: receivedUs, lastUs: receivedUs }], counted);
      }
    },
    emitBegun: ({ running, withoutOutcome }) => {
      begun.running += running;
      begun.withoutOutcome += withoutOutcome;
    },
    isFollowing: false,
  });
  for (const event of scanned.events) assembler.add(event);
  for (const [key, passed] of [...scanned.ended, ...Object.entries(scanned.begun)])
    assembler.pass({ passed, count: 1, keys: [key] });
  assembler.end();
  return { seen, witnessed, counted, begun };
}

function countsOf({ events, passed, outcomesPassed, fromUs, toUs }: Scanned): unknown {
  const times = [...events.map((event) => event.receivedUs), fromUs, toUs].filter((us) => us !== null);
  return {
    events: events.length + passed,
    outcomes: events.filter(isOutcome).length + outcomesPassed,
    span: [Math.min(...times), Math.max(...times)],
  };
}

function asServed(text: string): string {
  return JSON.stringify(inServerOrder(JSON.parse(text) as EventJson));
}

/** As Go writes it: only such lines are ever passed over. */
function inServerOrder(json: EventJson): EventJson {
  const order = [
    ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser'],
    ...['sourceIPs', 'userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject'],
    ...['requestReceivedTimestamp', 'stageTimestamp', 'annotations'],
  ];
  return Object.fromEntries(order.flatMap((key) => (json[key] === undefined ? [] : [[key, json[key]]])));
}
