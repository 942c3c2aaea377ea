/**
 * One rule's correlation, over the requests that take part in it: tells when they come together. Fed in the order of time, it finds
 * the same whatever the order in which the log was read; fed as requests come, a late one is put where it belongs. Memory is bounded.
 */
import type { AuditEvent } from '../event/event.ts';
import { FirstSeen } from './first-seen.ts';
import type { Rule } from './rule.ts';
import { WithinWindow } from './within-window.ts';

/** A request as a step of a correlation, without its event. */
export interface Hit<T> {
  /** requestReceivedTimestamp. */
  readonly atUs: number;
  /** The request's key: one that is told twice counts once, and of two at the same time one is always the first. */
  readonly id: string;
  readonly step: number;
  /** What it has in common with others. */
  readonly key: string;
  /** Those that are counted, in the order of the needs, or those that are new. */
  readonly values: readonly (string | null)[];
  readonly item: T;
}

/** Requests that came together. */
export interface Found<T> {
  /** Requests that go on with what was found have the same. */
  readonly episode: number;
  /** Not told of before. */
  readonly isNew: boolean;
  /** Of the request that completed it, or went on with it. */
  readonly atUs: number;
  /** In the order of time; of what goes on, those that are new. */
  readonly hits: readonly Hit<T>[];
}

export interface Correlator<T> {
  add(hit: Hit<T>): readonly Found<T>[];
  /** Requests that were forgotten too early, as there were too many: something may not have been found. */
  readonly forgotten: number;
}

/** `slackUs`: how much later than a request that was received after it one may still come. 0: in the order of time. */
export function correlatorOf<T>(rule: Rule, slackUs: number): Correlator<T> | null {
  const { correlation } = rule;
  if (correlation === null) return null;
  return correlation.kind === 'within'
    ? new WithinWindow<T>(correlation, slackUs)
    : new FirstSeen<T>(correlation, slackUs);
}

/** Null: of a request whose time, or a key of which nothing may be missing, is not known. `rule` has a correlation. */
export function hitOf<T>(
  { correlation }: Rule,
  step: number,
  event: AuditEvent,
  id: string,
  item: T,
): Hit<T> | null {
  const { receivedUs } = event;
  if (receivedUs === null || correlation === null) return null;
  if (correlation.kind === 'first seen') {
    const key = correlation.key.map((value) => value.of(event));
    const values = correlation.values.map((value) => value.of(event));
    return { atUs: receivedUs, id, step, key: JSON.stringify(key), values, item };
  }
  const ties = correlation.steps[step]?.key ?? [];
  const key = ties.map((value) => value.of(event));
  if (ties.some(({ isRequired }, n) => isRequired === true && key[n] === null)) return null;
  const values = correlation.needs.map((need) =>
    need.kind === 'count' ? null : (need.values[step]?.of(event) ?? null),
  );
  return { atUs: receivedUs, id, step, key: JSON.stringify(key), values, item };
}

/** In the order in which correlators want to be fed. */
export function byTimeOfHit(a: Hit<unknown>, b: Hit<unknown>): number {
  if (a.atUs !== b.atUs) return a.atUs - b.atUs;
  // Of two at once nobody knows which was first: the order that is asked for is as good as the other.
  if (a.step !== b.step) return a.step - b.step;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}
