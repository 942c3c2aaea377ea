/**
 * top: how often, by whom, on what, from where, over time. Requests are counted, each once, by its outcome: what still
 * runs, and what has no outcome in the log, is told of and not counted. A source may count by itself; what it hands out
 * as requests is counted here, and both in the same way (query/group-of.ts).
 */

import { isOutcome } from '../../event/assembler.ts';
import type { Begun } from '../../event/begun-requests.ts';
import type { Coverage } from '../../event/coverage.ts';
import type { Group } from '../../event/groups.ts';
import { parseMicros } from '../../event/micros.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { CountField } from '../../query/count-fields.ts';
import { groupKeyOf, isGroupLost } from '../../query/group-of.ts';
import { itselfPredicate, type ObjectQuery } from '../../query/object-query.ts';
import { all, EVERYTHING, type Field, type Predicate } from '../../query/predicate.ts';
import type { Aggregation, Query, Window } from '../../query/query.ts';
import { earlierWindow } from '../earlier-window.ts';
import type { AnswerDraft, Inputs, Outcome, Question, Round } from '../question.ts';
import { GroupCounts } from './group-counts.ts';
import { Latencies } from './latencies.ts';
import { askedWidth, TimeAxis } from './time-axis.ts';
import { nextCommands } from './top-next.ts';
import { columnsFor, nameOfRow } from './top-row.ts';
import { rowsOf } from './top-rows.ts';
import { gapsOf, notesOf, sentence, type Told } from './top-says.ts';
import type { EventValue, View } from './views/view.ts';

export interface TopParams {
  readonly by: readonly CountField[];
  /** Null: by these fields only. A view's own are among them. */
  readonly view: View | null;
  /** Width of the time buckets; null: as many as a sparkline has room for. */
  readonly bucketUs: number | null;
  /** A moment at which one begins: midnight in the user's zone. */
  readonly bucketFromUs: number;
  /** Also counts the window before, as long as the one asked about. */
  readonly comparesPrevious: boolean;
  readonly object: ObjectQuery;
  readonly window: Window & { readonly isDefault: boolean };
  readonly filters: Predicate;
  readonly limit: number | null;
  readonly isRevealed: boolean;
  readonly nowUs: number;
  /** For the next commands, each flag after a space: the program, the logs, the window. */
  readonly calledAs: string;
  readonly sameLogs: string;
  readonly sameWindow: string;
  /** The object and the flags that narrow it, as typed; flags by their names. */
  readonly sameObject: string;
  readonly sameFilters: ReadonlyMap<string, string>;
  readonly where: string | null;
}

export const top: Question<TopParams> = {
  name: 'top',
  needs: [],
  begin: (params: TopParams, _inputs: Inputs, _nowUs: number): Round => {
    const { sinceUs, untilUs } = params.window;
    return new TopRound(params, new Found(params), 'asked', { sinceUs, untilUs });
  },
};

/** Buckets of a sparkline, and at most of `--bucket`: a day by the minute. */
const SHOWN_BUCKETS = 24;
const MAX_BUCKETS = 1500;

/** What a request's length is told by, and what took it. */
const MEASURED: readonly Field[] = ['requestReceivedTimestamp', 'stageTimestamp', 'annotations'];

/** What all rounds found together. */
class Found {
  readonly axis: TimeAxis;
  readonly now: GroupCounts;
  /** Null: not compared. */
  before: GroupCounts | null = null;
  /** Null: not measured. */
  readonly latencies: Latencies | null;
  /** What was covered of the window asked about. */
  coverage: Coverage | null = null;
  running = 0;
  withoutOutcome = 0;
  lost = 0;
  /** Counted by a source. */
  countedThere = 0;
  isWidened = false;

  constructor({ bucketUs, bucketFromUs, view, window, nowUs }: TopParams) {
    this.latencies = view?.measuresTime === true ? new Latencies() : null;
    const spanUs = window.sinceUs === null ? null : (window.untilUs ?? nowUs) - window.sinceUs;
    this.axis = new TimeAxis({
      widthUs: bucketUs ?? askedWidth(spanUs),
      fromUs: bucketFromUs,
      maxBuckets: bucketUs === null ? SHOWN_BUCKETS : MAX_BUCKETS,
    });
    this.now = new GroupCounts({ axis: this.axis });
  }

  /** What lasted over the edge would be told of twice. */
  widen(): void {
    this.isWidened = true;
    this.running = 0;
    this.withoutOutcome = 0;
  }
}

class TopRound implements Round {
  readonly query: Query;
  readonly #params: TopParams;
  readonly #found: Found;
  readonly #of: 'asked' | 'earlier' | 'before';
  readonly #counts: GroupCounts;
  readonly #aggregation: Aggregation;
  readonly #values: readonly EventValue[];

  constructor(params: TopParams, found: Found, of: 'asked' | 'earlier' | 'before', window: Window) {
    this.#params = params;
    this.#found = found;
    this.#of = of;
    if (of === 'before') found.before = new GroupCounts({ axis: null });
    this.#counts = found.before ?? found.now;
    const by = params.by.map(({ field }) => field);
    this.#aggregation =
      of === 'before'
        ? { by, bucketUs: null }
        : { by, bucketUs: found.axis.commonUs, wider: found.axis.wider };
    const { view } = params;
    this.#values = view?.values ?? [];
    const isCountable = this.#values.length === 0 && found.latencies === null;
    this.query = {
      window,
      predicate: all(itselfPredicate(params.object), params.filters, view?.predicate ?? EVERYTHING),
      witness: null,
      // A long-running request is one by its verb and subresource.
      fields: [
        ...new Set<Field>([
          ...by,
          ...(['verb', 'objectRef.subresource'] as const),
          ...this.#values.flatMap(({ fields }) => fields),
          ...(found.latencies === null ? [] : MEASURED),
        ]),
      ],
      order: 'none',
      limit: null,
      aggregation: isCountable ? this.#aggregation : null,
    };
  }

  add(request: AuditRequest): 'go on' {
    const { event, receivedUs } = request;
    if (!isOutcome(event)) {
      this.#leaveOut(request);
      return 'go on';
    }
    if (isGroupLost(event, this.#aggregation) && this.#of !== 'before') this.#found.lost++;
    const span =
      receivedUs === null
        ? null
        : { atUs: this.#inWindow(receivedUs), firstUs: receivedUs, lastUs: receivedUs };
    const values = this.#values.map((value) => value.of(event));
    const key = JSON.stringify([...groupKeyOf(event, this.#aggregation), ...values]);
    this.#counts.add(key, 1, span);
    if (this.#of !== 'before') this.#found.latencies?.add(key, event);
    return 'go on';
  }

  count(groups: Iterable<Group>): void {
    for (const { key, count, buckets, firstUs, lastUs } of groups) {
      const counted = buckets.length === 0 ? [{ fromUs: firstUs, count }] : buckets;
      const within = counted.map((bucket) => ({ atUs: this.#inWindow(bucket.fromUs), count: bucket.count }));
      this.#counts.addOver(JSON.stringify(key), within, { firstUs, lastUs });
      this.#found.countedThere += count;
    }
  }

  countBegun({ running, withoutOutcome }: Begun): void {
    if (this.#of === 'before') return;
    this.#found.running += running;
    this.#found.withoutOutcome += withoutOutcome;
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const found = this.#found;
    if (this.#of !== 'before') found.coverage = coverage;
    const round = canGoOn ? this.#nextRound(coverage) : null;
    return round === null ? { kind: 'answer', answer: this.#answer() } : { kind: 'ask', round };
  }

  #nextRound(coverage: Coverage): Round | null {
    const params = this.#params;
    const { sinceUs, untilUs } = params.window;
    if (this.#of !== 'asked' || sinceUs === null) return null;
    const earlier = this.#counts.total === 0 ? earlierWindow(params, coverage) : null;
    if (earlier !== null) {
      this.#found.widen();
      return new TopRound(params, this.#found, 'earlier', earlier);
    }
    if (!params.comparesPrevious) return null;
    const spanUs = (untilUs ?? params.nowUs) - sinceUs;
    return new TopRound(params, this.#found, 'before', { sinceUs: sinceUs - spanUs, untilUs: sinceUs });
  }

  /** What began before the window, and ended in it, counts at its beginning. */
  #inWindow(atUs: number): number {
    return Math.max(atUs, this.query.window.sinceUs ?? atUs);
  }

  #leaveOut({ isOpen }: AuditRequest): void {
    this.countBegun({ running: isOpen ? 1 : 0, withoutOutcome: isOpen ? 0 : 1 });
  }

  #answer(): AnswerDraft {
    const params = this.#params;
    const found = this.#found;
    const { now, before, axis, coverage } = found;
    if (coverage === null) throw new Error('an answer before the first round has ended');
    cover(now, coverage);
    const { rows, groups, total } = rowsOf(params, found);
    const told: Told = {
      params,
      rows,
      groups,
      requests: now.total,
      requestsBefore: before?.total ?? null,
      coverage,
      fallen: before === null ? [now.fallen] : [now.fallen, before.fallen],
      unmeasured: found.latencies?.beyond ?? 0,
      buckets:
        axis.size === 0
          ? null
          : { count: axis.size, widthUs: axis.widthUs, fromUs: axis.startOf(axis.first) },
      running: found.running,
      withoutOutcome: found.withoutOutcome,
      lost: found.lost,
      countedThere: found.countedThere,
      isWidened: found.isWidened,
    };
    return {
      question: 'top',
      says: sentence(told),
      rows,
      columns: columnsFor(params, rows),
      nameOf: nameOfRow,
      nearMisses: [],
      notes: notesOf(told),
      now: [],
      next: nextCommands(told),
      total,
      events: [],
      gaps: gapsOf(told),
    };
  }
}

/** Rows tell of all the time that was covered, also when nothing was counted in it. */
function cover(counts: GroupCounts, { from, to }: Coverage): void {
  const [fromUs, toUs] = [from, to].map((at) => (at === null ? null : parseMicros(at)));
  if (fromUs != null && toUs != null && counts.total > 0) counts.cover(fromUs, toUs);
}
