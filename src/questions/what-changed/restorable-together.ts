/** Of many objects as they were: which of them a manifest must hold, and in which order kubectl apply can make them. */
import { at, text } from '../fact/body.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Together<T> {
  readonly kept: readonly T[];
  /** What the controllers of those kept make of them anew: made by hand too, there would be twice as many. */
  readonly owned: readonly T[];
}

export function restorableTogether<T extends { readonly state: Json | null }>(
  rows: readonly T[],
): Together<T> {
  const uids = new Set(rows.flatMap(({ state }) => text(at(state, 'metadata', 'uid')) ?? []));
  const isOwned = ({ state }: T) => controllersOf(state).some((uid) => uids.has(uid));
  return {
    kept: rows.filter((row) => !isOwned(row)).sort((a, b) => rankOf(a) - rankOf(b)),
    owned: rows.filter(isOwned),
  };
}

function controllersOf(state: Json | null): readonly string[] {
  const owners = at(state, 'metadata', 'ownerReferences');
  if (!Array.isArray(owners)) return [];
  return owners.flatMap((owner) => (at(owner, 'controller') === true ? (text(at(owner, 'uid')) ?? []) : []));
}

/** What others cannot be made without, as they name it. */
const FIRST = [
  'Namespace',
  'CustomResourceDefinition',
  'StorageClass',
  'PriorityClass',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolume',
  'PersistentVolumeClaim',
];

/** They would be asked about all that is made after them, by a Service that does not answer yet. */
const LAST = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService'];

function rankOf({ state }: { readonly state: Json | null }): number {
  const kind = text(at(state, 'kind')) ?? '';
  if (FIRST.includes(kind)) return FIRST.indexOf(kind);
  return LAST.includes(kind) ? FIRST.length + 1 : FIRST.length;
}
