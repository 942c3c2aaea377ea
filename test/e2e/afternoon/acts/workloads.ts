/** An application's life: rolled out, changed in every way there is, looked after by several people and pipelines. */
import type { Deed } from '../deed.ts';
import { workload } from '../manifests.ts';

const at = '-n shop';
const web = (options: { tag: number; env: string; replicas?: number; metadata?: string; more?: string }) =>
  workload('web', {
    metadata: options.metadata ?? '',
    spec: `replicas: ${options.replicas ?? 2}, revisionHistoryLimit: 9`,
    pod: {
      containers: [{ tag: options.tag, env: options.env }, { name: 'side' }],
      more: options.more ?? '',
    },
  });
const rolled = (name: string) => `${at} rollout status deploy/${name} --timeout=20s`;
const patch = (type: string, value: unknown, target = 'deploy/web') =>
  `${at} patch ${target} --type=${type} -p '${JSON.stringify(value)}'`;
const containers = (...list: unknown[]) => ({ spec: { template: { spec: { containers: list } } } });

export const clientSide: readonly Deed[] = [
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: web({
      tag: 1,
      env: '{name: A, value: "1"}, {name: B, value: "2"}, {name: C, value: "3"}',
      metadata: ', labels: {app: web, tier: front}, annotations: {note: first}',
      more: ', volumes: [{name: tmp, emptyDir: {}}, {name: more, emptyDir: {}}]',
    }),
    until: rolled('web'),
  },
  // An env in the middle, a label, an annotation and a volume go; one value changes; nothing else is said.
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: web({
      tag: 2,
      env: '{name: A, value: "1"}, {name: C, value: "4"}, {name: D, value: "5"}',
      metadata: ', labels: {app: web}',
      more: ', volumes: [{name: tmp, emptyDir: {}}]',
    }),
    until: rolled('web'),
  },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: web({
      tag: 2,
      env: '{name: A, value: "1"}, {name: C, value: "4"}, {name: D, value: "5"}',
      metadata: ', labels: {app: web}',
      more: ', volumes: [{name: tmp, emptyDir: {}}]',
    }),
  },
  { who: 'bob', does: `${at} edit deploy/web`, editor: "sed -i 's/\\(replicas:.\\)2$/\\13/'" },
  { who: 'bob', does: `${at} scale deploy/web --replicas=1`, until: rolled('web') },
  { who: 'bob', does: `${at} scale deploy/web --replicas=4 --dry-run=server` },
  { who: 'bob', does: `${at} set image deploy/web main=localhost/web:3`, until: rolled('web') },
  { who: 'bob', does: `${at} set env deploy/web LEVEL=debug A- --containers=main`, until: rolled('web') },
  { who: 'bob', does: `${at} rollout undo deploy/web`, until: rolled('web') },
  { who: 'bob', does: `${at} rollout pause deploy/web` },
  {
    who: 'bob',
    does: `${at} set resources deploy/web -c=main --requests=cpu=1m,memory=4Mi --limits=memory=64Mi`,
  },
  { who: 'bob', does: `${at} rollout resume deploy/web`, until: rolled('web') },
  { who: 'bob', does: `${at} rollout restart deploy/web`, until: rolled('web') },
  { who: 'bob', does: `${at} rollout undo deploy/web --to-revision=2`, until: rolled('web') },
  { who: 'carol', does: `${at} scale deploy/web --replicas=9`, fails: true },
];

export const patches: readonly Deed[] = [
  // What runs no pods is rolled out at once.
  { who: 'bob', does: `${at} scale deploy/web --replicas=0`, until: rolled('web') },
  { who: 'bob', does: `${at} label deploy/web team=blue release=r1` },
  { who: 'bob', does: `${at} label deploy/web team=red release- --overwrite` },
  { who: 'bob', does: `${at} label deploy/web team=red` },
  { who: 'bob', does: `${at} annotate deploy/web example.com/why=because note=x` },
  { who: 'bob', does: `${at} annotate deploy/web example.com/why- note=y --overwrite` },
  {
    who: 'bob',
    does: patch('strategic', containers({ name: 'side', $patch: 'delete' })),
    until: rolled('web'),
  },
  {
    who: 'bob',
    does: patch(
      'strategic',
      containers({
        name: 'main',
        env: [
          { name: 'D', $patch: 'delete' },
          { name: 'E', value: 'new' },
          { name: 'C', value: 'changed' },
        ],
      }),
    ),
    until: rolled('web'),
  },
  {
    who: 'bob',
    does: patch(
      'strategic',
      containers({ name: 'main', env: [{ $patch: 'replace' }, { name: 'ONLY', value: 'one' }] }),
    ),
    until: rolled('web'),
  },
  {
    who: 'bob',
    does: patch('strategic', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }),
  },
  { who: 'bob', does: patch('merge', { spec: { minReadySeconds: 1, paused: true } }) },
  {
    who: 'bob',
    does: patch('merge', {
      spec: { minReadySeconds: null, paused: null },
      metadata: { labels: { team: null } },
    }),
  },
  {
    who: 'bob',
    does: patch('json', [
      { op: 'test', path: '/spec/replicas', value: 0 },
      { op: 'replace', path: '/spec/revisionHistoryLimit', value: 8 },
      { op: 'add', path: '/metadata/labels/example.com~1new', value: 'yes' },
      { op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: 'LAST', value: 'z' } },
      { op: 'add', path: '/spec/template/spec/containers/0/env/0', value: { name: 'FIRST', value: 'a' } },
      { op: 'copy', from: '/metadata/labels/app', path: '/metadata/annotations/copied' },
      { op: 'move', from: '/metadata/labels/example.com~1new', path: '/metadata/annotations/moved' },
    ]),
    until: rolled('web'),
  },
  { who: 'bob', does: patch('json', [{ op: 'test', path: '/spec/replicas', value: 7 }]), fails: true },
  { who: 'bob', does: patch('json', [{ op: 'remove', path: '/metadata/annotations/moved' }]) },
  {
    who: 'bob',
    does: `${patch('merge', { spec: { replicas: 2 } })} --subresource=scale`,
    until: rolled('web'),
  },
  { who: 'bob', does: `${patch('merge', { status: { observedGeneration: 1 } })} --subresource=status` },
  { who: 'bob', does: patch('strategic', { spec: { replicas: -1 } }), fails: true },
  { who: 'bob', does: patch('strategic', { spec: { replicas: 0 } }) },
  {
    who: 'alice',
    does: `${at} replace -f -`,
    stdin: web({
      tag: 1,
      env: '{name: A, value: "1"}',
      replicas: 0,
      metadata: ', labels: {app: web, by: replace}',
    }),
    until: rolled('web'),
  },
  {
    who: 'alice',
    does: `${at} replace --force -f -`,
    stdin: web({ tag: 2, env: '', replicas: 0 }),
    until: rolled('web'),
  },
  // From client-side to server-side: kubectl takes over what the former owned.
  {
    who: 'alice',
    does: `${at} apply --server-side -f -`,
    stdin: web({ tag: 2, env: '{name: Z, value: "9"}', replicas: 0 }),
    until: rolled('web'),
  },
];

const api = (options: { replicas?: string; tag?: number; env?: string; metadata?: string; ports?: string }) =>
  workload('api', {
    metadata: options.metadata ?? '',
    spec: `${options.replicas ?? ''}${options.replicas ? ', ' : ''}strategy: {type: Recreate}`,
    pod: {
      containers: [
        {
          tag: options.tag ?? 1,
          env: options.env ?? '',
          more: `, ports: [${options.ports ?? '{containerPort: 80, protocol: TCP}'}]`,
        },
      ],
    },
  });
const apply = (manager: string, more = '') =>
  `${at} apply --server-side --field-manager=${manager}${more} -f -`;

export const serverSide: readonly Deed[] = [
  {
    who: 'ci',
    does: apply('ci'),
    stdin: api({
      replicas: 'replicas: 0',
      env: '{name: A, value: "1"}, {name: B, value: "2"}',
      metadata: ', labels: {app: api, from: ci}',
    }),
    until: rolled('api'),
  },
  { who: 'bob', does: apply('bob'), stdin: api({ replicas: 'replicas: 2', tag: 2 }), fails: true },
  // Takes the replicas and the image over, and leaves alone what it does not speak of.
  {
    who: 'bob',
    does: apply('bob', ' --force-conflicts'),
    stdin: api({ replicas: 'replicas: 1', tag: 2, metadata: ', annotations: {by: bob}' }),
    until: rolled('api'),
  },
  // Owned by both: stays, though ci speaks of it no more. Owned by ci alone: goes.
  {
    who: 'ci',
    does: apply('ci'),
    stdin: api({
      tag: 2,
      env: '{name: B, value: "3"}, {name: C, value: "4"}',
      ports: '{containerPort: 80, protocol: TCP}, {containerPort: 81, protocol: TCP}',
    }),
    until: rolled('api'),
  },
  {
    who: 'ci',
    does: apply('ci'),
    stdin: api({
      tag: 2,
      env: '{name: B, value: "3"}, {name: C, value: "4"}',
      ports: '{containerPort: 80, protocol: TCP}, {containerPort: 81, protocol: TCP}',
    }),
  },
  { who: 'bob', does: `${at} scale deploy/api --replicas=1`, until: rolled('api') },
  { who: 'bob', does: `${at} label deploy/api hand=made` },
  // The last owner gives a field up: replicas fall back to their default, the annotation goes.
  { who: 'bob', does: apply('bob'), stdin: api({ tag: 2 }), until: rolled('api') },
  {
    who: 'ci',
    does: `${at} apply --server-side --dry-run=server -f -`,
    stdin: api({ replicas: 'replicas: 5', tag: 3 }),
    fails: true,
  },
];

const scale = (replicas: number) =>
  `{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"api","namespace":"shop"},"spec":{"replicas":${replicas}}}`;
const scalePath = '/apis/apps/v1/namespaces/shop/deployments/api/scale';

export const byControllers: readonly Deed[] = [
  { who: 'scaler', program: 'autoscaler', does: `${at} scale deploy/api --replicas=0`, until: rolled('api') },
  {
    who: 'scaler',
    does: `PUT ${scalePath}`,
    stdin: scale(1),
    contentType: 'application/json',
    until: rolled('api'),
  },
  {
    who: 'scaler',
    does: `PUT ${scalePath}`,
    stdin: scale(0),
    contentType: 'application/json',
    until: rolled('api'),
  },
  {
    who: 'scaler',
    does: `PUT ${scalePath}`,
    stdin: scale(1),
    contentType: 'application/json',
    until: rolled('api'),
  },
  {
    who: 'alice',
    does: `${at} apply -f -`,
    stdin: workload('db', {
      kind: 'StatefulSet',
      spec: 'serviceName: db, replicas: 2, podManagementPolicy: Parallel',
    }),
    until: `${at} wait --for=jsonpath={.status.replicas}=2 sts/db --timeout=20s`,
  },
  {
    who: 'bob',
    does: patch('merge', { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } }, 'sts/db'),
  },
  { who: 'bob', does: `${at} set image sts/db main=localhost/web:2` },
  {
    who: 'bob',
    does: `${at} scale sts/db --replicas=1`,
    until: `${at} wait --for=delete pod/db-1 --timeout=20s`,
  },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: workload('agent', { kind: 'DaemonSet', spec: '' }),
  },
  { who: 'alice', does: `${at} set image ds/agent main=localhost/web:2` },
  { who: 'alice', does: `${at} rollout undo ds/agent` },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: `apiVersion: batch/v1
kind: Job
metadata: {name: brief}
spec: {ttlSecondsAfterFinished: 1, backoffLimit: 0, activeDeadlineSeconds: 1, template: {spec: {hostNetwork: true, restartPolicy: Never, terminationGracePeriodSeconds: 1, containers: [{name: main, image: "localhost/web:1", imagePullPolicy: Never, command: [sleep, "100"]}]}}}
`,
    until: `${at} wait --for=delete job/brief --timeout=20s`,
  },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: `apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {schedule: "0 3 * * *", jobTemplate: {spec: {suspend: true, template: {spec: {hostNetwork: true, restartPolicy: Never, containers: [{name: main, image: "localhost/web:1", imagePullPolicy: Never}]}}}}}
`,
  },
  {
    who: 'bob',
    does: patch('strategic', { spec: { schedule: '0 4 * * *', suspend: true } }, 'cronjob/nightly'),
  },
  { who: 'bob', does: `${at} create job by-hand --from=cronjob/nightly` },
  { who: 'bob', does: `${at} autoscale deploy/api --min=1 --max=3 --cpu-percent=80` },
  { who: 'bob', does: patch('merge', { spec: { maxReplicas: 4 } }, 'hpa/api') },
  { who: 'bob', does: `${at} delete hpa/api` },
];
