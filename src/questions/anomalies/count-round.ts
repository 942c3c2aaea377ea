/**
 * Counts requests by who, what, from where and with what, hour by hour: those under test, those before, and those again that
 * reading in bulk is told by, with the names of what was read. What can be read only once is counted so in one round.
 */
import { isOutcome } from '../../event/assembler.ts';
import type { Begun } from '../../event/begun-requests.ts';
import type { Coverage } from '../../event/coverage.ts';
import type { Bucket, Group } from '../../event/groups.ts';
import type { AuditRequest } from '../../event/request.ts';
import { bucketsOf, groupKeyOf } from '../../query/group-of.ts';
import { any, EVERYTHING, type Field } from '../../query/predicate.ts';
import type { Aggregation, Query, Window } from '../../query/query.ts';
import type { Outcome, Round } from '../question.ts';
import type { AnomaliesState } from './anomalies-state.ts';
import { HOUR_US, wholeHour } from './days.ts';
import { BULK, PAGES } from './evidence.ts';
import { judge } from './judge.ts';
import { OpenRound } from './open-round.ts';
import { NAMED_BY, SEEN_BY, seenOf } from './seen.ts';

type Of = 'tested' | 'before' | 'bulk' | 'all';

export class CountRound implements Round {
  readonly query: Query;
  readonly isContext: boolean;
  readonly #state: AnomaliesState;
  readonly #of: Of;
  readonly #aggregation: Aggregation;

  constructor(state: AnomaliesState, of: Of) {
    this.#state = state;
    this.#of = of;
    this.isContext = of === 'before' || of === 'bulk';
    const by = of === 'bulk' || of === 'all' ? NAMED_BY : SEEN_BY;
    this.#aggregation = {
      by,
      bucketUs: of === 'all' || of === 'bulk' ? commonWidth(state.params.tested.sinceUs) : HOUR_US,
    };
    this.query = {
      window: windowOf(state, of),
      predicate: of === 'bulk' ? any(BULK, PAGES) : EVERYTHING,
      witness: null,
      fields: fieldsOf(by, of),
      order: 'none',
      limit: null,
      aggregation: this.#aggregation,
    };
  }

  add({ event, receivedUs }: AuditRequest): 'go on' {
    if (!isOutcome(event)) {
      this.countBegun({ running: 1, withoutOutcome: 0 });
      return 'go on';
    }
    const atUs = receivedUs ?? this.#state.params.tested.sinceUs;
    this.#take(groupKeyOf(event, this.#aggregation), bucketsOf(atUs, this.#aggregation), atUs);
    return 'go on';
  }

  count(groups: Iterable<Group>): void {
    for (const { key, buckets, firstUs } of groups) this.#take(key, buckets, firstUs);
  }

  countBegun({ running, withoutOutcome }: Begun): void {
    if (this.#of === 'tested' || this.#of === 'all') this.#state.begun += running + withoutOutcome;
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const state = this.#state;
    state.coverage ??= coverage;
    return canGoOn ? { kind: 'ask', round: this.#next() } : judge(state, false);
  }

  #next(): Round {
    const hasSaved = this.#state.params.saved !== null;
    if (this.#of === 'tested') return new CountRound(this.#state, hasSaved ? 'bulk' : 'before');
    return this.#of === 'before' ? new CountRound(this.#state, 'bulk') : new OpenRound(this.#state);
  }

  #take(key: readonly (string | null)[], buckets: readonly Bucket[], firstUs: number): void {
    const state = this.#state;
    const { sinceUs } = state.params.tested;
    const seen = seenOf(key, this.#of === 'bulk');
    for (const { fromUs, count } of buckets) {
      const endUs = fromUs + (this.#aggregation.bucketUs ?? 0);
      // What still runs from before was somebody's deed then.
      if (endUs <= (this.query.window.sinceUs ?? 0)) continue;
      const isBefore = this.#of === 'before' || (this.#of !== 'tested' && endUs <= sinceUs);
      if (isBefore && this.#of !== 'bulk')
        state.earliestUs = Math.min(state.earliestUs ?? firstUs, Math.max(firstUs, fromUs));
      const days = isBefore ? state.baseline : state.tested;
      if (days[0] > days[1]) continue;
      const hourUs = wholeHour(fromUs);
      if (this.#of !== 'bulk') state.history.add(seen, count, hourUs, days);
      if (this.#of === 'bulk' || this.#of === 'all') state.history.addBulk(seen, count, hourUs, days);
    }
  }
}

/** What tells long-running requests is a request's own; pages are told by their URL. */
function fieldsOf(by: readonly Field[], of: Of): readonly Field[] {
  return [
    ...new Set<Field>([
      ...by,
      'verb',
      'objectRef.subresource',
      ...(of === 'bulk' ? (['requestURI'] as const) : []),
    ]),
  ];
}

function windowOf({ params, history, before }: AnomaliesState, of: Of): Window {
  const { sinceUs, untilUs } = params.tested;
  const fromUs = before === 0 || params.saved !== null ? sinceUs : (history.days[0]?.startUs ?? sinceUs);
  if (of === 'tested') return { sinceUs, untilUs };
  return { sinceUs: fromUs, untilUs: of === 'before' ? sinceUs : untilUs };
}

/** Buckets of which none lies on both sides of the window's beginning. */
function commonWidth(sinceUs: number): number {
  return WIDTHS_US.find((width) => sinceUs % width === 0) ?? 1_000_000;
}

const WIDTHS_US = [60, 30, 15, 5, 1].map((minutes) => minutes * 60_000_000);
