/**
 * Chains of causes on a real control plane: whatever controllers did ends at the person who set it off, known from the
 * audit IDs that their kubectl received. alice's requests are logged with bodies, bea's without.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { actsOn } from './support/acts.ts';
import { type AskedRow, ask } from './support/ask.ts';

const { cluster, logs, kubectl, idOf, idsOf, until, gone } = actsOn(inject('run'));

const people = ['alice', 'bea'] as const;
const namespaceOf = (who: string) => `caused-${who}`;

interface Cause {
  readonly auditID: string;
  readonly who: { readonly user: string | null; readonly kind: string };
  readonly link: 'proven' | 'likely';
}
type Row = AskedRow & { readonly cause: readonly Cause[]; readonly effects: readonly Cause[] | null };

/** No kubelet runs: pods stay pending, and are gone as soon as they are deleted. */
const podSpec = '{terminationGracePeriodSeconds: 0, containers: [{name: main, image: none}]}';

function deployment(name: string, replicas: number): string {
  // Without a kubelet no pod becomes ready, and a rolling update would wait for ever.
  const spec = `{replicas: ${replicas}, strategy: {type: Recreate}, selector: {matchLabels: {app: x, of: ${name}}}, template: {metadata: {labels: {app: x, of: ${name}}}, spec: ${podSpec}}}`;
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

beforeAll(async () => {
  for (const who of people) await kubectl('alice', `create namespace ${namespaceOf(who)}`);
});

/** People named anywhere in a chain, and the requests by which. */
function byPeople({ cause }: Row) {
  return cause.filter(({ who }) => who.kind === 'person').map(({ who, auditID }) => [who.user, auditID]);
}

describe.each(people)('what controllers do because of %s', (who) => {
  const namespace = namespaceOf(who);
  const at = `-n ${namespace}`;

  /** Rows of a question, once there are as many that satisfy it. */
  async function rows(question: string, isIt: (row: Row) => boolean, count = 1): Promise<readonly Row[]> {
    const answer = await until(
      () => ask(`${question} ${at}`, logs),
      (asked) => (asked.rows as readonly Row[]).filter(isIt).length >= count,
    );
    const found = (answer.rows as readonly Row[]).filter(isIt);
    expect(found.length, `${question}: ${answer.says}`).toBeGreaterThanOrEqual(count);
    return found;
  }

  async function up(name: string, replicas: number): Promise<string> {
    const id = await idOf(await kubectl(who, `${at} create -f -`, deployment(name, replicas)), 'POST');
    await kubectl(who, `${at} wait --for=jsonpath={.status.replicas}=${replicas} deploy/${name}`);
    return id;
  }

  const isOf = (name: string) => (row: Row) => row.object.name?.startsWith(`${name}-`) === true;

  it('the making of pods, when a Deployment is made', async () => {
    const made = await up('made', 2);
    for (const row of await rows('create rs', isOf('made'))) expect(byPeople(row)).toEqual([[who, made]]);
    // Without bodies the name of a pod is not in the log of its making.
    for (const row of await rows('create pods', isOf('made'), 0))
      expect(byPeople(row)).toEqual([[who, made]]);
  });

  it('the end of a pod, when it is scaled down', async () => {
    await up('scaled', 3);
    const scaled = await idOf(await kubectl(who, `${at} scale deploy/scaled --replicas=1`), 'PATCH');
    for (const row of await rows('delete pods', isOf('scaled'), 2))
      expect(byPeople(row)).toEqual([[who, scaled]]);
  });

  it('the replacing of pods, when another image is set', async () => {
    await up('rolled', 2);
    const set = await idOf(await kubectl(who, `${at} set image deploy/rolled main=other`), 'PATCH');
    const ended = await rows('delete pods', isOf('rolled'), 2);
    for (const row of ended) expect(byPeople(row)).toEqual([[who, set]]);
    const sets = await rows('create rs', isOf('rolled'), 2);
    expect(byPeople(sets[0] as Row)).toEqual([[who, set]]);
  });

  it('the end of all below, when a Deployment is deleted in the background', async () => {
    await up('background', 2);
    const deleted = await idOf(await kubectl(who, `${at} delete deploy/background`), 'DELETE');
    for (const row of await rows('delete pods', isOf('background'), 2))
      expect(byPeople(row)).toEqual([[who, deleted]]);
    for (const row of await rows('delete rs', isOf('background')))
      expect(byPeople(row)).toEqual([[who, deleted]]);
    const whole = await ask(`delete deploy/background --effects ${at}`, logs);
    const effects = (whole.rows[0] as Row | undefined)?.effects ?? [];
    expect(effects.length).toBeGreaterThanOrEqual(3);
  });

  it('the end of all below, when a Deployment is deleted in the foreground', async () => {
    await up('foreground', 2);
    const deleted = await idOf(
      await kubectl(who, `${at} delete deploy/foreground --cascade=foreground`),
      'DELETE',
    );
    for (const row of await rows('delete pods', isOf('foreground'), 2))
      expect(byPeople(row)).toEqual([[who, deleted]]);
    const [released] = await rows('delete deploy/foreground', ({ did }) => did.verb === 'patch');
    expect(byPeople(released as Row)).toEqual([[who, deleted]]);
  });

  it('the parting of a ReplicaSet from its owner, when that is deleted without it', async () => {
    await up('orphaned', 1);
    const deleted = await idOf(await kubectl(who, `${at} delete deploy/orphaned --cascade=orphan`), 'DELETE');
    const isParting = (row: Row) => isOf('orphaned')(row) && row.did.verb === 'patch';
    const [parted] = await rows('change rs', isParting);
    expect(byPeople(parted as Row)).toEqual([[who, deleted]]);
    expect((await ask(`delete pods ${at}`, logs)).rows.filter((row) => isOf('orphaned')(row as Row))).toEqual(
      [],
    );
  });

  it('the clearing away of a Job, by the time to live that it was made with', async () => {
    const job = `apiVersion: batch/v1\nkind: Job\nmetadata: {name: cleared}\nspec: {ttlSecondsAfterFinished: 1, activeDeadlineSeconds: 1, template: {spec: {restartPolicy: Never, containers: [{name: main, image: none}]}}}\n`;
    const made = await idOf(await kubectl(who, `${at} create -f -`, job), 'POST');
    await gone(who, `${at} job/cleared`);
    for (const row of await rows('delete job/cleared', () => true))
      expect(byPeople(row)).toEqual([[who, made]]);
    for (const row of await rows('delete pods', isOf('cleared')))
      expect(byPeople(row)).toEqual([[who, made]]);
  });

  it('an eviction, before which the node was cordoned', async () => {
    const node = `caused-node-${who}`;
    await kubectl('alice', 'create -f -', `apiVersion: v1\nkind: Node\nmetadata: {name: ${node}}\n`);
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: drained}\nspec: {nodeName: ${node}, ${podSpec.slice(1)}\n`;
    await kubectl(who, `${at} create -f -`, pod);
    const act = await kubectl(who, `drain ${node} --force --timeout=20s`);
    const [evicted = ''] = await idsOf(act, 'POST');
    const cordoned = await idOf(act, 'PATCH');
    const [row] = await rows('delete pod/drained', ({ auditID }) => auditID === evicted);
    const named = byPeople(row as Row);
    expect(named).toContainEqual([who, cordoned]);
    // Without bodies the pod's node is not known: other nodes that she drained (other tests) compete.
    expect(named.map(([user]) => user)).toEqual(named.map(() => who));
    if (who === 'alice') expect(named).toHaveLength(1);
  });

  it('what an account does with a token that was taken', async () => {
    await kubectl(who, `${at} create serviceaccount runner`);
    await kubectl(
      who,
      `${at} create rolebinding runner --clusterrole=edit --serviceaccount=${namespace}:runner`,
    );
    await kubectl(who, `${at} create configmap taken`);
    const issue = await kubectl(who, `${at} create token runner`);
    const issued = await idOf(issue, 'POST');
    await cluster.user(`runner-${who}`, { token: issue.stdout.trim() }, { server: 1 });
    await kubectl(`runner-${who}`, `${at} delete configmap taken`);
    const [row] = await rows('delete cm/taken', () => true);
    expect(row?.cause).toMatchObject([{ auditID: issued, who: { user: who }, link: 'proven' }]);
  });

  it('the emptying of a namespace that was deleted', async () => {
    const doomed = `doomed-${who}`;
    await kubectl(who, `create namespace ${doomed}`);
    await kubectl(who, `-n ${doomed} create configmap inside`);
    await kubectl(who, `-n ${doomed} create -f -`, deployment('inside', 1));
    await kubectl(who, `-n ${doomed} wait --for=jsonpath={.status.replicas}=1 deploy/inside`);
    const deleted = await idOf(await kubectl(who, `delete namespace ${doomed}`), 'DELETE');
    const isSwept = (row: AskedRow) => row.did.verb === 'deletecollection';
    const answer = await until(
      () => ask(`delete cm/inside -n ${doomed}`, logs),
      (asked) => asked.rows.some(isSwept),
    );
    const swept = (answer.rows as readonly Row[]).filter(isSwept);
    expect(swept.length).toBeGreaterThan(0);
    for (const row of swept) expect(byPeople(row)).toEqual([[who, deleted]]);
    const below = await ask(`delete pods -n ${doomed}`, logs);
    for (const row of below.rows as readonly Row[])
      for (const [user, id] of byPeople(row)) expect([user, id]).toEqual([who, deleted]);
  });
});
