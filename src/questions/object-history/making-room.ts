/** Records into a smaller arena: the oldest bodies go first, then the oldest records, but for bases that later ones need. */
import type { Address, Arena } from './arena.ts';
import type { Packing, Shelf } from './packing.ts';
import { type Form, type PackedRecord, type RecordSize, sizeOf, writeRecord } from './record.ts';

export interface Cuts {
  /** Records before it go. */
  readonly lostUs: number;
  /** Bodies before it go. */
  readonly cutUs: number;
}

export interface Moved {
  readonly dropped: number;
  readonly lost: number;
}

/** What must go for so many bytes to become free: bodies; where most of them would have to go, whole records instead. */
export function cutsFor(freeBytes: number, shelves: Iterable<Shelf>, arena: Arena): Cuts {
  const sizes: RecordSize[] = [];
  for (const { last } of shelves)
    for (let address = last; address !== null; ) {
      const size = sizeOf(arena, address);
      sizes.push(size);
      address = size.previous;
    }
  sizes.sort((a, b) => a.atUs - b.atUs);
  const bodies = oldestFreeing(freeBytes, sizes, ({ bodyBytes }) => bodyBytes);
  if (bodies < sizes.length * MOST_WITHOUT_BODIES)
    return { cutUs: sizes[bodies]?.atUs ?? 0, lostUs: Number.NEGATIVE_INFINITY };
  const whole = oldestFreeing(freeBytes, sizes, ({ headBytes, bodyBytes }) => headBytes + bodyBytes);
  const lostUs = sizes[whole]?.atUs ?? Number.POSITIVE_INFINITY;
  return { cutUs: lostUs, lostUs };
}

/** How many of the oldest must go; all of them where that is not enough. */
function oldestFreeing(
  bytes: number,
  sizes: readonly RecordSize[],
  bytesOf: (size: RecordSize) => number,
): number {
  let left = bytes;
  for (const [index, size] of sizes.entries()) {
    left -= bytesOf(size);
    if (left <= 0) return index + 1;
  }
  return sizes.length;
}

/** A log of mere facts is worth less than a shorter one that shows what changed. */
const MOST_WITHOUT_BODIES = 0.75;

export function moveRecords(shelf: Shelf, packing: Packing, from: Arena, to: Arena, cuts: Cuts): Moved {
  const records = [...packing.records(shelf, from)].reverse();
  const needed = new Set(
    records.map(([, { form, atUs, base }]) => (form === 'delta' && atUs >= cuts.cutUs ? base : null)),
  );
  const moved = new Map<Address, Address>();
  const base = shelf.base;
  let dropped = 0;
  let lost = 0;
  shelf.last = null;
  shelf.base = null;
  for (const [address, record] of records) {
    const isNeeded = needed.has(address);
    if (record.atUs < cuts.lostUs && !isNeeded) {
      lost++;
      continue;
    }
    const form = formAfter(record, isNeeded, cuts);
    if (form !== record.form && record.form !== 'droppedBase') dropped++;
    const bodies = form === 'dropped' ? NOTHING : record.bodies;
    const link = {
      base: record.base === null ? null : (moved.get(record.base) ?? null),
      previous: shelf.last,
    };
    shelf.last = writeRecord(to, { ...record, ...link, form }, record.head, bodies);
    moved.set(address, shelf.last);
    if (address === base && form !== 'dropped') shelf.base = shelf.last;
  }
  return { dropped, lost };
}

function formAfter({ form, atUs }: PackedRecord, isNeeded: boolean, { cutUs }: Cuts): Form {
  if (form === 'none' || form === 'dropped') return form;
  if (form === 'droppedBase' || atUs < cutUs) return isNeeded ? 'droppedBase' : 'dropped';
  return form;
}

const NOTHING = Buffer.alloc(0);
