/** What one rule found of one actor: counted, and the newest of it kept. The same whatever the order in which it comes. */
import type { Actor } from '../../event/actor.ts';
import type { Target } from '../../event/target.ts';
import type { Rule } from '../../rules/rule.ts';
import { shared, sharedTarget } from '../anomalies/evidence.ts';
import { Newest } from '../failed-auth/newest.ts';
import { TextCounts } from '../failed-auth/smallest-keys.ts';
import type { SeenRequest } from './seen-request.ts';

/** PRODUCT §4. */
const AUDIT_IDS = 20;
const ADDRESSES = 256;

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
  who: Actor | null = null;
  object: Target | null = null;
  readonly addresses = new TextCounts(ADDRESSES);
  readonly #newest: Newest<Kept>;

  constructor(key: string, rule: Rule) {
    this.key = key;
    this.rule = rule;
    this.#newest = new Newest<Kept>(AUDIT_IDS);
  }

  add(seen: SeenRequest, detail: string | null): void {
    const { row, atUs } = seen;
    const object = { ...row.object, uid: null };
    this.who = this.count === 0 ? row.who : shared(this.who, row.who);
    this.object = this.count === 0 ? object : sharedTarget(this.object, object);
    this.count++;
    if (row.from.ip !== null) this.addresses.add(row.from.ip);
    this.#newest.add(atUs, seen.key, { seen, detail });
    if (row.when === null) return;
    this.firstUs = Math.min(this.firstUs ?? atUs, atUs);
    this.lastUs = Math.max(this.lastUs ?? atUs, atUs);
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
