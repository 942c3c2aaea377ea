/**
 * What of a change that was asked for can be taken as done. The server fills in what is left out, leaves out what is
 * nothing, and writes some values its own way: where it may have, the result is not known, and is left out of the state.
 */
import { at, isEqual, isList, isMap, mapFrom } from './json-tree.ts';
import { isCanonicalQuantity, mayBeQuantity } from './quantity.ts';
import type { Json } from './step.ts';

export interface Settled {
  readonly object: Json;
  /** Where the server may have done something of its own. */
  readonly doubts: readonly string[];
}

export function settle(before: Json, asked: Json, isCustom: boolean): Settled {
  const doubts: string[] = [];
  const object = settledMap(before, asked, {
    name: '',
    holder: '',
    isFree: false,
    isCustom,
    doubts,
    depth: 0,
  });
  return { object, doubts };
}

interface Here {
  readonly name: string;
  /** The name of the map or list that it stands in; of an item, what its list stands in. */
  readonly holder: string;
  /** Nothing below is filled in or taken for nothing. */
  readonly isFree: boolean;
  readonly isCustom: boolean;
  readonly doubts: string[];
  readonly depth: number;
}

/** Maps of anybody's keys, and what controllers write whole. */
const FREE: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'matchLabels',
  'matchExpressions',
  'nodeSelector',
  'data',
  'binaryData',
  'status',
  'aggregationRule',
  'affinity',
  'selector',
  'tolerations',
  'taints',
  'volumeMounts',
  'hostAliases',
  'imagePullSecrets',
  'envFrom',
  'capabilities',
  'command',
  'args',
  'topologySpreadConstraints',
]);
/** What is taken away from here stays away: it has no default. */
const NO_DEFAULT: ReadonlySet<string> = new Set([
  ...FREE,
  'env',
  'containers',
  'initContainers',
  'ephemeralContainers',
  'volumes',
  'ports',
  'limits',
  'affinity',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'paused',
  'unschedulable',
  'subjects',
  'hard',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
  'startingDeadlineSeconds',
  'timeZone',
  'priorityClassName',
  'minReadySeconds',
  'hostNetwork',
  'hostPID',
  'hostIPC',
]);
/** Left out on the wire when they are zero, whoever sets them (k8s.io/api: omitempty, and no pointer). */
const OMITTED_WHEN_ZERO: ReadonlySet<string> = new Set([
  'clusterScope',
  'globalDefault',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'insecureSkipTLSVerifyBackend',
  'paused',
  'publishNotReadyAddresses',
  'stdin',
  'stdinOnce',
  'tty',
  'unschedulable',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
]);
/** Kept as they are, zero or not (pointers). */
const KEPT_WHEN_ZERO: ReadonlySet<string> = new Set([
  'allowPrivilegeEscalation',
  'automountServiceAccountToken',
  'enableServiceLinks',
  'immutable',
  'optional',
  'privileged',
  'readOnlyRootFilesystem',
  'runAsNonRoot',
  'shareProcessNamespace',
  'suspend',
  'allowVolumeExpansion',
  'backoffLimit',
  'completions',
  'parallelism',
  'fsGroup',
  'runAsUser',
  'runAsGroup',
  'minReplicas',
  'replicas',
  'revisionHistoryLimit',
  'successfulJobsHistoryLimit',
  'failedJobsHistoryLimit',
  'terminationGracePeriodSeconds',
  'ttlSecondsAfterFinished',
  'tolerationSeconds',
  'stabilizationWindowSeconds',
]);
const MAX_DEPTH = 500;

function settled(before: unknown, asked: unknown, here: Here): unknown {
  if (isEqual(before, asked)) return asked;
  if (here.depth > MAX_DEPTH) return doubt(here, undefined);
  if (isLeftOut(asked, here)) return undefined;
  if (isMap(asked)) return settledMap(isMap(before) ? before : null, asked, here);
  if (isList(asked)) return settledList(isList(before) ? before : [], asked, here);
  return settledScalar(asked, here);
}

/** What is empty is left out on the wire; but for maps that mean something by being there (`emptyDir: {}`). */
function isLeftOut(asked: unknown, { name, holder, isCustom }: Here): boolean {
  const isMetadata = holder === 'metadata' && (FREE.has(name) || name === 'managedFields');
  if (isList(asked)) return asked.length === 0 && (!isCustom || isMetadata);
  const isPlain = isMetadata || (!isCustom && PLAIN_MAPS.has(name));
  return isMap(asked) && Object.keys(asked).length === 0 && isPlain;
}

const PLAIN_MAPS: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'data',
  'binaryData',
  'limits',
  'requests',
  'hard',
]);

function settledMap(before: Json | null, asked: Json, here: Here): Json {
  // A new map may have been filled up; one with nothing in it says nothing.
  if (before === null && mayBeFilled(asked, here)) doubt(here, undefined);
  const old = before ?? {};
  const nothings: [string, unknown][] = [];
  for (const [name, value] of Object.entries(old)) {
    if (Object.hasOwn(asked, name)) continue;
    // Written for what is not set: it is nothing that could be taken away.
    if (value === null) nothings.push([name, null]);
    else if (!staysAway(name, here)) doubt({ ...here, name }, undefined);
  }
  const left = Object.entries(asked).flatMap(([name, value]): [string, unknown][] => {
    const one = settled(at(old, name), value, below(here, name));
    return one === undefined ? [] : [[name, one]];
  });
  return mapFrom([...left, ...nothings]);
}

function mayBeFilled(added: Json, { name, holder, isFree, isCustom }: Here): boolean {
  if (isFree) return false;
  if (isCustom) return true;
  if (holder === 'subjects')
    return at(added, 'apiGroup') === undefined && at(added, 'kind') !== 'ServiceAccount';
  return holder !== 'env' && !NEVER_FILLED.has(name);
}

/** Maps in types of Kubernetes' own that have no defaults. */
const NEVER_FILLED: ReadonlySet<string> = new Set([
  'metadata',
  'resources',
  'limits',
  'requests',
  'securityContext',
  'secretKeyRef',
  'configMapKeyRef',
]);

function staysAway(name: string, here: Here): boolean {
  if (here.isFree || here.depth === 0) return here.isFree || NO_DEFAULT.has(name);
  return !here.isCustom && (NO_DEFAULT.has(name) || (here.name === 'limits' && here.depth > 0));
}

function below(here: Here, name: string): Here {
  return {
    ...here,
    name,
    holder: here.name,
    isFree: here.isFree || isFreeHere(name, here),
    depth: here.depth + 1,
  };
}

function isFreeHere(name: string, { isCustom, depth, name: holder }: Here): boolean {
  // Of roles and ingresses; those of a webhook's configuration are filled in.
  if (name === 'rules') return !isCustom && depth < 2;
  if (!FREE.has(name)) return false;
  return !isCustom || holder === 'metadata' || (depth === 0 && name === 'status');
}

/** Items are told apart by what names them, else by their place. */
function settledList(before: readonly unknown[], asked: readonly unknown[], here: Here): readonly unknown[] {
  const isNamed = [...before, ...asked].every((item) => typeof at(item, 'name') === 'string');
  const partners = isNamed
    ? new Map(before.map((item) => [at(item, 'name'), item]))
    : new Map(before.map((item, index): [unknown, unknown] => [index, item]));
  return asked.map((item, index) => {
    const partner = partners.get(isNamed ? at(item, 'name') : index);
    const same = before.find((one) => isEqual(one, item));
    const inner: Here = { ...here, holder: here.name, depth: here.depth + 1 };
    const left = settled(same ?? (isMap(partner) ? partner : undefined), item, inner);
    return left === undefined ? item : left;
  });
}

function settledScalar(asked: unknown, here: Here): unknown {
  if (asked === null) return undefined;
  if (here.isCustom || here.isFree) return asked;
  if (mayBeQuantity(here.name, here.holder) && !isCanonicalQuantity(asked)) return doubt(here, undefined);
  if (asked !== false && asked !== 0 && asked !== '') return asked;
  if (OMITTED_WHEN_ZERO.has(here.name)) return undefined;
  return KEPT_WHEN_ZERO.has(here.name) ? asked : doubt(here, undefined);
}

function doubt<T>(here: Here, result: T): T {
  here.doubts.push(here.name);
  return result;
}
