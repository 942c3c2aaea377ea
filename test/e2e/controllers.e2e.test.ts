/** What people set off and controllers carry out: who-did tells the two apart, whether bodies were logged or not. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { actsOn, rowOf } from './support/acts.ts';
import { ask } from './support/ask.ts';

const { cluster, logs, kubectl, idOf, idsOf, until, gone } = actsOn(inject('run'));

/** alice's requests are logged with bodies, bea's without. */
const people = ['alice', 'bea'] as const;
const namespaceOf = (who: string) => `controlled-${who}`;

/** No kubelet runs: pods stay pending, and are gone as soon as they are deleted. */
const podSpec = '{terminationGracePeriodSeconds: 0, containers: [{name: main, image: none}]}';
const template = `{metadata: {labels: {app: x}}, spec: ${podSpec}}`;

function workload(kind: string, name: string, spec: string): string {
  const selector = kind === 'Job' ? '' : 'selector: {matchLabels: {app: x}}, ';
  const version = kind === 'Job' ? 'batch/v1' : 'apps/v1';
  return `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${selector}${spec}}\n`;
}

beforeAll(async () => {
  for (const who of people) await kubectl('alice', `create namespace ${namespaceOf(who)}`);
});

describe.each(people)('with %s, who-did', (who) => {
  const namespace = namespaceOf(who);
  const at = `-n ${namespace}`;

  it('names who scaled a StatefulSet, and the controller that deleted its pod', async () => {
    const set = workload(
      'StatefulSet',
      'db',
      `serviceName: db, replicas: 2, podManagementPolicy: Parallel, template: ${template}`,
    );
    await kubectl(who, `${at} create -f -`, set);
    await kubectl(who, `${at} wait --for=create pod/db-1`);
    const scaled = await idOf(await kubectl(who, `${at} scale sts/db --replicas=1`), 'PATCH');
    await gone(who, `${at} pod/db-1`);
    const scale = await ask(`scale sts/db ${at}`, logs);
    expect(rowOf(scale.rows, scaled)).toMatchObject({ who: { user: who }, object: { subresource: 'scale' } });
    expect(scale.says).toContain(`scaled by ${who}`);
    const deleted = await until(
      () => ask(`delete pod/db-1 ${at}`, logs),
      (answer) => answer.rows.length > 0,
    );
    expect(deleted.rows.map((row) => row.who.user)).toEqual([
      'system:serviceaccount:kube-system:statefulset-controller',
    ]);
    expect((await ask(`delete pod/db-0 ${at}`, logs)).rows).toEqual([]);
  });

  it('names the controller that cleared a finished Job away', async () => {
    const job = workload(
      'Job',
      'nightly',
      `ttlSecondsAfterFinished: 1, activeDeadlineSeconds: 1, template: {spec: {restartPolicy: Never, containers: [{name: main, image: none}]}}`,
    );
    await kubectl(who, `${at} create -f -`, job);
    await gone(who, `${at} job/nightly`);
    const { says, rows } = await until(
      () => ask(`delete job/nightly ${at}`, logs),
      (answer) => answer.rows.length > 1,
    );
    expect(says).toContain('deleted by sa:kube-system/ttl-after-finished-controller');
    // Its pods hold the Job until the garbage collector has let go of it.
    expect(rows.map((row) => row.did.verb)).toEqual(['patch', 'delete']);
  });

  it('finds both halves of kubectl replace --force', async () => {
    const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: forced}\n';
    const first = await idOf(await kubectl(who, `${at} create -f -`, object), 'POST');
    const act = await kubectl(who, `${at} replace --force -f -`, object);
    const [deleted, again] = [await idOf(act, 'DELETE'), await idOf(act, 'POST')];
    const removed = await ask(`delete cm/forced ${at}`, logs);
    expect(removed.rows.map((row) => row.auditID)).toEqual([deleted]);
    expect(removed.says).toContain('made again');
    const made = await ask(`create cm/forced ${at}`, logs);
    expect(made.rows.map((row) => row.auditID)).toEqual([again, first]);
  });

  it('names who asked for a foreground deletion, not who let it happen', async () => {
    await kubectl(
      who,
      `${at} create -f -`,
      workload('Deployment', 'web', `replicas: 1, template: ${template}`),
    );
    await kubectl(who, `${at} wait --for=jsonpath={.status.replicas}=1 deploy/web`);
    const asked = await idOf(await kubectl(who, `${at} delete deploy/web --cascade=foreground`), 'DELETE');
    const { says, rows } = await until(
      () => ask(`delete deploy/web ${at}`, logs),
      (answer) => answer.rows.length > 1,
    );
    expect(says).toContain(`deleted by ${who}`);
    expect(rows.at(-1)?.auditID).toBe(asked);
  });

  it('finds a custom object that a finalizer held, and who let go of it', async () => {
    const group = `${who}.example.com`;
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
    await kubectl('alice', 'create -f -', crd);
    await kubectl('alice', `wait --for=condition=Established crd/gadgets.${group}`);
    const gadget = `apiVersion: ${group}/v1\nkind: Gadget\nmetadata: {name: g1, finalizers: [example.com/hold]}\n`;
    await until(
      () => cluster.kubectl(who, `${at} apply -f -`.split(' '), { stdin: gadget }),
      (act) => act.code === 0,
    );
    const asked = await idOf(await kubectl(who, `${at} delete gadgets.${group} g1 --wait=false`), 'DELETE');
    const patch = '[{"op":"remove","path":"/metadata/finalizers"}]';
    const released = await idOf(
      await kubectl(who, `${at} patch gadgets.${group} g1 --type=json -p ${patch}`),
      'PATCH',
    );
    const { says, rows } = await ask(`delete gadgets.${group}/g1 ${at}`, logs);
    expect(says).toContain(`by ${who}`);
    expect(rowOf(rows, asked)).toBeDefined();
    // What a patch removed stands in its body only.
    if (who === 'alice') expect(rows.map((row) => row.auditID)).toEqual([released, asked]);
  });

  it('finds whoever drained a node, from the node and from the pod', async () => {
    const node = `node-of-${who}`;
    await kubectl('alice', 'create -f -', `apiVersion: v1\nkind: Node\nmetadata: {name: ${node}}\n`);
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: drained}\nspec: {nodeName: ${node}, ${podSpec.slice(1)}\n`;
    await kubectl(who, `${at} create -f -`, pod);
    const act = await kubectl(who, `drain ${node} --force --timeout=20s`);
    const cordoned = await idOf(act, 'PATCH');
    const [evicted = ''] = await idsOf(act, 'POST');
    const drain = await ask(`drain node/${node}`, logs);
    expect(drain.says).toContain(`drained by ${who}`);
    expect(rowOf(drain.rows, cordoned)).toMatchObject({ who: { user: who } });
    const deleted = await ask(`delete pod/drained ${at}`, logs);
    expect(deleted.rows.map((row) => row.auditID)).toEqual([evicted]);
    expect(deleted.says).toContain(`deleted by ${who}`);
  });
});

it('names the service account that scaled, as an autoscaler does', async () => {
  await kubectl('alice', '-n controlled-alice create serviceaccount scaler');
  await kubectl(
    'alice',
    '-n controlled-alice create rolebinding scaler --clusterrole=edit --serviceaccount=controlled-alice:scaler',
  );
  const token = (await kubectl('alice', '-n controlled-alice create token scaler')).stdout.trim();
  await cluster.user('scaler', { token }, { server: 1 });
  await kubectl(
    'alice',
    '-n controlled-alice create -f -',
    workload('Deployment', 'elastic', `replicas: 1, template: ${template}`),
  );
  const scaled = await idOf(
    await kubectl('scaler', '-n controlled-alice scale deploy/elastic --replicas=3'),
    'PATCH',
  );
  const { rows, says } = await ask('scale deploy/elastic -n controlled-alice', logs);
  expect(rows.map((row) => row.auditID)).toEqual([scaled]);
  expect(rows[0]?.who).toMatchObject({
    user: 'system:serviceaccount:controlled-alice:scaler',
    kind: 'serviceaccount',
  });
  expect(says).toContain('scaled by sa:controlled-alice/scaler');
  expect((await ask('scale deploy/elastic -n controlled-alice --humans', logs)).rows).toEqual([]);
});

it('tells a namespace that a finalizer held from the moment it was let go', async () => {
  await kubectl('alice', 'create namespace stuck');
  const held = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: anchor, finalizers: [example.com/hold]}\n';
  await kubectl('alice', '-n stuck create -f -', held);
  const asked = await idOf(await kubectl('alice', 'delete namespace stuck --wait=false'), 'DELETE');
  const marked = () =>
    kubectl('alice', '-n stuck get configmap anchor -o jsonpath={.metadata.deletionTimestamp}');
  await until(marked, (act) => act.stdout !== '');
  expect((await ask('delete ns/stuck', logs)).rows.map((row) => row.auditID)).toEqual([asked]);
  const release = await kubectl(
    'alice',
    '-n stuck patch configmap anchor --type=merge -p {"metadata":{"finalizers":null}}',
  );
  const released = await idOf(release, 'PATCH');
  await gone('alice', 'namespace stuck');
  const anchor = await ask('delete cm/anchor -n stuck', logs);
  expect(rowOf(anchor.rows, released)).toMatchObject({ who: { user: 'alice' } });
  expect(rowOf(anchor.rows, asked)).toMatchObject({ object: { resource: 'namespaces' } });
  expect(anchor.says).toContain('deleted by alice');
  expect((await ask('delete ns/stuck', logs)).says).toContain('deleted by alice');
});
