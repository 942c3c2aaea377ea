/** Requests that are alike in the fields of an aggregation, counted where they were read. */

export interface Group {
  /** A value for each field, null where the request has none. */
  readonly key: readonly (string | null)[];
  /** Where the time bucket begins, microseconds since the epoch; null where none are asked for. */
  readonly bucketUs: number | null;
  readonly count: number;
  /** Earliest and latest requestReceivedTimestamp, microseconds. */
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Data that goes from thread to thread: a hundred thousand groups take a quarter of the memory, and none of the time. */
export interface PackedGroups {
  /**
   * One behind the other, each at a multiple of eight: 4 bytes not used here, the key's length (4), the count (4), 4 not used, the
   * bucket (8, an integer), first and last (8 each, doubles); then the key: of each value its length and one more (2), or 0 for
   * none, and its bytes.
   */
  readonly packed: Uint8Array;
  readonly count: number;
  /** In all of them. */
  readonly requests: number;
  /** Of the aggregation: how many values a key has, and whether there are buckets. */
  readonly fields: number;
  readonly hasBuckets: boolean;
}

export type Groups = readonly Group[] | PackedGroups;

export function* groupsIn(counted: readonly Groups[]): Generator<Group> {
  for (const groups of counted) {
    if ('packed' in groups) yield* unpacked(groups);
    else yield* groups;
  }
}

export function sizeOf(groups: Groups): number {
  return 'packed' in groups ? groups.count : groups.length;
}

export function requestsIn(groups: Groups): number {
  return 'packed' in groups ? groups.requests : groups.reduce((sum, { count }) => sum + count, 0);
}

/** From one group of a packed list to the next: what assembly/groups.ts writes. */
export function nextGroup(bytes: Buffer, at: number): number {
  return (at + GROUP_HEAD + bytes.readUInt32LE(at + 4) + 7) & ~7;
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

const GROUP_HEAD = 40;

function* unpacked({ packed, fields, hasBuckets }: PackedGroups): Generator<Group> {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  for (let at = 0; at < bytes.length; at = nextGroup(bytes, at)) {
    yield {
      key: keyAt(bytes, at, fields),
      bucketUs: hasBuckets ? Number(bytes.readBigInt64LE(at + 16)) : null,
      count: bytes.readUInt32LE(at + 8),
      firstUs: bytes.readDoubleLE(at + 24),
      lastUs: bytes.readDoubleLE(at + 32),
    };
  }
}
