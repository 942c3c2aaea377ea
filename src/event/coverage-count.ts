/**
 * Counts, while events go by, what an answer will say about itself. Which requests are witnesses and which rejects could
 * have been matches is decided by the caller; what a gap means for a question is the question's.
 */

import { isOutcome } from './assembler.ts';
import type { Tally, Witnessed } from './batch.ts';
import type { Coverage, Gap, SourceCoverage } from './coverage.ts';
import type { AuditEvent, Reject } from './event.ts';
import { formatMicros } from './micros.ts';

/** A log that begins this soon after the cluster's birth holds all of that API server's life. */
const BIRTH_SLACK_US = 10 * 60 * 1_000_000;
/** Lines named in a gap's text; the rest are counted. */
const LINES_NAMED = 3;

/** Witnesses of several logs, twice this many at most: one that two of them hold, far apart, counts twice. */
const IDS_REMEMBERED = 50_000;

/** Of one stretch of a log, `EventBatch.part`. */
interface PartCount {
  events: number;
  outcomes: number;
  unreadable: number;
  fromUs: number | null;
  toUs: number | null;
  bytes: number;
  readonly lost: Reject[];
  lostCount: number;
  readonly cut: Reject[];
  cutCount: number;
}

/** Where something was read. */
interface Of {
  readonly source: string;
  readonly part?: string | undefined;
}

interface LogCount {
  pushed: string;
  residual: string;
  readonly parts: Map<string | undefined, PartCount>;
}

export interface CoverageWindow {
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
}

export class CoverageCount {
  readonly #logs = new Map<string, LogCount>();
  readonly #levels = new Map<string, Map<string, number>>();
  readonly #gaps: Gap[] = [];
  readonly #holdsEarlier = new Set<string>();
  #witness = 0;
  #ids = new Set<string>();
  #idsBefore = new Set<string>();
  #bornUs: number | null = null;

  get bytesRead(): number {
    return this.#sum((log) => log.bytes);
  }

  /** A part that is about to be read again: what it holds is counted once. Witnesses are not: windows differ. */
  forget(name: string, part: string): void {
    this.#log(name).parts.delete(part);
  }

  /** Starts a log, so that one without events is named too. */
  opened(name: string, pushed: string, residual: string): void {
    const log = this.#log(name);
    log.pushed = pushed;
    log.residual = residual;
  }

  passedOver({ source, part, passedOver }: Of & { readonly passedOver: Tally }): void {
    const { bytes, events, outcomes, fromUs, toUs, witnessed } = passedOver;
    const count = this.#part({ source, part });
    count.bytes += bytes;
    count.events += events;
    count.outcomes += outcomes;
    widen(count, fromUs);
    widen(count, toUs);
    for (const each of witnessed) this.witnessed(each);
  }

  saw(event: AuditEvent, of: Of): void {
    const count = this.#part(of);
    count.events++;
    if (isOutcome(event)) count.outcomes++;
    widen(count, event.receivedUs);
    if (isClusterBirth(event) && event.receivedUs !== null) {
      this.#bornUs = this.#bornUs === null ? event.receivedUs : Math.min(this.#bornUs, event.receivedUs);
    }
  }

  /** `couldMatch`: what is known of the record does not rule out that it was a match. */
  rejected(reject: Reject, couldMatch: boolean, of: Of): void {
    if (reject.isUnfinishedTail || reject.reason === 'no audit event') return;
    const count = this.#part(of);
    count.unreadable++;
    if (!couldMatch) return;
    if (reject.salvaged === null) {
      count.lostCount++;
      if (count.lost.length < LINES_NAMED) count.lost.push(reject);
    } else {
      count.cutCount++;
      if (count.cut.length < LINES_NAMED) count.cut.push(reject);
    }
  }

  witnessed({ resource, level, count, id }: Witnessed): void {
    if (id !== null && !this.#isNew(id)) return;
    this.#witness += count;
    const levels = this.#levels.get(resource) ?? new Map<string, number>();
    levels.set(level, (levels.get(level) ?? 0) + count);
    this.#levels.set(resource, levels);
  }

  addGaps(gaps: readonly Gap[]): void {
    for (const gap of gaps) {
      if (!this.#gaps.some((known) => known.code === gap.code && known.text === gap.text))
        this.#gaps.push(gap);
    }
  }

  /** Of these logs, `holding` hold events from before what was read, as far as the round tells that reached furthest back. */
  holdsEarlier(logs: Iterable<string>, holding: readonly string[]): void {
    for (const name of logs) this.#holdsEarlier.delete(name);
    for (const name of holding) this.#holdsEarlier.add(name);
  }

  build(window: CoverageWindow, countsWitness: boolean): Coverage {
    const gaps = [...this.#gaps, ...this.#lineGaps(), ...this.#startGaps(window)];
    const { fromUs, toUs } = this.#span(window);
    return {
      complete: gaps.length === 0,
      from: fromUs === null ? null : formatMicros(fromUs),
      to: toUs === null ? null : formatMicros(toUs),
      events: this.#sum((log) => log.events),
      requests: this.#sum((log) => log.outcomes),
      bytes: this.bytesRead,
      unreadable: this.#sum((log) => log.unreadable),
      witness: countsWitness ? this.#witness : null,
      gaps,
      levels: Object.fromEntries([...this.#levels].map(([key, levels]) => [key, Object.fromEntries(levels)])),
      sources: [...this.#logs].map(([name, log]) => sourceCoverage(name, log, totalOf(log))),
    };
  }

  /** As far as it is remembered. */
  #isNew(id: string): boolean {
    if (this.#ids.has(id) || this.#idsBefore.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size >= IDS_REMEMBERED) {
      this.#idsBefore = this.#ids;
      this.#ids = new Set();
    }
    return true;
  }

  /** The part of the window that was really covered: never more than the logs hold. */
  #span(window: CoverageWindow): { fromUs: number | null; toUs: number | null } {
    let fromUs: number | null = null;
    let toUs: number | null = null;
    for (const log of this.#totals().values()) {
      if (log.fromUs !== null) fromUs = fromUs === null ? log.fromUs : Math.min(fromUs, log.fromUs);
      if (log.toUs !== null) toUs = toUs === null ? log.toUs : Math.max(toUs, log.toUs);
    }
    if (fromUs === null || toUs === null) return { fromUs: null, toUs: null };
    const clippedFrom = window.sinceUs === null ? fromUs : Math.max(fromUs, window.sinceUs);
    const clippedTo = window.untilUs === null ? toUs : Math.min(toUs, window.untilUs);
    return clippedFrom > clippedTo ? { fromUs: null, toUs: null } : { fromUs: clippedFrom, toUs: clippedTo };
  }

  #lineGaps(): Gap[] {
    const gaps: Gap[] = [];
    for (const [name, log] of this.#totals()) {
      if (log.lostCount > 0) {
        const text = `${countOf(log.lostCount, 'line')} could not be read (${placesOf(log.lost, log.lostCount)})`;
        gaps.push({ code: 'unreadable-lines', text, source: name });
      }
      if (log.cutCount > 0) {
        const text = `${countOf(log.cutCount, 'event')} cut short could be a match (${placesOf(log.cut, log.cutCount)})`;
        gaps.push({ code: 'cut-events', text, source: name });
      }
    }
    return gaps;
  }

  #startGaps(window: CoverageWindow): Gap[] {
    const { sinceUs } = window;
    if (sinceUs === null) return [];
    const gaps: Gap[] = [];
    for (const [name, log] of this.#totals()) {
      if (this.#holdsEarlier.has(name)) continue;
      if (log.fromUs === null) {
        gaps.push({ code: 'log-starts-late', text: 'holds no event at all', source: name });
      } else if (log.fromUs > sinceUs && !this.#isSinceBirth(log.fromUs)) {
        const text = `begins at ${formatMicros(log.fromUs)}: what this API server did before is not in it`;
        gaps.push({ code: 'log-starts-late', text, source: name });
      }
    }
    return gaps;
  }

  #isSinceBirth(fromUs: number): boolean {
    return this.#bornUs !== null && fromUs <= this.#bornUs + BIRTH_SLACK_US;
  }

  #sum(of: (log: PartCount) => number): number {
    let sum = 0;
    for (const log of this.#logs.values()) for (const count of log.parts.values()) sum += of(count);
    return sum;
  }

  #totals(): Map<string, PartCount> {
    return new Map([...this.#logs].map(([name, log]) => [name, totalOf(log)]));
  }

  #part({ source, part }: Of): PartCount {
    const { parts } = this.#log(source);
    const known = parts.get(part);
    if (known !== undefined) return known;
    const count = emptyCount();
    parts.set(part, count);
    return count;
  }

  #log(name: string): LogCount {
    const known = this.#logs.get(name);
    if (known !== undefined) return known;
    const log: LogCount = { pushed: '', residual: '', parts: new Map() };
    this.#logs.set(name, log);
    return log;
  }
}

function emptyCount(): PartCount {
  return {
    ...{ events: 0, outcomes: 0, unreadable: 0, bytes: 0, fromUs: null, toUs: null },
    ...{ lost: [], lostCount: 0, cut: [], cutCount: 0 },
  };
}

function totalOf(log: LogCount): PartCount {
  const total = emptyCount();
  for (const part of log.parts.values()) {
    total.events += part.events;
    total.outcomes += part.outcomes;
    total.unreadable += part.unreadable;
    total.bytes += part.bytes;
    widen(total, part.fromUs);
    widen(total, part.toUs);
    total.lost.push(...part.lost.slice(0, LINES_NAMED - total.lost.length));
    total.lostCount += part.lostCount;
    total.cut.push(...part.cut.slice(0, LINES_NAMED - total.cut.length));
    total.cutCount += part.cutCount;
  }
  return total;
}

/**
 * Objects that are made once in a cluster's life: by the API server the system namespaces, by the controller manager
 * the service accounts of its controllers. A log that holds their creation goes back to the beginning.
 */
function isClusterBirth(event: AuditEvent): boolean {
  if (event.verb !== 'create' || event.responseStatus?.code !== 201 || event.objectRef === null) return false;
  const { resource, namespace, name, group, subresource } = event.objectRef;
  if (group !== '' || subresource !== null) return false;
  if (resource === 'namespaces') return name === 'kube-system' || name === 'default';
  const isByManager = event.user?.username === 'system:kube-controller-manager';
  return isByManager && resource === 'serviceaccounts' && namespace === 'kube-system';
}

function widen(log: PartCount, atUs: number | null): void {
  if (atUs === null) return;
  if (log.fromUs === null || atUs < log.fromUs) log.fromUs = atUs;
  if (log.toUs === null || atUs > log.toUs) log.toUs = atUs;
}

function sourceCoverage(
  name: string,
  { pushed, residual }: LogCount,
  { fromUs, toUs, bytes }: PartCount,
): SourceCoverage {
  return {
    name,
    from: fromUs === null ? null : formatMicros(fromUs),
    to: toUs === null ? null : formatMicros(toUs),
    bytes,
    pushed,
    residual,
  };
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function placesOf(rejects: readonly Reject[], count: number): string {
  const named = rejects.map((r) => `${r.position.file}:${r.position.line} ${r.reason}`).join(', ');
  return count > rejects.length ? `${named}, …` : named;
}
