/**
 * What a patch asks for, field by field, where how it stood before is not in the log: paths and values of the body alone.
 * Of a whole object (create, update) it is not known which of its fields are changes.
 */

import { redactText } from '../../event/redact.ts';
import type { BodyOf } from '../../event/redact-body.ts';
import { redactBody } from '../../event/redact-body.ts';
import { at, text } from '../fact/body.ts';
import { type FieldChange, fieldDiff } from '../field-diff/field-diff.ts';
import { type Change, redactChanges } from '../field-diff/redact-changes.ts';
import { pathOf, type Segment } from '../field-diff/segment.ts';
import type { RequestKind } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';

/** `of`: null: nothing is to be hidden. */
export function askedFields(
  request: unknown,
  kind: RequestKind,
  schema: Schema,
  of: BodyOf | null,
): readonly Change[] {
  switch (kind) {
    case 'json patch':
      return Array.isArray(request) ? request.flatMap((operation) => askedByOperation(operation, of)) : [];
    case 'merge patch':
    case 'strategic merge patch':
    case 'merge or strategic merge patch':
    case 'apply':
      return askedByMerge(withoutDirectives(request), schema, of);
    case 'scale': {
      const replicas = at(request, 'spec', 'replicas');
      return askedByMerge({ spec: { replicas: replicas ?? 0 } }, schema, of);
    }
    default:
      return [];
  }
}

/** What names the object and asks for no change of it. */
const NAMING = ['apiVersion', 'kind', 'metadata.name', 'metadata.namespace', 'metadata.creationTimestamp'];

function askedByMerge(patch: unknown, schema: Schema, of: BodyOf | null): readonly Change[] {
  const added = fieldDiff({}, patch, schema).filter((one) => !NAMING.includes(one.path) && !namesItem(one));
  const changes = redactChanges(added, { before: {}, after: patch, of });
  return changes.map((change) => ({
    ...change,
    op: change.after === null ? 'remove' : 'replace',
    before: null,
    beforeKnown: false,
  }));
}

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
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (typeof value !== 'object' || value === null) return value;
  const isDeletion = at(value, '$patch') === 'delete';
  const entries = Object.entries(value)
    .filter(([key]) => !key.startsWith('$'))
    .map(([key, inner]): [string, unknown] => [key, withoutDirectives(inner)]);
  return isDeletion ? { ...Object.fromEntries(entries), $patch: 'delete' } : Object.fromEntries(entries);
}

function askedByOperation(operation: unknown, of: BodyOf | null): readonly Change[] {
  const op = text(at(operation, 'op'));
  const pointer = at(operation, 'path');
  if (op === null || op === 'test' || typeof pointer !== 'string') return [];
  const clean = of === null ? operation : redactBody(operation, of);
  const [raw, value] = [at(operation, 'value'), at(clean, 'value')];
  const path = pathOf(segmentsOf(pointer));
  const moved = op === 'move' ? [removal(at(operation, 'from'), of)].flat() : [];
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
    },
  ];
}

function removal(pointer: unknown, of: BodyOf | null): readonly Change[] {
  return typeof pointer === 'string' ? askedByOperation({ op: 'remove', path: pointer }, of) : [];
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
