/** What the kernel has counted and settled, out of its memory: assembly/{groups,settled}.ts wrote it. */
import { type Witnessed, witnessId } from '../../event/batch.ts';
import { type Groups, keyAt, nextGroup } from '../../event/groups.ts';
import { type SettledStages, settledIn } from '../../event/settled.ts';
import { resourceKey } from '../../event/target.ts';
import { GROUPS_AT } from './layout.ts';
import { type Program, WITNESSED_BY } from './program.ts';

export interface TakenOut {
  readonly counted: Groups;
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
  const counted: Buffer[] = [];
  const witnessed: Witnessed[] = [];
  let requests = 0;
  for (let at = GROUPS_AT; at < ends.groups; ) {
    const next = nextGroup(memory, at);
    if (memory.readUInt32LE(at + 12) === OF_MATCHES) {
      counted.push(memory.subarray(at, next));
      requests += memory.readUInt32LE(at + 8);
    } else witnessed.push(witnessedAt(memory, at, tellsEachWitness));
    at = next;
  }
  const settled = [
    settledIn(Buffer.from(memory.subarray(...ends.shortly)), false),
    settledIn(Buffer.from(memory.subarray(...ends.longRunning)), true),
  ];
  return {
    counted: {
      packed: Buffer.concat(counted),
      count: counted.length,
      requests,
      fields: countedBy?.by.length ?? 0,
      hasBuckets: countedBy !== null && countedBy.bucketUs !== null,
    },
    witnessed,
    settled: settled.filter(({ count }) => count > 0),
  };
}

const OF_MATCHES = 0;

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
