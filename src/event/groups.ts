/** Requests that are alike in the fields of an aggregation, counted where they were read. */
import { asBuffer } from './as-buffer.ts';

export interface Group {
  /** A value for each field, null where the request has none. */
  readonly key: readonly (string | null)[];
  readonly count: number;
  /** The count, by time buckets; none where none are asked for. One may be there more than once. */
  readonly buckets: readonly Bucket[];
  /** Earliest and latest requestReceivedTimestamp, microseconds since the epoch. */
  readonly firstUs: number;
  readonly lastUs: number;
}

export interface Bucket {
  /** Where it begins, microseconds since the epoch. */
  readonly fromUs: number;
  readonly count: number;
}

/** Data that goes from thread to thread: a hundred thousand groups take a quarter of the memory, and none of the time. */
export interface PackedGroups {
  /**
   * One behind the other, each at a multiple of eight: 4 bytes not used here, the key's length (4), the count (4), the kind (4), the
   * number of its first bucket (4) or 0, 4 not used, first and last (8 each, doubles); then the key: of each value its length and
   * one more (2), or 0 for none, and its bytes.
   */
  readonly packed: Uint8Array;
  /** From the end on, numbered from 1: where it begins (8, a double), its count (4), the number of the group's next one (4) or 0. */
  readonly buckets: Uint8Array;
  /** Those that count; others lie between them. */
  readonly kind: number;
  readonly count: number;
  /** In all of them. */
  readonly requests: number;
  /** How many values a key has. */
  readonly fields: number;
}

export type Groups = readonly Group[] | PackedGroups;

export function* groupsIn(counted: readonly Groups[]): Generator<Group> {
  for (const groups of counted) {
    if ('packed' in groups) yield* unpacked(groups);
    else yield* groups;
  }
}

/** Groups and buckets: what memory they take goes by it. */
export function sizeOf(groups: Groups): number {
  if ('packed' in groups) return groups.count + groups.buckets.length / BUCKET_BYTES;
  return groups.reduce((sum, { buckets }) => sum + 1 + buckets.length, 0);
}

export function requestsIn(groups: Groups): number {
  return 'packed' in groups ? groups.requests : groups.reduce((sum, { count }) => sum + count, 0);
}

/** From one group of a packed list to the next: what assembly/groups.ts writes. */
export function nextGroup(bytes: Buffer, at: number): number {
  return (at + GROUP_HEAD + bytes.readUInt32LE(at + 4) + 7) & ~7;
}

export function countAt(bytes: Buffer, group: number): number {
  return bytes.readUInt32LE(group + 8);
}

export function kindAt(bytes: Buffer, group: number): number {
  return bytes.readUInt32LE(group + 12);
}

/** The values of the key of the group that lies at `at`. */
export function keyAt(bytes: Buffer, group: number, fields: number): (string | null)[] {
  const key: (string | null)[] = [];
  let at = group + GROUP_HEAD;
  for (let number = 0; number < fields; number++) {
    const length = bytes.readUInt16LE(at);
    at += 2;
    key.push(length === 0 ? null : bytes.toString('utf8', at, at + length - 1));
    if (length > 0) at += length - 1;
  }
  return key;
}

/** `buckets`: as in `PackedGroups`. */
export function bucketsAt(bytes: Buffer, group: number, buckets: Buffer): Bucket[] {
  const found: Bucket[] = [];
  for (let number = bytes.readUInt32LE(group + 16); number > 0; ) {
    const at = buckets.length - number * BUCKET_BYTES;
    found.push({ fromUs: buckets.readDoubleLE(at), count: buckets.readUInt32LE(at + 8) });
    number = buckets.readUInt32LE(at + 12);
  }
  return found;
}

export const BUCKET_BYTES = 16;
const GROUP_HEAD = 40;

function* unpacked({ packed, buckets, kind, fields }: PackedGroups): Generator<Group> {
  const bytes = asBuffer(packed);
  const ofBuckets = asBuffer(buckets);
  for (let at = 0; at < bytes.length; at = nextGroup(bytes, at)) {
    if (kindAt(bytes, at) !== kind) continue;
    yield {
      key: keyAt(bytes, at, fields),
      count: countAt(bytes, at),
      buckets: bucketsAt(bytes, at, ofBuckets),
      firstUs: bytes.readDoubleLE(at + 24),
      lastUs: bytes.readDoubleLE(at + 32),
    };
  }
}

/** Groups put together, one for each key. */
export class GroupList {
  readonly #groups = new Map<string, Writable<Group> & { buckets: Writable<Bucket>[] }>();
  #buckets = 0;

  /** As `sizeOf` has it. */
  get size(): number {
    return this.#groups.size + this.#buckets;
  }

  add({ key, count, buckets, firstUs, lastUs }: Group): void {
    const id = JSON.stringify(key);
    const known = this.#groups.get(id);
    if (known === undefined) {
      this.#groups.set(id, { key, count, buckets: buckets.map((one) => ({ ...one })), firstUs, lastUs });
      this.#buckets += buckets.length;
      return;
    }
    known.count += count;
    known.firstUs = Math.min(known.firstUs, firstUs);
    known.lastUs = Math.max(known.lastUs, lastUs);
    for (const bucket of buckets) this.#addTo(known.buckets, bucket);
  }

  list(): readonly Group[] {
    return [...this.#groups.values()];
  }

  /** Mostly it is the one that the last request was in. */
  #addTo(buckets: Writable<Bucket>[], { fromUs, count }: Bucket): void {
    const last = buckets.at(-1);
    if (last?.fromUs === fromUs) last.count += count;
    else {
      buckets.push({ fromUs, count });
      this.#buckets++;
    }
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
