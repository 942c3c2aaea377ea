/** Ways for objects to end: all cascades, finalizers, collections, namespaces, and names that are used again. */
import type { Deed } from '../deed.ts';
import { configMap, workload } from '../manifests.ts';

const at = '-n lab';
const gone = (object: string, namespace = at) => `${namespace} wait --for=delete ${object} --timeout=30s`;
const made = (name: string) => `${at} wait --for=jsonpath={.status.replicas}=1 deploy/${name} --timeout=20s`;
const create = (name: string): Deed => ({
  who: 'alice',
  does: `${at} create -f -`,
  stdin: workload(name),
  until: made(name),
});
const held = (name: string) =>
  configMap(name, 'a: "1"', '', ', finalizers: [example.com/hold, example.com/other]');
const release = (namespace: string, name: string) =>
  `${namespace} patch cm/${name} --type=merge -p '{"metadata":{"finalizers":null}}'`;

export const cascades: readonly Deed[] = [
  create('behind'),
  { who: 'bob', does: `${at} delete deploy/behind`, until: gone('pod,rs -l app=behind') },
  create('front'),
  { who: 'bob', does: `${at} delete deploy/front --cascade=foreground`, until: gone('deploy/front') },
  create('left'),
  { who: 'bob', does: `${at} delete deploy/left --cascade=orphan` },
  // The same name again takes the orphan in.
  create('left'),
  {
    who: 'bob',
    does: `${at} scale deploy/left --replicas=0`,
    until: `${at} rollout status deploy/left --timeout=20s`,
  },
  { who: 'bob', does: `${at} delete deploy/left --cascade=background`, until: gone('rs -l app=left') },
];

export const finalizers: readonly Deed[] = [
  { who: 'alice', does: `${at} create -f -`, stdin: held('pinned') },
  { who: 'bob', does: `${at} delete cm/pinned --wait=false` },
  { who: 'bob', does: `${at} label cm/pinned still=here` },
  { who: 'bob', does: `${at} delete cm/pinned --wait=false` },
  {
    who: 'bob',
    does: `${at} patch cm/pinned --type=json -p '[{"op":"remove","path":"/metadata/finalizers/0"}]'`,
  },
  { who: 'alice', does: release(at, 'pinned') },
  { who: 'carol', does: `${at} create configmap pinned --from-literal=new=life` },
];

export const collections: readonly Deed[] = [
  ...['c1', 'c2', 'c3', 'kept'].map(
    (name): Deed => ({ who: 'alice', does: `${at} create configmap ${name} --from-literal=a=${name}` }),
  ),
  { who: 'alice', does: `${at} label cm c1 c2 c3 sweep=yes` },
  {
    who: 'alice',
    does: `${at} create -f -`,
    stdin: configMap('c4', 'a: c4', '', ', labels: {sweep: "yes"}, finalizers: [example.com/hold]'),
  },
  { who: 'bob', does: 'DELETE /api/v1/namespaces/lab/configmaps?labelSelector=sweep%3Dyes' },
  { who: 'bob', does: release(at, 'c4') },
  { who: 'bob', does: `${at} delete cm kept --now` },
];

export const namespaces: readonly Deed[] = [
  { who: 'alice', does: 'create namespace doomed' },
  {
    who: 'alice',
    does: '-n doomed create -f -',
    stdin: workload('victim'),
    until: '-n doomed wait --for=jsonpath={.status.replicas}=1 deploy/victim --timeout=20s',
  },
  { who: 'alice', does: '-n doomed create -f -', stdin: held('anchor') },
  { who: 'alice', does: '-n doomed create secret generic key --from-literal=a=b' },
  { who: 'alice', does: '-n doomed create role reader --verb=get --resource=pods' },
  { who: 'bob', does: 'delete namespace doomed --wait=false', until: gone('secret/key', '-n doomed') },
  { who: 'alice', does: release('-n doomed', 'anchor'), until: gone('namespace/doomed', '') },
  { who: 'alice', does: 'create namespace doomed' },
  { who: 'alice', does: '-n doomed create configmap anchor --from-literal=second=life' },
];
