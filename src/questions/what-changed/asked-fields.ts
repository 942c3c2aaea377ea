/**
 * What a patch asks for, field by field, where how it stood before is not in the log: paths and values of the body alone.
 * Of a whole object (create, update) it is not known which of its fields are changes.
 */

import { redactText } from '../../event/redact.ts';
import type { BodyOf } from '../../event/redact-body.ts';
import { redactBody } from '../../event/redact-body.ts';
import { at, text } from '../fact/body.ts';
import { type FieldChange, fieldDiff } from '../field-diff/field-diff.ts';
import { isNoise, withoutNoise } from '../field-diff/noise.ts';
import { type Change, redactChanges } from '../field-diff/redact-changes.ts';
import { pathOf, type Segment } from '../field-diff/segment.ts';
import type { RequestKind } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';

export interface AskedHow {
  readonly schema: Schema;
  readonly resource: string;
  readonly includesNoise: boolean;
  /** Null: nothing is to be hidden. */
  readonly of: BodyOf | null;
}

/** `operation`: its number in a JSON patch; null in any other. */
export type Asked = Change & { readonly operation: number | null };

/** Null: it does not say itself which fields it is to change. As many, in the same order, whatever is hidden. */
export function askedFields(request: unknown, kind: RequestKind, how: AskedHow): readonly Asked[] | null {
  switch (kind) {
    case 'json patch':
      return Array.isArray(request)
        ? request.flatMap((operation, n) => askedByOperation(operation, n, how))
        : null;
    case 'merge patch':
    case 'strategic merge patch':
    case 'merge or strategic merge patch':
    case 'apply':
      return askedByMerge(request, how);
    case 'scale':
      return askedByMerge({ spec: { replicas: at(request, 'spec', 'replicas') ?? 0 } }, how);
    default:
      return null;
  }
}

/** What names the object and asks for no change of it. */
const NAMING = ['apiVersion', 'kind', 'metadata.name', 'metadata.namespace', 'metadata.creationTimestamp'];

function askedByMerge(request: unknown, how: AskedHow): readonly Asked[] {
  const patch = withoutDirectives(request);
  const added = askedBy(patch, how).map((change): Asked => {
    const isItem = change.path.endsWith(DELETION) && change.after === 'delete';
    return {
      ...change,
      path: isItem ? change.path.slice(0, -DELETION.length) : change.path,
      op: isItem || change.after === null ? 'remove' : 'replace',
      after: isItem ? null : change.after,
    };
  });
  const removed = askedBy(takenFromSets(request) ?? {}, how);
  return [...added, ...removed.map((change): Asked => ({ ...change, op: 'remove', after: null }))];
}

function askedBy(patch: unknown, { schema, resource, includesNoise, of }: AskedHow): readonly Asked[] {
  const asked = fieldDiff({}, patch, schema).filter(
    (one) => !NAMING.includes(one.path) && !namesItem(one) && !isEmptyPart(one),
  );
  const wanted = includesNoise ? asked : withoutNoise(asked, resource);
  const changes = redactChanges(wanted, { before: {}, after: patch, of });
  return changes.map((change) => ({ ...change, before: null, beforeKnown: false, operation: null }));
}

/** `metadata: {}`: nothing is asked of it. */
function isEmptyPart({ segments, after }: FieldChange): boolean {
  return segments.length < 2 && typeof after === 'object' && after !== null;
}

/** The directive that takes an item of a list away. */
const DELETION = '.$patch';

/** What tells an item of a list apart is in its path, and no change of it. */
function namesItem({ segments, after }: FieldChange): boolean {
  const item = segments.at(-2);
  const field = segments.at(-1);
  return (
    item?.kind === 'item' && field?.kind === 'field' && item.name?.some((name) => name === after) === true
  );
}

/** `$setElementOrder/…`, `$retainKeys`: how lists are merged, not what is in them. `$patch: delete` takes an item away. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => !isEmpty(item));
  if (typeof value !== 'object' || value === null) return value;
  const isDeletion = at(value, '$patch') === 'delete';
  const entries = Object.entries(value)
    .filter(([key]) => !key.startsWith('$'))
    .map(([key, inner]): [string, unknown] => [key, withoutDirectives(inner)]);
  return isDeletion ? { ...Object.fromEntries(entries), $patch: 'delete' } : Object.fromEntries(entries);
}

function isEmpty(item: unknown): boolean {
  return typeof item === 'object' && item !== null && Object.keys(item).length === 0;
}

const FROM_SET = '$deleteFromPrimitiveList/';

/** Only what `$deleteFromPrimitiveList/…` takes away, where it stands; undefined: nothing. */
function takenFromSets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const taken = key.startsWith(FROM_SET) ? inner : takenFromSets(inner);
    return taken === undefined ? [] : [[key.replace(FROM_SET, ''), taken]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function askedByOperation(operation: unknown, n: number, how: AskedHow): readonly Asked[] {
  const { resource, includesNoise, of } = how;
  const op = text(at(operation, 'op'));
  const pointer = at(operation, 'path');
  if (op === null || op === 'test' || typeof pointer !== 'string') return [];
  const moved = op === 'move' ? removal(at(operation, 'from'), n, how) : [];
  const segments = segmentsOf(pointer);
  if (!includesNoise && isNoise({ segments }, resource)) return moved;
  const clean = of === null ? operation : redactBody(operation, of);
  const [raw, value] = [at(operation, 'value'), at(clean, 'value')];
  const path = pathOf(segments);
  return [
    ...moved,
    {
      path: of === null ? path : redactText(path),
      before: null,
      after: value ?? null,
      beforeKnown: false,
      // What is moved or copied is what stood elsewhere.
      afterKnown: op === 'remove' || op === 'add' || op === 'replace',
      redacted: JSON.stringify(raw) !== JSON.stringify(value),
      op: op === 'remove' ? 'remove' : op === 'add' ? 'add' : 'replace',
      operation: n,
    },
  ];
}

function removal(pointer: unknown, n: number, how: AskedHow): readonly Asked[] {
  return typeof pointer === 'string' ? askedByOperation({ op: 'remove', path: pointer }, n, how) : [];
}

/** RFC 6901. `-`: behind the last item. */
function segmentsOf(pointer: string): readonly Segment[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token): Segment => {
      const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
      if (!/^(?:\d{1,9}|-)$/.test(name)) return { kind: 'field', name };
      if (name === '-') return { kind: 'item', name: ['-'], before: null, after: null };
      return { kind: 'item', name: null, before: null, after: Number(name) };
    });
}
