/**
 * One object is served in several versions, and looks otherwise in each: `autoscaling/v1` and `v2`. Only states of one
 * version can be compared, or patched.
 */
import { at } from './json-tree.ts';
import { isEffective, type Logged } from './logged.ts';
import type { Change } from './situation.ts';
import * as states from './states.ts';
import type { State } from './step.ts';

export class Versions {
  /** How it stands now, in each version that it has been seen in since it was changed last. */
  readonly #known = new Map<string, State>();

  /** Before a request: in the version that the request has it in. */
  at(logged: Logged, state: State): State {
    const known = versionOf(state);
    const asked = askedVersion(logged);
    if (known === null || asked === null || known === asked) return state;
    const { answer } = logged.bodies;
    if (answer !== null && logged.head.shows === 'object' && states.isSameVersion(state, answer))
      return states.exact(answer);
    const other = this.#known.get(asked);
    return other ?? states.unknown(`it is known as ${known}, and this has it as ${asked}`);
  }

  after({ kind, after }: Change): void {
    if (kind !== 'seen' && kind !== 'none') this.#known.clear();
    const version = versionOf(after);
    if (version !== null) this.#known.set(version, after);
  }

  forget(): void {
    this.#known.clear();
  }
}

function versionOf(state: State): string | null {
  const version = at(states.objectOf(state), 'apiVersion');
  return typeof version === 'string' ? version : null;
}

/** Null: it says nothing of the object that would depend on it. */
function askedVersion({ head, bodies }: Logged): string | null {
  const shown =
    head.shows === 'object' || head.shows === 'listed' ? at(bodies.answer, 'apiVersion') : undefined;
  if (typeof shown === 'string') return shown;
  const isPlain =
    head.subresource !== 'scale' && head.subresource !== 'binding' && head.subresource !== 'eviction';
  const isWrite = isEffective(head) && !head.verb.startsWith('delete') && isPlain;
  return isWrite && head.apiVersion !== '' ? head.apiVersion : null;
}
