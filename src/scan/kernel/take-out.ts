/** What the kernel has counted and settled, out of its memory: assembly/{groups,settled}.ts wrote it. */
import { type Group, type Witnessed, witnessId } from '../../event/batch.ts';
import { type SettledStages, settledIn } from '../../event/settled.ts';
import { resourceKey } from '../../event/target.ts';
import type { Aggregation } from '../../query/query.ts';
import { GROUPS_AT } from './layout.ts';
import { type Program, WITNESSED_BY } from './program.ts';

export interface TakenOut {
  readonly counted: readonly Group[];
  readonly witnessed: readonly Witnessed[];
  readonly settled: readonly SettledStages[];
}

/** Where in the memory the groups end, and each of the two lists of what is settled begins and ends. */
export interface Ends {
  readonly groups: number;
  readonly shortly: readonly [number, number];
  readonly longRunning: readonly [number, number];
}

/** Copies: the memory may be used again. */
export function takeOut(memory: Buffer, ends: Ends, { countedBy, tellsEachWitness }: Program): TakenOut {
  const counted: Group[] = [];
  const witnessed: Witnessed[] = [];
  for (let at = GROUPS_AT; at < ends.groups; ) {
    const keyBytes = memory.readUInt32LE(at + 4);
    const isOfMatches = memory.readUInt32LE(at + 12) === OF_MATCHES;
    if (isOfMatches) counted.push(groupAt(memory, at, countedBy));
    else witnessed.push(witnessedAt(memory, at, tellsEachWitness));
    at = (at + GROUP_HEAD + keyBytes + 7) & ~7;
  }
  const settled = [
    settledIn(Buffer.from(memory.subarray(...ends.shortly)), false),
    settledIn(Buffer.from(memory.subarray(...ends.longRunning)), true),
  ];
  return { counted, witnessed, settled: settled.filter(({ count }) => count > 0) };
}

const OF_MATCHES = 0;
const GROUP_HEAD = 40;

function groupAt(memory: Buffer, at: number, countedBy: Aggregation | null): Group {
  const { by = [], bucketUs = null } = countedBy ?? {};
  return {
    key: keyAt(memory, at, by.length),
    bucketUs: bucketUs === null ? null : Number(memory.readBigInt64LE(at + 16)),
    count: memory.readUInt32LE(at + 8),
    firstUs: memory.readDoubleLE(at + 24),
    lastUs: memory.readDoubleLE(at + 32),
  };
}

function witnessedAt(memory: Buffer, at: number, tellsEach: boolean): Witnessed {
  const fields = WITNESSED_BY.by.length + (tellsEach ? 1 : 0);
  const [group = null, resource = null, subresource = null, level, id = null] = keyAt(memory, at, fields);
  return {
    resource: resourceKey({ group, resource, subresource }),
    level: level ?? '',
    // Told one by one, the same one is one, however often it is there.
    count: id === null ? memory.readUInt32LE(at + 8) : 1,
    id: id === null ? null : witnessId(id, memory.readDoubleLE(at + 24)),
  };
}

/** Of each value its length and one more, or 0 for none, and its bytes. */
function keyAt(memory: Buffer, group: number, count: number): (string | null)[] {
  const key: (string | null)[] = [];
  let at = group + GROUP_HEAD;
  for (let number = 0; number < count; number++) {
    const length = memory.readUInt16LE(at);
    at += 2;
    key.push(length === 0 ? null : memory.toString('utf8', at, at + length - 1));
    if (length > 0) at += length - 1;
  }
  return key;
}
