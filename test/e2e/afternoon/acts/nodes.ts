/** A node, and the pods that really run on it: evicted, deleted with and without patience, looked into. */
import type { Deed } from '../deed.ts';
import { pod, workload } from '../manifests.ts';

const at = '-n shop';
const ready = (name: string) => `${at} wait --for=condition=Ready pod/${name} --timeout=30s`;
const create = (name: string, grace: number, more = ''): Deed => ({
  who: 'alice',
  does: `${at} create -f -`,
  stdin: pod(name, { grace, containers: [{ more }], metadata: `, labels: {app: ${name}}` }),
  until: ready(name),
});
const act = (does: string, more: Partial<Deed> = {}): Deed => ({
  who: 'bob',
  does,
  ...more,
});

export const pods: readonly Deed[] = [
  create('patient', 3, ', resources: {requests: {cpu: 1m, memory: 4Mi}}'),
  act(`${at} label pod/patient seen=yes`),
  act(`${at} patch pod/patient --type=strategic -p '{"spec":{"activeDeadlineSeconds":600}}'`),
  act(`${at} set image pod/patient main=localhost/web:2`, { until: ready('patient') }),
  act(
    `${at} debug pod/patient --image=localhost/web:1 --image-pull-policy=Never --profile=general -c looker -- true`,
  ),
  act(`${at} delete pod/patient`),
  create('hasty', 20),
  act(`${at} delete pod/hasty --grace-period=0 --force`),
  create('brisk', 20),
  act(`${at} delete pod/brisk --now`),
  create('held', 1),
  act(`${at} patch pod/held --type=merge -p '{"metadata":{"finalizers":["example.com/hold"]}}'`),
  act(`${at} delete pod/held --wait=false`),
  act(`${at} patch pod/held --type=merge -p '{"metadata":{"finalizers":null}}'`, {
    until: `${at} wait --for=delete pod/held --timeout=20s`,
  }),
];

/** Nobody else's pods may have to start meanwhile. */
export const drains: readonly Deed[] = [
  { who: 'bob', does: 'label node/node-1 disk=fast' },
  { who: 'bob', does: 'taint node node-1 example.com/busy=yes:PreferNoSchedule' },
  { who: 'bob', does: 'taint node node-1 example.com/busy-' },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: workload('moved', { spec: 'replicas: 2', pod: { grace: 4 } }),
    until: `${at} rollout status deploy/moved --timeout=30s`,
  },
  { who: 'bob', does: 'cordon node-1' },
  {
    who: 'bob',
    does: 'drain node-1 --ignore-daemonsets --force --delete-emptydir-data --pod-selector=app=moved --grace-period=2 --timeout=30s',
  },
  {
    who: 'bob',
    does: 'uncordon node-1',
    until: `${at} rollout status deploy/moved --timeout=30s`,
  },
  {
    who: 'bob',
    does: 'drain node-1 --ignore-daemonsets --force --delete-emptydir-data --timeout=60s',
  },
  { who: 'bob', does: 'uncordon node-1' },
];
