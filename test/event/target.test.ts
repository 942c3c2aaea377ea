import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/event/event.ts';
import { fieldManagerOf, isDryRun, queryOf, requestPath, targetOf } from '../../src/event/target.ts';
import { anEvent, aRef, aStatus } from './an-event.ts';

function target(over: Partial<AuditEvent>) {
  return targetOf(anEvent(over));
}

describe('the target', () => {
  it('is what objectRef says', () => {
    const objectRef = aRef({
      group: 'apps',
      resource: 'deployments',
      namespace: 'shop',
      name: 'web',
      subresource: 'scale',
    });
    expect(target({ objectRef })).toEqual({
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: 'shop',
      name: 'web',
      uid: null,
    });
  });

  it('of a non-resource URL is its path', () => {
    expect(target({ objectRef: null, requestURI: '/metrics?x=1' })).toEqual({
      group: null,
      resource: null,
      subresource: null,
      namespace: null,
      name: '/metrics',
      uid: null,
    });
  });

  it('is read from the URL when the reference was cut away', () => {
    const cut = { why: 'line cut', lost: ['objectRef'] } as const;
    expect(
      target({ objectRef: null, cut, requestURI: '/apis/apps/v1/namespaces/shop/deployments/web/scale?x' }),
    ).toMatchObject({
      group: 'apps',
      resource: 'deployments',
      namespace: 'shop',
      name: 'web',
      subresource: 'scale',
    });
    expect(target({ objectRef: null, cut, requestURI: '/healthz' })).toMatchObject({
      resource: null,
      name: '/healthz',
    });
  });

  it.each([
    ['/api/v1/namespaces/shop', 'namespaces', null, 'shop', null],
    ['/api/v1/namespaces/shop/finalize', 'namespaces', null, 'shop', 'finalize'],
    ['/api/v1/namespaces', 'namespaces', null, null, null],
    ['/api/v1/nodes/n1/proxy/logs/x', 'nodes', null, 'n1', 'proxy'],
    ['/api/v1/watch/namespaces/shop/pods', 'pods', 'shop', null, null],
    ['/api/v1/pods', 'pods', null, null, null],
  ])('%s is %s in %s called %s', (requestURI, resource, namespace, name, subresource) => {
    const cut = { why: 'line cut', lost: ['objectRef'] } as const;
    expect(target({ objectRef: null, cut, requestURI })).toMatchObject({
      resource,
      namespace,
      name,
      subresource,
    });
  });

  it('of a Namespace does not stand in itself', () => {
    const objectRef = aRef({ resource: 'namespaces', namespace: 'shop', name: 'shop' });
    expect(target({ objectRef })).toMatchObject({ namespace: null, name: 'shop' });
  });
});

describe('the name', () => {
  it('of a creation with generateName is in the answer', () => {
    const objectRef = aRef({ namespace: 'shop' });
    const responseObject = { kind: 'ConfigMap', metadata: { name: 'build-x', uid: 'u1' } };
    const event = {
      verb: 'create',
      objectRef,
      requestURI: '/api/v1/namespaces/shop/configmaps',
      responseObject,
    };
    expect(target(event)).toMatchObject({ name: 'build-x', uid: 'u1' });
  });

  it.each(['Status', 'Table', 'ConfigMapList'])('is not taken from a %s', (kind) => {
    const requestURI = '/api/v1/namespaces/shop/configmaps';
    const responseObject = { kind, metadata: { name: 'x', uid: 'u1' } };
    expect(target({ verb: 'create', objectRef: aRef(), requestURI, responseObject })).toMatchObject({
      name: null,
      uid: null,
    });
  });

  it('of a list is nobody, whatever the answer holds', () => {
    const responseObject = { kind: 'ConfigMap', metadata: { name: 'x' } };
    expect(
      target({ verb: 'list', objectRef: aRef(), requestURI: '/api/v1/configmaps', responseObject }).name,
    ).toBeNull();
  });

  it('is decoded from the URL when the reference lacks it', () => {
    expect(target({ objectRef: aRef(), requestURI: '/api/v1/namespaces/shop/configmaps/a%20b' }).name).toBe(
      'a b',
    );
  });
});

describe('the uid', () => {
  const objectRef = aRef({ resource: 'configmaps', name: 'web' });
  it('of a deletion is in the status, at Metadata level too', () => {
    expect(target({ verb: 'delete', responseStatus: aStatus(200, { details: { uid: 'u1' } }) }).uid).toBe(
      'u1',
    );
  });

  it('is the precondition that was met', () => {
    const requestObject = { kind: 'DeleteOptions', preconditions: { uid: 'u1' } };
    expect(target({ verb: 'delete', requestObject }).uid).toBe('u1');
    expect(target({ verb: 'delete', requestObject, responseStatus: aStatus(409) }).uid).toBeNull();
    const eviction = { kind: 'Eviction', deleteOptions: { preconditions: { uid: 'u2' } } };
    expect(
      target({
        verb: 'create',
        objectRef: aRef({ resource: 'pods', name: 'p', subresource: 'eviction' }),
        requestObject: eviction,
      }).uid,
    ).toBe('u2');
  });

  it('is not what a client claims of an object that it creates, or is refused', () => {
    expect(target({ verb: 'create', objectRef: { ...objectRef, uid: 'lie' } }).uid).toBeNull();
    expect(
      target({ verb: 'update', objectRef: { ...objectRef, uid: 'lie' }, responseStatus: aStatus(403) }).uid,
    ).toBeNull();
    expect(target({ verb: 'update', objectRef: { ...objectRef, uid: 'u1' } }).uid).toBe('u1');
  });

  it('of a TokenRequest is not the one of the service account', () => {
    const token = aRef({ resource: 'serviceaccounts', name: 'x', subresource: 'token' });
    const responseObject = { kind: 'TokenRequest', metadata: { name: 'x', uid: 'u9' } };
    expect(target({ verb: 'create', objectRef: token, responseObject }).uid).toBeNull();
    const scale = aRef({ group: 'apps', resource: 'deployments', name: 'x', subresource: 'scale' });
    expect(
      target({ verb: 'patch', objectRef: scale, responseObject: { kind: 'Scale', metadata: { uid: 'u1' } } })
        .uid,
    ).toBe('u1');
  });
});

describe('a dry run', () => {
  const all = { kind: 'DeleteOptions', dryRun: ['All'] };
  it.each<[string, Partial<AuditEvent>, boolean]>([
    ['a patch that asks for it in the query', { verb: 'patch', requestURI: '/x?dryRun=All' }, true],
    ['one among other parameters', { verb: 'update', requestURI: '/x?fieldManager=a&dryRun=All' }, true],
    ['percent-encoded', { verb: 'update', requestURI: '/x?dryRun=%41ll' }, true],
    ['a patch without', { verb: 'patch' }, false],
    ['an empty value', { verb: 'patch', requestURI: '/x?dryRun=' }, false],
    ['a delete with options', { verb: 'delete', requestObject: all }, true],
    ['a delete at Metadata level', { verb: 'delete', requestURI: '/x?dryRun=All' }, true],
    [
      'a delete whose body overrules the query',
      { verb: 'delete', requestURI: '/x?dryRun=All', requestObject: { kind: 'DeleteOptions' } },
      false,
    ],
    [
      'an eviction with options',
      { verb: 'create', requestObject: { kind: 'Eviction', deleteOptions: { dryRun: ['All'] } } },
      true,
    ],
    [
      'an object of its own with such a field',
      { verb: 'create', requestObject: { kind: 'Backup', dryRun: ['All'] } },
      false,
    ],
    ['a read: it reads all the same', { verb: 'list', requestURI: '/x?dryRun=All' }, false],
    [
      'an exec: it runs all the same',
      {
        verb: 'create',
        requestURI: '/x?dryRun=All',
        objectRef: aRef({ resource: 'pods', subresource: 'exec' }),
      },
      false,
    ],
    [
      'a token: it is issued all the same',
      {
        verb: 'create',
        requestURI: '/x?dryRun=All',
        objectRef: aRef({ resource: 'serviceaccounts', subresource: 'token' }),
      },
      false,
    ],
    ["GKE's label", { verb: 'create', annotations: { 'command.gke.io/dryRun': 'true' } }, true],
  ])('%s: %#', (_, over, expected) => {
    expect(isDryRun(anEvent(over))).toBe(expected);
  });
});

describe('the URL', () => {
  it.each([
    ['/api/v1/pods?x=1', '/api/v1/pods'],
    ['/metr%69cs', '/metrics'],
    ['/a%', '/a%'],
    ['', ''],
  ])('%s has the path %s', (requestURI, path) => {
    expect(requestPath(anEvent({ requestURI }))).toBe(path);
  });

  it('with broken escapes in its query is read all the same', () => {
    expect(queryOf(anEvent({ requestURI: '/x?a=%&b=%E0%A4&c' })).get('c')).toBe('');
    expect(fieldManagerOf(anEvent({ requestURI: '/x?fieldManager=kubectl-rollout' }))).toBe(
      'kubectl-rollout',
    );
    expect(fieldManagerOf(anEvent())).toBeNull();
  });
});
