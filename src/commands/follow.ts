/**
 * Takes a question through its logs as they are written: first what is there of the window, then each request as it happens,
 * until a time, a number of rows, the end of what can come, or Ctrl-C.
 */
import type { Answer } from '../answer.ts';
import type { AuditRequest } from '../event/request.ts';
import type { RowStream, StreamedRow } from '../questions/row-stream.ts';
import { Merged } from '../sources/merged.ts';
import type { EventBatch, News, Source, SourcePlan } from '../sources/source.ts';
import { alarm } from './alarm.ts';
import { billedPlans, type Planned } from './billed-plans.ts';
import type { Progress } from './progress.ts';
import { Reading } from './reading.ts';

export interface FollowOptions {
  readonly sources: readonly Source[];
  readonly begins: 'from now' | 'since';
  /** Ends when all is read that is there. Default no. */
  readonly isOnce?: boolean;
  /** Rows after which it ends; null: never. */
  readonly limit: number | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Before any of it is read; rejects when it is not to be. Default: nobody is asked. */
  readonly confirm?: (planned: readonly Planned[]) => Promise<void>;
  /** All logs have been found: rows may come. */
  readonly onReady: () => Promise<void>;
  /** The rows of what is there before have been given out. Default: nobody is told. */
  readonly onCaughtUp?: () => Promise<void>;
  /** In the order in which they are to be printed. */
  readonly onRows: (rows: readonly StreamedRow[]) => Promise<void>;
  /** Each batch that was read, once its rows have been given out: of what is there before, before all of its rows. Default: nobody is told. */
  readonly onRead?: (batch: EventBatch) => void;
  readonly onNews: (news: News) => void;
}

export interface Followed {
  /** Without its rows, which were given out. */
  readonly answer: Answer;
  readonly isInterrupted: boolean;
}

/** What was received before that time can be written, and seen, this much later. */
const LATE_MS = 3_000;

export async function follow(name: string, stream: RowStream, options: FollowOptions): Promise<Followed> {
  const following = new Following(name, stream, options);
  try {
    await following.run();
  } catch (error) {
    if (!following.isOver) throw error;
  } finally {
    await options.progress.end();
  }
  return following.end();
}

class Following {
  readonly #name: string;
  readonly #stream: RowStream;
  readonly #options: FollowOptions;
  readonly #reading: Reading;
  readonly #over = new AbortController();
  readonly #plans = new Map<Source, SourcePlan>();
  readonly #pass;
  /** Not told yet. */
  readonly #fresh: AuditRequest[] = [];
  #phase: 'earlier' | 'live' | 'end' = 'earlier';
  #count = 0;

  constructor(name: string, stream: RowStream, options: FollowOptions) {
    this.#name = name;
    this.#stream = stream;
    this.#options = options;
    const { progress } = options;
    this.#reading = new Reading({
      show: (state) => {
        // Rows and progress would stand on one line.
        if (this.#phase === 'earlier') progress.show(state);
      },
      end: () => progress.end(),
    });
    this.#pass = this.#reading.begin({
      query: stream.query,
      isFollowing: true,
      onMatch: (request) => {
        if (this.#phase === 'earlier') stream.addEarlier(request);
        // What is still open at the end was told when it began.
        else if (this.#phase === 'live' || !request.isOpen) this.#fresh.push(request);
      },
    });
  }

  get isOver(): boolean {
    return this.#over.signal.aborted || this.#isInterrupted;
  }

  /** Throws when it is over, or has failed. */
  async run(): Promise<void> {
    const { sources, begins, now } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.#over.signal]);
    const query = { ...this.#stream.query, following: begins };
    const { untilUs } = query.window;
    if (untilUs !== null) alarm(untilUs / 1000 + LATE_MS, now, signal, () => this.#over.abort());
    const billed = await billedPlans(sources, query, signal);
    await this.#options.confirm?.(billed);
    for (const source of sources) {
      const known = billed.find((each) => each.source === source)?.plan;
      const plan = known ?? (await source.plan(query, signal));
      this.#plans.set(source, plan);
      for await (const batch of source.read(plan, signal)) this.#take({ source, plan, batch });
      this.#pass.find(source);
    }
    await this.#options.progress.end();
    await this.#options.onReady();
    await this.#give(this.#stream.earlierRows());
    await this.#options.onCaughtUp?.();
    if (this.#options.isOnce === true) return this.#over.abort();
    this.#phase = 'live';
    const merged = new Merged<Taken>(signal);
    for (const [source, plan] of this.#plans) merged.add((own) => this.#follow(source, plan, own));
    for await (const taken of merged.items()) {
      this.#take(taken);
      await this.#giveFresh();
      this.#options.onRead?.(taken.batch);
    }
    this.#over.abort();
  }

  async end(): Promise<Followed> {
    const isInterrupted = this.#isInterrupted;
    this.#phase = 'end';
    for (const source of this.#plans.keys()) this.#pass.find(source);
    this.#pass.end();
    await this.#giveFresh();
    const { gaps, notes } = this.#stream.findings();
    const answer = this.#reading.finish(
      {
        question: this.#name,
        says: `${this.#count} ${this.#count === 1 ? 'row' : 'rows'} while it was followed`,
        rows: [],
        columns: this.#stream.columns,
        nameOf: this.#stream.nameOf,
        nearMisses: [],
        now: [],
        next: [],
        total: 0,
        events: [],
        gaps,
        notes,
      },
      this.#stream.query.window,
    );
    return { answer, isInterrupted };
  }

  get #isInterrupted(): boolean {
    return this.#options.signal.aborted;
  }

  async *#follow(source: Source, plan: SourcePlan, signal: AbortSignal): AsyncGenerator<Taken> {
    for await (const batch of source.follow?.(plan, this.#options.onNews, signal) ?? [])
      yield { source, plan, batch };
  }

  #take({ source, plan, batch }: Taken): void {
    this.#pass.take(source, plan, batch);
    if (this.#phase === 'earlier') this.#options.onRead?.(batch);
  }

  async #giveFresh(): Promise<void> {
    if (this.#fresh.length > 0) await this.#give(this.#stream.add(this.#fresh.splice(0)));
  }

  async #give(rows: readonly StreamedRow[]): Promise<void> {
    const { limit } = this.#options;
    const given = limit === null ? rows : rows.slice(0, limit - this.#count);
    this.#count += given.length;
    if (given.length > 0) await this.#options.onRows(given);
    if (limit !== null && this.#count >= limit) this.#over.abort();
  }
}

interface Taken {
  readonly source: Source;
  readonly plan: SourcePlan;
  readonly batch: EventBatch;
}
