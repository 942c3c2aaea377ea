/** A node, and the pods that really run on it: evicted, deleted with and without patience, looked into. */
import type { Deed } from '../deed.ts';
import { pod, workload } from '../manifests.ts';

const at = '-n shop';
const ready = (name: string) => `${at} wait --for=condition=Ready pod/${name} --timeout=30s`;
const create = (name: string, grace: number): Deed => ({
  who: 'alice',
  does: `${at} create -f -`,
  stdin: pod(name, { grace, metadata: `, labels: {app: ${name}}` }),
  until: ready(name),
  needsNode: true,
});
const act = (does: string, more: Partial<Deed> = {}): Deed => ({
  who: 'bob',
  does,
  needsNode: true,
  ...more,
});

export const node: readonly Deed[] = [
  create('patient', 3),
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
  { who: 'bob', does: 'label node/node-1 disk=fast', needsNode: true },
  { who: 'bob', does: 'taint node node-1 example.com/busy=yes:PreferNoSchedule', needsNode: true },
  { who: 'bob', does: 'taint node node-1 example.com/busy-', needsNode: true },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: workload('moved', { spec: 'replicas: 2', pod: { grace: 4 } }),
    until: `${at} rollout status deploy/moved --timeout=30s`,
    needsNode: true,
  },
  { who: 'bob', does: 'cordon node-1', needsNode: true },
  {
    who: 'bob',
    does: 'drain node-1 --ignore-daemonsets --force --delete-emptydir-data --pod-selector=app=moved --grace-period=2 --timeout=30s',
    needsNode: true,
  },
  {
    who: 'bob',
    does: 'uncordon node-1',
    until: `${at} rollout status deploy/moved --timeout=30s`,
    needsNode: true,
  },
  {
    who: 'bob',
    does: 'drain node-1 --ignore-daemonsets --force --delete-emptydir-data --timeout=60s',
    needsNode: true,
  },
  { who: 'bob', does: 'uncordon node-1', needsNode: true },
];
