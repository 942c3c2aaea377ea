/** A log group as a store: which way its events are had, and from when to when. */
import type { Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import { isNone } from '../../query/event-test.ts';
import { type Ask, type Extent, holdsNothing, type Page, type Paid, type Shape } from '../store/store.ts';
import { type StoreClock, storeTimes } from '../store/store-clock.ts';
import { asText } from './askable.ts';
import { bytesWithin, type ChosenWay, chooseWay, isFilterable, type MilliStretch } from './choose-way.ts';
import type { CloudWatchSettings } from './cloudwatch-settings.ts';
import { CUT_PATTERN, canFilter } from './filter-pattern.ts';
import { canQuery } from './insights-query.ts';
import type { LogGroup } from './log-group.ts';
import type { LogsApi } from './logs-api.ts';
import { filteredPages, filterRequests } from './read-by-filter.ts';
import { queriedPages, queryRequest } from './read-by-insights.ts';

export interface CloudWatchShapeOptions {
  readonly name: string;
  readonly settings: CloudWatchSettings;
  readonly api: LogsApi;
  readonly address: string;
  readonly group: LogGroup;
  readonly clock: StoreClock;
  /** Every message is an event's JSON and nothing else, unless it was cut. */
  readonly isTestable: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** An EKS control plane logs all the time; the newest event is known to within an hour. */
const SILENT_US = 3 * 3600 * 1_000_000;

export class CloudWatchShape implements Shape {
  readonly findings: Shape['findings'];
  readonly #options: CloudWatchShapeOptions;

  constructor(options: CloudWatchShapeOptions) {
    this.#options = options;
    const { name, group } = options;
    const masked = `${name} has a data protection policy: what it takes for sensitive is masked in it, and matches nothing`;
    const isMasked = group.described?.isMasked === true;
    this.findings = {
      gaps: isMasked ? [{ code: 'source-unreadable', text: masked, source: name }] : [],
      notes: this.#notes(),
    };
  }

  can = (leaf: Parameters<Shape['can']>[0], isNegated: boolean): boolean =>
    this.#options.isTestable && (canFilter(leaf, isNegated) || canQuery(leaf, isNegated));

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    if (isNone(ask.test)) return;
    const { settings, api, name, now } = this.#options;
    const stretch = this.#stretchOf(ask);
    if (this.#wayOf(ask).way === 'filter')
      yield* filteredPages(filterRequests(ask.test, settings, stretch), api, signal);
    else yield* queriedPages(ask.test, settings, stretch, { api, name, now }, signal);
  }

  explain(ask: Ask): readonly string[] {
    if (isNone(ask.test)) return ['nothing is asked: no event could match'];
    const { settings, address, now } = this.#options;
    const { way, why } = this.#wayOf(ask);
    const stretch = this.#stretchOf(ask);
    const sent = (action: string, body: unknown) => [`POST ${address}/ ${action}`, JSON.stringify(body)];
    if (way === 'insights')
      return [
        why,
        ...sent('StartQuery', queryRequest(ask.test, settings, stretch, now())),
        'then GetQueryResults until it is done; and the same up to the oldest, as long as there are more than a query gives',
      ];
    const requests = filterRequests(ask.test, settings, stretch);
    return [
      why,
      ...requests.flatMap((request) => [
        ...(request.filterPattern === CUT_PATTERN ? ['and what was cut, which no pattern can match:'] : []),
        ...sent('FilterLogEvents', request),
      ]),
      'and so on by nextToken',
    ];
  }

  async extent(): Promise<Extent | null> {
    return this.#options.group.extent;
  }

  /** Of what is paid for: filtering is not. */
  async estimate(ask: Ask): Promise<number | null> {
    const { group, now } = this.#options;
    if (this.#wayOf(ask).way === 'filter') return null;
    return bytesWithin(group, this.#stretchOf(ask), now());
  }

  paidFor(ask: Ask): Paid | null {
    const { group } = this.#options;
    if (isNone(ask.test) || this.#wayOf(ask).way === 'filter') return null;
    return { mend: isFilterable(group) ? 'read=filter asks at once, and free of charge' : null };
  }

  #wayOf(ask: Ask): ChosenWay {
    const { settings, group, now } = this.#options;
    const isNarrowed =
      asText(ask.test, { can: canQuery, toText: () => '', maxLength: Number.POSITIVE_INFINITY }) !== null;
    return chooseWay(settings, group, bytesWithin(group, this.#stretchOf(ask), now()), isNarrowed);
  }

  #stretchOf(ask: Ask): MilliStretch {
    // Followed, it is asked every few seconds, and whatever its clock is, for no more than what may be new.
    const isFollowed = ask.received.sinceUs === null && ask.stages.sinceUs !== null;
    const { fromUs, toUs } = storeTimes(ask, isFollowed ? 'arrival' : this.#options.clock);
    return {
      fromMs: fromUs === null ? null : Math.max(0, Math.floor(fromUs / 1000)),
      toMs: toUs === null ? null : Math.max(0, Math.ceil(toUs / 1000)),
    };
  }

  #notes(): readonly Note[] {
    const { name, group, now } = this.#options;
    const { extent, streams } = group;
    if (extent === null) return streams === null ? [] : [holdsNothing(name)];
    if (now() * 1000 - extent.newestUs <= SILENT_US) return [];
    const text = `${name}: its newest audit event is of ${formatMicros(extent.newestUs)}: is audit logging still switched on?`;
    return [{ code: 'log-ended', text }];
  }
}
