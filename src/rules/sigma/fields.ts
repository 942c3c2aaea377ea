/**
 * Names of fields in Sigma rules → where they stand in an event: its own paths, the short names that SigmaHQ's rules for Kubernetes
 * use, and parts of a pod's spec by their own name, wherever in the request's body they stand.
 */
import { EVENT_FIELDS, fieldAt } from '../../query/cel-fields.ts';
import { didYouMean } from '../../query/nearest.ts';
import { asText, isObject, type Json } from '../json.ts';
import { type Place, Refusal } from '../refusal.ts';

export interface SigmaField {
  /** As its author wrote it. */
  readonly name: string;
  /** Where it stands; null: anywhere in the request's body, under that key. */
  readonly path: readonly string[] | null;
  readonly reads: readonly string[];
  /** What stands there, lists as they are; empty: it is not there. */
  of(json: Json): readonly unknown[];
}

const DECISION = ['annotations', 'authorization.k8s.io/decision'] as const;
/** Without the path that the event has them under. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  apiGroup: ['objectRef', 'apiGroup'],
  resource: ['objectRef', 'resource'],
  subresource: ['objectRef', 'subresource'],
  namespace: ['objectRef', 'namespace'],
  name: ['objectRef', 'name'],
  user: ['user', 'username'],
  username: ['user', 'username'],
  groups: ['user', 'groups'],
  code: ['responseStatus', 'code'],
  reason: ['responseStatus', 'reason'],
  decision: DECISION,
  sourceIP: ['sourceIPs'],
  uri: ['requestURI'],
};
/** SigmaHQ writes `hostPath: '*'` for a hostPath anywhere in the pod. */
const ANYWHERE: ReadonlySet<string> = new Set([
  ...['hostPath', 'hostNetwork', 'hostPID', 'hostIPC', 'hostPort', 'privileged', 'allowPrivilegeEscalation'],
  ...['capabilities', 'runAsUser', 'runAsGroup', 'runAsNonRoot', 'readOnlyRootFilesystem', 'procMount'],
  ...['image', 'command', 'args', 'containers', 'initContainers', 'ephemeralContainers', 'volumes'],
  ...['volumeMounts', 'securityContext', 'seccompProfile', 'appArmorProfile', 'serviceAccountName'],
  ...['serviceAccount', 'automountServiceAccountToken', 'nodeName', 'nodePort', 'roleRef', 'subjects'],
]);
/** As Elastic's integration calls them. */
const PREFIX = 'kubernetes.audit.';
const MAX_PARTS = 24;

/** Throws a Refusal. */
export function sigmaField(name: string, place: Place): SigmaField {
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  const short = Object.hasOwn(SHORT, bare) ? SHORT[bare] : undefined;
  if (short !== undefined) return fieldAtPath(name, short);
  if (ANYWHERE.has(bare))
    return { name, path: null, reads: ['requestObject'], of: (json) => anywhere(json.requestObject, bare) };
  const path = bare.split('.');
  if (path.length > MAX_PARTS) throw new Refusal(place, `${name}: more than ${MAX_PARTS} parts`);
  refuseUnknown(name, path, place);
  return fieldAtPath(name, path);
}

function fieldAtPath(name: string, path: readonly string[]): SigmaField {
  return { name, path, reads: path.slice(0, 1), of: (json) => found(json, path, 0) };
}

function refuseUnknown(name: string, path: readonly string[], place: Place): void {
  for (let length = 1; length <= path.length; length++) {
    const field = fieldAt(path.slice(0, length).join('.'));
    if (field === null) throw unknown(name, path.slice(0, length), place);
    if (field.kind === 'list' && /^\d+$/.test(path[length] ?? '0')) return;
    if (field.fields === null && (field.kind === 'object' || length === path.length)) return;
  }
}

function unknown(name: string, path: readonly string[], place: Place): Refusal {
  const known = fieldAt(path.slice(0, -1).join('.'))?.fields ?? EVENT_FIELDS;
  const names =
    path.length === 1 ? [...EVENT_FIELDS.keys(), ...Object.keys(SHORT), ...ANYWHERE] : known.keys();
  const guess = didYouMean(path.at(-1) ?? '', names);
  const hint =
    path.length === 1
      ? ' (fields are named by their path in the event, such as requestObject.spec.hostNetwork)'
      : '';
  return new Refusal(place, `no audit event has a field ${name}${guess}${hint}`);
}

/** Through lists, item by item; a number takes one item. A key may have dots in it itself: annotations and labels do. */
function found(value: unknown, path: readonly string[], from: number): readonly unknown[] {
  if (from === path.length) return [value];
  if (Array.isArray(value)) {
    const part = path[from] ?? '';
    const item: unknown = /^\d{1,9}$/.test(part) ? value[Number(part)] : undefined;
    if (item !== undefined) return found(item, path, from + 1);
    return value.flatMap((one) => found(one, path, from));
  }
  if (!isObject(value)) return [];
  const all: unknown[] = [];
  let key = '';
  for (let to = from; to < path.length; to++) {
    key = to === from ? (path[to] ?? '') : `${key}.${path[to]}`;
    if (Object.hasOwn(value, key)) all.push(...found(value[key], path, to + 1));
  }
  return all;
}

function anywhere(value: unknown, key: string): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => anywhere(item, key));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([own, child]) => [
    ...(own === key ? [child] : []),
    ...anywhere(child, key),
  ]);
}

/** The texts that values are compared by: of a list each item's, of an object its JSON. Null stands for nothing. */
export function textsOf(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value): readonly string[] => {
    if (value === null || value === undefined) return [];
    return Array.isArray(value) ? textsOf(value) : [asText(value)];
  });
}
