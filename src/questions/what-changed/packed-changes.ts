/**
 * Rows by the ten thousand: what was made is told field by field, some sixty fields of a Pod, and they are looked at one row at
 * a time. They are held as text until then: a fifth of the memory.
 */
import type { Change } from '../field-diff/redact-changes.ts';
import type { WhatChangedRow } from './what-changed-row.ts';

/** So few are held as they are. */
const FEW = 3;

type Packed = readonly [path: string, op: Change['op'], before: unknown, after: unknown, flags: number];

export function withPackedChanges(row: WhatChangedRow): WhatChangedRow {
  if (row.changes.length <= FEW) return row;
  const text = JSON.stringify(row.changes.map(packed));
  return Object.defineProperty({ ...row, changes: [] }, 'changes', {
    enumerable: true,
    get: () => (JSON.parse(text) as readonly Packed[]).map(unpacked),
  });
}

/** A copy that leaves the changes packed. */
export function withCause(row: WhatChangedRow, cause: WhatChangedRow['cause']): WhatChangedRow {
  if (cause.length === 0) return row;
  const copy: object = Object.create(null, Object.getOwnPropertyDescriptors(row));
  return Object.defineProperty(copy, 'cause', { enumerable: true, value: cause }) as WhatChangedRow;
}

function packed({ path, op, before, after, beforeKnown, afterKnown, redacted }: Change): Packed {
  return [path, op, before, after, (beforeKnown ? 1 : 0) + (afterKnown ? 2 : 0) + (redacted ? 4 : 0)];
}

function unpacked([path, op, before, after, flags]: Packed): Change {
  return {
    path,
    before,
    after,
    beforeKnown: (flags & 1) !== 0,
    afterKnown: (flags & 2) !== 0,
    redacted: (flags & 4) !== 0,
    op,
  };
}
