/** What each of Kubernetes' controllers does, traced back to whoever set it off. */
import { describe, expect, it } from 'vitest';
import { anObject, NAMESPACES, removed } from '../story.ts';
import {
  causesIn,
  DEPLOYMENTS,
  deployment,
  effectsIn,
  GC,
  owned,
  owner,
  paths,
  pod,
  RS,
  replicaSet,
  SA,
  type Told,
} from './told.ts';

const { NS, APPS, BATCH } = paths;

describe('a scaling down', () => {
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: `${APPS}/deployments`,
      ref: { name: 'web' },
      at: 0,
      code: 201,
      user: 'ci',
      body: {},
      answer: deployment('web', 3),
    },
    {
      verb: 'create',
      uri: `${APPS}/replicasets`,
      ref: { name: 'web-6bf4c8fd48' },
      at: 0.1,
      code: 201,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-6bf4c8fd48', 'web', 3),
    },
    {
      verb: 'patch',
      uri: `${APPS}/deployments/web/scale`,
      at: 100,
      user: 'alice',
      body: { spec: { replicas: 2 } },
      answer: { kind: 'Scale', metadata: { name: 'web', uid: 'uid-web' }, spec: { replicas: 2 } },
    },
    {
      verb: 'update',
      uri: `${APPS}/replicasets/web-6bf4c8fd48`,
      at: 100.1,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-6bf4c8fd48', 'web', 2),
    },
    {
      verb: 'delete',
      uri: `${NS}/pods/web-6bf4c8fd48-bf6fp`,
      at: 100.2,
      user: RS,
      body: {},
      answer: pod('web-6bf4c8fd48-bf6fp', 'web-6bf4c8fd48'),
    },
  ];

  it('is proven up to the person', () => {
    const { lines, notes } = causesIn(scenes);
    expect(lines).toEqual([
      '1 system:serviceaccount:kube-system:deployment-controller update replicasets/web-6bf4c8fd48 proven'.replace(
        `${SA}:`,
        '',
      ),
      '2 alice patch deployments/scale/web proven',
    ]);
    expect(notes).toEqual([]);
  });

  it('is likely without bodies', () => {
    expect(causesIn(scenes, 4, true).lines).toEqual([
      '1 deployment-controller update replicasets/web-6bf4c8fd48 likely',
      '2 alice patch deployments/scale/web likely',
    ]);
  });

  it('is told the other way too', () => {
    expect(effectsIn(scenes, 2)).toEqual([
      '1 deployment-controller update replicasets/web-6bf4c8fd48 proven',
      '2 replicaset-controller delete pods/web-6bf4c8fd48-bf6fp proven',
    ]);
  });

  it('is the same where all controllers act under one name', () => {
    const manager = scenes.map((scene) =>
      scene.user?.startsWith(SA) === true ? { ...scene, user: 'system:kube-controller-manager' } : scene,
    );
    expect(causesIn(manager).lines).toEqual([
      '1 system:kube-controller-manager update replicasets/web-6bf4c8fd48 proven',
      '2 alice patch deployments/scale/web proven',
    ]);
  });

  it('ends, and says so, where nobody is known to have scaled', () => {
    const { lines, notes } = causesIn(
      scenes.filter((_, n) => n !== 2),
      3,
    );
    expect(lines).toEqual(['1 deployment-controller update replicasets/web-6bf4c8fd48 proven']);
    expect(notes.map((note) => note.text)).toEqual([
      'shop/rs/web-6bf4c8fd48: why deployment-controller did update is not in what was read (looked for: a change of the Deployment of web-6bf4c8fd48)',
    ]);
  });
});

it('a rollout is told from a scaling in the middle of it', () => {
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: `${APPS}/deployments`,
      ref: { name: 'web' },
      at: 0,
      code: 201,
      user: 'ci',
      body: {},
      answer: deployment('web', 4),
    },
    {
      verb: 'create',
      uri: `${APPS}/replicasets`,
      ref: { name: 'web-bbbb' },
      at: 0.1,
      code: 201,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-bbbb', 'web', 4),
    },
    {
      verb: 'patch',
      uri: `${APPS}/deployments/web`,
      at: 100,
      user: 'alice',
      body: { spec: { template: { spec: {} } } },
      answer: deployment('web', 4, 'v2', 2),
    },
    {
      verb: 'create',
      uri: `${APPS}/replicasets`,
      ref: { name: 'web-cccc' },
      at: 100.1,
      code: 201,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-cccc', 'web', 1, 4),
    },
    {
      verb: 'update',
      uri: `${APPS}/replicasets/web-bbbb`,
      at: 100.2,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-bbbb', 'web', 3, 4),
    },
    {
      verb: 'patch',
      uri: `${APPS}/deployments/web/scale`,
      at: 110,
      user: 'bob',
      body: { spec: { replicas: 6 } },
      answer: { kind: 'Scale', metadata: { name: 'web', uid: 'uid-web' }, spec: { replicas: 6 } },
    },
    {
      verb: 'update',
      uri: `${APPS}/replicasets/web-bbbb`,
      at: 110.1,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-bbbb', 'web', 5, 6),
    },
    {
      verb: 'update',
      uri: `${APPS}/replicasets/web-bbbb`,
      at: 120,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-bbbb', 'web', 4, 6),
    },
    {
      verb: 'delete',
      uri: `${NS}/pods/web-bbbb-bf6fp`,
      at: 120.1,
      user: RS,
      body: {},
      answer: pod('web-bbbb-bf6fp', 'web-bbbb'),
    },
  ];
  expect(causesIn(scenes).lines.at(-1)).toBe('2 alice patch deployments/web proven');
  expect(causesIn(scenes, 6).lines).toEqual(['1 bob patch deployments/scale/web proven']);
  // Without bodies both may be it: none is left out, and none is proven.
  expect(causesIn(scenes, 8, true).lines.slice(1).toSorted()).toEqual([
    '2 alice patch deployments/web likely',
    '2 bob patch deployments/scale/web likely',
  ]);
});

it('a pod that takes the place of another was made because of who ended that one', () => {
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: `${APPS}/replicasets`,
      ref: { name: 'web-bbbb' },
      at: 0,
      code: 201,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-bbbb', 'web', 1),
    },
    {
      verb: 'create',
      uri: `${NS}/pods`,
      ref: { name: 'web-bbbb-ccccc' },
      at: 0.1,
      code: 201,
      user: RS,
      body: { metadata: { generateName: 'x-' } },
      answer: pod('web-bbbb-ccccc', 'web-bbbb'),
    },
    {
      verb: 'delete',
      uri: `${NS}/pods/web-bbbb-ccccc`,
      at: 50,
      user: 'carol',
      body: {},
      answer: pod('web-bbbb-ccccc', 'web-bbbb'),
    },
    {
      verb: 'create',
      uri: `${NS}/pods`,
      ref: { name: 'web-bbbb-ddddd' },
      at: 50.1,
      code: 201,
      user: RS,
      body: { metadata: { generateName: 'x-' } },
      answer: pod('web-bbbb-ddddd', 'web-bbbb'),
    },
  ];
  expect(causesIn(scenes).lines).toEqual(['1 carol delete pods/web-bbbb-ccccc likely']);
  expect(causesIn(scenes, 1).lines).toEqual(['1 deployment-controller create replicasets/web-bbbb proven']);
});

describe('a StatefulSet', () => {
  const set = (replicas: number, image: string, generation: number) =>
    anObject('StatefulSet', 'db', {
      metadata: { generation },
      spec: { replicas, template: { spec: { image } } },
    });
  const STS = `${SA}:statefulset-controller`;
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: `${APPS}/statefulsets`,
      ref: { name: 'db' },
      at: 0,
      code: 201,
      user: 'ci',
      body: {},
      answer: set(3, 'v1', 1),
    },
    {
      verb: 'patch',
      uri: `${APPS}/statefulsets/db`,
      at: 1000,
      user: 'alice',
      body: { spec: { template: {} } },
      answer: set(3, 'v2', 2),
    },
    {
      verb: 'patch',
      uri: `${APPS}/statefulsets/db/scale`,
      at: 1100,
      user: 'bob',
      body: { spec: { replicas: 2 } },
      answer: { kind: 'Scale', metadata: { name: 'db', uid: 'uid-db' }, spec: { replicas: 2 } },
    },
    {
      verb: 'delete',
      uri: `${NS}/pods/db-2`,
      at: 1100.1,
      user: STS,
      body: {},
      answer: pod('db-2', 'db', 'StatefulSet'),
    },
    {
      verb: 'delete',
      uri: `${NS}/pods/db-1`,
      at: 1101,
      user: STS,
      body: {},
      answer: pod('db-1', 'db', 'StatefulSet'),
    },
    {
      verb: 'create',
      uri: `${NS}/pods`,
      ref: { name: 'db-1' },
      at: 1102,
      code: 201,
      user: STS,
      body: { metadata: { generateName: 'x-' } },
      answer: pod('db-1', 'db', 'StatefulSet'),
    },
  ];

  it('loses the pod beyond its replicas to whoever scaled it, and the others to whoever changed the template', () => {
    expect(causesIn(scenes, 3).lines[0]).toBe('1 bob patch statefulsets/scale/db proven');
    expect(causesIn(scenes, 4).lines).toEqual(['1 alice patch statefulsets/db proven']);
  });

  it('makes a pod again that it had deleted to replace it', () => {
    expect(causesIn(scenes, 5).lines).toEqual([
      '1 statefulset-controller delete pods/db-1 likely',
      '2 alice patch statefulsets/db proven',
    ]);
  });

  it('leaves both in doubt without bodies', () => {
    const lines = causesIn(scenes, 4, true).lines;
    expect(lines.toSorted()).toEqual([
      '1 alice patch statefulsets/db likely',
      '1 bob patch statefulsets/scale/db likely',
    ]);
  });
});

it("a DaemonSet's pods go because its template was changed", () => {
  const set = (image: string, generation: number) =>
    anObject('DaemonSet', 'agent', { metadata: { generation }, spec: { template: { spec: { image } } } });
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: `${APPS}/daemonsets`,
      ref: { name: 'agent' },
      at: 0,
      code: 201,
      user: 'ci',
      body: {},
      answer: set('v1', 1),
    },
    {
      verb: 'patch',
      uri: `${APPS}/daemonsets/agent`,
      at: 50,
      user: 'bob',
      body: { metadata: { labels: { a: 'b' } } },
      answer: set('v1', 1),
    },
    {
      verb: 'patch',
      uri: `${APPS}/daemonsets/agent`,
      at: 60,
      user: 'alice',
      body: { spec: { template: {} } },
      answer: set('v2', 2),
    },
    {
      verb: 'patch',
      uri: `${APPS}/daemonsets/agent`,
      at: 70,
      user: 'bob',
      body: { metadata: { labels: { a: 'c' } } },
      answer: set('v2', 2),
    },
    {
      verb: 'delete',
      uri: `${NS}/pods/agent-bbbbb`,
      at: 80,
      user: `${SA}:daemon-set-controller`,
      body: {},
      answer: pod('agent-bbbbb', 'agent', 'DaemonSet'),
    },
  ];
  expect(causesIn(scenes).lines).toEqual(['1 alice patch daemonsets/agent proven']);
});

describe('a Job', () => {
  const job = (spec: object = {}, of?: string) =>
    of === undefined
      ? anObject('Job', 'nightly', { spec })
      : owned('Job', 'nightly-29000000', owner('CronJob', of), spec);

  it('has its pods made because somebody made it, and ended because it was late', () => {
    const scenes: readonly Told[] = [
      {
        verb: 'create',
        uri: `${BATCH}/jobs`,
        ref: { name: 'nightly' },
        at: 0,
        code: 201,
        user: 'dora',
        body: {},
        answer: job({ activeDeadlineSeconds: 5 }),
      },
      {
        verb: 'create',
        uri: `${NS}/pods`,
        ref: { name: 'nightly-bbbbb' },
        at: 1,
        code: 201,
        user: `${SA}:job-controller`,
        body: { metadata: { generateName: 'x-' } },
        answer: pod('nightly-bbbbb', 'nightly', 'Job'),
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/nightly-bbbbb`,
        at: 600,
        user: `${SA}:job-controller`,
        body: {},
        answer: pod('nightly-bbbbb', 'nightly', 'Job'),
      },
    ];
    expect(causesIn(scenes, 1).lines).toEqual(['1 dora create jobs/nightly proven']);
    expect(causesIn(scenes, 2).lines).toEqual(['1 dora create jobs/nightly likely']);
  });

  it('is cleared away by the time to live that its maker gave it', () => {
    const scenes: readonly Told[] = [
      {
        verb: 'create',
        uri: `${BATCH}/jobs`,
        ref: { name: 'nightly' },
        at: 0,
        code: 201,
        user: 'dora',
        body: { spec: { ttlSecondsAfterFinished: 100 } },
        answer: job({ ttlSecondsAfterFinished: 100 }),
      },
      {
        verb: 'delete',
        uri: `${BATCH}/jobs/nightly`,
        at: 900,
        user: `${SA}:ttl-after-finished-controller`,
        body: { propagationPolicy: 'Foreground' },
        answer: job(),
      },
    ];
    const { lines, causes } = causesIn(scenes);
    expect(lines).toEqual(['1 dora create jobs/nightly proven']);
    expect(causes[0]?.why).toBe('by its ttlSecondsAfterFinished: 100');
    expect(causesIn(scenes, 1, true).lines).toEqual(['1 dora create jobs/nightly likely']);
  });

  it('was made and is taken away as its CronJob was last set', () => {
    const cron = anObject('CronJob', 'nightly', { metadata: { generation: 1 }, spec: {} });
    const scenes: readonly Told[] = [
      {
        verb: 'create',
        uri: `${BATCH}/cronjobs`,
        ref: { name: 'nightly' },
        at: 0,
        code: 201,
        user: 'dora',
        body: {},
        answer: cron,
      },
      {
        verb: 'patch',
        uri: `${BATCH}/cronjobs/nightly`,
        at: 10,
        user: 'emil',
        body: { spec: { schedule: '* * * * *' } },
        answer: anObject('CronJob', 'nightly', { metadata: { generation: 2 }, spec: {} }),
      },
      {
        verb: 'update',
        uri: `${BATCH}/cronjobs/nightly/status`,
        at: 60,
        user: `${SA}:cronjob-controller`,
        body: {},
        answer: cron,
      },
      {
        verb: 'create',
        uri: `${BATCH}/jobs`,
        ref: { name: 'nightly-29000000' },
        at: 61,
        code: 201,
        user: `${SA}:cronjob-controller`,
        body: {},
        answer: job({}, 'nightly'),
      },
      {
        verb: 'delete',
        uri: `${BATCH}/jobs/nightly-29000000`,
        at: 600,
        user: `${SA}:cronjob-controller`,
        body: {},
        answer: removed('uid-nightly-29000000'),
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/nightly-29000000-bbbbb`,
        at: 600.1,
        user: GC,
        body: {},
        answer: pod('nightly-29000000-bbbbb', 'nightly-29000000', 'Job'),
      },
    ];
    expect(causesIn(scenes, 3).lines).toEqual(['1 emil patch cronjobs/nightly likely']);
    expect(causesIn(scenes, 5).lines).toEqual([
      '1 cronjob-controller delete jobs/nightly-29000000 proven',
      '2 emil patch cronjobs/nightly likely',
    ]);
    expect(causesIn(scenes, 5, true).lines).toEqual([
      '1 cronjob-controller delete jobs/nightly-29000000 likely',
      '2 emil patch cronjobs/nightly likely',
    ]);
  });
});

describe('an autoscaler', () => {
  const HPA = '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers';
  const scaler = (name: string, target: string) =>
    anObject('HorizontalPodAutoscaler', name, {
      spec: { scaleTargetRef: { kind: 'Deployment', name: target } },
    });
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: HPA,
      ref: { name: 'web-cpu' },
      at: 0,
      code: 201,
      user: 'alice',
      body: {},
      answer: scaler('web-cpu', 'web'),
    },
    {
      verb: 'create',
      uri: HPA,
      ref: { name: 'web' },
      at: 1,
      code: 201,
      user: 'bob',
      body: {},
      answer: scaler('web', 'other'),
    },
    {
      verb: 'update',
      uri: `${APPS}/deployments/web/scale`,
      at: 100,
      user: `${SA}:horizontal-pod-autoscaler`,
      body: {},
      answer: { kind: 'Scale', metadata: { name: 'web', uid: 'uid-web' }, spec: { replicas: 7 } },
    },
  ];

  it('scales by metrics; whoever set it up is as far as the log goes', () => {
    const { lines, causes } = causesIn(scenes);
    expect(lines).toEqual(['1 alice create horizontalpodautoscalers/web-cpu likely']);
    expect(causes[0]?.why).toContain('by metrics');
  });

  it('says that metrics are in no log where nobody is known to have set it up', () => {
    const { lines, notes } = causesIn(scenes.slice(1), 1);
    expect(lines).toEqual([]);
    expect(notes[0]?.text).toContain('its metrics are in no audit log');
  });
});

describe('a node', () => {
  const node = (name: string) => anObject('Node', name, { metadata: { namespace: undefined } });
  it('that was deleted takes its pods with it', () => {
    const scenes: readonly Told[] = [
      {
        verb: 'create',
        uri: `${NS}/pods/web-bbbb-ccccc/binding`,
        at: 0,
        code: 201,
        user: 'system:kube-scheduler',
        body: { kind: 'Binding', metadata: { name: 'web-bbbb-ccccc' }, target: { kind: 'Node', name: 'n1' } },
        answer: { kind: 'Status', metadata: {} },
      },
      { verb: 'delete', uri: '/api/v1/nodes/n2', at: 50, user: 'bob', body: {}, answer: removed('uid-n2') },
      { verb: 'delete', uri: '/api/v1/nodes/n1', at: 50, user: 'alice', body: {}, answer: removed('uid-n1') },
      {
        verb: 'delete',
        uri: `${NS}/pods/web-bbbb-ccccc`,
        at: 90,
        user: `${SA}:pod-garbage-collector`,
        body: {},
        answer: pod('web-bbbb-ccccc', 'web-bbbb', 'ReplicaSet', 'n1'),
      },
    ];
    expect(causesIn(scenes).lines).toEqual(['1 alice delete nodes/n1 likely']);
  });

  it('that a person tainted loses the pods that cannot bear it', () => {
    const taint = (effect: string) => ({ spec: { taints: [{ key: 'dedicated', effect }] } });
    const scenes: readonly Told[] = [
      {
        verb: 'patch',
        uri: '/api/v1/nodes/n1',
        at: 0,
        user: 'carol',
        body: taint('NoSchedule'),
        answer: node('n1'),
      },
      {
        verb: 'patch',
        uri: '/api/v1/nodes/n1?fieldManager=kubectl-taint',
        at: 10,
        user: 'alice',
        body: taint('NoExecute'),
        answer: node('n1'),
      },
      {
        verb: 'patch',
        uri: '/api/v1/nodes/n2',
        at: 10,
        user: 'bob',
        body: taint('NoExecute'),
        answer: node('n2'),
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/web-bbbb-ccccc`,
        at: 11,
        user: `${SA}:node-controller`,
        body: {},
        answer: pod('web-bbbb-ccccc', 'web-bbbb', 'ReplicaSet', 'n1'),
      },
    ];
    expect(causesIn(scenes).lines).toEqual(['1 alice patch nodes/n1 likely']);
  });

  it('that stopped reporting ends with the node controller, which says so', () => {
    const scenes: readonly Told[] = [
      {
        verb: 'patch',
        uri: '/api/v1/nodes/n1',
        at: 0,
        user: `${SA}:node-controller`,
        body: { spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] } },
        answer: node('n1'),
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/web-bbbb-ccccc`,
        at: 300,
        user: `${SA}:node-controller`,
        body: {},
        answer: pod('web-bbbb-ccccc', 'web-bbbb', 'ReplicaSet', 'n1'),
      },
    ];
    expect(causesIn(scenes).lines).toEqual(['1 node-controller patch nodes/n1 likely']);
  });

  it('that was drained was cordoned first, by the same actor', () => {
    const cordon = { spec: { unschedulable: true } };
    const scenes: readonly Told[] = [
      { verb: 'patch', uri: '/api/v1/nodes/n1', at: 0, user: 'alice', body: cordon, answer: node('n1') },
      { verb: 'patch', uri: '/api/v1/nodes/n1', at: 1, user: 'bob', body: cordon, answer: node('n1') },
      {
        verb: 'create',
        uri: `${NS}/pods/web-bbbb-ccccc/eviction`,
        at: 2,
        code: 201,
        user: 'alice',
        body: {},
        answer: { kind: 'Status', metadata: {} },
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/web-bbbb-ccccc`,
        at: 30,
        user: 'system:node:n1',
        body: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-web-bbbb-ccccc' } },
        answer: pod('web-bbbb-ccccc', 'web-bbbb', 'ReplicaSet', 'n1'),
      },
    ];
    expect(causesIn(scenes).lines).toEqual([
      '1 alice create pods/eviction/web-bbbb-ccccc likely',
      '2 alice patch nodes/n1 likely',
    ]);
  });
});

describe('a namespace', () => {
  const metadata = { namespace: undefined, deletionTimestamp: '2026-11-24T08:00:50Z' };
  const space = anObject('Namespace', 'shop', { metadata, spec: { finalizers: ['kubernetes'] } });
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: '/api/v1/namespaces',
      ref: { name: 'shop' },
      at: 0,
      code: 201,
      user: 'carol',
      body: {},
      answer: space,
    },
    {
      verb: 'create',
      uri: `${NS}/configmaps`,
      ref: { name: 'kube-root-ca.crt' },
      at: 0.1,
      code: 201,
      user: `${SA}:root-ca-cert-publisher`,
      body: {},
      answer: anObject('ConfigMap', 'kube-root-ca.crt'),
    },
    { verb: 'delete', uri: '/api/v1/namespaces/shop', at: 50, user: 'alice', body: {}, answer: space },
    { verb: 'delete', uri: '/api/v1/namespaces/shop', at: 51, user: 'bob', body: {}, answer: space },
    {
      verb: 'deletecollection',
      uri: `${NS}/configmaps`,
      at: 55,
      user: NAMESPACES,
      body: {},
      answer: { kind: 'ConfigMapList', items: [anObject('ConfigMap', 'flags')] },
    },
    {
      verb: 'update',
      uri: '/api/v1/namespaces/shop/finalize',
      at: 56,
      user: NAMESPACES,
      body: {},
      answer: space,
    },
  ];

  it('is emptied because of who asked for its end first', () => {
    expect(causesIn(scenes, 4).lines).toEqual(['1 alice delete namespaces/shop proven']);
    expect(causesIn(scenes, 4, true).lines).toEqual(['1 alice delete namespaces/shop likely']);
  });

  it('is furnished because somebody made it', () => {
    expect(causesIn(scenes, 1).lines).toEqual(['1 carol create namespaces/shop likely']);
  });

  it('takes what its Deployments own through their end', () => {
    const more: readonly Told[] = [
      ...scenes,
      {
        verb: 'deletecollection',
        uri: `${APPS}/deployments`,
        at: 57,
        user: NAMESPACES,
        body: {},
        answer: { kind: 'DeploymentList', items: [deployment('web', 1)] },
      },
      {
        verb: 'delete',
        uri: `${APPS}/replicasets/web-bbbb`,
        at: 58,
        user: GC,
        body: { preconditions: { uid: 'uid-web-bbbb' } },
        answer: removed('uid-web-bbbb'),
      },
    ];
    expect(causesIn(more).lines.at(-1)).toBe('2 alice delete namespaces/shop proven');
  });
});

describe('a service account', () => {
  const JTI = 'JTI=11111111-2222-3333-4444-555555555555';
  const extra = (more: object) => ({
    user: {
      username: 'system:serviceaccount:shop:runner',
      groups: [],
      extra: { 'authentication.kubernetes.io/credential-id': [JTI], ...more },
    },
  });
  const issue = (user: string): Told => ({
    verb: 'create',
    uri: `${NS}/serviceaccounts/runner/token`,
    at: 0,
    code: 201,
    user,
    over: { annotations: { 'authentication.kubernetes.io/issued-credential-id': JTI } },
  });
  const deed: Told = {
    verb: 'delete',
    uri: `${NS}/configmaps/flags`,
    at: 100,
    answer: removed('uid-flags'),
    body: {},
  };

  it('acts for whoever took its token, proven at any level', () => {
    const scenes = [issue('mallory'), { ...deed, over: extra({}) }];
    expect(causesIn(scenes).lines).toEqual(['1 mallory create serviceaccounts/token/runner proven']);
    expect(causesIn(scenes, 1, true).lines).toEqual(['1 mallory create serviceaccounts/token/runner proven']);
  });

  it('acts for the pod that the kubelet took it for, and for whoever made that', () => {
    const inPod = {
      'authentication.kubernetes.io/pod-name': ['runner-bbbb-ccccc'],
      'authentication.kubernetes.io/pod-uid': ['uid-runner-bbbb-ccccc'],
    };
    const scenes: readonly Told[] = [
      issue('system:node:n1'),
      {
        verb: 'create',
        uri: `${APPS}/deployments`,
        ref: { name: 'runner' },
        at: 1,
        code: 201,
        user: 'alice',
        body: {},
        answer: deployment('runner', 1),
      },
      {
        verb: 'create',
        uri: `${APPS}/replicasets`,
        ref: { name: 'runner-bbbb' },
        at: 2,
        code: 201,
        user: DEPLOYMENTS,
        body: {},
        answer: replicaSet('runner-bbbb', 'runner', 1),
      },
      {
        verb: 'create',
        uri: `${NS}/pods`,
        ref: { name: 'runner-bbbb-ccccc' },
        at: 3,
        code: 201,
        user: RS,
        body: { metadata: { generateName: 'x-' } },
        answer: pod('runner-bbbb-ccccc', 'runner-bbbb'),
      },
      { ...deed, over: extra(inPod) },
    ];
    expect(causesIn(scenes).lines).toEqual([
      '1 replicaset-controller create pods/runner-bbbb-ccccc proven',
      '2 deployment-controller create replicasets/runner-bbbb proven',
      '3 alice create deployments/runner proven',
    ]);
    expect(causesIn(scenes, 4, true).lines).toEqual([
      '1 deployment-controller create replicasets/runner-bbbb likely',
      '2 alice create deployments/runner likely',
    ]);
  });

  it('of a controller, whose token somebody took, does not hide them', () => {
    const user = { username: GC, groups: [], extra: { 'authentication.kubernetes.io/credential-id': [JTI] } };
    const scenes: readonly Told[] = [
      {
        ...issue('mallory'),
        uri: '/api/v1/namespaces/kube-system/serviceaccounts/generic-garbage-collector/token',
      },
      { ...deed, over: { user } },
    ];
    expect(causesIn(scenes).lines).toEqual([
      '1 mallory create serviceaccounts/token/generic-garbage-collector proven',
    ]);
  });

  it('of an operator follows the object that owns what it changes, as far as that can be told', () => {
    const set = owned('StatefulSet', 'db', {
      apiVersion: 'example.com/v1',
      kind: 'Database',
      name: 'main',
      uid: 'uid-main',
      controller: true,
    });
    const scenes: readonly Told[] = [
      {
        verb: 'patch',
        uri: '/apis/example.com/v1/namespaces/shop/databases/main',
        at: 10,
        user: 'alice',
        body: { spec: { size: 2 } },
        answer: anObject('Database', 'main'),
      },
      {
        verb: 'patch',
        uri: '/apis/example.com/v1/namespaces/shop/databases/other',
        at: 10.1,
        user: 'bob',
        body: { spec: { size: 2 } },
        answer: anObject('Database', 'other'),
      },
      {
        verb: 'patch',
        uri: `${APPS}/statefulsets/db`,
        at: 11,
        user: 'system:serviceaccount:ops:operator',
        body: { spec: { replicas: 2 } },
        answer: set,
      },
    ];
    expect(causesIn(scenes).lines).toEqual(['1 alice patch databases/main likely']);
    const { lines, notes } = causesIn(scenes.slice(1));
    expect(lines).toEqual([]);
    expect(notes[0]?.text).toContain('a change of its owner just before');
  });
});

it('endpoints go with the Service of their name', () => {
  const scenes: readonly Told[] = [
    {
      verb: 'delete',
      uri: `${NS}/services/web-api`,
      at: 0,
      user: 'bob',
      body: {},
      answer: removed('uid-web-api'),
    },
    { verb: 'delete', uri: `${NS}/services/web`, at: 0, user: 'alice', body: {}, answer: removed('uid-web') },
    {
      verb: 'delete',
      uri: `${NS}/endpoints/web`,
      at: 0.1,
      user: `${SA}:endpoint-controller`,
      body: {},
      answer: removed('uid-endpoints'),
    },
  ];
  expect(causesIn(scenes).lines).toEqual(['1 alice delete services/web likely']);
});

it('what every namespace is given is put back because somebody took it away', () => {
  const scenes: readonly Told[] = [
    {
      verb: 'delete',
      uri: `${NS}/serviceaccounts/default`,
      at: 0,
      user: 'alice',
      body: {},
      answer: removed('uid-default'),
    },
    {
      verb: 'create',
      uri: `${NS}/serviceaccounts`,
      ref: { name: 'default' },
      at: 0.1,
      code: 201,
      user: `${SA}:service-account-controller`,
      body: {},
      answer: anObject('ServiceAccount', 'default'),
    },
  ];
  expect(causesIn(scenes).lines).toEqual(['1 alice delete serviceaccounts/default likely']);
});

it('an old ReplicaSet is tidied away because of the rollout that made it one too many', () => {
  const scenes: readonly Told[] = [
    {
      verb: 'create',
      uri: `${APPS}/deployments`,
      ref: { name: 'web' },
      at: 0,
      code: 201,
      user: 'ci',
      body: {},
      answer: deployment('web', 1),
    },
    {
      verb: 'create',
      uri: `${APPS}/replicasets`,
      ref: { name: 'web-bbbb' },
      at: 1,
      code: 201,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-bbbb', 'web', 1),
    },
    {
      verb: 'patch',
      uri: `${APPS}/deployments/web`,
      at: 100,
      user: 'alice',
      body: { spec: { template: {} } },
      answer: deployment('web', 1, 'v2', 2),
    },
    {
      verb: 'create',
      uri: `${APPS}/replicasets`,
      ref: { name: 'web-cccc' },
      at: 101,
      code: 201,
      user: DEPLOYMENTS,
      body: {},
      answer: replicaSet('web-cccc', 'web', 1),
    },
    {
      verb: 'delete',
      uri: `${APPS}/replicasets/web-bbbb`,
      at: 130,
      user: DEPLOYMENTS,
      body: {},
      answer: removed('uid-web-bbbb'),
    },
  ];
  expect(causesIn(scenes).lines).toEqual(['1 alice patch deployments/web proven']);
});

it('a pod that had ended is collected for reasons that only its node or the number of those tell', () => {
  const scenes: readonly Told[] = [
    {
      verb: 'delete',
      uri: `${NS}/pods/web-bbbb-ccccc`,
      at: 90,
      user: `${SA}:pod-garbage-collector`,
      body: {},
      answer: pod('web-bbbb-ccccc', 'web-bbbb', 'ReplicaSet', 'n1'),
    },
  ];
  const { lines, notes } = causesIn(scenes);
  expect(lines).toEqual([]);
  expect(notes[0]?.text).toContain(
    'the removal of node n1; or it had ended, and there were too many of those',
  );
});
