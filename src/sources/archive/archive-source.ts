/**
 * An archive of log objects as a source: those that can hold what is asked about are read as streams, the newest first, several at
 * once; bytes become events in scan/. An object that fails is a gap, and not the end.
 */
import { UserError } from '../../errors.ts';
import { type EventBatch, emptyBatch } from '../../event/batch.ts';
import { EVERYTHING } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { scan } from '../../scan/scan.ts';
import { type Sieve, sieveOf } from '../../scan/sieve.ts';
import { unwrap } from '../envelope.ts';
import { inTurn } from '../in-turn.ts';
import { asksOpenOnes, STILL_RUNNING } from '../long-running.ts';
import type { Capabilities, Findings, News, Source, SourcePlan } from '../source.ts';
import { type StageWindow, stagesOf } from '../stage-window.ts';
import { type Archive, ObjectAsleep, ObjectChanged, ObjectGone, PassingRefusal } from './archive.ts';
import { ArchiveTally } from './archive-tally.ts';
import { explainArchive } from './explain-archive.ts';
import { FollowedArchive } from './followed-archive.ts';
import { type Listed, listDated } from './list-dated.ts';
import { objectBytes } from './object-bytes.ts';
import { wantedDates } from './object-times.ts';
import { type ArchivePlan, planArchive, type TimedObject } from './plan-archive.ts';

/** While one is waited for, others are scanned. */
const OBJECTS_AT_ONCE = 8;
/** That were not reached, or refused for the moment again and again, one after the other: the rest is not tried. */
const MOST_UNREACHED = 3;

export interface ArchiveSourceOptions {
  /** How long after an event its object may have been named or finished. */
  readonly lateUs: number;
  /** Of the objects as they lie there; null: no bound. */
  readonly maxBytes: number | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Between two lists, followed. Default a minute; another is for tests. */
  readonly pollMs?: number;
}

export function openArchiveSource(archive: Archive, options: ArchiveSourceOptions): Source {
  return new ArchiveSource(archive, options);
}

interface Reading {
  readonly plan: ArchivePlan;
  readonly sieve: Sieve | null;
  /** Requests that were still running when the window began could be wanted, and their first event lies before it. */
  readonly missesOpenOnes: boolean;
  /** Null: it is not followed. */
  readonly followed: FollowedArchive | null;
}

class ArchiveSource implements Source {
  readonly name: string;
  readonly capabilities: Capabilities = {
    order: 'none',
    slackUs: null,
    rereads: true,
    billed: false,
    follows: true,
  };
  readonly #archive: Archive;
  readonly #options: ArchiveSourceOptions;
  readonly #readings = new WeakMap<SourcePlan, Reading>();
  /** By the dates that were wanted: another round mostly wants the same. */
  readonly #lists = new Map<string, Promise<Listed>>();
  #tally: ArchiveTally;
  #unreached = 0;
  #followed: FollowedArchive | null = null;

  constructor(archive: Archive, options: ArchiveSourceOptions) {
    this.name = archive.name;
    this.#archive = archive;
    this.#options = options;
    this.#tally = new ArchiveTally(archive);
  }

  async plan(query: Query, signal: AbortSignal): Promise<SourcePlan> {
    signal.throwIfAborted();
    const { lateUs, maxBytes, now } = this.#options;
    // Of what is written from now on, no more is listed than what may still grow.
    const window =
      query.following === 'from now' ? { sinceUs: now() * 1000 - lateUs, untilUs: null } : stagesOf(query);
    const listed = await this.#list(wantedDates(window, lateUs), signal);
    const planned = planArchive(listed, window, lateUs, maxBytes);
    const isCut = planned.hasEarlier || planned.before.length > 0;
    // Forwarders send again what they are not sure of.
    const sieve = sieveOf(query, true);
    const plan: SourcePlan = {
      query,
      pushed: EVERYTHING,
      residual: query.predicate,
      estimate: {
        bytes: planned.read.reduce((sum, { bytes }) => sum + bytes, 0),
        parts: planned.read.length,
      },
      explain: async () => explainArchive(this.#archive, planned),
    };
    const followed =
      query.following === undefined
        ? null
        : new FollowedArchive({ ...this.#options, archive: this.#archive }, planned, query.following);
    const missesOpenOnes = isCut && asksOpenOnes(query);
    this.#readings.set(plan, { plan: planned, sieve, missesOpenOnes, followed });
    return plan;
  }

  async *read(plan: SourcePlan, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const reading = this.#readings.get(plan);
    if (reading === undefined) throw new Error('read() of a plan that is not of this source');
    signal.throwIfAborted();
    const tally = new ArchiveTally(this.#archive);
    this.#tally = tally;
    this.#unreached = 0;
    tally.addPlan(reading.plan);
    yield emptyBatch(this.name);
    // What is there by now is not what is written from now on.
    if (plan.query.following === 'from now') return;
    const { read, before, hasEarlier } = reading.plan;
    // Where the log itself begins, as far as it is there.
    const oldest = hasEarlier || before.length > 0 ? undefined : read.at(-1);
    const readings = read.map(
      (object) => () => this.#read(object, object === oldest, reading.sieve, tally, signal),
    );
    yield* inTurn(readings, OBJECTS_AT_ONCE);
    if (reading.missesOpenOnes) tally.addNote(STILL_RUNNING);
    tally.end();
  }

  async *follow(
    plan: SourcePlan,
    onNews: (news: News) => void,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    const reading = this.#readings.get(plan);
    if (reading?.followed == null) throw new Error('follow() of a plan that is not followed');
    const { sieve, followed } = reading;
    this.#followed = followed;
    const read = (object: TimedObject) => {
      this.#unreached = 0;
      return this.#read(object, false, sieve, this.#tally, signal);
    };
    yield* followed.follow(read, onNews, signal);
  }

  findings(): Findings {
    const found = this.#tally.findings();
    const followed = this.#followed?.findings() ?? { gaps: [], notes: [] };
    return {
      ...found,
      gaps: [...found.gaps, ...followed.gaps],
      notes: [...found.notes, ...followed.notes],
    };
  }

  async close(): Promise<void> {
    await this.#archive.close();
  }

  #list(dates: StageWindow, signal: AbortSignal): Promise<Listed> {
    const key = JSON.stringify(dates);
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const listing = listDated(this.#archive, dates, signal);
    this.#lists.set(key, listing);
    listing.catch(() => this.#lists.delete(key));
    return listing;
  }

  /** Whether it was read to its end. Rejects with the signal's reason, and with bugs. */
  async *#read(
    object: TimedObject,
    isBeginning: boolean,
    sieve: Sieve | null,
    tally: ArchiveTally,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch, boolean> {
    const { key, tag } = object;
    if (this.#unreached >= MOST_UNREACHED) {
      tally.addTrouble(key, 'the archive is not reached any more');
      return false;
    }
    const count = tally.beginObject(key);
    const onTrouble = (why: string): void => tally.addTrouble(key, why);
    const place = { source: this.name, file: key, isBeginning };
    try {
      const chunks = count.watch(objectBytes(this.#archive, object, signal));
      for await (const batch of scan(chunks, { ...place, unwrap, sieve, onTrouble, signal })) {
        count.add(batch);
        yield { ...batch, part: `${key} ${tag}` };
      }
      this.#unreached = 0;
      return true;
    } catch (error) {
      signal.throwIfAborted();
      this.#addError(error, key, tally);
      return false;
    }
  }

  #addError(error: unknown, key: string, tally: ArchiveTally): void {
    if (error instanceof ObjectGone) tally.addTrouble(key, 'deleted since it was listed');
    else if (error instanceof ObjectChanged) tally.addTrouble(key, 'replaced while it was being read');
    else if (error instanceof ObjectAsleep) tally.addAsleep(key);
    else if (error instanceof PassingRefusal) {
      this.#unreached++;
      tally.addFailure(key, error.refusal);
    } else if (error instanceof UserError) {
      if (error.code === 'AUDIT_STORE_UNREACHABLE') this.#unreached++;
      tally.addFailure(key, error);
    } else throw error;
  }
}
