/** What a request's body asks for: a whole object, a merge patch of any kind, or a JSON patch. */
import { at, number, text } from './body.ts';
import { RESTARTED_AT, replicasOf } from './object-state.ts';

/** `undefined`: it does not speak of it. */
export interface AskedChange {
  readonly isEmpty: boolean;
  readonly resourceVersion: string | null;
  readonly generation: number | null;
  readonly replicas: number | undefined;
  readonly touchesSpec: boolean;
  readonly touchesTemplate: boolean;
  readonly touchesFinalizers: boolean;
  readonly touchesSubjects: boolean;
  readonly restartedAt: string | undefined;
  readonly unschedulable: boolean | undefined;
  /** Of a node: a taint that its pods may not outlast, as far as the body tells. */
  readonly mayEvict: boolean;
  /** Of a certificate signing request, by the conditions that the body holds. */
  readonly approval: 'Approved' | 'Denied' | undefined;
}

/** A strategic merge patch takes single finalizers away by a directive of its own. */
const FINALIZER_DIRECTIVE = ['metadata', '$deleteFromPrimitiveList/finalizers'];

/** One for all requests without a body: most have none, and many are kept. */
const NOTHING_ASKED: AskedChange = {
  isEmpty: false,
  resourceVersion: null,
  generation: null,
  replicas: undefined,
  touchesSpec: false,
  touchesTemplate: false,
  touchesFinalizers: false,
  touchesSubjects: false,
  restartedAt: undefined,
  unschedulable: undefined,
  mayEvict: false,
  approval: undefined,
};

export function askedOf(body: unknown): AskedChange {
  if (body === undefined) return NOTHING_ASKED;
  const unschedulable = said(body, ['spec', 'unschedulable']);
  const replicas = number(said(body, ['spec', 'replicas']).value) ?? replicasOf(body);
  return {
    isEmpty: typeof body === 'object' && body !== null && Object.keys(body).length === 0,
    resourceVersion: text(at(body, 'metadata', 'resourceVersion')),
    generation: number(at(body, 'metadata', 'generation')),
    replicas: replicas ?? undefined,
    touchesSpec: said(body, ['spec']).isTouched,
    touchesTemplate: said(body, ['spec', 'template']).isTouched,
    touchesFinalizers:
      said(body, ['metadata', 'finalizers']).isTouched || at(body, ...FINALIZER_DIRECTIVE) !== undefined,
    touchesSubjects: said(body, ['subjects']).isTouched,
    restartedAt:
      text(said(body, ['spec', 'template', 'metadata', 'annotations', RESTARTED_AT]).value) ?? undefined,
    // A patch takes it away with null, an update by leaving it out: only the first is said here.
    unschedulable: unschedulable.isTouched ? unschedulable.value === true : undefined,
    mayEvict: mayEvict(said(body, ['spec', 'taints'])),
    approval: approvalOf(said(body, ['status', 'conditions']).value),
  };
}

interface Said {
  readonly isTouched: boolean;
  /** Undefined when only something inside was touched, or the operation does not tell. */
  readonly value: unknown;
}

function said(body: unknown, path: readonly string[]): Said {
  if (Array.isArray(body)) return saidByOperations(body, path);
  const value = at(body, ...path);
  return { isTouched: value !== undefined, value };
}

/** JSON patch (RFC 6902): an operation on the field itself, on what holds it, or on something inside it. */
function saidByOperations(operations: readonly unknown[], path: readonly string[]): Said {
  let isTouched = false;
  let value: unknown;
  for (const operation of operations) {
    const op = at(operation, 'op');
    const pointer = pointerOf(at(operation, 'path'));
    if (op === 'test' || pointer === null) continue;
    if (startsWith(path, pointer)) {
      isTouched = true;
      value = op === 'remove' ? null : at(at(operation, 'value'), ...path.slice(pointer.length));
    } else if (startsWith(pointer, path)) isTouched = true;
  }
  return { isTouched, value };
}

function pointerOf(pointer: unknown): readonly string[] | null {
  if (typeof pointer !== 'string') return null;
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function startsWith(path: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((name, n) => path[n] === name);
}

function mayEvict({ isTouched, value }: Said): boolean {
  if (!Array.isArray(value)) return isTouched && value === undefined;
  return value.some((taint) => at(taint, 'effect') === 'NoExecute');
}

function approvalOf(conditions: unknown): AskedChange['approval'] {
  if (!Array.isArray(conditions)) return undefined;
  const types = conditions.map((condition) => at(condition, 'type'));
  if (types.includes('Denied')) return 'Denied';
  return types.includes('Approved') ? 'Approved' : undefined;
}
