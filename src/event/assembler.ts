/**
 * Events → requests: joins the stages of one request, drops repeated events, whatever their order and from however many
 * logs. Memory is bounded. Which requests are wanted, and the window, are the caller's to decide.
 */
import { type Begun, BegunRequests } from './begun-requests.ts';
import type { AuditEvent, Stage } from './event.ts';
import { keysOf, type PassedStages } from './passed-stages.ts';
import { Remembered } from './remembered.ts';
import { type AuditRequest, isLongRunning, requestKey, stagesKey } from './request.ts';

/** Requests whose outcome is awaited, at most. Beyond it the oldest is given out as it stands, and counted. */
const MAX_OPEN = 50_000;
/** Ends that were told and not looked at, at most: some 100 bytes each. Threads tell of them up to 10,000 requests before their beginnings. */
const MOST_UNREAD = 30_000;

const STAGE_RANK: Record<Stage, number> = {
  RequestReceived: 0,
  ResponseStarted: 1,
  Panic: 2,
  ResponseComplete: 3,
};

export interface AssemblerOptions {
  /**
   * Whether the request that this event is a stage of could be wanted; must give the same verdict for all its stages, or
   * true for the doubtful ones. Only such events cost memory.
   */
  readonly concerns: (event: AuditEvent) => boolean;
  /** Receives each request once; while following, an open one again when it ends, under the same key. */
  readonly emit: (request: AuditRequest) => void;
  /** Receives how many matching requests have begun and not ended, of which nothing else is known; at most once. Default: nobody. */
  readonly emitBegun?: (begun: Begun) => void;
  /** Following: long-running requests are given out when they start. */
  readonly isFollowing: boolean;
}

export class Assembler {
  readonly #options: AssemblerOptions;
  readonly #open = new Map<string, AuditEvent>();
  readonly #openByStages = new Map<string, string>();
  /** Those of which a stage was passed over, by their stages. */
  readonly #begun = new BegunRequests();
  /** Requests whose end was seen, by their stages: what was passed over of them may be told of later. */
  readonly #ended = new Remembered();
  /** Which stages before an outcome have been seen: what is settled is looked at for their sake. */
  #hasReceived = false;
  #hasStarted = false;
  #unread: PassedStages[] = [];
  readonly #closed = new Remembered();
  #repeats = 0;
  #evicted = 0;

  constructor(options: AssemblerOptions) {
    this.#options = options;
  }

  /** Events dropped because they had been seen already. */
  get repeats(): number {
    return this.#repeats;
  }

  /** Requests given out before their outcome was seen, because too many were open. */
  get evicted(): number {
    return this.#evicted + this.#begun.evicted;
  }

  /** Finished requests were forgotten: an event repeated after very many others would count twice. */
  get hasForgotten(): boolean {
    return this.#closed.hasForgotten;
  }

  add(event: AuditEvent): void {
    if (!this.#options.concerns(event)) return;
    const key = requestKey(event);
    if (this.#closed.has(key)) {
      this.#repeats++;
      return;
    }
    if (isOutcome(event)) {
      this.#forget(key);
      this.#forgetBegun(event);
      this.#closed.add(key);
      this.#emit(key, event);
    } else {
      this.#keepOpen(key, event);
    }
  }

  /**
   * Requests that have ended without being wanted: what is open of them is dropped, and what comes of them later. Where
   * nothing is ever open, they are not even looked at. Of requests that have begun, it is told in the end which have not ended.
   */
  pass(stages: PassedStages): void {
    if (stages.passed === 'begun' || stages.passed === 'running') this.#begin(stages);
    else if (this.#awaits(stages)) this.#drop(stages);
    else this.#unread.push(stages);
    while (this.#unreadCount() > MOST_UNREAD) this.#unread.shift();
  }

  /** Gives out what is still open. */
  end(): void {
    for (const [key, event] of this.#open) this.#emit(key, event);
    this.#open.clear();
    this.#openByStages.clear();
    this.#options.emitBegun?.(this.#begun.left());
  }

  #begin(stages: PassedStages): void {
    const isRunning = stages.passed === 'running';
    this.#note(isRunning);
    for (const key of keysOf(stages)) {
      if (this.#ended.has(key)) continue;
      const open = this.#openByStages.get(key);
      if (open !== undefined && !isRunning) continue;
      // It stood open by an earlier stage.
      if (open !== undefined) this.#forget(open);
      const evicted = this.#begun.begin(key, isRunning);
      if (evicted !== null) this.#ended.add(evicted);
    }
  }

  #forgetBegun(event: AuditEvent): void {
    const stages = this.#options.emitBegun === undefined ? null : stagesOf(event);
    if (stages === null) return;
    this.#begun.end(stages);
    if (isOutcome(event)) this.#ended.add(stages);
  }

  #keepOpen(key: string, event: AuditEvent): void {
    const known = this.#open.get(key);
    if (known !== undefined && STAGE_RANK[known.stage] >= STAGE_RANK[event.stage]) {
      if (known.stage === event.stage) this.#repeats++;
      return;
    }
    this.#note(event.stage === 'ResponseStarted' && isLongRunning(event));
    const stages = stagesOf(event);
    if (stages !== null && this.#ended.has(stages)) return;
    this.#forgetBegun(event);
    this.#open.set(key, event);
    if (stages !== null) this.#openByStages.set(stages, key);
    if (this.#options.isFollowing && event.stage === 'ResponseStarted' && isLongRunning(event))
      this.#emit(key, event);
    if (this.#open.size > MAX_OPEN) this.#evictOldest();
  }

  #note(isStarted: boolean): void {
    if (isStarted ? this.#hasStarted : this.#hasReceived) return;
    if (isStarted) this.#hasStarted = true;
    else this.#hasReceived = true;
    const unread = this.#unread;
    this.#unread = unread.filter((stages) => !this.#awaits(stages));
    for (const stages of unread) if (this.#awaits(stages)) this.#drop(stages);
  }

  #awaits({ passed }: PassedStages): boolean {
    return this.#hasReceived || (passed === 'ended long-running' && this.#hasStarted);
  }

  #drop(stages: PassedStages): void {
    for (const key of keysOf(stages)) {
      const open = this.#openByStages.get(key);
      if (open !== undefined) this.#forget(open);
      this.#begun.end(key);
      this.#ended.add(key);
    }
  }

  #unreadCount(): number {
    return this.#unread.reduce((sum, { count }) => sum + count, 0);
  }

  #evictOldest(): void {
    for (const [key, event] of this.#open) {
      this.#forget(key);
      this.#closed.add(key);
      this.#evicted++;
      this.#emit(key, event);
      return;
    }
  }

  #forget(key: string): void {
    const stages = stagesOf(this.#open.get(key));
    this.#open.delete(key);
    if (stages !== null && this.#openByStages.get(stages) === key) this.#openByStages.delete(stages);
  }

  #emit(key: string, event: AuditEvent): void {
    const isFinished = isOutcome(event);
    this.#options.emit({
      key,
      event,
      receivedUs: event.receivedUs,
      endedUs: isFinished ? event.stageUs : null,
      isOpen: !isFinished && event.stage === 'ResponseStarted' && isLongRunning(event),
    });
  }
}

function stagesOf(event: AuditEvent | undefined): string | null {
  if (event === undefined || event.receivedUs === null) return null;
  return stagesKey(event.auditID, event.receivedUs, event.verb, event.user?.username ?? '');
}

/**
 * Whether no later stage can follow. Failed authentication (401) and a deadline that cannot be read (400) write
 * ResponseStarted and nothing else, before anybody is known (apiserver, pkg/endpoints/filters/authn_audit.go and
 * request_deadline.go). A 401 with a user is a backend's, passed on by a proxy: it ends later.
 */
export function isOutcome(event: AuditEvent): boolean {
  if (event.stage === 'ResponseComplete' || event.stage === 'Panic') return true;
  if (event.stage !== 'ResponseStarted' || event.user !== null) return false;
  const code = event.responseStatus?.code;
  return code === 401 || code === 400;
}
