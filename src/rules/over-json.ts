/** Tests that predicates cannot say, as leaves that run over an event's JSON. */
import type { Predicate } from '../query/predicate.ts';
import type { Json } from './json.ts';

/** `text`: the same for tests that hold of the same events. `reads`: top-level fields. */
export function overJson(text: string, reads: Iterable<string>, holds: (json: Json) => boolean): Predicate {
  const test = (json: Json): boolean | 'error' => {
    try {
      return holds(json);
    } catch {
      // A text too long for a pattern: it is not known then, and counted as such.
      return 'error';
    }
  };
  return { kind: 'cel', text, holds: { names: new Set(reads), test } };
}
