/**
 * The histories of many objects, out of the requests on them, in whatever order those come. A request is kept packed, and
 * decoded again when its object's steps are asked for, one at a time. Everything in memory is raw: see step.ts.
 */
import type { AuditRequest } from '../../event/request.ts';
import { schemaOf as builtInSchema } from '../schema/built-in.ts';
import type { Schema, TypeName } from '../schema/schema.ts';
import { Collections } from './collections.ts';
import { CustomTypes } from './custom-types.ts';
import { loggedCollection } from './logged-collection.ts';
import { loggedFor } from './logged-request.ts';
import { RequestLog } from './request-log.ts';
import type { ObjectId, Step } from './step.ts';
import { stepsOf } from './walk.ts';

export interface HistoryOptions {
  /** Held at most, packed; beyond it the oldest bodies go. */
  readonly maxBytes?: number;
}

/** Enough for 200,000 changes of objects of 3 KB. */
const MAX_BYTES = 48 * 1024 * 1024;

export class ObjectHistories {
  readonly #log: RequestLog;
  readonly #collections = new Collections();
  readonly #types = new CustomTypes();

  constructor({ maxBytes = MAX_BYTES }: HistoryOptions = {}) {
    this.#log = new RequestLog(maxBytes);
  }

  /** Any order of calls gives the same histories. Of one request added again, the record that knows more of its end counts. */
  add(request: AuditRequest): void {
    this.#types.add(request);
    const collection = loggedCollection(request);
    if (collection !== null) this.#collections.add(collection);
    for (const { id, head, bodies } of loggedFor(request)) this.#log.add(id, { head, bodies });
  }

  /** In order of group, resource, namespace and name. */
  ids(): readonly ObjectId[] {
    return this.#log.ids();
  }

  /**
   * In the order in which they took effect, as far as the log tells. Lazy: only the state between two steps is alive.
   * `schemaOf`: for types that Kubernetes does not have of its own.
   */
  steps(id: ObjectId, schemaOf: (type: TypeName) => Schema = builtInSchema): Iterable<Step> {
    const requests = this.#log.of(id);
    const types = this.#types.of(schemaOf);
    return {
      [Symbol.iterator]: () => stepsOf(id, [...requests, ...this.#collections.of(id, requests)], types),
    };
  }

  /** Held for it, packed, the part that is still empty included. */
  get bytes(): number {
    return this.#log.bytes;
  }

  /** Bodies let go for the bound: what they showed is unknown now. */
  get dropped(): number {
    return this.#log.dropped;
  }

  /** Requests let go altogether, when even that was not enough. */
  get lost(): number {
    return this.#log.lost;
  }
}
