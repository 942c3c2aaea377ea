/**
 * What a chain of causes has to look for next, as narrow as it is known; asked once. To a predicate that is judged by the
 * head of a line, so that no body is parsed of what does not match.
 */
import { hasGlob } from '../../query/glob.ts';
import { all, any, glob, not, oneOf, type Predicate } from '../../query/predicate.ts';

export interface Want {
  readonly verbs: readonly string[];
  /** Null: any. */
  readonly resources: readonly string[] | null;
  /** Null: wherever. */
  readonly namespace: string | null;
  /** Exact, or globs; null: any. */
  readonly names: readonly string[] | null;
  /** Users, exact or globs; null: anybody. */
  readonly by: readonly string[] | null;
}

/** Names asked for in one round; the rest in the next. */
const MOST_NAMES = 3_000;

/** Several wants that differ in where and in what only: asked as one, which may find a little more. Null: any. */
interface Open {
  readonly verbs: readonly string[];
  readonly by: readonly string[] | null;
  readonly resources: Set<string> | null;
  readonly namespaces: Set<string> | null;
  readonly names: Set<string> | null;
}

export class Wants {
  readonly #asked = new Set<string>();
  readonly #open = new Map<string, Open>();
  #names = 0;

  get size(): number {
    return this.#open.size;
  }

  /** Read already, by whoever asks. */
  know(want: Want): void {
    for (const name of want.names ?? [null]) this.#asked.add(keyOf(want, name));
  }

  add(want: Want): void {
    for (const name of want.names ?? [null]) {
      const key = keyOf(want, name);
      if (this.#asked.has(key) || this.#names >= MOST_NAMES) continue;
      this.#asked.add(key);
      const open = this.#openFor(want);
      for (const resource of want.resources ?? []) open.resources?.add(resource);
      if (want.namespace !== null) open.namespaces?.add(want.namespace);
      if (name === null) continue;
      open.names?.add(name);
      this.#names++;
    }
  }

  /** Null: nothing more. What is taken counts as asked. */
  take(): Predicate | null {
    const parts = [...this.#open.values()].map(predicateOf);
    this.#open.clear();
    this.#names = 0;
    return parts.length === 0 ? null : any(...parts);
  }

  #openFor({ verbs, by, resources, namespace, names }: Want): Open {
    const key = JSON.stringify([verbs, by, resources === null, namespace === null, names === null]);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const open: Open = {
      verbs,
      by,
      resources: resources === null ? null : new Set(),
      namespaces: namespace === null ? null : new Set(),
      names: names === null ? null : new Set(),
    };
    this.#open.set(key, open);
    return open;
  }
}

export function wantPredicate(want: Want): Predicate {
  return predicateOf({
    ...want,
    resources: want.resources === null ? null : new Set(want.resources),
    namespaces: want.namespace === null ? null : new Set([want.namespace]),
    names: want.names === null ? null : new Set(want.names),
  });
}

function predicateOf({ verbs, by, resources, namespaces, names }: Open): Predicate {
  return all(
    oneOf('verb', verbs),
    ...(resources !== null
      ? [oneOf('objectRef.resource', [...resources])]
      : names === null
        ? [NO_NOISE]
        : []),
    ...(namespaces === null ? [] : [oneOf('objectRef.namespace', [...namespaces])]),
    ...(names === null ? [] : [oneOfThese('objectRef.name', [...names])]),
    ...(by === null ? [] : [oneOfThese('user.username', by)]),
    NO_STATUS,
  );
}

/** By the path: a subresource is known to be missing only from the outcome. */
const NO_STATUS = not(glob('requestPath', '*/status'));

/** Written all the time, and owned by nobody who matters here. */
const NO_NOISE = not(oneOf('objectRef.resource', ['endpoints', 'endpointslices', 'events', 'leases']));

function oneOfThese(field: 'objectRef.name' | 'user.username', values: readonly string[]): Predicate {
  const exact = values.filter((value) => !hasGlob(value));
  return any(
    ...(exact.length === 0 ? [] : [oneOf(field, exact)]),
    ...values.filter(hasGlob).map((pattern) => glob(field, pattern)),
  );
}

function keyOf({ verbs, resources, namespace, by }: Want, name: string | null): string {
  return JSON.stringify([verbs, resources, namespace, by, name]);
}
