/** How many writes there were, of whom and of how many objects, whatever is kept of them. Memory stays flat. */
import type { Fact } from '../fact/fact.ts';
import { whoText } from '../who-did/who-did-row.ts';
import { type ActorClass, classOf } from './people-first.ts';

/** Actors and objects told apart; those beyond share one count. */
const MAX_ACTORS = 1_000;
const MAX_OBJECTS = 50_000;

export class WriteTally {
  readonly #byActor = new Map<string, number>();
  readonly #byClass = new Map<ActorClass, number>();
  readonly #objects = new Set<string>();
  total = 0;

  add({ row, target }: Fact): void {
    this.total++;
    const which = classOf(row.who);
    this.#byClass.set(which, this.of(which) + 1);
    const { group, resource, namespace, name } = target;
    if (name !== null && this.#objects.size < MAX_OBJECTS)
      this.#objects.add(JSON.stringify([group, resource, namespace, name]));
    if (which === 'controllers') return;
    const actor = whoText(row.who);
    const isKnown = this.#byActor.has(actor) || this.#byActor.size < MAX_ACTORS;
    const key = isKnown ? actor : 'others';
    this.#byActor.set(key, (this.#byActor.get(key) ?? 0) + 1);
  }

  of(which: ActorClass): number {
    return this.#byClass.get(which) ?? 0;
  }

  /** `5960`, `more than 50000`. */
  get objects(): string {
    return this.#objects.size < MAX_OBJECTS ? String(this.#objects.size) : `more than ${MAX_OBJECTS}`;
  }

  /** Without the controllers; whoever did most first. */
  get actors(): readonly (readonly [name: string, count: number])[] {
    return [...this.#byActor].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  }
}
