/**
 * What a chain of causes has to look for next, as narrow as it is known; asked once. To a predicate that is judged by the
 * head of a line, so that no body is parsed of what does not match.
 */
import { hasGlob } from '../../query/glob.ts';
import { all, any, equals, glob, not, oneOf, type Predicate } from '../../query/predicate.ts';

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

/** Names asked for in one round; those that came first are asked. */
const MOST_NAMES = 1_000;

export class Wants {
  readonly #asked = new Set<string>();
  readonly #open = new Map<string, { readonly want: Want; readonly names: Set<string> | null }>();
  #names = 0;

  get size(): number {
    return this.#open.size;
  }

  /** Read already, by whoever asks. */
  know(want: Want): void {
    for (const key of keysOf(want)) this.#asked.add(key);
  }

  add(want: Want): void {
    const where = placeOf(want);
    if (want.names === null) {
      if (!this.#isNew(where)) return;
      this.#open.set(where, { want, names: null });
      return;
    }
    for (const name of want.names) {
      if (this.#names >= MOST_NAMES || !this.#isNew(JSON.stringify([where, name]))) continue;
      const open = this.#open.get(where) ?? { want, names: new Set<string>() };
      this.#open.set(where, open);
      open.names?.add(name);
      this.#names++;
    }
  }

  /** Null: nothing more. What is taken counts as asked. */
  take(): Predicate | null {
    const parts = [...this.#open.values()].map(({ want, names }) =>
      wantPredicate({ ...want, names: names === null ? null : [...names] }),
    );
    this.#open.clear();
    this.#names = 0;
    return parts.length === 0 ? null : any(...parts);
  }

  #isNew(key: string): boolean {
    if (this.#asked.has(key)) return false;
    this.#asked.add(key);
    return true;
  }
}

export function wantPredicate({ verbs, resources, namespace, names, by }: Want): Predicate {
  return all(
    oneOf('verb', verbs),
    ...(resources === null ? (names === null ? [NO_NOISE] : []) : [oneOf('objectRef.resource', resources)]),
    ...(namespace === null ? [] : [equals('objectRef.namespace', namespace)]),
    ...(names === null ? [] : [oneOfThese('objectRef.name', names)]),
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

function placeOf({ verbs, resources, namespace, by }: Want): string {
  return JSON.stringify([verbs, resources, namespace, by]);
}

function keysOf(want: Want): readonly string[] {
  const where = placeOf(want);
  return want.names === null ? [where] : want.names.map((name) => JSON.stringify([where, name]));
}
