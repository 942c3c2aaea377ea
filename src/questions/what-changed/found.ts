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
import { classOf } from './people-first.ts';
import { TypesSeen } from './types-seen.ts';
import type { WhatChangedParams } from './what-changed.ts';
import { WriteTally } from './write-tally.ts';

export class Found {
  readonly histories: ObjectHistories;
  readonly types = new TypesSeen();
  readonly tally = new WriteTally();
  #released: { readonly size: number; readonly dropped: number } | null = null;
  /** Apart, so that many of the controllers' leave room for the people's. */
  #kept: Readonly<Record<'controllers' | 'others', KeptFacts>>;
  readonly #versions = new Map<string, string>();
  #facts: ReadonlyMap<string, Fact> | null = null;
  /** Requests that were refused, failed, or were dry runs. */
  attempts = 0;
  /** Changed what was asked about, but did not pass the filters. */
  passedOver = 0;

  /** `max`: requests kept, each of people and programs and of controllers. */
  constructor({ max = MAX_KEPT, isOfMany }: { readonly max?: number; readonly isOfMany: boolean }) {
    this.histories = new ObjectHistories(isOfMany ? { maxBytes: MAX_BYTES_OF_MANY } : {});
    this.#kept = { controllers: new KeptFacts(max), others: new KeptFacts(max) };
  }

  get size(): number {
    return this.#released?.size ?? this.#kept.others.size + this.#kept.controllers.size;
  }

  get dropped(): number {
    return this.#released?.dropped ?? this.#kept.others.dropped + this.#kept.controllers.dropped;
  }

  /** Lets the requests go; how many there were is still known. */
  release(): void {
    this.#released = { size: this.size, dropped: this.dropped };
    this.#kept = { controllers: new KeptFacts(0), others: new KeptFacts(0) };
    this.#facts = new Map();
  }

  /** Requests that may be rows, by key, in time order. */
  get facts(): ReadonlyMap<string, Fact> {
    const all = () =>
      [...this.#kept.others.inOrder(byTime), ...this.#kept.controllers.inOrder(byTime)].sort(byTime);
    this.#facts ??= new Map(all().map((fact) => [fact.key, fact]));
    return this.#facts;
  }

  /** From now on only these may be rows. */
  narrowTo(facts: readonly Fact[]): void {
    this.#facts = new Map(facts.map((fact) => [fact.key, fact]));
  }

  /** What it tells of states is learned apart. */
  addChange(
    request: AuditRequest,
    toFact: () => Fact,
    { passes, includesNoise }: { readonly passes: boolean; readonly includesNoise: boolean },
  ): void {
    const { event } = request;
    const isStatus = event.objectRef?.subresource === 'status';
    if (event.verb === 'get' || (isStatus && !includesNoise)) return;
    if (!passes) {
      this.passedOver++;
      return;
    }
    const fact = toFact();
    if (fact.effect === 'done') {
      this.tally.add(fact);
      this.#keep(fact);
    } else this.attempts++;
  }

  /** Any of them may be the one that left a state. */
  addState(toFact: () => Fact): void {
    const fact = toFact();
    if (fact.effect === 'done') this.#keep(fact);
  }

  #keep(fact: Fact): void {
    this.#kept[classOf(fact.row.who) === 'controllers' ? 'controllers' : 'others'].add(fact, true);
    this.#facts = null;
  }

  /** What it tells of the states of its object. */
  learn(request: AuditRequest): void {
    this.histories.add(request);
    this.types.add(request.event);
    const id = objectIdOf(request.event);
    const version = request.event.objectRef?.version ?? null;
    if (id !== null && version !== null && this.#versions.size < MAX_VERSIONS)
      this.#versions.set(id.resource + id.group, version);
  }

  /** By the schemas of custom types too, as far as those are known by now. */
  steps(id: ObjectId): Iterable<Step> {
    return this.histories.steps(id, (type) => this.types.schemaOfType(type));
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
    for (const step of this.steps(id))
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
const MAX_KEPT = 6_000;
/** Of many objects only the newest changes are told, and what was before those is needed. */
const MAX_BYTES_OF_MANY = 16 * 1024 * 1024;
