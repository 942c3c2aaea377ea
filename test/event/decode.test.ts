import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecodeContext, decodeEvent, MAX_DEPTH } from '../../src/event/decode.ts';
import type { AuditEvent, Reject } from '../../src/event/event.ts';

const context: DecodeContext = {
  source: 'cp-1/audit.log',
  position: { file: 'cp-1/audit.log', line: 7 },
  recordTime: null,
  cut: null,
};

const whole = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: 'a1',
  stage: 'ResponseComplete',
  requestURI: '/apis/apps/v1/namespaces/prod/deployments/api',
  verb: 'delete',
  user: {
    username: 'alice',
    groups: ['dev'],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=1'] },
  },
  sourceIPs: ['10.0.3.7'],
  userAgent: 'kubectl/v1.34.0',
  objectRef: { resource: 'deployments', namespace: 'prod', name: 'api', apiGroup: 'apps', apiVersion: 'v1' },
  responseStatus: { metadata: {}, status: 'Success', code: 200 },
  responseObject: { kind: 'Status' },
  requestReceivedTimestamp: '2026-01-02T15:04:05.123456Z',
  stageTimestamp: '2026-01-02T15:04:05.223456Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};

function event(json: unknown, more: Partial<DecodeContext> = {}): AuditEvent {
  const decoded = decodeEvent(json, { ...context, ...more });
  if ('reason' in decoded) throw new Error(`rejected: ${decoded.reason}`);
  return decoded;
}

function reject(json: unknown): Reject {
  const decoded = decodeEvent(json, context);
  if ('reason' in decoded) return decoded;
  throw new Error('not rejected');
}

describe('decoding a v1 event', () => {
  it('takes every field over, and keeps the JSON itself', () => {
    const decoded = event(whole);
    expect(decoded).toMatchObject({
      auditID: 'a1',
      level: 'RequestResponse',
      stage: 'ResponseComplete',
      user: { username: 'alice', uid: null, groups: ['dev'] },
      objectRef: { group: 'apps', version: 'v1', resource: 'deployments', subresource: null, name: 'api' },
      responseStatus: { code: 200, status: 'Success', reason: null },
      requestObject: undefined,
      requestReceivedTimestamp: '2026-01-02T15:04:05.123456Z',
      position: { line: 7 },
    });
    expect(decoded.json).toBe(whole);
    expect((decoded.stageUs ?? 0) - (decoded.receivedUs ?? 0)).toBe(100_000);
  });

  it('knows nobody by an empty user', () => {
    expect(event({ ...whole, user: {} }).user).toBeNull();
  });

  it('takes items of an EventList, which carry no kind and version', () => {
    const { kind: _kind, apiVersion: _version, ...item } = whole;
    expect(event(item).json).toMatchObject({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', auditID: 'a1' });
  });

  it('keeps times as written when they are RFC 3339, and puts others into it', () => {
    expect(event({ ...whole, requestReceivedTimestamp: '2026-01-02T16:04:05+01:00' })).toMatchObject({
      requestReceivedTimestamp: '2026-01-02T16:04:05+01:00',
      receivedUs: Date.UTC(2026, 0, 2, 15, 4, 5) * 1000,
    });
    expect(
      event({ ...whole, requestReceivedTimestamp: '2026-01-02 15:04:05Z' }).requestReceivedTimestamp,
    ).toBe('2026-01-02T15:04:05.000000Z');
  });

  it("uses the record's time where the event has none", () => {
    const { requestReceivedTimestamp: _time, ...timeless } = whole;
    expect(event(timeless, { recordTime: '2026-01-02T15:04:06Z' }).receivedUs).toBe(
      Date.UTC(2026, 0, 2, 15, 4, 6) * 1000,
    );
    expect(event(timeless).receivedUs).toBeNull();
  });

  it('counts fields of a wrong type as absent', () => {
    const decoded = event({
      ...whole,
      user: 'alice',
      sourceIPs: ['10.0.0.1', 7, null],
      objectRef: ['x'],
      responseStatus: { code: '200', reason: 5 },
      annotations: { a: 'b', c: 1 },
      level: 9,
      userAgent: {},
    });
    expect(decoded).toMatchObject({
      user: null,
      sourceIPs: ['10.0.0.1'],
      objectRef: null,
      responseStatus: { code: null, reason: null },
      annotations: { a: 'b' },
      level: 'Metadata',
      userAgent: null,
    });
    expect(Object.keys(decoded.annotations)).toEqual(['a']);
  });

  it('takes __proto__ for a key like any other', () => {
    const hostile: unknown = JSON.parse(
      `{"auditID":"a","stage":"Panic","verb":"get","__proto__":{"verb":"delete"},"annotations":{"__proto__":"x"},` +
        `"user":{"username":"u","extra":{"__proto__":["y"]}}}`,
    );
    const decoded = event(hostile);
    expect(Object.hasOwn(decoded.annotations, '__proto__')).toBe(true);
    expect(Object.hasOwn(decoded.user?.extra ?? {}, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(decoded.json)).toBe(Object.prototype);
    expect(decoded.verb).toBe('get');
  });
});

describe('decoding older versions', () => {
  it('splits the group and version of v1alpha1, and takes its timestamp for both times', () => {
    const decoded = event({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1alpha1',
      metadata: { creationTimestamp: '2018-01-02T15:04:05Z' },
      level: 'Metadata',
      timestamp: '2018-01-02T15:04:06Z',
      auditID: 'old',
      stage: 'ResponseComplete',
      requestURI: '/apis/apps/v1beta2/namespaces/prod/deployments/api',
      verb: 'delete',
      user: { username: 'alice' },
      objectRef: { resource: 'deployments', namespace: 'prod', name: 'api', apiVersion: 'apps/v1beta2' },
    });
    expect(decoded.objectRef).toMatchObject({ group: 'apps', version: 'v1beta2' });
    expect(decoded.receivedUs).toBe(Date.UTC(2018, 0, 2, 15, 4, 6) * 1000);
    expect(decoded.stageUs).toBe(decoded.receivedUs);
    expect(decoded.json).toMatchObject({ apiVersion: 'audit.k8s.io/v1', objectRef: { apiGroup: 'apps' } });
    expect(decoded.json).not.toHaveProperty('timestamp');
  });

  it('falls back to the creation of the metadata', () => {
    const decoded = event({
      apiVersion: 'audit.k8s.io/v1beta1',
      kind: 'Event',
      metadata: { creationTimestamp: '2018-01-02T15:04:05Z' },
      auditID: 'old',
      stage: 'ResponseComplete',
      verb: 'get',
    });
    expect(decoded.requestReceivedTimestamp).toBe('2018-01-02T15:04:05.000000Z');
  });

  it('leaves the times of v1beta1 as they are', () => {
    const decoded = event({
      ...whole,
      apiVersion: 'audit.k8s.io/v1beta1',
      metadata: { creationTimestamp: null },
    });
    expect(decoded.requestReceivedTimestamp).toBe(whole.requestReceivedTimestamp);
    expect(decoded.json).toEqual(whole);
  });
});

describe('rejecting', () => {
  it.each([
    null,
    7,
    'text',
    [whole],
    {},
    { kind: 'Pod', verb: 'get' },
    { auditID: 'a', stage: 'ResponseComplete' },
  ])('takes %j for no audit event', (json) => {
    expect(reject(json)).toMatchObject({ reason: 'no audit event', salvaged: null, position: { line: 7 } });
  });

  it('says of what calls itself an audit event that a field is bad', () => {
    expect(reject({ ...whole, stage: 'Sometime' }).reason).toBe('bad field');
    expect(reject({ ...whole, auditID: 7 }).reason).toBe('bad field');
  });

  it('refuses to go deeper than anything real', () => {
    const nested = (depth: number): unknown =>
      JSON.parse(`${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`);
    expect(event({ ...whole, requestObject: nested(MAX_DEPTH - 100) }).auditID).toBe('a1');
    expect(reject({ ...whole, requestObject: nested(1_000_000) }).reason).toBe('too deep');
  });

  it('never throws, whatever the JSON', () => {
    const keys = fc.constantFrom(...Object.keys(whole), '__proto__', 'metadata', 'timestamp');
    const json = fc.dictionary(keys, fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(whole))));
    fc.assert(fc.property(json, (value) => decodeEvent(value, context) !== undefined));
  });
});
