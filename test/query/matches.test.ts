import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/event/event.ts';
import { compileWhere } from '../../src/query/cel.ts';
import { concerns, couldMatch, matches, mayMatch, verdictOf } from '../../src/query/matches.ts';
import { absent, all, any, equals, glob, not, oneOf } from '../../src/query/predicate.ts';
import { UNKNOWN } from '../../src/query/value-of.ts';
import { anEvent, aRef, aStatus, aUser } from '../event/an-event.ts';
import { requestJson } from '../support/arbitrary.ts';
import { predicate } from '../support/arbitrary-predicate.ts';
import { decodeJson } from '../support/decode-json.ts';

describe('matches', () => {
  it('is true when one of several values fits', () => {
    const event = anEvent({ user: aUser('alice', { groups: ['ops', 'dev'] }) });
    expect(matches(event, equals('user.groups', 'dev'))).toBe(true);
    expect(matches(event, oneOf('user.groups', ['x', 'ops']))).toBe(true);
    expect(matches(event, equals('user.groups', 'de'))).toBe(false);
  });

  it('takes an absent field for no value, and the core group for an empty one', () => {
    const event = anEvent({ userAgent: null });
    expect(matches(event, glob('userAgent', '*'))).toBe(false);
    expect(matches(event, not(glob('userAgent', '*')))).toBe(true);
    expect(matches(event, absent('userAgent'))).toBe(true);
    expect(matches(event, equals('objectRef.apiGroup', ''))).toBe(true);
    expect(matches(anEvent({ objectRef: null }), absent('objectRef.apiGroup'))).toBe(true);
    expect(matches(event, absent('objectRef.subresource'))).toBe(true);
  });

  it('asks what the request was really about: a generated name is in the response', () => {
    const event = anEvent({
      verb: 'create',
      requestURI: '/api/v1/namespaces/shop/pods',
      objectRef: aRef({ resource: 'pods', namespace: 'shop' }),
      responseObject: { kind: 'Pod', metadata: { name: 'web-x7' } },
    });
    expect(matches(event, equals('objectRef.name', 'web-x7'))).toBe(true);
    expect(matches(event, absent('objectRef.name'))).toBe(false);
  });

  it('compares codes as numbers, bounds included, and no code with none', () => {
    const between = { kind: 'codeBetween', from: 400, to: 403 } as const;
    expect(
      [400, 403, 399, 404].map((code) => matches(anEvent({ responseStatus: aStatus(code) }), between)),
    ).toEqual([true, true, false, false]);
    expect(matches(anEvent({ responseStatus: null }), between)).toBe(false);
  });

  it('trusts only the last source address, and takes no offence at junk', () => {
    const inside = { kind: 'fromNetwork', cidr: '10.0.0.0/8' } as const;
    const from = (...sourceIPs: string[]) => matches(anEvent({ sourceIPs }), inside);
    expect(from('1.2.3.4', '10.9.9.9')).toBe(true);
    expect(from('10.9.9.9', '1.2.3.4')).toBe(false);
    expect(from('::ffff:10.1.1.1')).toBe(true);
    expect([from(), from('10.1.1.1; drop'), from('\u0000')]).toEqual([false, false, false]);
  });

  it('is neither true nor false of what a cut took away, and false when the rest decides', () => {
    const cut = { why: 'line cut', lost: ['responseStatus', 'annotations', 'user'] } as const;
    const event = anEvent({ cut, responseStatus: null, user: null, verb: 'delete' });
    const refused = { kind: 'codeBetween', from: 400, to: 599 } as const;
    expect([matches(event, refused), matches(event, not(refused)), couldMatch(event, refused)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(verdictOf(event, equals('user.username', 'alice'))).toBe(UNKNOWN);
    expect(verdictOf(event, absent('user.groups'))).toBe(UNKNOWN);
    expect(couldMatch(event, all(refused, equals('verb', 'get')))).toBe(false);
    expect(matches(event, any(refused, equals('verb', 'delete')))).toBe(true);
  });

  it('knows a name from the URL when the reference was cut, and not a created one without its bodies', () => {
    const lost = ['objectRef', 'requestObject', 'responseObject'];
    const gone = anEvent({ cut: { why: 'line cut', lost }, objectRef: null });
    expect(matches(gone, equals('objectRef.name', 'web'))).toBe(true);
    expect(verdictOf(gone, equals('objectRef.name', 'api'))).toBe(false);
    const made = { ...gone, verb: 'create', requestURI: '/api/v1/namespaces/shop/configmaps' };
    expect(verdictOf(made, equals('objectRef.name', 'web'))).toBe(UNKNOWN);
    expect(verdictOf({ ...made, verb: 'list' }, equals('objectRef.name', 'web'))).not.toBe(true);
  });

  it('evaluates an expression on a cut event only when it reads nothing lost', async () => {
    const cut = { why: 'line cut', lost: ['annotations'] } as const;
    const event = anEvent({ cut, json: { verb: 'get', annotations: {} } });
    expect(matches(event, await compileWhere('verb == "get"'))).toBe(true);
    expect(verdictOf(event, await compileWhere('"x" in annotations'))).toBe(UNKNOWN);
  });

  it('takes a failed expression for no match, and its negation too', async () => {
    const where = await compileWhere('requestObject.spec.replicas == 0');
    const event = anEvent({ json: { verb: 'get' } });
    expect([matches(event, where), matches(event, not(where)), verdictOf(event, where)]).toEqual([
      false,
      false,
      UNKNOWN,
    ]);
  });
});

describe('concerns', () => {
  it('does not let an earlier stage pass for an open match whose outcome is no match', () => {
    fc.assert(
      fc.property(requestJson(), predicate(), (stages, wanted) => {
        const events = stages.map(decodeJson);
        const outcome = events.at(-1) as AuditEvent;
        fc.pre(events.some((event) => concerns(event, wanted) && matches(event, wanted)));
        expect(concerns(outcome, wanted)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the outcome that was impersonated of a request that began as one that was not', () => {
    const wanted = not(equals('impersonatedUser.username', 'bob'));
    const received = anEvent({ stage: 'RequestReceived', responseStatus: null, impersonatedUser: null });
    expect(concerns(received, wanted)).toBe(true);
    expect(concerns(anEvent({ impersonatedUser: aUser('bob') }), wanted)).toBe(true);
    expect(concerns(anEvent({ impersonatedUser: aUser('bob') }), not(wanted))).toBe(true);
    expect(concerns(anEvent({ impersonatedUser: aUser('eve') }), not(wanted))).toBe(false);
  });
});

describe('mayMatch', () => {
  it('does not rule out, before the outcome, what only the outcome tells', () => {
    const received = anEvent({ stage: 'RequestReceived', responseStatus: null, impersonatedUser: null });
    expect(mayMatch(received, equals('responseStatus.code', '200'))).toBe(true);
    expect(mayMatch(received, absent('responseStatus.code'))).toBe(true);
    expect(mayMatch(received, equals('impersonatedUser.username', 'agent-smith'))).toBe(true);
    expect(mayMatch(received, equals('dryRun', true))).toBe(true);
    expect(mayMatch(received, equals('verb', 'delete'))).toBe(false);
    expect(mayMatch(received, equals('objectRef.name', 'api'))).toBe(false);
  });

  it('takes the code of a started request for not final, unless it is the 401 that stands alone', () => {
    const started = (code: number) => anEvent({ stage: 'ResponseStarted', responseStatus: aStatus(code) });
    expect(mayMatch(started(101), equals('responseStatus.code', '500'))).toBe(true);
    expect(mayMatch({ ...started(401), user: null }, equals('responseStatus.code', '500'))).toBe(false);
  });

  it('lets every stage of a request pass whose outcome matches', () => {
    fc.assert(
      fc.property(requestJson(), predicate(), (stages, wanted) => {
        const events = stages.map(decodeJson);
        const outcome = events.at(-1) as AuditEvent;
        fc.pre(matches(outcome, wanted));
        expect(events.map((event) => mayMatch(event, wanted))).toEqual(events.map(() => true));
      }),
      { numRuns: 2000 },
    );
  });

  it('lets every stage pass for an expression too', async () => {
    const wheres = await Promise.all(
      [
        'verb != "get" && responseStatus.code >= 400',
        '!(stage == "Panic") && userAgent.contains("kube")',
        'impersonatedUser.username == "alice" || "ops" in user.groups',
        'objectRef.name == "api" && objectRef.resource in ["pods", "deployments"]',
      ].map(compileWhere),
    );
    fc.assert(
      fc.property(requestJson(), fc.constantFrom(...wheres), (stages, wanted) => {
        const events = stages.map(decodeJson);
        fc.pre(matches(events.at(-1) as AuditEvent, wanted));
        expect(events.every((event) => mayMatch(event, wanted))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('could match whatever the whole event matches, however it is cut', () => {
    const fields = [
      'user',
      'objectRef',
      'responseStatus',
      'requestObject',
      'responseObject',
      'annotations',
      'userAgent',
    ];
    fc.assert(
      fc.property(requestJson(), predicate(), fc.subarray(fields), (stages, wanted, lost) => {
        const json = stages.at(-1) ?? {};
        fc.pre(matches(decodeJson(json), wanted));
        const rest = Object.fromEntries(Object.entries(json).filter(([name]) => !lost.includes(name)));
        const cut = { ...decodeJson(rest), cut: { why: 'line cut', lost } } as const;
        expect(couldMatch(cut, wanted)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
