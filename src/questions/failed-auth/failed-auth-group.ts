/** The refusals of one row: the same class, the same identity, the same thing asked for. Bounded, in any order. */
import type { Actor } from '../../event/actor.ts';
import type { DeniedBy } from '../../event/outcome.ts';
import type { Target } from '../../event/target.ts';
import { Newest } from './newest.ts';
import type { Refusal } from './refusal.ts';
import { SmallestKeys, TextCounts } from './smallest-keys.ts';
import { TimeCounts } from './time-counts.ts';

/** Addresses of one row told apart: what a cluster's nodes and a few offices have. */
const MAX_ADDRESSES = 256;
/** What a suggested Role may list by name; also paths, clients and reasons of one row. */
const MAX_NAMES = 20;
const MAX_TEXTS = 8;
/** Verbs of the API and methods of HTTP; more are a client's own invention. */
const MAX_VERBS = 24;
/** PRODUCT §4. */
const AUDIT_IDS = 20;

/** Which row a refusal belongs to: first whose it is, then what it was about. */
export function groupKeys(refusal: Refusal): { readonly identity: string; readonly target: string } {
  const { user, as, session } = refusal.row.who;
  const { group, resource, subresource, namespace, name } = refusal.what;
  // Impersonation refused, and a request on the users' own resource refused, are not the same thing.
  const isActing = refusal.verb.startsWith('impersonate');
  return {
    identity: JSON.stringify([refusal.class, user, as, session]),
    target: JSON.stringify([group, resource, subresource, namespace, name, isActing]),
  };
}

export class RefusalGroup {
  readonly key: string;
  readonly class: DeniedBy;
  readonly what: Target;
  /** What all of its requests share; null where they differ. */
  who: Actor;
  groups: readonly string[];
  count = 0;
  readonly times = new TimeCounts();
  readonly addresses = new TextCounts(MAX_ADDRESSES);
  readonly apiVerbs = new TextCounts(MAX_VERBS);
  readonly codes = new Set<number>();
  /** Names (or a URL's paths) asked for, by the verb of the missing right. */
  readonly names = new SmallestKeys<TextCounts>(MAX_VERBS);
  /** Verbs of missing rights for which no name was given: all of the resource. */
  readonly unnamed = new TextCounts(MAX_VERBS);
  readonly agents = new TextCounts(MAX_TEXTS);
  readonly reasons = new TextCounts(MAX_TEXTS);
  readonly #newest = new Newest<{ id: string; event: Refusal['event'] }>(AUDIT_IDS);

  constructor(key: string, first: Refusal) {
    this.key = key;
    this.class = first.class;
    this.what = first.what;
    this.who = first.row.who;
    this.groups = first.groups;
  }

  add(refusal: Refusal): void {
    const { row, atUs, verb, name } = refusal;
    this.who = shared(this.who, row.who);
    this.groups = inBoth(this.groups, refusal.groups);
    this.count++;
    if (atUs !== null) this.times.add(atUs);
    if (row.from.ip !== null) this.addresses.add(row.from.ip);
    this.apiVerbs.add(row.did.verb);
    if (row.result.code !== null) this.codes.add(row.result.code);
    if (name === null) this.unnamed.add(verb);
    else this.names.at(verb, () => new TextCounts(MAX_NAMES))?.add(name);
    if (row.with !== null) this.agents.add(row.with);
    if (refusal.reason !== null) this.reasons.add(refusal.reason);
    this.#newest.add(atUs ?? 0, refusal.key, { id: row.auditID, event: refusal.event });
  }

  /** Verbs of the missing rights. */
  verbs(): string[] {
    return [...new Set([...this.names.entries().map(([verb]) => verb), ...this.unnamed.texts()])].sort();
  }

  /** Newest first. */
  auditIDs(): string[] {
    return [...new Set(this.#newest.values().map(({ id }) => id))];
  }

  /** Those of the audit IDs, when they were kept. */
  events(): Readonly<Record<string, unknown>>[] {
    return this.#newest.values().flatMap(({ event }) => (event === null ? [] : [event]));
  }
}

/** The identity is the same; the credential, the pod and the node may have been others. */
function shared(a: Actor, b: Actor): Actor {
  return {
    ...a,
    groups: inBoth(a.groups, b.groups),
    credential: a.credential === b.credential ? a.credential : null,
    pod: a.pod === b.pod ? a.pod : null,
    node: a.node === b.node ? a.node : null,
  };
}

/** Sorted, so that the order of requests does not show. */
function inBoth(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === b.length && a.every((text, n) => text === b[n])) return a;
  return a.filter((text) => b.includes(text)).sort();
}
