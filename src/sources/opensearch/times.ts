/** The times of records: by which field they are put in order, and what has to be looked through for a window. */
import { formatMicros } from '../../event/micros.ts';
import type { Window } from '../../query/query.ts';
import type { Ask } from '../store/store.ts';
import { LOOKS_BACK_US, type StoreClock, storeTimes } from '../store/store-clock.ts';
import type { Query } from './ask-opensearch.ts';
import type { DateField } from './fields.ts';

export interface Times {
  readonly received: DateField | null;
  readonly stage: DateField | null;
  /** Of the record itself, and what it is, as a few records show. */
  readonly own: { readonly field: DateField; readonly clock: StoreClock } | null;
}

/** Null: there is none. */
export function orderedBy({ received, stage, own }: Times): DateField | null {
  return received ?? stage ?? own?.field ?? null;
}

/** What has to be looked through: to the millisecond, which is what most fields keep. */
export function timeFilters(ask: Ask, { received, stage, own }: Times): readonly Query[] {
  if (received !== null || stage !== null) {
    return [
      ...(received === null ? [] : within(received, receivedFrom(ask, stage !== null), ask.received.untilUs)),
      ...(stage === null ? [] : within(stage, ask.stages.sinceUs, ask.stages.untilUs)),
    ];
  }
  if (own === null) return [];
  const { fromUs, toUs } = storeTimes(ask, own.clock);
  return within(own.field, fromUs, toUs);
}

/** One that lasts may have been received long before what is written of it; where that is known, it says enough. */
function receivedFrom({ received, stages, isLongRunning }: Ask, isStageKnown: boolean): number | null {
  if (received.sinceUs !== null && !isLongRunning) return received.sinceUs;
  return isStageKnown || stages.sinceUs === null ? null : stages.sinceUs - LOOKS_BACK_US;
}

function within({ name, isNanos }: DateField, fromUs: number | null, toUs: number | null): readonly Query[] {
  if (fromUs === null && toUs === null) return [];
  const bounds = {
    // Nanoseconds begin with 1970.
    ...(fromUs === null ? {} : { gte: Math.max(isNanos ? 0 : FIRST_MS, Math.floor(fromUs / 1000)) }),
    ...(toUs === null ? {} : { lt: Math.floor(toUs / 1000) + 1 }),
  };
  return [{ range: { [name]: { ...bounds, format: 'epoch_millis' } } }];
}

const FIRST_MS = Date.UTC(0);

/** Just the window; null: the field does not keep times that exactly. */
export function exactlyWithin(
  { name, isNanos, isMixed }: DateField,
  window: Window,
): readonly Query[] | null {
  const { sinceUs, untilUs } = window;
  if (sinceUs === null && untilUs === null) return [];
  const isWhole = [sinceUs, untilUs].every((us) => us === null || us % 1000 === 0);
  if ((!isNanos || isMixed) && !isWhole) return null;
  const bounds = {
    ...(sinceUs === null ? {} : { gte: formatMicros(sinceUs) }),
    ...(untilUs === null ? {} : { lt: formatMicros(untilUs) }),
  };
  return [{ range: { [name]: { ...bounds, format: 'strict_date_optional_time_nanos' } } }];
}
