/**
 * Changes as the machine output has them (PRODUCT §4), without secrets: that one changed, never what it was. What is secret
 * is event/redact-body.ts's to say, of the whole objects: only what stands around a value tells what it is.
 */

import { redactText } from '../../event/redact.ts';
import { type BodyOf, redactBody } from '../../event/redact-body.ts';
import { REDACTED } from '../../event/secret-names.ts';
import { type Both, cleanSegments, type Objects, valueAt } from './both-trees.ts';
import type { FieldChange } from './field-diff.ts';
import { pathOf } from './segment.ts';
import { touchedParts } from './touched-parts.ts';

export type Change = {
  /** From the object's root: `spec.template.spec.containers[api].image`; redacted as the values are. */
  readonly path: string;
  /** Null where it was not there, or is not known, or was null. */
  readonly before: unknown;
  readonly after: unknown;
  readonly beforeKnown: boolean;
  readonly afterKnown: boolean;
  /** The values are not shown as they are, and may look the same. */
  readonly redacted: boolean;
  readonly op: 'add' | 'remove' | 'replace';
};

export interface RedactHow {
  /** The objects that the changes lie between; undefined: there was none. */
  readonly before: unknown;
  readonly after: unknown;
  /** What the objects are; null: everything is shown (--reveal). */
  readonly of: BodyOf | null;
}

export function redactChanges(
  changes: readonly FieldChange[],
  { before, after, of }: RedactHow,
): readonly Change[] {
  if (of === null) return changes.map(asItIs);
  const objects: Objects = {
    before: { raw: before, clean: redactBody(touchedParts(before, changes, 'before'), of) },
    after: { raw: after, clean: redactBody(touchedParts(after, changes, 'after'), of) },
  };
  return changes.map((change) => redacted(change, objects));
}

function asItIs({ path, before, after, op }: FieldChange): Change {
  return {
    path,
    before: before ?? null,
    after: after ?? null,
    beforeKnown: true,
    afterKnown: true,
    redacted: false,
    op,
  };
}

function redacted({ segments, op }: FieldChange, objects: Objects): Change {
  const before = valueAt(objects, segments, 'before');
  const after = valueAt(objects, segments, 'after');
  const [was, is] = [hiddenBeside(before, after), hiddenBeside(after, before)];
  return {
    path: redactText(pathOf(cleanSegments(segments, objects))),
    before: was ?? null,
    after: is ?? null,
    beforeKnown: true,
    afterKnown: true,
    redacted: was !== before.raw || is !== after.raw,
    op,
  };
}

/** What is a secret on one side is not shown on the other: that its neighbours name it otherwise there does not make it none. */
function hiddenBeside({ raw, clean }: Both, other: Both): unknown {
  const isEmpty = raw === undefined || raw === null || raw === '' || typeof raw === 'boolean';
  return other.clean === REDACTED && other.raw !== REDACTED && !isEmpty ? REDACTED : clean;
}
