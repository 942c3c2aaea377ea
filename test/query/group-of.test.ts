import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/event/event.ts';
import { bucketsOf, groupKeyOf, isGroupLost } from '../../src/query/group-of.ts';
import type { Field } from '../../src/query/predicate.ts';
import { decodeJson } from '../support/decode-json.ts';

const JSON_EVENT = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: 'a',
  stage: 'ResponseComplete',
  verb: 'create',
  requestURI: '/api/v1/namespaces/prod/pods',
  user: { username: 'alice', groups: ['dev', 'ops'] },
  sourceIPs: ['203.0.113.7', '10.0.0.9'],
  objectRef: { resource: 'pods', namespace: 'prod', apiVersion: 'v1' },
  responseStatus: { code: 201 },
};

function keyOf(event: AuditEvent, ...by: Field[]): readonly (string | null)[] {
  return groupKeyOf(event, { by });
}

describe('groupKeyOf', () => {
  it('has a value for each field, in their order; null for none', () => {
    const event = decodeJson(JSON_EVENT);
    expect(keyOf(event, 'verb', 'objectRef.apiGroup', 'userAgent', 'responseStatus.code')).toEqual([
      ...['create', '', null, '201'],
    ]);
    expect(keyOf(event)).toEqual([]);
  });

  it('takes the last address, and of other lists the first value', () => {
    expect(keyOf(decodeJson(JSON_EVENT), 'sourceIPs', 'user.groups')).toEqual(['10.0.0.9', 'dev']);
  });

  it('takes what a cut took away for none, and says so', () => {
    const event = { ...decodeJson(JSON_EVENT), cut: { why: 'line cut', lost: ['userAgent'] } } as const;
    expect([keyOf(event, 'userAgent'), isGroupLost(event, { by: ['userAgent'] })]).toEqual([[null], true]);
    expect(isGroupLost(event, { by: ['verb'] })).toBe(false);
  });
});

describe('bucketsOf', () => {
  it('begins at a multiple of the width, and holds the moment', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 10_000 }), (atUs, width) => {
        const [bucket] = bucketsOf(atUs, { by: [], bucketUs: width });
        const start = bucket?.fromUs ?? Number.NaN;
        expect(start <= atUs && atUs < start + width).toBe(true);
        expect(Math.abs(start % width)).toBe(0);
      }),
    );
  });

  it('is none when none is asked for', () => {
    expect(bucketsOf(5, { by: [], bucketUs: null })).toEqual([]);
  });
});
