/**
 * Which of the writes to an object a controller acted on: it acts on how things stand, so on the last one before it; and on
 * those since it had last seen to the object, for it may have seen several at once.
 */
import type { Fact } from '../fact/fact.ts';
import { isBefore, mayBeBefore, SKEW_US } from './in-time.ts';

/** `writes`: relevant ones. `syncs`: the controller's earlier acts on what the object owns. Both in any order. */
export function actedOn(writes: readonly Fact[], syncs: readonly Fact[], effect: Fact): readonly Fact[] {
  const earlier = writes.filter((fact) => isBefore(fact, effect)).sort(byReceipt);
  const late = writes.filter((fact) => mayBeBefore(fact, effect));
  const last = earlier.at(-1);
  if (last === undefined) return newestOfEach(late);
  const lastSync = latestBefore(syncs, effect);
  const since = earlier.filter((fact) => fact.atUs > lastSync);
  const group = since.length > 0 && lastSync > 0 ? since : together(earlier, last, syncs);
  // What came later by the clocks competes with others only: nobody's later act takes the place of an earlier one.
  const chosen = newestOfEach(group);
  const actors = new Set(chosen.map(actorOf));
  return [...chosen, ...newestOfEach(late.filter((fact) => !actors.has(actorOf(fact))))];
}

/** The last one, and those that the controller had not acted on before it came. */
function together(earlier: readonly Fact[], last: Fact, syncs: readonly Fact[]): readonly Fact[] {
  const sync = latestBefore(syncs, last);
  const sinceUs = sync > 0 ? sync : last.atUs - SKEW_US;
  return earlier.filter((fact) => fact === last || fact.atUs > sinceUs);
}

/** 0: none. */
function latestBefore(syncs: readonly Fact[], effect: Fact): number {
  return syncs.reduce((latest, sync) => (isBefore(sync, effect) ? Math.max(latest, sync.atUs) : latest), 0);
}

/** Of several by one actor the newest stands for all: who is blamed does not depend on them. */
export function newestOfEach(facts: readonly Fact[]): readonly Fact[] {
  const byActor = new Map<string, Fact>();
  for (const fact of facts.toSorted(byReceipt)) {
    byActor.set(actorOf(fact), fact);
  }
  return [...byActor.values()];
}

function actorOf({ row }: Fact): string {
  return JSON.stringify([row.who.user, row.who.as, row.who.session]);
}

function byReceipt(a: Fact, b: Fact): number {
  return a.atUs - b.atUs || (a.key < b.key ? -1 : 1);
}
