/** Small incidents told by hand, and the chain of causes of their last request. */
import { anObject, eventOf, GC, type Scene } from '../story.ts';
import { briefly, chainOf, factsOf, requestsOf, withoutBodies } from './chain-support.ts';

export const SA = 'system:serviceaccount:kube-system';
export const RS = `${SA}:replicaset-controller`;
export const DEPLOYMENTS = `${SA}:deployment-controller`;
export { GC };

const NS = '/api/v1/namespaces/shop';
const APPS = '/apis/apps/v1/namespaces/shop';
const BATCH = '/apis/batch/v1/namespaces/shop';
export const paths = { NS, APPS, BATCH };

/** Scenes by the API server whose log they stand in; all in one where none is named. */
export type Told = Scene & { readonly server?: string };

/** Of the last scene, or the one with this number. */
export function causesIn(scenes: readonly Told[], of = scenes.length - 1, isStripped = false) {
  const { chain, deed } = told(scenes, of, isStripped);
  return { lines: briefly(chain.causesOf(deed)), causes: chain.causesOf(deed), notes: chain.notes() };
}

/** What the first scene led to, or the one with this number. */
export function effectsIn(scenes: readonly Told[], of = 0) {
  const { chain, deed } = told(scenes, of, false);
  return briefly(chain.effectsOf(deed));
}

function told(scenes: readonly Told[], of: number, isStripped: boolean) {
  const servers = [...new Set(scenes.map(({ server = 'cp-1' }) => server))];
  const files = servers.map((source) => {
    const events = scenes.flatMap((scene, n) =>
      (scene.server ?? 'cp-1') === source ? [eventOf(scene, n)] : [],
    );
    return isStripped ? withoutBodies({ source, events }) : { source, events };
  });
  const requests = requestsOf(files);
  const deed = factsOf(requests).find(({ row }) => row.auditID === `story-${of}`);
  if (deed === undefined) throw new Error(`no scene ${of}`);
  const { chain } = chainOf([deed], requests, true);
  return { chain, deed };
}

export function owner(kind: string, name: string, uid = `uid-${name}`): Record<string, unknown> {
  const apiVersion = ['Job', 'CronJob'].includes(kind) ? 'batch/v1' : kind === 'Node' ? 'v1' : 'apps/v1';
  return { apiVersion, kind, name, uid, controller: true };
}

export function owned(
  kind: string,
  name: string,
  by: Record<string, unknown>,
  spec: object = {},
  more: object = {},
) {
  const { metadata, ...rest } = more as { metadata?: object };
  return anObject(kind, name, { metadata: { ownerReferences: [by], ...metadata }, spec, ...rest });
}

/** A ReplicaSet as its Deployment's controller writes it. */
export function replicaSet(
  name: string,
  of: string,
  replicas: number,
  desired = replicas,
  uid = `uid-${of}`,
) {
  const annotations = { 'deployment.kubernetes.io/desired-replicas': String(desired) };
  return owned('ReplicaSet', name, owner('Deployment', of, uid), { replicas }, { metadata: { annotations } });
}

export function deployment(
  name: string,
  replicas: number,
  image = 'v1',
  generation = 1,
  uid = `uid-${name}`,
) {
  return anObject('Deployment', name, {
    metadata: { uid, generation, resourceVersion: `${100 + generation}` },
    spec: { replicas, template: { spec: { containers: [{ name: 'main', image }] } } },
  });
}

export function pod(name: string, of: string, kind = 'ReplicaSet', node?: string, uid = `uid-${of}`) {
  return owned('Pod', name, owner(kind, of, uid), node === undefined ? {} : { nodeName: node });
}
