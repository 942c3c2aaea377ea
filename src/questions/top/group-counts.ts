/**
 * Requests by group and over time, in memory that is bounded however many groups there are.
 *
 * When there are too many, the half with the fewest requests falls out. A group that comes after that may be one of those:
 * its count can be too low by as much as the largest of them had, and never is by more (as in Space-Saving: Metwally,
 * Agrawal, El Abbadi, 2005). So every group with more requests than that is here; all counts are exact, and the same in
 * any order, until something has fallen out.
 */
import { BucketCells } from './bucket-cells.ts';
import type { TimeAxis } from './time-axis.ts';

/** Groups told apart; people read some hundred. Full (two million users in a log), all that is held here takes 48 MB. */
const MAX_GROUPS = 200_000;
/** Of all keys together: clients choose how long a URL or a user agent is. */
const MAX_KEY_CHARACTERS = 16_000_000;
/** Numbers over time, of all groups together: with many buckets fewer groups are told apart. */
const MAX_CELLS = 4_800_000;
/** Buckets that each group has room for from the beginning. */
const STRIDE = 24;

export interface GroupCount {
  /** As it was given. */
  readonly key: string;
  readonly count: number;
  /** Null: none of its requests says when it was received. */
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  /** In the axis' buckets from `first` to `last`. */
  readonly buckets: readonly number[];
}

/** What is in no group's count. */
export interface Fallen {
  readonly requests: number;
  /** Groups that they were in, at most: one that fell out twice counts twice. */
  readonly groups: number;
  /** By which a count can be too low. */
  readonly tooLowBy: number;
}

/** Earliest and latest, microseconds since the epoch. */
interface Span {
  readonly firstUs: number;
  readonly lastUs: number;
}

export interface GroupCountsOptions {
  /** Null: not counted over time. */
  readonly axis: TimeAxis | null;
  /** For tests. */
  readonly maxGroups?: number;
  readonly maxCells?: number;
  readonly maxKeyCharacters?: number;
}

export class GroupCounts {
  readonly #axis: TimeAxis | null;
  readonly #maxGroups: number;
  readonly #maxKeyCharacters: number;
  #keyCharacters = 0;
  readonly #slots = new Map<string, number>();
  #keys: string[] = [];
  readonly #counts: Float64Array;
  readonly #firsts: Float64Array;
  readonly #lasts: Float64Array;
  /** By which each count can be too low. */
  readonly #missed: Float64Array;
  readonly #cells: BucketCells;
  #total = 0;
  #fallen: Fallen = { requests: 0, groups: 0, tooLowBy: 0 };

  constructor(options: GroupCountsOptions) {
    const { axis, maxGroups = MAX_GROUPS, maxCells = MAX_CELLS } = options;
    this.#axis = axis;
    this.#maxGroups = maxGroups;
    this.#maxKeyCharacters = options.maxKeyCharacters ?? MAX_KEY_CHARACTERS;
    this.#counts = new Float64Array(maxGroups);
    this.#firsts = new Float64Array(maxGroups);
    this.#lasts = new Float64Array(maxGroups);
    this.#missed = new Float64Array(maxGroups);
    this.#cells = new BucketCells(maxCells, STRIDE);
  }

  /** Requests counted, those included that fell out. */
  get total(): number {
    return this.#total;
  }

  get size(): number {
    return this.#slots.size;
  }

  get fallen(): Fallen {
    return this.#fallen;
  }

  /** Requests of one group. `span`: null when it is not known when they were received; `atUs`: within their bucket. */
  add(key: string, count: number, span: ({ readonly atUs: number } & Span) | null): void {
    if (span !== null) this.addOver(key, [{ atUs: span.atUs, count }], span);
    else this.#count(key, count);
  }

  /** Requests of one group at several times, each within its bucket. */
  addOver(
    key: string,
    counts: readonly { readonly atUs: number; readonly count: number }[],
    { firstUs, lastUs }: Span,
  ): void {
    for (const { atUs } of counts) this.#reach(atUs);
    const slot = this.#count(
      key,
      counts.reduce((sum, { count }) => sum + count, 0),
    );
    this.#firsts[slot] = Math.min(this.#firsts[slot] ?? 0, firstUs);
    this.#lasts[slot] = Math.max(this.#lasts[slot] ?? 0, lastUs);
    if (this.#axis === null) return;
    for (const { atUs, count } of counts) this.#cells.add(slot, this.#axis.bucketAt(atUs), count);
  }

  /** Makes the axis reach from one moment to the other, whether anything was counted there or not. */
  cover(fromUs: number, toUs: number): void {
    this.#reach(fromUs);
    this.#reach(toUs);
  }

  /** Groups whose keys become the same become one. `change` must leave alone what it has changed. Nothing may be added after it. */
  rename(change: (key: string) => string): void {
    for (const [key, slot] of this.#slots) {
      const changed = change(key);
      if (changed === key) continue;
      this.#slots.delete(key);
      const other = this.#slots.get(changed);
      if (other === undefined) this.#slots.set(changed, slot);
      else this.#merge(other, slot);
      this.#keys[slot] = changed;
    }
  }

  /** Groups that the other has none of, the largest first. */
  without(other: GroupCounts): GroupCount[] {
    const slots = [...this.#slots].flatMap(([key, slot]) => (other.#slots.has(key) ? [] : [slot]));
    return slots.sort((a, b) => this.#compare(a, b)).map((slot) => this.#at(slot));
  }

  countOf(key: string): number {
    const slot = this.#slots.get(key);
    return slot === undefined ? 0 : (this.#counts[slot] ?? 0);
  }

  /** The buckets of a group without requests. */
  nothing(): readonly number[] {
    return new Array<number>(this.#axis?.size ?? 0).fill(0);
  }

  /**
   * The groups with the most requests first, then by key; each is let go of, for rows to have its memory. `rankOf`: those of a
   * higher rank before all others.
   */
  *drain(rankOf?: (key: string) => number): Generator<GroupCount> {
    const ranks = rankOf === undefined ? null : this.#keys.map(rankOf);
    const rank = (slot: number) => ranks?.[slot] ?? 0;
    const slots = Uint32Array.from(this.#slots.values()).sort(
      (a, b) => rank(b) - rank(a) || this.#compare(a, b),
    );
    this.#slots.clear();
    for (const slot of slots) {
      const group = this.#at(slot);
      this.#keys[slot] = '';
      yield group;
    }
  }

  #compare(a: number, b: number): number {
    const fewer = (this.#counts[b] ?? 0) - (this.#counts[a] ?? 0);
    return fewer || ((this.#keys[a] ?? '') < (this.#keys[b] ?? '') ? -1 : 1);
  }

  #at(slot: number): GroupCount {
    const first = this.#firsts[slot] ?? 0;
    const last = this.#lasts[slot] ?? 0;
    return {
      key: this.#keys[slot] ?? '',
      count: this.#counts[slot] ?? 0,
      firstUs: Number.isFinite(first) ? first : null,
      lastUs: Number.isFinite(last) ? last : null,
      buckets: this.#axis === null ? [] : this.#cells.read(slot, this.#axis.first, this.#axis.last),
    };
  }

  #count(key: string, count: number): number {
    const slot = this.#slotOf(key);
    this.#total += count;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
    return slot;
  }

  #slotOf(key: string): number {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const room = Math.min(this.#maxGroups, this.#cells.roomFor(this.#cells.stride));
    this.#keyCharacters += key.length;
    if (this.#slots.size >= room || this.#keyCharacters > this.#maxKeyCharacters)
      this.#prune(Math.ceil(Math.min(room, this.#slots.size) / 2), key.length);
    const slot = this.#slots.size;
    this.#slots.set(key, slot);
    this.#keys[slot] = key;
    this.#counts[slot] = 0;
    this.#firsts[slot] = Number.POSITIVE_INFINITY;
    this.#lasts[slot] = Number.NEGATIVE_INFINITY;
    this.#missed[slot] = this.#fallen.tooLowBy;
    return slot;
  }

  #merge(into: number, from: number): void {
    this.#counts[into] = (this.#counts[into] ?? 0) + (this.#counts[from] ?? 0);
    this.#firsts[into] = Math.min(this.#firsts[into] ?? 0, this.#firsts[from] ?? 0);
    this.#lasts[into] = Math.max(this.#lasts[into] ?? 0, this.#lasts[from] ?? 0);
    this.#cells.addTo(into, from);
  }

  #reach(atUs: number): void {
    if (this.#axis === null) return;
    const { first, last } = this.#axis;
    const factor = this.#axis.reach(atUs);
    let { stride } = this.#cells;
    while (stride < this.#axis.size) stride *= 2;
    if (factor === 1 && stride === this.#cells.stride) return;
    const room = this.#cells.roomFor(stride);
    if (this.#slots.size > room) this.#prune(Math.ceil(room / 2), 0);
    this.#cells.fold(this.#slots.size, first, last, factor, stride);
  }

  /**
   * Keeps so many groups, those that can have the most requests, and of equals the older ones: more of them are exact. Their
   * keys take half of what they may, at most, beside the one that is about to come.
   */
  #prune(most: number, keyToCome: number): void {
    const size = this.#slots.size;
    const highest = (slot: number) => (this.#counts[slot] ?? 0) + (this.#missed[slot] ?? 0);
    const order = Uint32Array.from({ length: size }, (_, slot) => slot).sort(
      (a, b) => highest(b) - highest(a) || a - b,
    );
    const keep = Math.min(most, this.#fitting(order));
    const { requests, groups, tooLowBy } = this.#fallen;
    const dropped = order.subarray(keep);
    this.#fallen = {
      requests: dropped.reduce((sum, slot) => sum + (this.#counts[slot] ?? 0), requests),
      groups: groups + dropped.length,
      tooLowBy: dropped.reduce((found, slot) => Math.max(found, highest(slot)), tooLowBy),
    };
    const kept = order.subarray(0, keep).sort();
    this.#slots.clear();
    this.#keyCharacters = keyToCome;
    for (const [to, from] of kept.entries()) this.#move(to, from);
    this.#keys = this.#keys.slice(0, kept.length);
    this.#cells.clear(kept.length, size);
  }

  /** How many of the first groups have keys short enough together. */
  #fitting(order: Uint32Array): number {
    let characters = 0;
    const beyond = order.findIndex((slot) => {
      characters += this.#keys[slot]?.length ?? 0;
      return characters > this.#maxKeyCharacters / 2;
    });
    return beyond < 0 ? order.length : beyond;
  }

  #move(to: number, from: number): void {
    const key = this.#keys[from] ?? '';
    this.#keys[to] = key;
    this.#keyCharacters += key.length;
    this.#slots.set(key, to);
    for (const numbers of [this.#counts, this.#firsts, this.#lasts, this.#missed])
      numbers[to] = numbers[from] ?? 0;
    this.#cells.move(to, from);
  }
}
