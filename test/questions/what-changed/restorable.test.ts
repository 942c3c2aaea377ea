import { describe, expect, it } from 'vitest';
import { REDACTED } from '../../../src/event/secret-names.ts';
import { restorable } from '../../../src/questions/what-changed/restorable.ts';
import { restorableTogether } from '../../../src/questions/what-changed/restorable-together.ts';
import { withoutRedacted } from '../../../src/questions/what-changed/without-redacted.ts';

const METADATA = {
  name: 'web',
  namespace: 'shop',
  uid: 'u-1',
  resourceVersion: '7',
  generation: 3,
  creationTimestamp: '2026-11-24T08:00:00Z',
  managedFields: [{}],
};

describe('restorable', () => {
  it('leaves out what only the server sets, without a word, and the order is that of manifests', () => {
    const made = restorable({
      status: { replicas: 1 },
      spec: { replicas: 2 },
      metadata: {
        ...METADATA,
        labels: { app: 'web' },
        annotations: { 'deployment.kubernetes.io/revision': '4' },
      },
      kind: 'Deployment',
      apiVersion: 'apps/v1',
    });
    expect(made.without).toEqual([]);
    expect(JSON.stringify(made.object)).toBe(
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
        spec: { replicas: 2 },
      }),
    );
  });

  it('says what it leaves out that somebody could miss', () => {
    const service = restorable({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...METADATA,
        ownerReferences: [{ uid: 'gone' }],
        finalizers: ['foregroundDeletion', 'a.b/c'],
      },
      spec: { clusterIP: '10.0.0.7', clusterIPs: ['10.0.0.7'], ports: [] },
    });
    expect(service.object).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop', finalizers: ['a.b/c'] },
      spec: { ports: [] },
    });
    expect(service.without.map((text) => text.split(':')[0])).toEqual([
      'metadata.ownerReferences',
      'spec.clusterIP',
    ]);
  });

  it('keeps a headless Service headless', () => {
    const spec = { clusterIP: 'None', clusterIPs: ['None'] };
    const made = restorable({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec });
    expect(made.object.spec).toEqual(spec);
  });

  it('takes the generated selector and labels out of a Job, unless they are its own', () => {
    const job = (manualSelector: boolean | undefined) =>
      restorable({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'once' },
        spec: {
          ...(manualSelector === undefined ? {} : { manualSelector }),
          selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
          template: { metadata: { labels: { 'batch.kubernetes.io/controller-uid': 'u', app: 'once' } } },
        },
      }).object.spec;
    expect(job(undefined)).toEqual({ template: { metadata: { labels: { app: 'once' } } } });
    expect(job(true)).toHaveProperty('selector');
  });

  it("takes a Pod's node and token volume out, and no other volume", () => {
    const made = restorable({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        nodeName: 'cp-1',
        ephemeralContainers: [{ name: 'debugger' }],
        volumes: [{ name: 'kube-api-access-x7k2p' }, { name: 'data' }],
        containers: [{ name: 'c', volumeMounts: [{ name: 'kube-api-access-x7k2p' }, { name: 'data' }] }],
      },
    });
    expect(made.object.spec).toEqual({
      volumes: [{ name: 'data' }],
      containers: [{ name: 'c', volumeMounts: [{ name: 'data' }] }],
    });
  });
});

describe('a warning', () => {
  const job = (type: string) => ({
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: METADATA, spec: {} },
    status: { conditions: [{ type, status: 'True' }] },
  });

  it('is given before what had ended is run again', () => {
    expect(restorable(job('Complete')).warnings).toEqual([expect.stringContaining('run it again')]);
    expect(restorable(job('Suspended')).warnings).toEqual([]);
  });
});

describe('restorableTogether', () => {
  const row = (kind: string, name: string, by: string | null = null) => ({
    state: {
      kind,
      metadata: {
        ...{ name, uid: `uid-${name}` },
        ...(by === null ? {} : { ownerReferences: [{ kind: 'X', uid: `uid-${by}`, controller: true }] }),
      },
    },
  });
  const names = (rows: readonly ReturnType<typeof row>[]) => rows.map(({ state }) => state.metadata.name);

  it('leaves to the controllers what they make of the others, and puts first what others need', () => {
    const { kept, owned } = restorableTogether([
      row('ValidatingWebhookConfiguration', 'hook'),
      row('Pod', 'pod', 'set'),
      row('ReplicaSet', 'set', 'web'),
      row('Pod', 'alone', 'gone'),
      row('Deployment', 'web'),
      row('ConfigMap', 'settings'),
      row('Namespace', 'shop'),
    ]);
    expect(names(kept)).toEqual(['shop', 'settings', 'alone', 'web', 'hook']);
    expect(names(owned)).toEqual(['pod', 'set']);
  });
});

describe('withoutRedacted', () => {
  it('takes out what stands for a secret, a variable whole, and names each', () => {
    const open = withoutRedacted({
      data: { password: REDACTED, plain: 'x' },
      spec: {
        containers: [
          {
            name: 'api',
            env: [
              { name: 'A', value: REDACTED },
              { name: 'B', valueFrom: {} },
            ],
            args: [`--token=${REDACTED}`],
          },
        ],
      },
    });
    expect(open.object).toEqual({
      data: { plain: 'x' },
      spec: {
        containers: [{ name: 'api', env: [{ name: 'B', valueFrom: {} }], args: [`--token=${REDACTED}`] }],
      },
    });
    expect(open.paths).toEqual(['data.password', 'spec.containers[api].env[A]']);
    expect(open.masked).toEqual(['spec.containers[api].args[0]']);
  });
});
