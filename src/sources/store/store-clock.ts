/**
 * Which time a store orders its records by: it may be the event's own, or when the record arrived. Told by a few records; decides
 * what has to be read for a window.
 */
import { REQUESTS_LAST_US } from '../stage-window.ts';
import type { Stretch } from './pages-by-time.ts';
import type { Ask } from './store.ts';

/**
 * `received`, `stage`: the event's own times; `either`: one of them, and they lie too near to tell. `arrival`: later than both, by as
 * much as the way there takes; `long after`: a log that somebody brought there when it was old.
 */
export type StoreClock = 'received' | 'stage' | 'either' | 'arrival' | 'long after';

/** A record's own times and the store's, microseconds; null: it has none. */
export interface Stamped {
  readonly storeUs: number;
  readonly receivedUs: number | null;
  readonly stageUs: number | null;
}

/** Of a store without records it does not matter. */
export function clockOf(records: readonly Stamped[]): StoreClock {
  const known = records.filter(({ receivedUs, stageUs }) => receivedUs !== null || stageUs !== null);
  if (known.length === 0) return 'arrival';
  const isReceived = known.every(({ storeUs, receivedUs }) => isSame(storeUs, receivedUs));
  const isStage = known.every(({ storeUs, stageUs }) => isSame(storeUs, stageUs));
  if (isReceived && isStage) return 'either';
  if (isReceived) return 'received';
  if (isStage) return 'stage';
  return known.some(isLongAfter) ? 'long after' : 'arrival';
}

function isLongAfter({ storeUs, receivedUs, stageUs }: Stamped): boolean {
  const ownUs = stageUs ?? receivedUs;
  return ownUs !== null && storeUs - ownUs > LATE_US;
}

/** Stores and forwarders keep times to the millisecond, some of them. */
function isSame(storeUs: number, us: number | null): boolean {
  return us !== null && Math.abs(storeUs - us) < 1000;
}

/** Both ends belong to it; microseconds, null: no bound. */
export interface StoreTimes {
  readonly fromUs: number | null;
  readonly toUs: number | null;
}

/** A long-running request that ends in the window may have begun so long before. */
export const LOOKS_BACK_US = 24 * 3600 * 1_000_000;
/** Clocks of forwarders may be behind. */
const SKEW_US = 60 * 1_000_000;
/** What an event may take to get there: forwarders wait when the store is away. */
export const LATE_US = 3600 * 1_000_000;

export function storeTimes({ received, stages, isLongRunning }: Ask, clock: StoreClock): StoreTimes {
  // Of what is followed, the stages alone are bounded.
  const since = received.sinceUs ?? plus(stages.sinceUs, -REQUESTS_LAST_US);
  switch (clock) {
    case 'received':
      return {
        // To the millisecond, some.
        fromUs: plus(since, isLongRunning ? -LOOKS_BACK_US : -1000),
        toUs: received.untilUs,
      };
    case 'either':
      return {
        fromUs: plus(since, isLongRunning ? -LOOKS_BACK_US : -1000),
        toUs: plus(stages.untilUs, 1000),
      };
    case 'stage':
      return { fromUs: plus(stages.sinceUs, -1000), toUs: plus(stages.untilUs, 1000) };
    case 'arrival':
      return { fromUs: plus(stages.sinceUs, -SKEW_US), toUs: plus(stages.untilUs, LATE_US) };
    case 'long after':
      return { fromUs: plus(stages.sinceUs, -SKEW_US), toUs: null };
  }
}

/** The same in nanoseconds: whole microseconds, the last one to its end. */
export function stretchOf(ask: Ask, clock: StoreClock): Stretch {
  const { fromUs, toUs } = storeTimes(ask, clock);
  return {
    fromNs: fromUs === null ? null : BigInt(fromUs) * 1000n,
    toNs: toUs === null ? null : BigInt(toUs) * 1000n + 999n,
  };
}

function plus(us: number | null, more: number): number | null {
  return us === null ? null : us + more;
}
