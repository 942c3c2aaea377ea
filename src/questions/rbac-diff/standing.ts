/**
 * How a role or binding stood before and after a step of its history, as far as the step tells, and how two that tell of one
 * moment are brought together.
 */
import { at } from '../fact/body.ts';
import type { State, Step } from '../object-history/step.ts';
import { type Content, contentOf, type RbacId, unknownContent } from './rbac-object.ts';

/** Null: it does not exist. */
export type Standing = Content | null;

export function beforeOf(id: RbacId, step: Step, same: Interned): Standing {
  if (step.kind === 'create') return null;
  // What was changed or deleted was there.
  const before = standingOf(id, step.before, step, same) ?? unknownContent(id.kind);
  if (step.kind !== 'change') return same.of(before);
  const after = standingOf(id, step.after, step, same);
  return same.of(after === null ? before : filled(before, untouched(step, after)));
}

export function afterOf(id: RbacId, step: Step, before: Standing, same: Interned): Standing {
  if (step.after.kind === 'absent') return null;
  if (step.kind === 'delete' && step.after.kind === 'unknown') return null;
  const after = standingOf(id, step.after, step, same) ?? same.of(unknownContent(id.kind));
  return same.of(filled(after, onlyLasting(before)));
}

export function standingOf(id: RbacId, state: State, step: Step, same: Interned): Standing {
  switch (state.kind) {
    case 'absent':
      return null;
    case 'unknown':
      return same.of(unknownContent(id.kind));
    case 'partial':
      // A creation of which only the request is known: what it does not say is not there.
      return same.of(contentOf(id, state.object, step.kind === 'create' && step.basis === 'request'));
    default:
      return same.of(contentOf(id, state.object, true));
  }
}

/** What a patch did not speak of was before as it is after. */
function untouched({ request, requestKind }: Step, after: Content): Content {
  const isPatch = requestKind.endsWith('patch') || requestKind === 'apply';
  if (request === undefined || !isPatch) return unknownContentLike(after);
  // What an apply leaves out it may have taken away, where it had put it there itself.
  const isKept = (field: string) =>
    !speaksOf(request, field) && (requestKind !== 'apply' || !OWNED.includes(field));
  if (after.kind === 'binding') return { ...after, subjects: isKept('subjects') ? after.subjects : null };
  return {
    kind: 'role',
    rules: isKept('rules') ? after.rules : null,
    labels: isKept('metadata') ? after.labels : null,
    selectors: isKept('aggregationRule') ? after.selectors : null,
  };
}

const OWNED: readonly string[] = ['rules', 'subjects'];

function unknownContentLike(content: Content): Content {
  return content.kind === 'binding'
    ? { kind: 'binding', role: content.role, subjects: null }
    : { kind: 'role', rules: null, labels: null, selectors: null };
}

/** Of the field or of something in it; `metadata` only as far as its labels go. */
function speaksOf(request: unknown, field: string): boolean {
  if (Array.isArray(request))
    return request.some((operation) =>
      ['path', 'from'].some((name) => {
        const pointer = at(operation, name);
        if (typeof pointer !== 'string') return false;
        const [, first = '', second = ''] = pointer.split('/');
        return (
          first === '' || (first === field && (field !== 'metadata' || second === '' || second === 'labels'))
        );
      }),
    );
  const value = at(request, field);
  return field === 'metadata'
    ? at(value, 'labels') !== undefined || at(value, '$patch') !== undefined
    : value !== undefined;
}

export function onlyLasting(content: Standing): Standing {
  return content?.kind === 'binding' ? { kind: 'binding', role: content.role, subjects: null } : null;
}

/** What the one does not know, the other may. */
export function filled<C extends Content>(content: C, other: Standing): Content {
  if (other === null || other.kind !== content.kind) return content;
  const merged = Object.entries(content).map(([name, value]) => [
    name,
    value ?? (other as unknown as Record<string, unknown>)[name] ?? null,
  ]);
  return Object.fromEntries(merged) as C;
}

export function agree(a: Content, b: Content): boolean {
  const other = b as unknown as Record<string, unknown>;
  return Object.entries(a).every(
    ([name, value]) => value === null || other[name] == null || keyOf(value) === keyOf(other[name]),
  );
}

function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (one instanceof Map ? [...one].sort() : one));
}

/** The same content once, however many changes led to it. */
export class Interned {
  readonly #known = new Map<string, Content>();

  of<C extends Content>(content: C): C {
    const key = keyOf(content);
    const known = this.#known.get(key);
    if (known !== undefined) return known as C;
    this.#known.set(key, content);
    return content;
  }
}
