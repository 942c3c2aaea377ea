import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBy } from '../../src/query/by.ts';
import { mayMatch } from '../../src/query/matches.ts';
import {
  absent,
  all,
  any,
  EVERYTHING,
  equals,
  glob,
  NOTHING,
  not,
  oneOf,
  type Predicate,
} from '../../src/query/predicate.ts';
import { needlesOf } from '../../src/scan/needles.ts';
import { type EventJson, logJson } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { line, scanText } from './scan-text.ts';

describe('texts to search for', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => equals('objectRef.name', `name-${i}`));

  it.each<readonly [string, Predicate, string]>([
    ['a name', equals('objectRef.name', 'api'), 'api'],
    ['one of several', oneOf('verb', ['create', 'delete']), '(create or delete)'],
    [
      'all of it, the longest first',
      all(equals('objectRef.name', 'api'), equals('objectRef.resource', 'deployments')),
      '(deployments and api)',
    ],
    [
      'any of it, once',
      any(
        equals('objectRef.name', 'api'),
        all(oneOf('verb', ['delete', 'patch']), equals('objectRef.name', 'web')),
        all(equals('objectRef.name', 'web'), oneOf('verb', ['patch', 'delete'])),
      ),
      '(api or (web and (delete or patch)))',
    ],
    ['nothing that can match', NOTHING, '()'],
    ['everything', EVERYTHING, 'any line'],
    ['one branch without a text', any(equals('objectRef.name', 'api'), absent('objectRef.name')), 'any line'],
    ['a part without a text', all(equals('objectRef.name', 'api'), glob('userAgent', '*x*')), 'api'],
    ['a negation', not(equals('objectRef.name', 'api')), 'any line'],
    ['what JSON may write in another way', equals('user.username', 'a&b'), 'any line'],
    ['who, by any of their names', parseBy('alice'), 'alice'],
    ['the core group', equals('objectRef.apiGroup', ''), 'any line'],
    [
      'lists, codes, times, URLs',
      all(equals('sourceIPs', '10.0.0.1'), equals('requestURI', '/api')),
      'any line',
    ],
    ['more than can be searched for', any(...many(33)), 'any line'],
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
    scanText(text, { needles: needlesOf(wanted), alwaysDecoded: 0 });

  it('counts what it passes over as what it is', async () => {
    const text = [
      line('a'),
      line('b', { stage: 'RequestReceived' }),
      line('c', { stage: 'Panic', requestReceivedTimestamp: '2026-01-02T15:04:07.000000Z' }),
      line('d', { stage: 'ResponseStarted', responseStatus: { metadata: {}, code: 200 } }),
      line('e', { stage: 'ResponseStarted', responseStatus: { metadata: {}, code: 401 } }),
    ].join('\n');
    const scanned = await scanFor(`${text}\n`, equals('objectRef.name', 'other'));
    // A failed login is looked at: its ResponseStarted is its outcome.
    expect(scanned.ids).toEqual(['e']);
    expect([scanned.passed, scanned.outcomesPassed]).toEqual([4, 2]);
  });

  it('reads a name that only the URL or the response has', async () => {
    const inUrl = line('a', {
      objectRef: { resource: 'pods' },
      requestURI: '/api/v1/namespaces/prod/pods/api?x=1',
    });
    const generated = line('b', {
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
      line('d', { impersonatedUser: { username: 'other', extra: { email: ['alice'] } } }),
      loggedIn('e', { sessionName: ['alicent'], arn: ['arn:aws:sts::12:assumed-role/my-alice'] }),
    ].join('\n');
    const scanned = await scanFor(`${text}\n`, equals('session', 'alice'));
    expect([scanned.ids, scanned.passed]).toEqual([['a', 'b', 'c', 'd'], 1]);
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
          const needles = needlesOf(wanted);
          const [filtered, plain] = [
            await scanText(text, { needles, alwaysDecoded: 0, cuts }),
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

/** As Go writes it: only such lines are ever passed over. */
function inServerOrder(json: EventJson): EventJson {
  const order = [
    ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser'],
    ...['sourceIPs', 'userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject'],
    ...['requestReceivedTimestamp', 'stageTimestamp', 'annotations'],
  ];
  return Object.fromEntries(order.flatMap((key) => (json[key] === undefined ? [] : [[key, json[key]]])));
}
