import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { again, fingerprintOf, newAlert, shown, summaryOf } from '../../src/alerts/alert.ts';
import { finding, fromIP } from '../support/findings.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

describe('fingerprintOf', () => {
  it('is of the rule, the actor and the object, and of nothing else', () => {
    const one = fingerprintOf(finding());
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    const same = {
      count: 7,
      first: null,
      last: null,
      why: 'else',
      title: 'else',
      auditIDs: ['x'],
      from: fromIP('10.9.9.9'),
    };
    expect(fingerprintOf(finding(same))).toBe(one);
    const others = [
      finding({ rule: 'other' }),
      finding({ user: 'bob' }),
      finding({ name: 'api-2' }),
      finding({ who: { user: 'alice', as: 'root' } }),
      finding({ object: null }),
    ];
    expect(new Set([one, ...others.map(fingerprintOf)]).size).toBe(6);
  });

  it('takes the address for an actor whom nobody knows', () => {
    const from = (ip: string) => fingerprintOf(finding({ who: null, from: fromIP(ip) }));
    expect(from('10.0.0.1')).not.toBe(from('10.0.0.2'));
    expect(from('10.0.0.1')).toBe(
      fingerprintOf(finding({ who: { user: null, as: null }, from: fromIP('10.0.0.1') })),
    );
  });

  it('keeps apart what reads the same when it is joined', () => {
    const a = finding({
      object: { group: '', resource: 'pods', subresource: null, namespace: 'a', name: 'b/c' },
    });
    const b = finding({
      object: { group: '', resource: 'pods', subresource: null, namespace: 'a/b', name: 'c' },
    });
    expect(fingerprintOf(a)).not.toBe(fingerprintOf(b));
  });
});

it('grows with each finding of it: count, first, last and the requests are of all', () => {
  const one = newAlert(finding({ auditIDs: ['a'] }), 1_000);
  const later = finding({
    count: 3,
    first: '2026-11-22T02:57:00Z',
    last: '2026-11-22T03:10:00Z',
    auditIDs: ['b', 'a'],
  });
  expect(again(one, later, 2_000)).toMatchObject({
    beganMs: 1_000,
    foundMs: 2_000,
    fingerprint: one.fingerprint,
    finding: { count: 4, first: '2026-11-22T02:57:00Z', last: '2026-11-22T03:10:00Z', auditIDs: ['a', 'b'] },
  });
});

it('says in one line what it is about', () => {
  expect(summaryOf(finding())).toBe('A command was run in a pod: alice, pods/exec prod/api-1, from 10.0.3.7');
  expect(
    summaryOf(finding({ who: { user: 'alice', as: 'root' }, object: null, from: { top: [], distinct: 0 } })),
  ).toBe('A command was run in a pod: alice as root');
});

describe('shown', () => {
  const controls = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

  it('holds nothing that acts on a reader, and is no longer than it may be', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom(...HOSTILE_TEXTS));
    fc.assert(
      fc.property(texts, fc.integer({ min: 20, max: 300 }), (text, most) => {
        const seen = shown(text, most);
        expect(seen).not.toMatch(controls);
        expect(seen.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('keeps long texts apart that begin alike', () => {
    expect(shown('a'.repeat(500), 50)).not.toBe(shown(`${'a'.repeat(500)}b`, 50));
    expect(shown('short', 50)).toBe('short');
  });
});
