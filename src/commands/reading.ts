/**
 * What all reading for one answer has in common: events go through an assembler, requests that match to whoever asked, and
 * what was read is counted. In passes, one for each query.
 */
import type { Answer } from '../answer.ts';
import { Assembler } from '../event/assembler.ts';
import { emptyBatch, witnessId } from '../event/batch.ts';
import type { Begun } from '../event/begun-requests.ts';
import type { Coverage, Note } from '../event/coverage.ts';
import { CoverageCount } from '../event/coverage-count.ts';
import type { AuditEvent, Reject } from '../event/event.ts';
import { requestsIn } from '../event/groups.ts';
import type { AuditRequest } from '../event/request.ts';
import { resourceKey, targetOf } from '../event/target.ts';
import { isInWindow, isReceivedIn } from '../query/in-window.ts';
import { concerns, matches, mayMatch, verdictOf } from '../query/matches.ts';
import { describePredicate } from '../query/plan.ts';
import { any, type Predicate } from '../query/predicate.ts';
import type { Query, Window } from '../query/query.ts';
import type { AnswerDraft } from '../questions/question.ts';
import type { EventBatch, Source, SourcePlan } from '../sources/source.ts';
import { Heap } from './heap.ts';
import type { Progress } from './progress.ts';

export interface PassOptions {
  readonly query: Query;
  /** What is read only explains what was found. Default no. */
  readonly isContext?: boolean;
  /** Long-running requests are given out when they begin, and again when they end. Default no. */
  readonly isFollowing?: boolean;
  readonly onMatch: (request: AuditRequest) => void;
  /** Of a query with an aggregation: question.ts's `countBegun`. Default: nobody is told. */
  readonly onBegun?: (begun: Begun) => void;
}

export class Reading {
  readonly #progress: Progress;
  readonly #count = new CoverageCount();
  readonly #heap = new Heap();
  readonly #notes: Note[] = [];
  /** Of the pass that went back furthest: a narrower one before it left more unread. */
  readonly #unreadFiles = new Map<Source, readonly Note[]>();
  readonly #logsOf = new Map<Source, Set<string>>();
  #window: Window | null = null;
  #countsWitness = false;
  #matches = 0;
  #failedOn = 0;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  begin(options: PassOptions): Pass {
    const { query, isContext = false } = options;
    if (!isContext || this.#window === null)
      this.#window = this.#window === null ? query.window : unionOf(this.#window, query.window);
    this.#countsWitness ||= query.witness !== null;
    const concern = query.witness === null ? query.predicate : any(query.predicate, query.witness);
    const assembler = new Assembler({
      concerns: (event) => query.isRough === true || concerns(event, concern),
      emit: (request) => this.#give(request, options),
      ...(query.aggregation === null ? {} : { emitBegun: (begun) => options.onBegun?.(begun) }),
      isFollowing: options.isFollowing === true,
    });
    const opened = new Opened();
    return {
      take: (source, plan, batch) => {
        this.#logsOf.set(source, (this.#logsOf.get(source) ?? new Set()).add(batch.source));
        if (!isContext) this.#open(batch, plan, opened);
        this.#take(plan, batch, assembler, isContext);
      },
      find: (source) => this.#find(source, query.window, isContext),
      end: () => {
        assembler.end();
        this.#noteBounds(assembler);
      },
    };
  }

  /** `window`: where nothing was read yet. */
  coverage(window: Window): Coverage {
    return this.#count.build(this.#window ?? window, this.#countsWitness);
  }

  finish(draft: AnswerDraft, window: Window): Answer {
    const { gaps, ...answer } = draft;
    this.#count.addGaps(gaps);
    const notes = [...draft.notes, ...this.#notes, ...[...this.#unreadFiles.values()].flat()];
    if (this.#failedOn > 0) {
      const text = `--where could not be evaluated on ${this.#failedOn} requests (a field they lack, as a rule): not matched`;
      notes.push({ code: 'filter-errors', text });
    }
    return { ...answer, notes, coverage: this.coverage(window) };
  }

  #open({ source, part }: EventBatch, plan: SourcePlan, { plans, parts }: Opened): void {
    // Words for a predicate take longer than all else that is done for a batch.
    if (plans.get(source) !== plan) {
      plans.set(source, plan);
      this.#count.opened(source, inShort(plan.pushed), inShort(plan.residual));
    }
    if (part === undefined || parts.has(`${source} ${part}`)) return;
    parts.add(`${source} ${part}`);
    this.#count.forget(source, part);
  }

  /** What only explains is read, and its bytes count; the answer is about the events of the other rounds. */
  #take(plan: SourcePlan, batch: EventBatch, assembler: Assembler, isContext: boolean): void {
    this.#heap.relieve();
    if (isContext) this.#count.passedOver(emptyBatch(batch.source, batch.passedOver.bytes));
    else this.#count.passedOver(batch);
    for (const event of batch.events) {
      if (!isContext) this.#count.saw(event, batch);
      assembler.add(event);
    }
    for (const stages of batch.stages) assembler.pass(stages);
    for (const reject of batch.rejects) this.#takeReject(reject, batch, plan, assembler, isContext);
    for (const groups of batch.passedOver.counted) this.#matches += requestsIn(groups);
    this.#progress.show({
      bytes: this.#count.bytesRead,
      of: plan.estimate.bytes,
      atUs: lastTimeOf(batch),
      matches: this.#matches,
    });
  }

  #takeReject(
    reject: Reject,
    batch: EventBatch,
    plan: SourcePlan,
    assembler: Assembler,
    isContext: boolean,
  ): void {
    const { salvaged } = reject;
    if (isContext) {
      if (salvaged !== null) assembler.add(salvaged);
      return;
    }
    if (salvaged === null) {
      this.#count.rejected(reject, true, batch);
      return;
    }
    const { predicate, window } = plan.query;
    const isInDoubt =
      mayMatch(salvaged, predicate) && !(matches(salvaged, predicate) && salvaged.receivedUs !== null);
    this.#count.rejected(reject, isInDoubt && couldBeIn(salvaged, window), batch);
    this.#count.saw(salvaged, batch);
    assembler.add(salvaged);
  }

  #give(request: AuditRequest, { query, onMatch }: PassOptions): void {
    if (!isInWindow(request, query.window)) return;
    const { event } = request;
    if (query.witness !== null && request.endedUs !== null && matches(event, query.witness)) {
      const id = witnessId(event.auditID, event.receivedUs);
      this.#count.witnessed({ resource: resourceKey(targetOf(event)), level: event.level, count: 1, id });
    }
    const verdict = query.isRough === true || verdictOf(event, query.predicate);
    if (verdict !== true) {
      // Neither yes nor no of a whole event: an expression that failed on it.
      if (verdict !== false && event.cut === null && request.endedUs !== null) this.#failedOn++;
      return;
    }
    this.#matches++;
    onMatch(request);
  }

  /** What could not be read of what only explains hides no match: it is noted. */
  #find(source: Source, window: Window, isContext: boolean): void {
    const findings = source.findings();
    if (!isContext) this.#count.addGaps(findings.gaps);
    const reachesFurthest = window.sinceUs === (this.#window ?? window).sinceUs;
    if (!isContext && reachesFurthest) {
      this.#count.holdsEarlier(this.#logsOf.get(source) ?? [], findings.holdsEarlier);
      this.#unreadFiles.set(source, findings.notes.filter(tellsUnreadFiles));
    }
    const unread = isContext ? findings.gaps.map(({ code, text }) => ({ code, text })) : [];
    for (const note of [...findings.notes.filter((note) => !tellsUnreadFiles(note)), ...unread]) {
      if (!this.#notes.some((known) => known.text === note.text)) this.#notes.push(note);
    }
  }

  #noteBounds(assembler: Assembler): void {
    if (assembler.evicted > 0) {
      const text = `${assembler.evicted} requests were given up waiting for their outcome: too many were open at once`;
      this.#count.addGaps([{ code: 'memory-bound', text, source: null }]);
    }
    if (assembler.hasForgotten) {
      this.#notes.push({
        code: 'repeats',
        text: 'too many requests to remember each: one logged twice, far apart, counts twice',
      });
    }
  }
}

/** Hundreds of rules are asked for at once. */
const MOST_WORDS = 4000;

function inShort(predicate: Predicate): string {
  const text = describePredicate(predicate);
  return text.length <= MOST_WORDS ? text : `${text.slice(0, MOST_WORDS)}… (${text.length} characters)`;
}

/** One reading for one query, of any number of sources. */
export interface Pass {
  take(source: Source, plan: SourcePlan, batch: EventBatch): void;
  /** The source has been read, or followed. */
  find(source: Source): void;
  /** No more sources: what is still open is given out. */
  end(): void;
}

/** What a pass has begun to read: logs, by which plan, and parts of them. */
class Opened {
  readonly plans = new Map<string, SourcePlan>();
  readonly parts = new Set<string>();
}

function couldBeIn(event: AuditEvent, window: Window): boolean {
  return event.receivedUs === null || isReceivedIn(event.receivedUs, window);
}

function unionOf(a: Window, b: Window): Window {
  return {
    sinceUs: a.sinceUs === null || b.sinceUs === null ? null : Math.min(a.sinceUs, b.sinceUs),
    untilUs: a.untilUs === null || b.untilUs === null ? null : Math.max(a.untilUs, b.untilUs),
  };
}

function lastTimeOf(batch: EventBatch): number | null {
  return batch.events.at(-1)?.receivedUs ?? batch.passedOver.toUs;
}

function tellsUnreadFiles({ code }: Note): boolean {
  return code === 'older-files';
}
