/**
 * Rows by the ten thousand: what was made is told field by field, some sixty fields of a Pod, and they are looked at one row at
 * a time. Until then they are held deflated, a twentieth of the memory; a row unpacks its own whenever it is asked.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Change } from '../field-diff/redact-changes.ts';
import type { WhatChangedRow } from './what-changed-row.ts';

/** So few are held as they are. */
const FEW = 3;

type Tuple = readonly [path: string, op: Change['op'], before: unknown, after: unknown, flags: number];

interface Packed {
  readonly bytes: Buffer;
  /** The first text of its kind: most others are much like it. */
  readonly dictionary: Buffer;
}

/** No name of the row's: machine output has no symbols. */
const PACKED = Symbol('packed changes');

export class ChangePacker {
  readonly #dictionaries = new Map<string, Buffer>();

  pack(row: WhatChangedRow): WhatChangedRow {
    if (row.changes.length <= FEW) return row;
    const text = Buffer.from(JSON.stringify(row.changes.map(tupleOf)));
    const dictionary = this.#dictionaryFor(`${row.object.resource} ${row.did.word}`, text);
    // Into a pool: what deflate returns may hold far more than it uses.
    const bytes = Buffer.from(deflateRawSync(text, { dictionary, level: 1 }));
    const packed: Packed = { bytes, dictionary };
    const copy = Object.defineProperty({ ...row, changes: [] }, PACKED, { value: packed });
    return Object.defineProperty(copy, 'changes', UNPACKED);
  }

  #dictionaryFor(kind: string, text: Buffer): Buffer {
    const known = this.#dictionaries.get(kind);
    if (known !== undefined) return known;
    const dictionary = Buffer.from(text.subarray(0, LOOKBACK));
    this.#dictionaries.set(kind, dictionary);
    return dictionary;
  }
}

/** What deflate can look back on. */
const LOOKBACK = 32 * 1024;

/** One function for all rows: each with its own would have a shape of its own. */
const UNPACKED: PropertyDescriptor & ThisType<{ readonly [PACKED]: Packed }> = {
  enumerable: true,
  get() {
    const { bytes, dictionary } = this[PACKED];
    const text = inflateRawSync(bytes, { dictionary }).toString('utf8');
    return (JSON.parse(text) as readonly Tuple[]).map(changeOf);
  },
};

/** A copy that leaves the changes packed. */
export function withCause(row: WhatChangedRow, cause: WhatChangedRow['cause']): WhatChangedRow {
  if (cause.length === 0) return row;
  const copy: object = Object.create(null, Object.getOwnPropertyDescriptors(row));
  return Object.defineProperty(copy, 'cause', { enumerable: true, value: cause }) as WhatChangedRow;
}

function tupleOf({ path, op, before, after, beforeKnown, afterKnown, redacted }: Change): Tuple {
  return [path, op, before, after, (beforeKnown ? 1 : 0) + (afterKnown ? 2 : 0) + (redacted ? 4 : 0)];
}

function changeOf([path, op, before, after, flags]: Tuple): Change {
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
