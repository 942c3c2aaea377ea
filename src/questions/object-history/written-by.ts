/** The object that a request left, or the two that it may have left, as far as it can be computed. */
import { writtenOver } from './apply-patch.ts';
import { NOBODY, type Ownership } from './ownership.ts';
import { requestKindOf } from './request-kind.ts';
import { named } from './scaling.ts';
import { type Situation, typeAround } from './situation.ts';
import * as states from './states.ts';
import type { Json, State } from './step.ts';
import { createdOwnership, type Write, type Written, writtenObjects } from './written.ts';

/** Null: what was asked for is not known. */
export function writtenBy(situation: Situation): readonly Written[] | null {
  const { id, types, logged, state } = situation;
  const { head, bodies } = logged;
  const type = typeAround(situation);
  const write: Write = {
    head,
    request: bodies.request,
    kind: requestKindOf(head, bodies.request, type.isCustom),
    admission: bodies.admission,
    type,
    schema: types.schemaOf(type),
    hasStatus: type.isCustom ? types.hasStatus(id) : true,
  };
  const before = states.objectOf(state);
  const isNew = state.kind === 'absent';
  const written = writtenObjects(
    {
      object: before ?? named(id),
      isWhole: before !== null && states.isWhole(state),
      ownership: isNew ? NOBODY : situation.ownership,
    },
    write,
  );
  if (written === null || write.kind === 'apply')
    return isNew
      ? (written?.map((one) => ({ ...one, ownership: createdOwnership(write) })) ?? null)
      : written;
  return written.map((one) => ({
    ...one,
    ownership: isNew ? NOBODY : ownershipAfter(situation, before, one.object, write),
  }));
}

function ownershipAfter(
  { ownership }: Situation,
  before: Json | null,
  after: Json,
  { request, schema }: Write,
): Ownership | null {
  if (ownership === null || before === null) return null;
  // Whoever rewrites it, rewrites it as he likes: kubectl does, when it goes over to server-side apply.
  if (JSON.stringify(request).includes('managedFields')) return null;
  return writtenOver(ownership, before, after, schema);
}

/** What is sure, whichever of them it is. */
export function undecided(written: readonly Written[]): State {
  const [first, ...rest] = written.map(({ object }) => object);
  const why = 'whether it was a merge patch or a strategic one is not in the log, and they differ here';
  const object = rest.reduce((left, one) => states.common(left, one), first ?? {});
  return states.partial(object, why);
}
