/** What what-changed holds of all that it has read: requests that may be rows, and the histories of the objects. */
import type { AuditRequest } from '../../event/request.ts';
import type { LiveKey } from '../../live.ts';
import { isOneObject } from '../../query/object-query.ts';
import type { Fact } from '../fact/fact.ts';
import { byTime } from '../fact/fact.ts';
import { KeptFacts } from '../fact/kept-facts.ts';
import { ObjectHistories } from '../object-history/object-histories.ts';
import { objectIdOf } from '../object-history/object-id.ts';
import type { ObjectId, Step } from '../object-history/step.ts';
import type { Schema } from '../schema/schema.ts';
import { TypesSeen } from './types-seen.ts';
import type { WhatChangedParams } from './what-changed.ts';

export class Found {
  readonly histories = new ObjectHistories();
  readonly types = new TypesSeen();
  readonly #kept = new KeptFacts();
  readonly #versions = new Map<string, string>();
  #facts: ReadonlyMap<string, Fact> | null = null;
  /** Requests that were refused, failed, or were dry runs. */
  attempts = 0;
  /** Changed what was asked about, but did not pass the filters. */
  passedOver = 0;

  get size(): number {
    return this.#kept.size;
  }

  get dropped(): number {
    return this.#kept.dropped;
  }

  /** Requests that may be rows, by key, in time order. */
  get facts(): ReadonlyMap<string, Fact> {
    this.#facts ??= new Map(this.#kept.inOrder(byTime).map((fact) => [fact.key, fact]));
    return this.#facts;
  }

  addChange(
    request: AuditRequest,
    toFact: () => Fact,
    { passes, includesNoise }: { readonly passes: boolean; readonly includesNoise: boolean },
  ): void {
    this.#learn(request);
    const { event } = request;
    const isStatus = event.objectRef?.subresource === 'status';
    if (event.verb === 'get' || (isStatus && !includesNoise)) return;
    if (!passes) {
      this.passedOver++;
      return;
    }
    const fact = toFact();
    if (fact.effect === 'done') this.#kept.add(fact, true);
    else this.attempts++;
    this.#facts = null;
  }

  /** Any of them may be the one that left a state. */
  addState(request: AuditRequest, toFact: () => Fact): void {
    this.#learn(request);
    const fact = toFact();
    if (fact.effect === 'done') this.#kept.add(fact, true);
    this.#facts = null;
  }

  #learn(request: AuditRequest): void {
    this.histories.add(request);
    this.types.add(request.event);
    const id = objectIdOf(request.event);
    const version = request.event.objectRef?.version ?? null;
    if (id !== null && version !== null && this.#versions.size < MAX_VERSIONS)
      this.#versions.set(id.resource + id.group, version);
  }

  schemaOf(id: ObjectId): Schema {
    return this.types.schemaOf(id.group, id.resource);
  }

  /** Whether how the object stood before its first change that is told is not known. */
  lacksBefore(ids: readonly ObjectId[]): boolean {
    return ids.some((id) => {
      const first = this.#firstTold(id);
      return first !== null && first.kind === 'change' && first.before.kind === 'unknown';
    });
  }

  #firstTold(id: ObjectId): Step | null {
    for (const step of this.histories.steps(id))
      if (this.facts.has(step.key) && step.kind !== 'none' && step.kind !== 'seen') return step;
    return null;
  }

  keysFor(ids: readonly ObjectId[], { mode, object }: WhatChangedParams): readonly LiveKey[] {
    const schemas = this.types.keysFor(ids);
    if (mode.kind !== 'between' || mode.toUs !== null) return schemas;
    return [...schemas, ...this.#bodyKeys(ids, object)];
  }

  /** Of one object also when the log holds nothing of it. */
  #bodyKeys(ids: readonly ObjectId[], object: WhatChangedParams['object']): readonly LiveKey[] {
    const asked =
      ids.length === 0 && object.kind === 'resource' && isOneObject(object) ? [idAsked(object)] : [];
    return [...ids, ...asked].slice(0, MAX_LIVE).map((id) => ({
      kind: 'body' as const,
      group: id.group,
      version: this.#versions.get(id.resource + id.group) ?? 'v1',
      resource: id.resource,
      namespace: id.namespace,
      name: id.name,
    }));
  }
}

function idAsked(object: Extract<WhatChangedParams['object'], { kind: 'resource' }>): ObjectId {
  const namespace = object.isNamespaced === false ? null : object.namespace;
  return {
    group: object.group ?? '',
    resource: object.resources[0] ?? object.typed,
    namespace,
    name: object.name ?? '',
  };
}

/** The cluster is asked about so many objects for one answer. */
export const MAX_LIVE = 40;
const MAX_VERSIONS = 500;
