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

/** Groups told apart. 25 MB of memory; people read some hundred. */
const MAX_GROUPS = 100_000;
/** Numbers over time, of all groups together: with many buckets fewer groups are told apart. 19 MB. */
const MAX_CELLS = 2_400_000;
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

export interface GroupCountsOptions {
  /** Null: not counted over time. */
  readonly axis: TimeAxis | null;
  /** For tests. */
  readonly maxGroups?: number;
  readonly maxCells?: number;
}

export class GroupCounts {
  readonly #axis: TimeAxis | null;
  readonly #maxGroups: number;
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

  constructor({ axis, maxGroups = MAX_GROUPS, maxCells = MAX_CELLS }: GroupCountsOptions) {
    this.#axis = axis;
    this.#maxGroups = maxGroups;
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
  add(key: string, count: number, span: { atUs: number; firstUs: number; lastUs: number } | null): void {
    this.#total += count;
    if (span !== null) this.#reach(span.atUs);
    const slot = this.#slotOf(key);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
    if (span === null) return;
    this.#firsts[slot] = Math.min(this.#firsts[slot] ?? 0, span.firstUs);
    this.#lasts[slot] = Math.max(this.#lasts[slot] ?? 0, span.lastUs);
    if (this.#axis !== null) this.#cells.add(slot, this.#axis.bucketAt(span.atUs), count);
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

  /** The groups with the most requests first, then by key; each is let go of, for rows to have its memory. */
  *drain(): Generator<GroupCount> {
    const slots = Uint32Array.from(this.#slots.values()).sort((a, b) => this.#compare(a, b));
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

  #slotOf(key: string): number {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const room = Math.min(this.#maxGroups, this.#cells.roomFor(this.#cells.stride));
    if (this.#slots.size >= room) this.#prune(Math.ceil(room / 2));
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
    if (this.#slots.size > room) this.#prune(Math.ceil(room / 2));
    this.#cells.fold(this.#slots.size, first, last, factor, stride);
  }

  /** Keeps the groups that can have the most requests, the older ones of equals: more of them are exact. */
  #prune(keep: number): void {
    const size = this.#slots.size;
    const most = (slot: number) => (this.#counts[slot] ?? 0) + (this.#missed[slot] ?? 0);
    const order = Uint32Array.from({ length: size }, (_, slot) => slot).sort(
      (a, b) => most(b) - most(a) || a - b,
    );
    const { requests, groups, tooLowBy } = this.#fallen;
    const dropped = order.subarray(keep);
    this.#fallen = {
      requests: dropped.reduce((sum, slot) => sum + (this.#counts[slot] ?? 0), requests),
      groups: groups + dropped.length,
      tooLowBy: dropped.reduce((highest, slot) => Math.max(highest, most(slot)), tooLowBy),
    };
    const kept = order.subarray(0, keep).sort();
    this.#slots.clear();
    for (const [to, from] of kept.entries()) this.#move(to, from);
    this.#keys = this.#keys.slice(0, kept.length);
    this.#cells.clear(kept.length, size);
  }

  #move(to: number, from: number): void {
    const key = this.#keys[from] ?? '';
    this.#keys[to] = key;
    this.#slots.set(key, to);
    for (const numbers of [this.#counts, this.#firsts, this.#lasts, this.#missed])
      numbers[to] = numbers[from] ?? 0;
    this.#cells.move(to, from);
  }
}
