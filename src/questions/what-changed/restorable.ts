/**
 * An object as it was → what `kubectl apply` takes to make it again: without what only the server may set, and without ties
 * to what is gone. What was left out, and why, is told.
 */
import { at, text } from '../fact/body.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Restorable {
  readonly object: Json;
  /** In words, each what is not in it and why. */
  readonly without: readonly string[];
  /** What to know before it is applied. */
  readonly warnings: readonly string[];
}

interface Omission {
  readonly path: readonly string[];
  readonly why: string;
  /** Left out without a word: nobody would miss it. */
  readonly isSilent?: boolean;
  readonly of?: readonly string[];
  /** Only where its value is such. */
  readonly when?: (value: unknown, object: Json) => boolean;
}

const SERVER = 'the API server sets it';

const OMITTED: readonly Omission[] = [
  ...[
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'selfLink',
    'managedFields',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ].map((name) => ({ path: ['metadata', name], why: SERVER, isSilent: true })),
  {
    path: ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
    why: 'kubectl apply sets it',
    isSilent: true,
  },
  {
    path: ['metadata', 'annotations', 'deployment.kubernetes.io/revision'],
    why: 'the controller sets it',
    isSilent: true,
  },
  { path: ['metadata', 'ownerReferences'], why: 'an owner that is gone would take it along again' },
  { path: ['status'], why: 'it comes about by itself', isSilent: true },
  {
    path: ['spec', 'clusterIP'],
    why: 'the address may belong to another Service by now',
    of: ['Service'],
    when: (value) => value !== 'None',
  },
  {
    path: ['spec', 'clusterIPs'],
    why: 'they go with clusterIP',
    isSilent: true,
    of: ['Service'],
    when: (value) => !(Array.isArray(value) && value[0] === 'None'),
  },
  { path: ['spec', 'healthCheckNodePort'], why: SERVER, of: ['Service'] },
  { path: ['spec', 'nodeName'], why: 'the scheduler chooses anew', of: ['Pod'] },
  { path: ['spec', 'ephemeralContainers'], why: 'they are added to a Pod that runs', of: ['Pod'] },
  { path: ['spec', 'finalizers'], why: SERVER, isSilent: true, of: ['Namespace'] },
  {
    path: ['metadata', 'annotations', 'kubernetes.io/service-account.uid'],
    why: 'a token of the account that is gone would be deleted again',
    of: ['Secret'],
  },
  { path: ['secrets'], why: 'tokens of the account that is gone', of: ['ServiceAccount'] },
  ...['pv.kubernetes.io/bind-completed', 'pv.kubernetes.io/bound-by-controller'].map((name) => ({
    path: ['metadata', 'annotations', name],
    why: 'it has to be bound anew',
    of: ['PersistentVolumeClaim', 'PersistentVolume'],
  })),
  { path: ['spec', 'claimRef'], why: 'it names a claim by the uid that is gone', of: ['PersistentVolume'] },
  { path: ['spec', 'selector'], why: 'the Job controller makes it', of: ['Job'], when: isGeneratedSelector },
  ...['controller-uid', 'batch.kubernetes.io/controller-uid'].flatMap((name) => [
    { path: ['spec', 'template', 'metadata', 'labels', name], why: SERVER, isSilent: true, of: ['Job'] },
    { path: ['metadata', 'labels', name], why: SERVER, isSilent: true, of: ['Job'] },
  ]),
];

function isGeneratedSelector(_value: unknown, object: Json): boolean {
  return at(object, 'spec', 'manualSelector') !== true;
}

/** `object`: redacted, unless secrets may be shown. Must have apiVersion and kind. */
export function restorable(object: Json): Restorable {
  const without: string[] = [];
  const kind = text(at(object, 'kind')) ?? '';
  let made = withoutPodLeftovers(object, kind);
  for (const { path, why, isSilent, of, when } of OMITTED) {
    if (of !== undefined && !of.includes(kind)) continue;
    const value = at(made, ...path);
    if (value === undefined || (when !== undefined && !when(value, object))) continue;
    made = dropped(made, path);
    if (isSilent !== true) without.push(`${path.join('.')}: ${why}`);
  }
  made = withoutEndFinalizers(made);
  return { object: inOrder(made), without, warnings: warningsOf(object, kind) };
}

function warningsOf(object: Json, kind: string): readonly string[] {
  return hasEnded(object, kind) ? ['it had ended by then: to apply it is to run it again'] : [];
}

function hasEnded(object: Json, kind: string): boolean {
  if (kind === 'Pod') return ['Succeeded', 'Failed'].includes(text(at(object, 'status', 'phase')) ?? '');
  const conditions = at(object, 'status', 'conditions');
  if (kind !== 'Job' || !Array.isArray(conditions)) return false;
  return conditions.some(
    (one) => at(one, 'status') === 'True' && ['Complete', 'Failed'].includes(text(at(one, 'type')) ?? ''),
  );
}

/** Emptied parents go too. */
function dropped(object: Json, [name = '', ...rest]: readonly string[]): Json {
  const { [name]: value, ...others } = object;
  if (rest.length === 0) return others;
  const inner = dropped(value as Json, rest);
  return Object.keys(inner).length === 0 ? others : { ...object, [name]: inner };
}

/** Put there by a deletion that was under way. */
const END_FINALIZERS: ReadonlySet<unknown> = new Set(['foregroundDeletion', 'orphan']);

function withoutEndFinalizers(object: Json): Json {
  const finalizers = at(object, 'metadata', 'finalizers');
  if (!Array.isArray(finalizers) || !finalizers.some((one) => END_FINALIZERS.has(one))) return object;
  const kept = finalizers.filter((one) => !END_FINALIZERS.has(one));
  if (kept.length === 0) return dropped(object, ['metadata', 'finalizers']);
  return { ...object, metadata: { ...(object.metadata as Json), finalizers: kept } };
}

/** The token's volume that admission puts into every Pod: admission puts another one into the next. */
function withoutPodLeftovers(object: Json, kind: string): Json {
  const spec = at(object, 'spec');
  const volumes = at(spec, 'volumes');
  if (kind !== 'Pod' || !Array.isArray(volumes)) return object;
  const isToken = (value: unknown) => /^kube-api-access-[a-z0-9]{5}$/.test(text(at(value, 'name')) ?? '');
  const withoutMounts = (container: unknown): unknown => {
    const mounts = at(container, 'volumeMounts');
    if (!Array.isArray(mounts)) return container;
    return { ...(container as Json), volumeMounts: mounts.filter((mount) => !isToken(mount)) };
  };
  const lists = ['containers', 'initContainers'].flatMap((name): [string, unknown][] => {
    const containers = at(spec, name);
    return Array.isArray(containers) ? [[name, containers.map(withoutMounts)]] : [];
  });
  return {
    ...object,
    spec: {
      ...(spec as Json),
      volumes: volumes.filter((volume) => !isToken(volume)),
      ...Object.fromEntries(lists),
    },
  };
}

const FIRST = ['apiVersion', 'kind', 'metadata'];

/** As people write manifests. */
function inOrder(object: Json): Json {
  const names = [
    ...FIRST.filter((name) => name in object),
    ...Object.keys(object).filter((name) => !FIRST.includes(name)),
  ];
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
