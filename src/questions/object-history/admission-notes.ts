/** What admission webhooks did to a request, out of the annotations they leave: `mutation.webhook…`, `patch.webhook…`. */
import type { AuditEvent } from '../../event/event.ts';
import { at, isList } from './json-tree.ts';
import type { Admission } from './step.ts';

const MUTATION = 'mutation.webhook.admission.k8s.io/';
const PATCH = 'patch.webhook.admission.k8s.io/';

/** In the order in which they were called: rounds, then their place in it. */
export function admissionOf({ annotations }: AuditEvent): readonly Admission[] {
  const calls = new Map<string, { mutation: unknown; patch: unknown }>();
  for (const [name, text] of Object.entries(annotations)) {
    const prefix = name.startsWith(MUTATION) ? MUTATION : name.startsWith(PATCH) ? PATCH : null;
    if (prefix === null) continue;
    const call = calls.get(name.slice(prefix.length)) ?? { mutation: undefined, patch: undefined };
    call[prefix === MUTATION ? 'mutation' : 'patch'] = parsed(text);
    calls.set(name.slice(prefix.length), call);
  }
  if (calls.size === 0) return NONE;
  return [...calls]
    .sort(([a], [b]) => orderOf(a) - orderOf(b))
    .map(([place, { mutation, patch }]) => ({
      name: text(at(mutation, 'webhook')) ?? text(at(patch, 'webhook')) ?? place,
      configuration: text(at(mutation, 'configuration')) ?? text(at(patch, 'configuration')),
      mutated: patch === undefined ? boolean(at(mutation, 'mutated')) : true,
      patch: list(at(patch, 'patch')),
    }));
}

const NONE: readonly Admission[] = [];

/** `round_0_index_2`. */
function orderOf(place: string): number {
  const [, round = '0', index = '0'] = /^round_(\d{1,6})_index_(\d{1,6})$/.exec(place) ?? [];
  return Number(round) * 1_000_000 + Number(index);
}

/** Deeper than events may nest. */
const MAX_DEPTH = 400;

function parsed(value: string): unknown {
  let depth = 0;
  for (const bracket of value.match(/[[\]{}]/g) ?? []) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > MAX_DEPTH) return undefined;
  }
  try {
    const json: unknown = JSON.parse(value);
    return json;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function boolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function list(value: unknown): readonly unknown[] | null {
  return isList(value) ? value : null;
}
