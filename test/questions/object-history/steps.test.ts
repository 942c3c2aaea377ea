/** What each kind of request did, and how well that is known. */
import { describe, expect, it } from 'vitest';
import { anObject, atMetadata, removed, type Scene } from '../story.ts';
import { gist, historiesOf, lastOf, objectIn, stepsIn } from './history.ts';

const CM = '/api/v1/namespaces/shop/configmaps';
const DEPLOY = '/apis/apps/v1/namespaces/shop/deployments';
const POD = '/api/v1/namespaces/shop/pods';

function aMap(version: number, data: Record<string, string>, over: Record<string, unknown> = {}) {
  const { metadata, ...rest } = over;
  return anObject('ConfigMap', 'a', {
    metadata: { resourceVersion: String(version), ...(metadata as object) },
    data,
    ...rest,
  });
}

function aDeployment(version: number, generation: number, spec: Record<string, unknown>, over: object = {}) {
  return anObject('Deployment', 'web', {
    apiVersion: 'apps/v1',
    metadata: { resourceVersion: String(version), generation, ...over },
    spec,
  });
}

const created: Scene = {
  verb: 'create',
  uri: CM,
  at: 0,
  code: 201,
  body: aMap(0, { k: '1' }),
  answer: aMap(1, { k: '1' }),
};
/** The server takes the name from the body. */
const madeAtMetadata = (at: number): Scene => ({ ...atMetadata(created), at, ref: { name: 'a' } });
const patched = (at: number, body: unknown, answer?: unknown): Scene => ({
  verb: 'patch',
  uri: `${CM}/a`,
  at,
  body,
  answer,
});
const template = (image: string) => ({
  spec: {
    containers: [
      { name: 'api', image },
      { name: 'side', image: 's' },
    ],
  },
});

describe('a step', () => {
  it('is exact between two answers', () => {
    const steps = stepsIn([created, patched(1, { data: { k: '2' } }, aMap(2, { k: '2' }))]);
    expect(steps.map(gist)).toEqual(['1 create exact: absent → exact', '1 change exact: exact → exact']);
    expect(objectIn(steps[1]?.before)).toMatchObject({ data: { k: '1' } });
    expect(objectIn(steps[1]?.after)).toMatchObject({ data: { k: '2' } });
  });

  it('is computed where only the request is known, and what follows it too', () => {
    const steps = stepsIn([
      created,
      patched(1, { data: { n: '9' } }),
      patched(2, [{ op: 'remove', path: '/data/k' }]),
    ]);
    expect(steps.map(gist).slice(1)).toEqual([
      '1 change computed: exact → computed',
      '1 change computed: computed → computed',
    ]);
    expect(objectIn(lastOf(steps).after)).toMatchObject({ data: { n: '9' } });
    expect(objectIn(lastOf(steps).after)).not.toHaveProperty('metadata.resourceVersion');
    expect(lastOf(steps).requestKind).toBe('json patch');
  });

  it('is what was asked for, where nothing is known of the object', () => {
    const [step] = stepsIn([patched(1, { data: { k: '2', gone: null } })]);
    expect(step).toMatchObject({
      basis: 'request',
      before: { kind: 'unknown' },
      after: { kind: 'partial' },
      request: { data: { k: '2', gone: null } },
    });
    expect(objectIn(step?.after)).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace: 'shop' },
      data: { k: '2' },
    });
  });

  it('is only a fact at level Metadata, and leaves nothing known', () => {
    const steps = stepsIn([created, atMetadata(patched(1, {}))]);
    expect(gist(lastOf(steps))).toBe('1 change fact: exact → unknown');
  });

  it('of a creation known by its request only is what was asked for', () => {
    const { answer: _answer, ...asked } = created;
    const [step] = stepsIn([asked]);
    expect(gist(step as never)).toBe('1 create request: absent → partial');
    expect(step?.after).toMatchObject({ why: expect.stringContaining('what the server filled in') });
    expect(objectIn(step?.after)).not.toHaveProperty('metadata.uid');
  });

  it('does nothing when refused, failed, dry, or without effect', () => {
    const over = { annotations: { 'authorization.k8s.io/decision': 'forbid' } };
    const steps = stepsIn([
      created,
      { ...patched(1, { data: { k: '2' } }), code: 403, over },
      { ...patched(2, { data: { k: '2' } }), code: 409 },
      { ...patched(3, { data: { k: '2' } }, aMap(9, { k: '2' })), uri: `${CM}/a?dryRun=All` },
      patched(4, { data: { k: '1' } }, aMap(1, { k: '1' })),
      patched(5, {}),
      patched(6, { data: { k: '1' } }),
    ]);
    expect(steps.slice(1).map(({ kind, noOp }) => `${kind} ${noOp}`)).toEqual([
      'none false',
      'none false',
      'none false',
      'none true',
      'none true',
      'none true',
    ]);
    expect(lastOf(steps).after).toEqual(steps[0]?.after);
  });

  it('of which the server itself does not know whether it was done leaves what is the same either way', () => {
    const steps = stepsIn([created, { ...patched(1, { data: { k: '2', n: '1' } }), code: 504 }]);
    expect(gist(lastOf(steps))).toBe('1 none request: exact → partial');
    expect(objectIn(lastOf(steps).after).data).toEqual({});
  });

  it('shows what a get showed, and nothing of what it did not', () => {
    const get: Scene = { verb: 'get', uri: `${CM}/a`, at: 3, answer: aMap(7, { k: '7' }) };
    const stale: Scene = { verb: 'get', uri: `${CM}/a`, at: 4, answer: aMap(1, { k: '1' }) };
    const table: Scene = { verb: 'get', uri: `${CM}/a`, at: 5, answer: { kind: 'Table', rows: [] } };
    const steps = stepsIn([created, get, stale, table]);
    expect(steps.map(({ kind }) => kind)).toEqual(['create', 'seen', 'seen']);
    expect(objectIn(lastOf(steps).after)).toMatchObject({ data: { k: '7' } });
  });

  it('takes no Status, Table or list for the object', () => {
    for (const kind of ['Status', 'Table', 'ConfigMapList']) {
      const answer = { ...aMap(5, { k: 'x' }), kind, ...(kind.endsWith('List') ? { items: [] } : {}) };
      expect(lastOf(stepsIn([created, patched(1, { data: { n: '1' } }, answer)])).after.kind).toBe(
        'computed',
      );
    }
  });

  it('takes the metadata of a PartialObjectMetadata for what it is', () => {
    const metadata = { name: 'a', namespace: 'shop', uid: 'uid-a', resourceVersion: '5', labels: { x: 'y' } };
    const answer = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    const step = lastOf(stepsIn([created, patched(1, { metadata: { labels: { x: 'y' } } }, answer)]));
    expect(gist(step)).toBe('1 change computed: exact → computed');
    expect(objectIn(step.after)).toMatchObject({ kind: 'ConfigMap', metadata, data: { k: '1' } });
  });

  it('by a whole object keeps what is the server’s', () => {
    const body = aMap(1, { k: '3' }, { metadata: { uid: undefined, creationTimestamp: null } });
    const old = aMap(1, { k: '1' }, { metadata: { creationTimestamp: '2026-11-24T08:00:00Z' } });
    const step = lastOf(
      stepsIn([
        { ...created, answer: old },
        { verb: 'update', uri: `${CM}/a`, at: 1, body },
      ]),
    );
    expect(gist(step)).toBe('1 change computed: exact → computed');
    expect(objectIn(step.after)).toMatchObject({
      metadata: { uid: 'uid-a', creationTimestamp: '2026-11-24T08:00:00Z' },
      data: { k: '3' },
    });
  });
});

describe('a patch of a Deployment', () => {
  const spec = { replicas: 2, template: template('v1') };
  const first: Scene = { verb: 'create', uri: DEPLOY, at: 0, code: 201, answer: aDeployment(1, 1, spec) };
  const patch = (body: unknown, more: Partial<Scene> = {}): Scene => ({
    verb: 'patch',
    uri: `${DEPLOY}/web`,
    at: 1,
    body,
    ...more,
  });

  it('is strategic by its directives, and merges lists by their keys', () => {
    const body = {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'api' }, { name: 'side' }],
            containers: [{ name: 'api', image: 'v2' }],
          },
        },
      },
    };
    const step = lastOf(stepsIn([first, patch(body)]));
    expect(step.requestKind).toBe('strategic merge patch');
    expect(objectIn(step.after).spec).toEqual({ replicas: 2, template: template('v2') });
    expect(objectIn(step.after)).toHaveProperty('metadata.generation', 2);
  });

  it('that could be of either type is computed where both come to the same', () => {
    const step = lastOf(stepsIn([first, patch({ spec: { replicas: 5 } })]));
    expect(step.requestKind).toBe('merge or strategic merge patch');
    expect(gist(step)).toBe('1 change computed: exact → computed');
  });

  it('that could be of either type is known in part where they differ, and the rest is not claimed', () => {
    const body = {
      spec: { template: { spec: { containers: [{ name: 'api', image: 'v2' }] } }, replicas: 3 },
    };
    const step = lastOf(stepsIn([first, patch(body)]));
    expect(step.after).toMatchObject({
      kind: 'partial',
      why: expect.stringContaining('merge patch or a strategic one'),
    });
    expect(objectIn(step.after).spec).toEqual({ replicas: 3, template: { spec: {} } });
  });

  it('is told apart by what the log shows next', () => {
    const body = { spec: { template: { spec: { containers: [{ name: 'api', image: 'v2' }] } } } };
    const shown = aDeployment(3, 2, { replicas: 2, template: template('v2') });
    const status: Scene = {
      verb: 'update',
      uri: `${DEPLOY}/web/status`,
      at: 2,
      body: {},
      answer: { ...shown, status: { replicas: 2 } },
    };
    const [, step] = stepsIn([first, patch(body), status]);
    expect(step?.after.kind).toBe('computed');
    expect(objectIn(step?.after).spec).toEqual(shown.spec);
  });

  it('that adds what the server fills in is known in part', () => {
    const body = {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'api' }, { name: 'new' }],
            containers: [{ name: 'new', image: 'n' }],
          },
        },
      },
    };
    expect(lastOf(stepsIn([first, patch(body)])).after).toMatchObject({ kind: 'partial' });
  });

  it('writes no status, and a write of the status no spec', () => {
    const status = patch(
      { status: { replicas: 7 }, spec: { replicas: 9 } },
      { uri: `${DEPLOY}/web/status`, at: 2 },
    );
    const steps = stepsIn([first, patch({ status: { replicas: 7 } }), status]);
    expect(steps[1]).toMatchObject({ kind: 'none', noOp: true });
    expect(objectIn(steps[2]?.after)).toMatchObject({
      spec: { replicas: 2 },
      status: { replicas: 7 },
      metadata: { generation: 1 },
    });
  });

  it('by the scale subresource sets its replicas, zero too, and knows its version', () => {
    const scale = (spec: object, version: string): Scene => ({
      verb: 'patch',
      uri: `${DEPLOY}/web/scale`,
      at: Number(version),
      body: { spec: { replicas: 0 } },
      answer: {
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: { name: 'web', namespace: 'shop', uid: 'uid-web', resourceVersion: version },
        spec,
      },
    });
    const steps = stepsIn([first, scale({ replicas: 4 }, '4'), scale({}, '5'), scale({}, '5')]);
    expect(steps.map(({ after }) => (objectIn(after).spec as { replicas: number }).replicas)).toEqual([
      2, 4, 0, 0,
    ]);
    expect(steps.map(({ kind }) => kind)).toEqual(['create', 'change', 'change', 'none']);
    expect(objectIn(lastOf(steps).after)).toMatchObject({
      metadata: { resourceVersion: '5', generation: 3 },
    });
  });

  it('counts the steps of generation that no event accounts for', () => {
    const steps = stepsIn([
      first,
      patch({ spec: { replicas: 3 } }, { answer: aDeployment(5, 4, { ...spec, replicas: 3 }) }),
      patch(
        { metadata: { finalizers: ['x/y'] } },
        { at: 2, answer: aDeployment(6, 5, { ...spec, replicas: 3 }) },
      ),
      { verb: 'get', uri: `${DEPLOY}/web`, at: 3, answer: aDeployment(6, 5, { ...spec, replicas: 3 }) },
      patch({ spec: { replicas: 4 } }, { at: 4 }),
      patch({ spec: { replicas: 5 } }, { at: 5, answer: aDeployment(9, 7, { ...spec, replicas: 5 }) }),
    ]);
    expect(steps.map(({ unlogged }) => unlogged)).toEqual([0, 2, 1, 0, null, 0]);
  });

  it('follows a webhook’s patch, and says where it cannot', () => {
    const place = 'webhook.admission.k8s.io/round_0_index_0';
    const mutation = { configuration: 'c', webhook: 'w.example.com', mutated: true };
    const annotations = { [`mutation.${place}`]: JSON.stringify(mutation) };
    const seen = lastOf(stepsIn([first, patch({ spec: { replicas: 5 } }, { over: { annotations } })]));
    expect(seen.after).toMatchObject({ kind: 'partial', why: expect.stringContaining('w.example.com') });
    expect(seen.admission).toEqual([
      { name: 'w.example.com', configuration: 'c', mutated: true, patch: null },
    ]);
    const operations = [{ op: 'add', path: '/metadata/labels', value: { by: 'w' } }];
    const whole = { ...annotations, [`patch.${place}`]: JSON.stringify({ ...mutation, patch: operations }) };
    const step = lastOf(stepsIn([first, patch({ spec: { replicas: 5 } }, { over: { annotations: whole } })]));
    expect(step.after).toMatchObject({
      kind: 'computed',
      object: { metadata: { labels: { by: 'w' } }, spec: { replicas: 5 } },
    });
  });
});

describe('server-side apply', () => {
  const uri = (force = '') => `${CM}/a?fieldManager=ci${force}`;
  const config = (data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'shop' },
    data,
  });
  const owners = (fields: object) => [
    { manager: 'ci', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: fields },
  ];
  const apply = (at: number, data: Record<string, string>, more: Partial<Scene> = {}): Scene => ({
    verb: 'patch',
    uri: uri('&force=false'),
    at,
    body: config(data),
    ...more,
  });

  it('takes away what its manager owned and leaves out, by managedFields', () => {
    const answer = aMap(
      2,
      { a: '1', b: '2' },
      { metadata: { managedFields: owners({ 'f:data': { 'f:a': {}, 'f:b': {} } }) } },
    );
    const steps = stepsIn([apply(0, { a: '1', b: '2' }, { code: 201, answer }), apply(1, { a: '3' })]);
    expect(steps[0]?.kind).toBe('create');
    expect(objectIn(steps[0]?.after)).not.toHaveProperty('metadata.managedFields');
    expect(gist(lastOf(steps))).toBe('1 change computed: exact → computed');
    expect(objectIn(lastOf(steps).after).data).toEqual({ a: '3' });
  });

  it('leaves what somebody else has written since', () => {
    const answer = aMap(
      2,
      { a: '1', b: '2' },
      { metadata: { managedFields: owners({ 'f:data': { 'f:a': {}, 'f:b': {} } }) } },
    );
    const steps = stepsIn([
      apply(0, { a: '1', b: '2' }, { code: 201, answer }),
      patched(1, { data: { b: 'mine' } }),
      apply(2, { a: '1' }),
    ]);
    expect(objectIn(lastOf(steps).after).data).toEqual({ a: '1', b: 'mine' });
  });

  it('goes by earlier applications where the log has them all', () => {
    const steps = stepsIn([apply(0, { a: '1', b: '2' }, { code: 201 }), apply(1, { a: '3' })]);
    expect(objectIn(lastOf(steps).after).data).toEqual({ a: '3' });
    expect(lastOf(steps).after.kind).toBe('partial');
  });

  it('claims nothing but what it says, where nobody knows what its manager owned', () => {
    const step = lastOf(stepsIn([created, apply(1, { n: '1' })]));
    expect(step.after).toMatchObject({ kind: 'partial', why: expect.stringContaining('manager owned') });
    expect(objectIn(step.after).data).toEqual({ n: '1' });
  });
});

describe('a deletion', () => {
  const finalized = { metadata: { finalizers: ['x/y'], resourceVersion: '2' } };
  const terminating = aMap(
    3,
    { k: '1' },
    {
      metadata: {
        finalizers: ['x/y'],
        deletionTimestamp: '2026-11-24T08:00:01Z',
        deletionGracePeriodSeconds: 0,
      },
    },
  );
  const del: Scene = { verb: 'delete', uri: `${CM}/a`, at: 1, body: { kind: 'DeleteOptions' } };

  it('that removes at once ends a life, and another creation starts one', () => {
    const again: Scene = { ...created, at: 2, answer: aMap(9, { k: 'new' }, { metadata: { uid: 'uid-b' } }) };
    const steps = stepsIn([created, { ...del, answer: removed('uid-a') }, again]);
    expect(steps.map(gist)).toEqual([
      '1 create exact: absent → exact',
      '1 delete exact: exact → absent',
      '2 create exact: absent → exact',
    ]);
    expect(steps.map(({ uid }) => uid)).toEqual(['uid-a', 'uid-a', 'uid-b']);
  });

  it('tells its uid at level Metadata, for all of the life', () => {
    const details = { metadata: {}, code: 200, status: 'Success', details: { uid: 'u-1' } };
    const steps = stepsIn([
      madeAtMetadata(0),
      { ...atMetadata(del), over: { responseStatus: details } },
      { ...madeAtMetadata(0), at: 2 },
    ]);
    expect(steps.map(({ life, uid }) => [life, uid])).toEqual([
      [1, 'u-1'],
      [1, 'u-1'],
      [2, null],
    ]);
    expect(steps[1]?.after.kind).toBe('absent');
  });

  it('that a finalizer holds ends with the finalizer', () => {
    const release = patched(
      2,
      { metadata: { finalizers: null } },
      aMap(
        4,
        { k: '1' },
        { metadata: { deletionTimestamp: '2026-11-24T08:00:01Z', deletionGracePeriodSeconds: 0 } },
      ),
    );
    const steps = stepsIn([
      { ...created, answer: aMap(2, { k: '1' }, finalized) },
      { ...del, answer: terminating },
      release,
    ]);
    expect(steps.map(gist).slice(1)).toEqual([
      '1 delete exact: exact → exact',
      '1 delete exact: exact → absent',
    ]);
  });

  it('that a finalizer holds ends with the finalizer when only the requests are known', () => {
    const { answer: _answer, ...asked } = created;
    const steps = stepsIn([
      { ...asked, body: aMap(0, { k: '1' }, finalized) },
      del,
      patched(2, { metadata: { finalizers: null } }),
    ]);
    expect(steps.map(({ kind, after }) => `${kind} ${after.kind}`)).toEqual([
      'create partial',
      'delete partial',
      'delete absent',
    ]);
  });

  it('of which nothing tells whether it is gone leaves that open', () => {
    const steps = stepsIn([created, atMetadata(del)]);
    expect(lastOf(steps)).toMatchObject({
      kind: 'delete',
      after: { kind: 'unknown', why: expect.stringContaining('whether it is gone') },
    });
  });

  it('shows the object as it was, when nothing else does', () => {
    const [step] = stepsIn([{ ...del, answer: aMap(5, { k: '1' }) }]);
    expect(gist(step as never)).toBe('1 delete computed: computed → absent');
    expect(objectIn(step?.before)).toMatchObject({ data: { k: '1' } });
  });

  it('at Metadata that was a dry run is known as one by what comes after it', () => {
    const details = { metadata: {}, code: 200, status: 'Success', details: { uid: 'uid-a' } };
    const steps = stepsIn([
      created,
      { ...atMetadata(del), over: { responseStatus: details } },
      patched(2, { data: { k: '2' } }, aMap(7, { k: '2' })),
    ]);
    expect(steps.map(gist).slice(1)).toEqual([
      '1 none exact: exact → exact',
      '1 change exact: exact → exact',
    ]);
  });

  it('of a pod is completed by its kubelet', () => {
    const pod = (over: object) => anObject('Pod', 'p', { metadata: over, spec: { nodeName: 'n' } });
    const dying = pod({
      deletionTimestamp: '2026-11-24T08:00:30Z',
      deletionGracePeriodSeconds: 30,
      resourceVersion: '8',
      generation: 2,
    });
    const steps = stepsIn([
      { verb: 'create', uri: POD, at: 0, code: 201, answer: pod({ generation: 1 }) },
      { verb: 'delete', uri: `${POD}/p`, at: 1, body: {}, answer: dying },
      {
        verb: 'delete',
        uri: `${POD}/p`,
        at: 31,
        user: 'system:node:n',
        body: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-p' } },
      },
    ]);
    expect(steps.map(gist).slice(1)).toEqual([
      '1 delete exact: exact → exact',
      '1 delete exact: exact → absent',
    ]);
    expect(steps[1]?.unlogged).toBe(0);
  });

  it('of a pod may be made shorter by a later one, whose answer is not in the log', () => {
    const pod = (over: object) =>
      anObject('Pod', 'p', { metadata: { finalizers: ['x/y'], ...over }, spec: { nodeName: 'n' } });
    const deletionTimestamp = '2026-11-24T08:00:30Z';
    const steps = stepsIn([
      { verb: 'create', uri: POD, at: 0, code: 201, answer: pod({}) },
      {
        verb: 'delete',
        uri: `${POD}/p`,
        at: 1,
        body: {},
        answer: pod({ deletionTimestamp, deletionGracePeriodSeconds: 30 }),
      },
      {
        verb: 'delete',
        uri: `${POD}/p`,
        at: 31,
        user: 'system:node:n',
        over: { level: 'Request' },
        body: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-p' } },
      },
      {
        verb: 'get',
        uri: `${POD}/p`,
        at: 32,
        answer: pod({ deletionTimestamp, deletionGracePeriodSeconds: 0 }),
      },
    ]);
    const left = objectIn(steps[2]?.after);
    expect(left.metadata).not.toHaveProperty('deletionGracePeriodSeconds');
    expect(left.metadata).not.toHaveProperty('deletionTimestamp');
  });

  it('of a pod is not completed by its kubelet while a finalizer holds it', () => {
    const request = { over: { level: 'Request' } };
    const held = { metadata: { finalizers: ['example.com/hold'] } };
    const steps = stepsIn([
      {
        ...{ verb: 'create', uri: POD, at: 0, code: 201, ref: { name: 'p' } },
        body: anObject('Pod', 'p', {}),
        ...request,
      },
      { verb: 'patch', uri: `${POD}/p`, at: 1, body: held, ...request },
      { verb: 'delete', uri: `${POD}/p`, at: 2, body: {}, ...request },
      {
        ...{ verb: 'delete', uri: `${POD}/p`, at: 3, user: 'system:node:n', ...request },
        body: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-p' } },
      },
      { verb: 'patch', uri: `${POD}/p`, at: 4, body: { metadata: { finalizers: null } }, ...request },
    ]);
    expect(steps.slice(-2).map(({ after }) => after.kind)).toEqual(['unknown', 'absent']);
  });

  it('of a collection is one of each object that its answer lists', () => {
    const item = (name: string) => ({
      metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '5' },
      data: { of: name },
    });
    const answer = { kind: 'ConfigMapList', apiVersion: 'v1', items: [item('a'), item('b')] };
    const histories = historiesOf([created, { verb: 'deletecollection', uri: CM, at: 1, answer }]);
    const [a, b] = histories.ids().map((id) => lastOf([...histories.steps(id)]));
    expect(a).toMatchObject({ kind: 'delete', after: { kind: 'absent' } });
    expect(b).toMatchObject({
      before: { kind: 'exact', object: { kind: 'ConfigMap', apiVersion: 'v1', data: { of: 'b' } } },
      after: { kind: 'absent' },
    });
  });

  it('of a collection that lists nothing may have taken it, but for what it selects others by', () => {
    const collection = (selector: string): Scene => ({
      verb: 'deletecollection',
      uri: `${CM}?labelSelector=${selector}`,
      at: 1,
    });
    const labelled = { ...created, answer: aMap(1, { k: '1' }, { metadata: { labels: { app: 'web' } } }) };
    expect(lastOf(stepsIn([labelled, collection('app%3Dweb')]))).toMatchObject({
      kind: 'delete',
      after: { kind: 'unknown' },
    });
    expect(stepsIn([labelled, collection('app%3Dother')])).toHaveLength(1);
  });

  it('of a type takes its objects along', () => {
    const widget = '/apis/example.com/v1/namespaces/shop/widgets';
    const histories = historiesOf([
      {
        verb: 'create',
        uri: widget,
        at: 0,
        code: 201,
        answer: anObject('Widget', 'w', { apiVersion: 'example.com/v1' }),
      },
      {
        verb: 'delete',
        uri: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com',
        at: 1,
      },
    ]);
    const id = histories.ids().find(({ resource }) => resource === 'widgets');
    expect(lastOf([...histories.steps(id as never)])).toMatchObject({
      kind: 'delete',
      after: { kind: 'absent' },
    });
  });

  it('by eviction has begun, and what that changed is not claimed', () => {
    const pod = anObject('Pod', 'p', { metadata: { generation: 1 }, spec: { nodeName: 'n' } });
    const evict: Scene = {
      verb: 'create',
      uri: `${POD}/p/eviction`,
      at: 1,
      code: 201,
      body: { kind: 'Eviction' },
      answer: { kind: 'Status' },
    };
    const kubelet: Scene = { verb: 'delete', uri: `${POD}/p`, at: 9, user: 'system:node:n' };
    const steps = stepsIn([{ verb: 'create', uri: POD, at: 0, code: 201, answer: pod }, evict, kubelet]);
    expect(steps.map(({ kind, after }) => `${kind} ${after.kind}`)).toEqual([
      'create exact',
      'delete partial',
      'delete absent',
    ]);
    expect(objectIn(steps[1]?.after)).not.toHaveProperty('metadata.generation');
  });
});
