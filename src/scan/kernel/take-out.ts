/** What the kernel has counted and told, out of its memory: assembly/{groups,passed-stages}.ts wrote it. */
import { type Witnessed, witnessId } from '../../event/batch.ts';
import { bucketsAt, countAt, type Groups, keyAt, kindAt, nextGroup } from '../../event/groups.ts';
import { PASSED, type PassedStages, stagesIn } from '../../event/passed-stages.ts';
import { resourceKey } from '../../event/target.ts';
import { GROUPS_AT, GROUPS_END, STAGE_LIST_ENDS_AT, STAGE_LISTS_AT } from './layout.ts';
import { type Program, WITNESSED_BY } from './program.ts';

export interface TakenOut {
  readonly counted: Groups;
  readonly witnessed: readonly Witnessed[];
  readonly stages: readonly PassedStages[];
}

/** Copies what lies up to the end of the groups, and behind the start of their buckets: the memory may be used again. */
export function takeOutCounted(
  memory: Buffer,
  [groupsEnd, bucketsStart]: readonly [number, number],
  { countedBy, tellsEachWitness }: Program,
): Omit<TakenOut, 'stages'> {
  const buckets = memory.subarray(bucketsStart, GROUPS_END);
  const witnessed: Witnessed[] = [];
  let [count, requests] = [0, 0];
  for (let at = GROUPS_AT; at < groupsEnd; at = nextGroup(memory, at)) {
    if (kindAt(memory, at) === OF_MATCHES) {
      count++;
      requests += countAt(memory, at);
    } else witnessed.push(...witnessedAt(memory, at, buckets, tellsEachWitness));
  }
  if (count === 0) return { counted: [], witnessed };
  const counted = {
    packed: new Uint8Array(memory.subarray(GROUPS_AT, groupsEnd)),
    buckets: new Uint8Array(buckets),
    ...{ kind: OF_MATCHES, count, requests, fields: countedBy?.by.length ?? 0 },
  };
  return { counted, witnessed };
}

/** Copies too, each into a memory of its own. */
export function takeOutStages(memory: Buffer): readonly PassedStages[] {
  return STAGE_LISTS_AT.flatMap((start, list) => {
    const end = memory.readUInt32LE(STAGE_LIST_ENDS_AT + list * 4);
    const passed = PASSED[list];
    if (passed === undefined || end === start) return [];
    return [stagesIn(new Uint8Array(memory.subarray(start, end)), passed)];
  });
}

const OF_MATCHES = 0;

/** Told one by one, each is one, however often it is there: by program.ts's EACH_WITNESS its time is its bucket. */
function witnessedAt(memory: Buffer, at: number, buckets: Buffer, tellsEach: boolean): readonly Witnessed[] {
  const fields = WITNESSED_BY.by.length + (tellsEach ? 1 : 0);
  const [group = null, resource = null, subresource = null, level, id = null] = keyAt(memory, at, fields);
  const kind = { resource: resourceKey({ group, resource, subresource }), level: level ?? '' };
  if (id === null) return [{ ...kind, count: countAt(memory, at), id: null }];
  return bucketsAt(memory, at, buckets).map(({ fromUs }) => ({
    ...kind,
    count: 1,
    id: witnessId(id, fromUs),
  }));
}
