/** Requests that come together within a time, and have a key in common: the correlation `within`. */
import { byTimeOfHit, type Correlator, type Found, type Hit } from './correlate.ts';
import { NeedCounts } from './need-counts.ts';
import type { Correlation } from './rule.ts';

/** Of one key, unless a need is of more. */
const MOST_OF_A_KEY = 2000;
/** Of all keys of one rule. */
const MOST_OF_ALL = 200_000;

type Within = Extract<Correlation, { kind: 'within' }>;

interface Kept<T> {
  readonly hit: Hit<T>;
  isGiven: boolean;
}

/** A time in which the needs held, on and on. */
interface Episode {
  readonly id: number;
  fromUs: number;
  toUs: number;
}

/** All requests of one key that may still matter, in the order of time. */
interface Kin<T> {
  readonly kept: Kept<T>[];
  /** Of the window that ends with the last one. */
  readonly counts: NeedCounts;
  /** The first one of that window. */
  from: number;
  /** Of the last one that came late. */
  lateUs: number;
  episodes: Episode[];
}

export interface WithinLimits {
  readonly ofAKey: number;
  readonly ofAll: number;
}

export class WithinWindow<T> implements Correlator<T> {
  readonly #correlation: Within;
  readonly #slackUs: number;
  readonly #limits: WithinLimits;
  /** The one that was added to last stands last. */
  readonly #kins = new Map<string, Kin<T>>();
  #size = 0;
  #latestUs = Number.NEGATIVE_INFINITY;
  #episodes = 0;
  #forgotten = 0;

  constructor(correlation: Within, slackUs: number, limits: Partial<WithinLimits> = {}) {
    this.#correlation = correlation;
    this.#slackUs = slackUs;
    const most = correlation.needs.map((need) =>
      need.kind === 'number' ? 0 : 2 * Math.max(need.atLeast, need.atMost ?? 0),
    );
    this.#limits = { ofAKey: Math.max(MOST_OF_A_KEY, ...most), ofAll: MOST_OF_ALL, ...limits };
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  add(hit: Hit<T>): readonly Found<T>[] {
    this.#latestUs = Math.max(this.#latestUs, hit.atUs);
    const kin = this.#kinOf(hit.key);
    const at = placeOf(kin.kept, hit);
    if (at === null) return [];
    kin.kept.splice(at, 0, { hit, isGiven: false });
    this.#size++;
    const found = at === kin.kept.length - 1 ? this.#judgeLast(kin) : this.#judgeAgain(kin, at);
    this.#letGo(kin);
    return found;
  }

  /** Moved behind the others. */
  #kinOf(key: string): Kin<T> {
    const known = this.#kins.get(key);
    const kin = known ?? {
      kept: [],
      counts: new NeedCounts(this.#correlation),
      from: 0,
      lateUs: Number.NEGATIVE_INFINITY,
      episodes: [],
    };
    if (known !== undefined) this.#kins.delete(key);
    this.#kins.set(key, kin);
    return kin;
  }

  #judgeLast(kin: Kin<T>): readonly Found<T>[] {
    const found = this.#judge(kin, kin.kept.length - 1);
    return found === null ? [] : [found];
  }

  /** The window slides over all that a late one could belong to, and on to the last. */
  #judgeAgain(kin: Kin<T>, at: number): readonly Found<T>[] {
    const lateUs = kin.kept[at]?.hit.atUs ?? 0;
    kin.lateUs = Math.max(kin.lateUs, lateUs);
    kin.counts.clear();
    kin.from = firstFrom(kin.kept, lateUs - this.#correlation.withinUs);
    for (let i = kin.from; i < at; i++) this.#count(kin, i);
    const found: Found<T>[] = [];
    for (let i = at; i < kin.kept.length; i++) {
      const one = this.#judge(kin, i);
      if (one !== null) found.push(one);
    }
    return found;
  }

  #count(kin: Kin<T>, at: number): void {
    const kept = kin.kept[at];
    if (kept !== undefined) kin.counts.add(kept.hit);
  }

  /** The window that ends with it. Called for one after the other. */
  #judge(kin: Kin<T>, at: number): Found<T> | null {
    const { kept, counts } = kin;
    const last = kept[at]?.hit;
    if (last === undefined) return null;
    counts.add(last);
    for (;;) {
      const first = kept[kin.from]?.hit;
      if (first === undefined || first.atUs >= last.atUs - this.#correlation.withinUs) break;
      counts.take(first);
      kin.from++;
    }
    if (!counts.hold() || !this.#isInOrder(kin, at)) return null;
    const { episode, isNew } = this.#episodeOf(kin, last.atUs);
    const hits = freshOf(kin, at);
    return hits.length === 0 ? null : { episode: episode.id, isNew, atUs: last.atUs, hits };
  }

  /** As many of each step as are needed, all of one before the first of the next that counts. */
  #isInOrder({ kept, from }: Kin<T>, at: number): boolean {
    const { isOrdered, steps, needs } = this.#correlation;
    if (!isOrdered) return true;
    let step = 0;
    let left = neededOf(step, needs);
    let lastId = '';
    for (let i = from; i <= at && step < steps.length; i++) {
      const hit = kept[i]?.hit;
      // One request by itself is no sequence, whatever it is.
      if (hit?.step !== step || hit.id === lastId || --left > 0) continue;
      lastId = hit.id;
      step++;
      left = neededOf(step, needs);
    }
    return step === steps.length;
  }

  #episodeOf(kin: Kin<T>, atUs: number): { readonly episode: Episode; readonly isNew: boolean } {
    const { withinUs } = this.#correlation;
    const known = kin.episodes.find(
      ({ fromUs, toUs }) => atUs >= fromUs - withinUs && atUs <= toUs + withinUs,
    );
    if (known !== undefined) {
      known.fromUs = Math.min(known.fromUs, atUs);
      known.toUs = Math.max(known.toUs, atUs);
      return { episode: known, isNew: false };
    }
    const episode = { id: this.#episodes++, fromUs: atUs, toUs: atUs };
    // As many as late requests could still go on with.
    const most = 4 + Math.ceil(this.#slackUs / withinUs);
    kin.episodes = [...kin.episodes.slice(1 - most), episode];
    return { episode, isNew: true };
  }

  /** What no request that still comes can be together with; and more than that when there are too many. */
  #letGo(kin: Kin<T>): void {
    const oldUs = this.#latestUs - this.#correlation.withinUs - this.#slackUs;
    this.#drop(kin, Math.min(kin.from, firstFrom(kin.kept, oldUs)));
    const tooMany = kin.kept.length - this.#limits.ofAKey;
    if (tooMany > 0) {
      // A window that is full of them is found already, if their number alone is asked for.
      this.#forgotten += tooMany;
      this.#drop(kin, tooMany);
    }
    for (const [key, other] of this.#kins) {
      const lastUs = other.kept.at(-1)?.hit.atUs ?? Number.NEGATIVE_INFINITY;
      // Episodes are remembered for one window more: they may go on.
      const isOver =
        Math.max(lastUs, other.episodes.at(-1)?.toUs ?? lastUs) < oldUs - this.#correlation.withinUs;
      const isTooMuch = this.#size > this.#limits.ofAll && other !== kin;
      if (!isOver && !isTooMuch) break;
      if (!isOver) this.#forgotten += other.kept.length;
      this.#size -= other.kept.length;
      this.#kins.delete(key);
    }
  }

  /** The first ones. */
  #drop(kin: Kin<T>, count: number): void {
    if (count === 0) return;
    for (let i = kin.from; i < count; i++) {
      const kept = kin.kept[i];
      if (kept !== undefined) kin.counts.take(kept.hit);
    }
    kin.kept.splice(0, count);
    kin.from = Math.max(0, kin.from - count);
    this.#size -= count;
  }
}

/** Of the window that ends there, those that were not given. Before one that was, all were, but for late ones. */
function freshOf<T>({ kept, from, lateUs }: Kin<T>, at: number): readonly Hit<T>[] {
  const hasLate = lateUs >= (kept[from]?.hit.atUs ?? 0);
  const hits: Hit<T>[] = [];
  for (let i = at; i >= from; i--) {
    const one = kept[i];
    if (one === undefined || (one.isGiven && !hasLate)) break;
    if (one.isGiven) continue;
    one.isGiven = true;
    hits.push(one.hit);
  }
  return hits.reverse();
}

function neededOf(step: number, needs: Within['needs']): number {
  const counts = needs.filter((need) => need.kind === 'count' && need.step === step);
  return Math.max(1, ...counts.map((need) => need.atLeast ?? 1));
}

/** Null: it is there already. */
function placeOf<T>(kept: readonly Kept<T>[], hit: Hit<T>): number | null {
  let at = kept.length;
  while (at > 0) {
    const before = kept[at - 1]?.hit;
    if (before === undefined) break;
    const order = byTimeOfHit(before, hit);
    if (order === 0) return null;
    if (order < 0) break;
    at--;
  }
  return at;
}

/** Where those begin that are not older. */
function firstFrom<T>(kept: readonly Kept<T>[], fromUs: number): number {
  let at = 0;
  while (at < kept.length && (kept[at]?.hit.atUs ?? 0) < fromUs) at++;
  return at;
}
