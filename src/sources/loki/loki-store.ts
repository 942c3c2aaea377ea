/** Grafana Loki, and what speaks as it does: lines under labels, LogQL. https://grafana.com/docs/loki/latest/reference/loki-http-api/ */

import type { Gap, Note } from '../../event/coverage.ts';
import type { HttpServer } from '../../io.ts';
import { isNone } from '../../query/event-test.ts';
import type { Field } from '../../query/predicate.ts';
import { COUNTABLE } from '../store/count-ask.ts';
import type { Nanos } from '../store/nanos.ts';
import { pagesByTime, type TimePaging } from '../store/pages-by-time.ts';
import {
  type Ask,
  type CountAsk,
  type Counted,
  type Extent,
  holdsNothing,
  type Page,
  type Shape,
  type Store,
} from '../store/store.ts';
import { stretchOf } from '../store/store-clock.ts';
import { findSelector } from './find-selector.ts';
import { type Sampled, sampledFrom } from './lines-sample.ts';
import { canTest, isExactly, matchersIn, toLogQl } from './logql.ts';
import { countIn } from './loki-counter.ts';
import { AHEAD_NS, daysHeld, daysWithin, oldestOf } from './loki-extent.ts';
import { LimitHit } from './loki-limits.ts';
import type { LokiSettings } from './loki-settings.ts';
import { type Asked, type Line, type Lines, linesOf, type TimeSpan } from './query-loki.ts';
import { Allowed, DAY_NS, endwise, HOUR_NS, least, piecewise } from './stretches.ts';

/** As the server comes: max_entries_limit_per_query. */
const MOST_LINES = 5000;
/**
 * Loki's parts pass 4 MiB to one another, as it comes; what is larger they try again, for half a minute. So pages begin with what is no
 * more even when their lines are four times as large as those that were looked at, and grow as long as they are small.
 */
const PAGE_BYTES = 2.5 * 1024 * 1024;
/** Not more than that even when each of them has the 256 KiB that Loki takes. */
const FEWEST_LINES = 10;
const MOST_FIRST_LINES = 250;
/** What is read of lines at once, to begin with; more where that is quick. */
const FIRST_PIECE_NS = DAY_NS / 8n;
/** Lines that are looked at to see how events lie there. */
const SAMPLE_LINES = 10;

export class LokiStore implements Store {
  readonly name: string;
  readonly billed = false;
  readonly #settings: LokiSettings;
  readonly #server: HttpServer;
  readonly #now: () => number;

  /** `now`: milliseconds since the epoch. */
  constructor(name: string, settings: LokiSettings, server: HttpServer, now: () => number) {
    this.name = name;
    this.#settings = settings;
    this.#server = server;
    this.#now = now;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const asked: Asked = { server: this.#server, settings: this.#settings, signal };
    const nowNs = (): Nanos => BigInt(this.#now()) * 1_000_000n;
    const allowed = new Allowed(this.#settings.limit ?? MOST_LINES, 30n * DAY_NS);
    const selector = this.#settings.selector ?? (await findSelector(asked, nowNs(), allowed));
    const streams: Streams = { selector, matchers: matchersIn(selector) ?? selector };
    const days = await daysHeld(asked, streams.matchers, nowNs(), allowed);
    const lines = days === null ? [] : await sampleOf(asked, selector, days, allowed);
    const notes: Note[] = [];
    if (this.#settings.selector === undefined)
      notes.push({ code: 'selector-found', text: `${this.name}: no selector was said; ${selector} is read` });
    if (lines.length === 0) notes.push(days === null ? this.#noStream(selector) : holdsNothing(this.name));
    const longest = Math.max(0, ...lines.map(({ record }) => Buffer.byteLength(record)));
    const known = { days, newestNs: newestOf(lines), longest, allowed, nowNs, notes };
    return new LokiShape(this.name, asked, streams, known, sampledFrom(lines));
  }

  async close(): Promise<void> {
    this.#server.close();
  }

  #noStream(selector: string): Note {
    const text = `${this.name} holds nothing that is ${selector}: are selector and tenant right?`;
    return { code: 'store-empty', text };
  }
}

interface Streams {
  /** What filters follow. */
  readonly selector: string;
  /** Without filters. */
  readonly matchers: string;
}

/** The newest lines of the audit log, or whatever lies there. */
async function sampleOf(
  asked: Asked,
  selector: string,
  days: TimeSpan,
  allowed: Allowed,
): Promise<readonly Line[]> {
  const stretch = { fromNs: days.toNs - 3n * DAY_NS, toNs: days.toNs };
  for (const query of [`${selector} |= "auditID"`, selector]) {
    const newest = { stretch, end: 'newest', lines: SAMPLE_LINES } as const;
    const { lines } = await endwise(newest, allowed, (piece, most) => linesOf(asked, query, piece, most));
    if (lines.length > 0) return lines;
  }
  return [];
}

function newestOf(lines: readonly Line[]): Nanos | null {
  return lines.reduce<Nanos | null>((most, { atNs }) => (most === null || atNs > most ? atNs : most), null);
}

interface Known {
  /** Null: it holds nothing. */
  readonly days: TimeSpan | null;
  /** The newest line; null: there is none. */
  readonly newestNs: Nanos | null;
  /** Bytes, of the lines that were looked at. */
  readonly longest: number;
  readonly allowed: Allowed;
  readonly nowNs: () => Nanos;
  readonly notes: readonly Note[];
}

/** What was given of an ask. */
interface Reached {
  /** How far back, and the lines of that moment: they come again when less is asked for from there on. */
  atNs: Nanos | null;
  lines: ReadonlySet<string>;
  /** Of the last page that was not too large. */
  pageLines: number;
  /** Said so far. */
  readonly warnings: Set<string>;
}

function reach(reached: Reached, lines: readonly Line[]): void {
  const [oldest] = lines.toSorted((a, b) => Number(a.atNs - b.atNs));
  if (oldest === undefined) return;
  const { atNs } = oldest;
  const known = atNs === reached.atNs ? reached.lines : [];
  const now = lines.filter((line) => line.atNs === atNs).map(({ record }) => record);
  reached.atNs = atNs;
  reached.lines = new Set([...known, ...now]);
}

class LokiShape implements Shape {
  readonly findings;
  readonly counter;
  readonly #name: string;
  readonly #asked: Asked;
  readonly #streams: Streams;
  readonly #known: Known;
  readonly #sampled: Sampled;
  readonly #firstLines: number;
  /** Of lines; what the index alone answers may be longer. */
  readonly #scan: Allowed;

  constructor(name: string, asked: Asked, streams: Streams, known: Known, sampled: Sampled) {
    this.#name = name;
    this.#asked = asked;
    this.#streams = streams;
    this.#known = known;
    this.#sampled = sampled;
    const fitting = Math.floor(PAGE_BYTES / Math.max(1, known.longest * 4));
    const first = Math.max(FEWEST_LINES, Math.min(fitting, MOST_FIRST_LINES));
    this.#firstLines = Math.min(first, known.allowed.lines);
    this.#scan = new Allowed(known.allowed.lines, FIRST_PIECE_NS);
    this.findings = { gaps: [], notes: known.notes };
    this.counter = {
      can: (by: readonly Field[], { test }: CountAsk) =>
        sampled.isPlain && isExactly(test) && by.every((field) => COUNTABLE.has(field)),
      count: (ask: CountAsk, signal: AbortSignal) => this.#count(ask, signal),
    };
  }

  can = canTest;

  async *pages(ask: Ask, signal: AbortSignal): AsyncGenerator<Page> {
    const stretch = isNone(ask.test) ? null : await this.#held(ask, signal);
    if (stretch === null) return;
    const reached: Reached = {
      atNs: null,
      lines: new Set(),
      pageLines: this.#firstLines,
      warnings: new Set(),
    };
    const pages = (piece: TimeSpan): AsyncIterable<Page> => this.#pagesOf(ask, piece, reached, signal);
    yield* piecewise(stretch, this.#scan, pages, () => reached.atNs);
  }

  explain(ask: Ask): readonly string[] {
    const stretch = this.#stretchOf(ask);
    if (stretch === null || isNone(ask.test)) return ['nothing: no line could be an answer'];
    return [
      `POST ${this.#asked.server.address}/loki/api/v1/query_range`,
      `query ${this.#queryOf(ask)}`,
      `start ${stretch.fromNs}, end ${stretch.toNs + 1n}, the newest ${this.#scan.lengthNs / HOUR_NS} hours first, then what is before, in pieces that take some seconds`,
      `limit ${this.#firstLines} to ${this.#scan.lines}, direction backward, and the same up to the oldest of them, again and again`,
    ];
  }

  async extent(signal: AbortSignal): Promise<Extent | null> {
    const { days } = this.#known;
    if (days === null) return null;
    const asked = { ...this.#asked, signal };
    const oldestNs = await oldestOf(asked, this.#streams.selector, days, this.#known.allowed);
    const { newestNs } = this.#known;
    if (oldestNs === null || newestNs === null) return null;
    return { oldestUs: Number(oldestNs / 1000n), newestUs: Number(newestNs / 1000n) };
  }

  async *#pagesOf(ask: Ask, piece: TimeSpan, reached: Reached, signal: AbortSignal): AsyncGenerator<Page> {
    const given = reached.lines;
    const query = this.#queryOf(ask);
    const gaps: Gap[] = [];
    const fetch: TimePaging['fetch'] = async ({ fromNs, toNs }, limit) => {
      const within = { fromNs: fromNs ?? piece.fromNs, toNs: toNs ?? piece.toNs };
      const { lines, bytes, warnings } = await this.#linesOf(query, within, limit, signal);
      reach(reached, lines);
      if (bytes <= PAGE_BYTES) reached.pageLines = limit;
      const unsaid = warnings.filter((text) => !reached.warnings.has(text));
      for (const text of unsaid) reached.warnings.add(text);
      gaps.push(...unsaid.map((text) => this.#incomplete(text)));
      return { records: lines, bytes };
    };
    const { lines: most } = this.#scan;
    const pageSize = Math.min(reached.pageLines, most);
    const growing = { pageSize, growsTo: most, pageBytes: PAGE_BYTES, mostAtOnce: most };
    const paging = { ...piece, ...growing, source: this.#name, fetch };
    for await (const page of pagesByTime(paging)) {
      const records = page.records.filter((line) => typeof line !== 'string' || !given.has(line));
      yield { ...page, records, gaps: [...(page.gaps ?? []), ...gaps.splice(0)] };
    }
  }

  async #linesOf(query: string, within: TimeSpan, limit: number, signal: AbortSignal): Promise<Lines> {
    const { nowNs } = this.#known;
    const before = nowNs();
    try {
      const answer = await linesOf({ ...this.#asked, signal }, query, within, limit);
      this.#scan.took(within, Number((nowNs() - before) / 1_000_000n), answer.lines.length < limit);
      return answer;
    } catch (error) {
      if (!(error instanceof LimitHit)) throw error;
      const { of } = error.limit;
      if (of === 'answer' || of === 'unknown') this.#scan.lines = Math.min(this.#scan.lines, limit);
      // So few are not too large.
      const isOfTime = of === 'unknown' && limit <= FEWEST_LINES;
      throw isOfTime ? new LimitHit({ of: 'work' }, error.refusal) : error;
    }
  }

  #incomplete(text: string): Gap {
    return {
      code: 'source-unreadable',
      text: `says that it may not be whole: ${text.slice(0, 200)}`,
      source: this.#name,
    };
  }

  #queryOf({ test }: Ask): string {
    const filters = toLogQl(test, this.#sampled.shape);
    return filters === '' ? this.#streams.selector : `${this.#streams.selector} ${filters}`;
  }

  /** Null: nothing lies there. */
  #stretchOf(ask: Ask): TimeSpan | null {
    const { fromNs: asked, toNs: until } = stretchOf(ask, this.#sampled.clock);
    const { days, nowNs } = this.#known;
    const latest = nowNs() + AHEAD_NS;
    const newest = days !== null && days.toNs > latest ? days.toNs : latest;
    const fromNs = asked ?? days?.fromNs ?? null;
    const toNs = until ?? newest;
    if (fromNs === null) return null;
    const to = least(toNs, newest);
    return fromNs > to ? null : { fromNs, toNs: to };
  }

  /** Without what lies before the first day of all, which need not be asked for. Null: nothing lies there. */
  async #held(ask: Ask, signal: AbortSignal): Promise<TimeSpan | null> {
    const stretch = this.#stretchOf(ask);
    const { days, allowed } = this.#known;
    if (stretch === null || (days !== null && stretch.fromNs >= days.fromNs)) return stretch;
    // Days were looked for until nothing was there for a while.
    const before = { ...stretch, toNs: days === null ? stretch.toNs : least(stretch.toNs, days.fromNs - 1n) };
    // It costs as little to look through a day.
    if (before.toNs - before.fromNs <= DAY_NS) return stretch;
    const asked = { ...this.#asked, signal };
    const earlier = await daysWithin(asked, this.#streams.matchers, before, allowed);
    const first = earlier ?? days;
    if (first === null || first.fromNs > stretch.toNs) return null;
    return first.fromNs < stretch.fromNs ? stretch : { ...stretch, fromNs: first.fromNs };
  }

  async #count(ask: CountAsk, signal: AbortSignal): Promise<Counted | null> {
    const { test, window, stages } = ask;
    const stretch = await this.#held({ test, received: window, stages, isLongRunning: false }, signal);
    if (stretch === null) return { groups: [], bytes: 0 };
    const { selector } = this.#streams;
    const { shape } = this.#sampled;
    const { nowNs } = this.#known;
    const counting = { selector, shape, stretch, allowed: this.#scan, nowNs };
    return countIn({ ...this.#asked, signal }, ask, counting);
  }
}
