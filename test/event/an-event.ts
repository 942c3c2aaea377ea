/** An event with nothing special about it, for tests to say what is. */
import type { AuditEvent, ObjectRef, ResponseStatus, UserInfo } from '../../src/event/event.ts';

export function anEvent(over: Partial<AuditEvent> = {}): AuditEvent {
  return {
    auditID: 'a-1',
    level: 'RequestResponse',
    stage: 'ResponseComplete',
    verb: 'get',
    requestURI: '/api/v1/namespaces/shop/configmaps/web',
    user: aUser('alice'),
    impersonatedUser: null,
    sourceIPs: ['10.0.0.1'],
    userAgent: 'kubectl/v1.34.4',
    objectRef: aRef({ resource: 'configmaps', namespace: 'shop', name: 'web' }),
    responseStatus: aStatus(200),
    requestObject: undefined,
    responseObject: undefined,
    annotations: {},
    receivedUs: 1,
    stageUs: 2,
    requestReceivedTimestamp: '1970-01-01T00:00:00.000001Z',
    stageTimestamp: '1970-01-01T00:00:00.000002Z',
    json: {},
    source: 'test',
    position: { file: 'audit.log', line: 1 },
    cut: null,
    ...over,
  };
}

export function aUser(username: string, over: Partial<UserInfo> = {}): UserInfo {
  return { username, uid: null, groups: ['system:authenticated'], extra: {}, ...over };
}

export function aRef(over: Partial<ObjectRef> = {}): ObjectRef {
  return {
    group: '',
    version: 'v1',
    resource: 'configmaps',
    subresource: null,
    namespace: null,
    name: null,
    uid: null,
    resourceVersion: null,
    ...over,
  };
}

export function aStatus(code: number, over: Partial<ResponseStatus> = {}): ResponseStatus {
  return { code, status: null, reason: null, message: null, details: null, ...over };
}
