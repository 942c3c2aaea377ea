/** What one rule found of one actor: counted, and the newest of it kept. The same whatever the order in which it comes. */
import type { Actor } from '../../event/actor.ts';
import type { Target } from '../../event/target.ts';
import type { Rule } from '../../rules/rule.ts';
import { shared, sharedTarget } from '../anomalies/evidence.ts';
import { Newest } from '../failed-auth/newest.ts';
import { SmallestKeys, TextCounts } from '../failed-auth/smallest-keys.ts';
import type { SeenRequest } from './seen-request.ts';

/** PRODUCT §4. */
const AUDIT_IDS = 20;
const ADDRESSES = 256;
/** Actors besides the one whose finding it is. */
export const MAX_OTHERS = 64;

interface Other {
  readonly who: Actor;
  readonly firstUs: number;
}

interface Kept {
  readonly seen: SeenRequest;
  readonly detail: string | null;
}

export class FindingGroup {
  readonly key: string;
  readonly rule: Rule;
  count = 0;
  /** Of a correlation: how often requests came together. */
  episodes = 0;
  firstUs: number | null = null;
  lastUs: number | null = null;
  /** Whose finding it is: what all of their requests share. */
  who: Actor | null = null;
  /** What all requests share. */
  object: Target | null = null;
  readonly addresses = new TextCounts(ADDRESSES);
  readonly #others = new SmallestKeys<Other>(MAX_OTHERS);
  readonly #newest: Newest<Kept>;

  constructor(key: string, rule: Rule) {
    this.key = key;
    this.rule = rule;
    this.#newest = new Newest<Kept>(AUDIT_IDS);
  }

  /** A request of whom the group is about. */
  add(seen: SeenRequest, detail: string | null): void {
    const { who } = seen.row;
    this.who = this.who === null ? who : shared(this.who, who);
    this.#count(seen, detail);
  }

  /** Requests that came together, begun by whom the group is about. */
  addEpisode(seen: readonly SeenRequest[], detail: string | null): void {
    this.episodes++;
    for (const one of seen) {
      const key = groupKeyOf(this.rule, one);
      if (key === this.key) this.add(one, detail);
      else {
        this.#addOther(key, one);
        this.#count(one, detail);
      }
    }
  }

  #addOther(key: string, { row: { who }, atUs }: SeenRequest): void {
    const known = this.#others.at(key, () => ({ who, firstUs: atUs }));
    if (known === null) return;
    this.#others.set(key, { who: shared(known.who, who), firstUs: Math.min(known.firstUs, atUs) });
  }

  #count(seen: SeenRequest, detail: string | null): void {
    const { row, atUs } = seen;
    const object = { ...row.object, uid: null };
    this.object = this.count === 0 ? object : sharedTarget(this.object, object);
    this.count++;
    if (row.from.ip !== null) this.addresses.add(row.from.ip);
    this.#newest.add(atUs, seen.key, { seen, detail });
    if (row.when === null) return;
    this.firstUs = Math.min(this.firstUs ?? atUs, atUs);
    this.lastUs = Math.max(this.lastUs ?? atUs, atUs);
  }

  /** Whose requests came together with theirs, in the order in which they came in. */
  others(): readonly Actor[] {
    return this.#others
      .entries()
      .sort(([, a], [, b]) => a.firstUs - b.firstUs)
      .map(([, { who }]) => who);
  }

  /** Newest first. */
  newest(): readonly SeenRequest[] {
    return this.#newest.values().map(({ seen }) => seen);
  }

  /** Of the newest that has one. */
  get detail(): string | null {
    return this.#newest.values().find(({ detail }) => detail !== null)?.detail ?? null;
  }
}

/** Nobody who is known is told apart by the address. */
export function groupKeyOf(rule: Rule, { row }: SeenRequest): string {
  const { user, as, session } = row.who;
  return JSON.stringify([rule.id, user, as, session, user === null ? row.from.ip : null]);
}
