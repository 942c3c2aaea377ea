/**
 * A log store as a source: what the predicate asks for goes to the store, page after page comes back and becomes events, and what
 * only shows that the log would hold a match is counted where it lies.
 */
import { type EventBatch, emptyBatch, NOTHING_PASSED, type Witnessed } from '../../event/batch.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import type { Group } from '../../event/groups.ts';
import { formatMicros } from '../../event/micros.ts';
import { anyOf, type EventTest } from '../../query/event-test.ts';
import { narrow } from '../../query/narrow.ts';
import type { Query } from '../../query/query.ts';
import { Collector } from '../../scan/collector.ts';
import { unwrap } from '../envelope.ts';
import { withFollowed } from '../joined-findings.ts';
import { asksLongRunning, asksOpenOnes, STILL_RUNNING } from '../long-running.ts';
import { sizeOf } from '../rotated-logs/in-words.ts';
import type { Capabilities, Findings, News, Source, SourcePlan } from '../source.ts';
import { stagesOf } from '../stage-window.ts';
import { countGroups } from './count-groups.ts';
import { othersOf, WitnessesFetched, witnessAsk } from './count-witness.ts';
import { FollowedStore, PAID_POLL_MS } from './followed-store.ts';
import { RejectKeys } from './reject-keys.ts';
import { askSince, SeenEvents, type StoreBatch } from './seen-events.ts';
import type { Ask, CountAsk, Extent, Shape, Store } from './store.ts';
import type { StoreMeans } from './store-kind.ts';

export function openStoreSource(store: Store, means: Pick<StoreMeans, 'io' | 'maxBytes'>): Source {
  return new StoreSource(store, means.maxBytes, means.io.now);
}

const DAY_US = 24 * 3600 * 1_000_000;

interface Planned {
  /** Why it is not read: it would cost too much; null: it is. */
  readonly refusal: string | null;
  readonly shape: Shape;
  readonly ask: Ask;
  /** How the store counts the witnesses; null: none are wanted, or the events that show them are fetched too. */
  readonly witness: CountAsk | null;
  /** Null: it is not followed. */
  readonly seen: SeenEvents | null;
  /** Bytes, about, that are looked through each time while it is followed, at most; null: that is free of charge, or nobody knows. */
  readonly paidBytes: number | null;
}

class StoreSource implements Source {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #store: Store;
  readonly #maxBytes: number | null;
  readonly #now: () => number;
  readonly #planned = new WeakMap<SourcePlan, Planned>();
  #shape: Promise<Shape> | null = null;
  #extent: Promise<Extent | null> | null = null;
  #followed: FollowedStore | null = null;
  #findings: Findings = { gaps: [], notes: [], holdsEarlier: [] };

  /** `maxBytes`: of answers, at most; null: no bound. `now`: milliseconds since the epoch. */
  constructor(store: Store, maxBytes: number | null, now: () => number) {
    this.name = store.name;
    this.#store = store;
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.capabilities = {
      order: 'none',
      slackUs: null,
      rereads: true,
      billed: store.billed,
      follows: true,
    };
  }

  async plan(query: Query, signal: AbortSignal): Promise<SourcePlan> {
    signal.throwIfAborted();
    const shape = await this.#look(signal);
    const { test, pushed, residual } = narrow(query.predicate, shape.can);
    const witness = witnessAsk(query, shape);
    const isFetched = query.witness !== null && witness === null;
    const ask = askFor(query, isFetched ? anyOf(test, narrow(query.witness, shape.can).test) : test);
    const seen =
      query.following === undefined ? null : new SeenEvents(this.#now() * 1000, this.#store.lateUs);
    const first = seen !== null && query.following === 'from now' ? seen.askFor(ask) : ask;
    const bytes = (await shape.estimate?.(first, signal)) ?? null;
    const paidBytes = seen === null ? null : await this.#paidBytes(shape, ask, seen, signal);
    const refusal = this.#refusalOf(bytes);
    const plan: SourcePlan = {
      query,
      ...{ pushed, residual },
      estimate: {
        ...{ bytes, parts: null },
        bytesPerHour: paidBytes === null ? null : paidBytes * (3_600_000 / PAID_POLL_MS),
      },
      isRefused: refusal !== null,
      explain: async () => (refusal === null ? shape.explain(first) : [refusal]),
    };
    this.#planned.set(plan, { refusal, shape, ask, witness, seen, paidBytes });
    return plan;
  }

  /** By what came in the last day: of the last minutes, some stores tell nothing yet. */
  async #paidBytes(shape: Shape, ask: Ask, seen: SeenEvents, signal: AbortSignal): Promise<number | null> {
    const nowUs = this.#now() * 1000;
    const longestUs = seen.longestUs(PAID_POLL_MS * 1000);
    if (shape.paidFor?.(askSince(ask, nowUs - longestUs)) == null) return null;
    const ofDay = (await shape.estimate?.(askSince(ask, nowUs - DAY_US), signal)) ?? null;
    return ofDay === null ? null : Math.round((ofDay * longestUs) / DAY_US);
  }

  async *read(plan: SourcePlan, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const planned = this.#planned.get(plan);
    if (planned === undefined) throw new Error('read() of a plan that is not of this source');
    signal.throwIfAborted();
    const { query } = plan;
    const gaps: Gap[] = [...planned.shape.findings.gaps];
    const notes: Note[] = [...planned.shape.findings.notes];
    const holdsEarlier: string[] = [];
    this.#findings = { gaps, notes, holdsEarlier };
    if (query.window.sinceUs !== null && asksOpenOnes(query)) notes.push(STILL_RUNNING);
    // So that a store is named that holds nothing.
    yield emptyBatch(this.name);
    if (planned.refusal !== null) {
      gaps.push({ code: 'budget', text: planned.refusal, source: this.name });
      // Where it begins nobody looked: it is not said that it holds nothing.
      holdsEarlier.push(this.name);
      return;
    }
    if (query.following === 'from now') {
      await this.#passOver(planned, signal);
      return;
    }
    const extent = await this.#extentOf(planned.shape, signal);
    const { sinceUs } = query.window;
    if (extent !== null && sinceUs !== null && extent.oldestUs < sinceUs) holdsEarlier.push(this.name);
    if (extent !== null) yield this.#spanning(extent);
    const counted = await countGroups(planned.shape, query, extent, signal);
    if (counted !== null) {
      yield this.#counted(counted.groups, [], counted.bytes);
      notes.push({
        code: 'counted-by-store',
        text: `${this.name} counted: what it was sent twice, it counts twice${counted.isToTheMs === true ? '; FIRST and LAST to the millisecond' : ''}`,
      });
    } else {
      const fetched = new WitnessesFetched(query);
      for await (const batch of this.#fetch(planned, planned.ask, gaps, signal)) {
        fetched.add(batch.events);
        planned.seen?.takeNew(batch);
        yield batch;
      }
      if (planned.witness !== null) yield* this.#witnesses(planned, planned.witness, fetched, gaps, signal);
    }
  }

  /** Counted, or fetched where they cannot be. */
  async *#witnesses(
    planned: Planned,
    witness: CountAsk,
    fetched: WitnessesFetched,
    gaps: Gap[],
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    const counted = (await planned.shape.counter?.count(witness, signal)) ?? null;
    if (counted !== null) {
      yield this.#counted([], othersOf(counted, fetched), counted.bytes);
      return;
    }
    for await (const batch of this.#fetch(planned, { ...planned.ask, test: witness.test }, gaps, signal)) {
      planned.seen?.takeNew(batch);
      yield batch;
    }
  }

  async *follow(
    plan: SourcePlan,
    onNews: (news: News) => void,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    const planned = this.#planned.get(plan);
    if (planned === undefined || planned.seen === null)
      throw new Error('follow() of a plan that is not of this source, or does not follow');
    const { ask, seen, shape, paidBytes } = planned;
    this.#followed = new FollowedStore(
      {
        ...{ source: this.name, ask, now: this.#now, onNews, paidBytes, maxBytes: this.#maxBytes },
        paidFor: (later) => shape.paidFor?.(later) ?? null,
        fetch: (later, gaps, until) => this.#fetch(planned, later, gaps, until),
      },
      seen,
    );
    yield* this.#followed.follow(signal);
  }

  findings(): Findings {
    return withFollowed(this.#findings, this.#followed);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** A store looks through all that it is asked about before it answers: there is no stopping halfway. */
  #refusalOf(bytes: number | null): string | null {
    const maxBytes = this.#maxBytes;
    if (!this.#store.billed || bytes === null || maxBytes === null || bytes <= maxBytes) return null;
    return `not read: ${sizeOf(bytes)} would be looked through, and paid for; --max-bytes allows ${sizeOf(maxBytes)}`;
  }

  /** What was written shortly before: it comes again with the first of what is new. */
  async #passOver(planned: Planned, signal: AbortSignal): Promise<void> {
    const { ask, seen } = planned;
    if (seen === null) return;
    for await (const batch of this.#fetch(planned, seen.askFor(ask), [], signal)) seen.takeNew(batch);
  }

  /** Asked once. A failure is asked for again. */
  #look(signal: AbortSignal): Promise<Shape> {
    this.#shape ??= this.#store.look(signal).catch((error: unknown) => {
      this.#shape = null;
      throw error;
    });
    return this.#shape;
  }

  #extentOf(shape: Shape, signal: AbortSignal): Promise<Extent | null> {
    this.#extent ??= shape.extent(signal).catch((error: unknown) => {
      this.#extent = null;
      throw error;
    });
    return this.#extent;
  }

  async *#fetch(
    { shape, seen }: Planned,
    ask: Ask,
    gaps: Gap[],
    signal: AbortSignal,
  ): AsyncGenerator<StoreBatch> {
    const keys = new RejectKeys();
    const collector = new Collector({ source: this.name, file: this.name, unwrap, isLive: false });
    let line = 0;
    let read = 0;
    let oldestUs: number | null = null;
    for await (const page of shape.pages(ask, signal)) {
      signal.throwIfAborted();
      read += page.bytes;
      collector.countBytes(page.bytes, page.bytes);
      gaps.push(...(page.gaps ?? []));
      const first = line + 1;
      const takeBatch = (): StoreBatch => {
        const batch = collector.takeBatch();
        const recordAt = (at: number): unknown => page.records[at - first];
        return { ...batch, rejectKeys: seen === null ? [] : keys.keysOf(batch.rejects, recordAt) };
      };
      for (const record of page.records) {
        collector.record(record, { line: ++line, recordTime: null, isUnfinished: false });
        if (collector.isFull) yield takeBatch();
      }
      const batch = takeBatch();
      oldestUs = batch.events.at(-1)?.receivedUs ?? oldestUs;
      yield batch;
      if (this.#maxBytes !== null && read >= this.#maxBytes) {
        const from = oldestUs === null ? '' : `; reached back to ${formatMicros(oldestUs)}`;
        const text = `stopped after ${sizeOf(read)} (--max-bytes)${from}`;
        gaps.push({ code: 'budget', text, source: this.name });
        return;
      }
    }
  }

  #counted(groups: readonly Group[], witnessed: readonly Witnessed[], bytes: number): EventBatch {
    const requests = groups.reduce((sum, { count }) => sum + count, 0);
    const passedOver = {
      ...NOTHING_PASSED,
      bytes,
      events: requests,
      outcomes: requests,
      witnessed,
      counted: [groups],
    };
    return { ...emptyBatch(this.name), passedOver };
  }

  /** How far back it goes, and up to when. */
  #spanning({ oldestUs, newestUs }: Extent): EventBatch {
    const passedOver = { ...NOTHING_PASSED, fromUs: oldestUs, toUs: newestUs };
    return { ...emptyBatch(this.name), passedOver };
  }
}

function askFor(query: Query, test: EventTest): Ask {
  return { test, received: query.window, stages: stagesOf(query), isLongRunning: asksLongRunning(query) };
}
