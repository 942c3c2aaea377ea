/**
 * The order in which requests on one object took effect, as far as the log tells: by the time they were answered; where they
 * overlap, by resourceVersion; and so that nothing is made while it is there, nor written to when it is gone.
 */
import { type Head, isCreation, isEffective, mayBeSame } from './logged.ts';

/** Clocks of two API servers may differ by this much. */
export const SKEW_US = 1_000_000;
/** Requests under way at a time are few. */
const MAX_LOOK = 1_000;

export interface Ordered {
  readonly head: Head;
}

export function inOrderOfEffect<T extends Ordered>(requests: readonly T[]): T[] {
  const ordered = [...requests].sort((a, b) => byEnd(a.head, b.head));
  byResourceVersion(ordered);
  writesBeforeRemoval(ordered);
  creationBeforeSightings(ordered);
  removalBeforeCreation(ordered);
  return ordered;
}

/** Ties by what tells requests apart, so that the order of reading never shows. */
function byEnd(a: Head, b: Head): number {
  return a.endUs - b.endUs || a.atUs - b.atUs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/** What a read shows was written before it. Compared only between requests that may have overlapped: a store restored from a backup counts anew. */
function byResourceVersion<T extends Ordered>(ordered: T[]): void {
  for (let index = 1; index < ordered.length; index++) {
    const request = ordered[index];
    if (request === undefined) continue;
    const version = versionOf(request.head);
    if (version === null) continue;
    let place = index;
    for (let back = index - 1; back >= 0 && index - back < MAX_LOOK; back--) {
      const other = ordered[back]?.head;
      if (other === undefined || other.endUs < request.head.atUs - SKEW_US) break;
      const otherVersion = versionOf(other);
      if (otherVersion === null) continue;
      const showsIt = otherVersion === version && other.verb === 'get' && request.head.verb !== 'get';
      if (otherVersion > version || showsIt) place = back;
    }
    if (place < index) ordered.splice(place, 0, ...ordered.splice(index, 1));
  }
}

function versionOf({ resourceVersion, effect }: Head): number | null {
  if (resourceVersion === null || effect !== 'done' || !/^\d{1,15}$/.test(resourceVersion)) return null;
  return Number(resourceVersion);
}

/** What was answered after the object was gone, but had been sent before, had been done before too. */
function writesBeforeRemoval<T extends Ordered>(ordered: T[]): void {
  for (let index = 0; index < ordered.length; index++) {
    const removal = ordered[index]?.head;
    if (removal === undefined || !isEffective(removal)) continue;
    if (!removes(removal) && removal.fate !== 'asked') continue;
    let place = index;
    for (let later = index + 1; later < ordered.length && later - index < MAX_LOOK; later++) {
      const request = ordered[later];
      if (request === undefined || request.head.atUs > removal.endUs + SKEW_US) break;
      if (!wasBefore(request.head, removal)) continue;
      ordered.splice(place, 0, ...ordered.splice(later, 1));
      place++;
      index = place;
    }
  }
}

function wasBefore(head: Head, removal: Head): boolean {
  if (!(isEffective(head) || head.shows === 'object') || isCreation(head)) return false;
  if (removes(head)) return false;
  const isUnderWay = head.atUs <= removal.endUs;
  if (removal.fate === 'asked') return isUnderWay && showsNoDeletion(head, removal);
  // A removal that is not sure is told by what comes after it.
  if (removal.fate !== 'gone' && !isUnderWay) return false;
  return head.uid !== null && removal.uid !== null ? head.uid === removal.uid : isUnderWay;
}

/** Answered with an object that is not being deleted: what a deletion leaves for a while would say so. */
function showsNoDeletion(head: Head, removal: Head): boolean {
  const isWrite = head.verb === 'update' || head.verb === 'patch';
  return isWrite && head.shows === 'object' && head.fate === null && mayBeSame(head, removal);
}

function removes({ fate }: Head): boolean {
  return fate === 'gone' || fate === 'reported' || fate === 'completed';
}

/** What was seen or written to while it was being made, where there was none before, had been made by then. */
function creationBeforeSightings<T extends Ordered>(ordered: T[]): void {
  for (let index = 1; index < ordered.length; index++) {
    const creation = ordered[index];
    if (creation === undefined || !isCreation(creation.head)) continue;
    let place = index;
    for (let back = index - 1; back >= 0 && index - back < MAX_LOOK; back--) {
      const head = ordered[back]?.head;
      if (head === undefined || head.endUs < creation.head.atUs) break;
      if (isCreation(head) || (isEffective(head) && removes(head))) break;
      if (isSightingOf(head, creation.head)) place = back;
    }
    if (place < index && !isThereBefore(ordered, place))
      ordered.splice(place, 0, ...ordered.splice(index, 1));
  }
}

function isSightingOf(head: Head, made: Head): boolean {
  return mayBeSame(head, made) && (isEffective(head) || head.shows === 'object');
}

function isThereBefore(ordered: readonly Ordered[], place: number): boolean {
  for (let back = place - 1; back >= 0; back--) {
    const head = ordered[back]?.head;
    if (head === undefined || head.shows === 'absence') return false;
    if (isEffective(head)) return !removes(head);
    if (head.shows === 'object') return true;
  }
  return false;
}

/** A name is made anew only when it is free: two servers' clocks, or a deletion of many that was answered after one was made anew. */
function removalBeforeCreation<T extends Ordered>(ordered: T[]): void {
  let before: Head | null = null;
  for (let index = 0; index < ordered.length; index++) {
    const head = ordered[index]?.head;
    if (head === undefined || !isEffective(head)) continue;
    if (isCreation(head) && before !== null && !removes(before)) {
      // What was only asked for before may have been enough: then nothing less than its end is looked for.
      const removal = removalSoonAfter(ordered, index, mayRemove(before) ? removes : mayRemove);
      if (removal !== null) ordered.splice(index, 0, ...ordered.splice(removal, 1));
    }
    before = ordered[index]?.head ?? null;
  }
}

/** What holds it, if anything does, is not said. */
function mayRemove(head: Head): boolean {
  return removes(head) || (head.fate === 'asked' && head.verb.startsWith('delete'));
}

function removalSoonAfter(
  ordered: readonly Ordered[],
  creation: number,
  isRemoval: (head: Head) => boolean,
): number | null {
  const made = ordered[creation]?.head;
  if (made === undefined) return null;
  for (let index = creation + 1; index < ordered.length; index++) {
    const head = ordered[index]?.head;
    if (head === undefined || head.endUs > made.endUs + SKEW_US) return null;
    if (isCreation(head)) return null;
    const isOther = head.uid === null || made.uid === null || head.uid !== made.uid;
    if (isEffective(head) && isRemoval(head) && isOther && head.atUs <= made.atUs + SKEW_US) return index;
  }
  return null;
}
