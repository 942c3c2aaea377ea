/** What rbac-diff holds of all that it has read: histories of roles and bindings, the requests that made them, and refusals. */
import { outcomeOf, refusedImpersonationOf } from '../../event/outcome.ts';
import { redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import { byTime, type Fact } from '../fact/fact.ts';
import { KeptFacts } from '../fact/kept-facts.ts';
import { refusalReason } from '../failed-auth/refusal-reason.ts';
import { ObjectHistories } from '../object-history/object-histories.ts';
import type { NamelessRemoval } from './draft.ts';
import { idKey, isRbacResource, KINDS, RBAC_GROUP } from './rbac-object.ts';
import { type Reason, reasonOf } from './reasons.ts';
import { UserGroups } from './user-groups.ts';

export interface Refused {
  readonly fact: Fact;
  readonly missing: string;
}

export interface Adding {
  /** Of the window that is asked about, not only for how things stood. */
  readonly isAsked: boolean;
  /** The filters hold. */
  readonly passes: boolean;
  readonly isRevealed: boolean;
}

/** Of bodies of roles and bindings, which are small. */
const MAX_BYTES = 60 * 1024 * 1024;
/** Reasons kept of one binding: what is asked of it is who used it, not how often. */
const MAX_REASONS = 20;
const MAX_REMOVALS = 10_000;

export class Found {
  readonly histories = new ObjectHistories({ maxBytes: MAX_BYTES });
  readonly groups = new UserGroups();
  readonly reasons = new Map<string, Reason[]>();
  readonly #kept = new KeptFacts();
  readonly #refused = new Map<string, string>();
  readonly #removals = new Map<string, NamelessRemoval>();

  get dropped(): number {
    return this.#kept.dropped;
  }

  get removals(): readonly NamelessRemoval[] {
    return [...this.#removals.values()].sort((a, b) => a.atUs - b.atUs || (a.key < b.key ? -1 : 1));
  }

  /** Requests on roles and bindings, and ends of namespaces, by key. */
  facts(): ReadonlyMap<string, Fact> {
    return new Map(this.#kept.inOrder(byTime).map((fact) => [fact.key, fact]));
  }

  passes(fact: Fact): boolean {
    return this.#kept.passes(fact);
  }

  /** Asked for, oldest first: deletions of many at once that do not say what they took. */
  unnamed(): readonly Fact[] {
    return this.#kept
      .inOrder(byTime)
      .filter(
        (fact) =>
          fact.row.did.verb === 'deletecollection' &&
          fact.target.group === RBAC_GROUP &&
          fact.effect === 'done' &&
          fact.took === null &&
          this.#kept.passes(fact),
      );
  }

  /** Oldest first. */
  refused(): readonly Refused[] {
    return this.#kept.inOrder(byTime).flatMap((fact) => {
      const missing = this.#refused.get(fact.key);
      return missing === undefined ? [] : [{ fact, missing }];
    });
  }

  add(request: AuditRequest, toFact: () => Fact, { isAsked, passes, isRevealed }: Adding): void {
    const { event } = request;
    this.groups.add(event);
    this.#addReason(request);
    const { group = null, resource = null } = event.objectRef ?? {};
    const isRbac = group === RBAC_GROUP && isRbacResource(resource);
    if (isRbac) this.histories.add(request);
    if (event.verb === 'get' && isRbac && outcomeOf(event).deniedBy === null) return;
    const refusal = isAsked ? refusalOf(request, isRbac, isRevealed) : null;
    const isEnd = resource === 'namespaces' && group === '' && event.verb === 'delete';
    if (!isRbac && !isEnd && refusal === null) return;
    const fact = toFact();
    if (refusal === null && fact.effect !== 'done') return;
    this.#kept.add(fact, passes);
    if (refusal !== null) this.#refused.set(fact.key, refusal);
    if (isRbac && resource !== null && isNamelessRemoval(fact)) this.#addRemoval(fact, resource);
  }

  #addRemoval(fact: Fact, resource: keyof typeof KINDS): void {
    const { key, atUs, endUs, target } = fact;
    if (this.#removals.size >= MAX_REMOVALS) return;
    this.#removals.set(key, { key, kind: KINDS[resource], namespace: target.namespace, atUs, endUs });
  }

  #addReason({ event }: AuditRequest): void {
    const reason = reasonOf(event);
    if (reason === null) return;
    const key = idKey(reason.binding);
    const known = this.reasons.get(key) ?? [];
    const isNews = known.every(
      ({ subject, atUs }) =>
        atUs !== reason.atUs || JSON.stringify(subject) !== JSON.stringify(reason.subject),
    );
    if (!isNews) return;
    // The newest, whatever the order in which they come.
    const some = [...known, reason].sort(
      (a, b) => b.atUs - a.atUs || (a.subject.name < b.subject.name ? -1 : 1),
    );
    this.reasons.set(key, some.slice(0, MAX_REASONS));
  }
}

/** Null: not refused, or not about rights. */
function refusalOf({ event }: AuditRequest, isRbac: boolean, isRevealed: boolean): string | null {
  const { deniedBy } = outcomeOf(event);
  if (deniedBy === null || deniedBy === 'unauthenticated') return null;
  const wanted = refusedImpersonationOf(event);
  if (wanted !== null) {
    const text = `to act as ${wanted.name ?? `another (${wanted.resource})`}`;
    return isRevealed ? text : redactText(text);
  }
  if (!isRbac || event.verb === 'get') return null;
  return refusalReason(event, deniedBy, isRevealed) ?? 'the right to do it';
}

/** The answer does not say what it took. Selectors take some only: which, it does not say either. */
function isNamelessRemoval({ row, took, selector, fieldSelector, effect }: Fact): boolean {
  return (
    row.did.verb === 'deletecollection' &&
    effect === 'done' &&
    took === null &&
    selector === null &&
    fieldSelector === null
  );
}
