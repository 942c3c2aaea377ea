/** A rule's condition for people: each of its parts on a line, and those that every other rule has by name. */
import { humans } from '../query/by.ts';
import { describePredicate } from '../query/plan.ts';
import { not, type Predicate } from '../query/predicate.ts';
import { controlPlane } from './own/control-plane.ts';

/** All of them must hold. */
export function conditionLines(condition: Predicate): readonly string[] {
  const parts = condition.kind === 'all' && condition.of.length > 0 ? condition.of : [condition];
  const texts = new Set(
    parts.map((part) => KNOWN.get(JSON.stringify(part)) ?? textOf(part, parts.length > 1)),
  );
  return [...texts].map((text, n) => (n === 0 ? text : `and ${text}`));
}

function textOf(part: Predicate, isOneOfSeveral: boolean): string {
  const text = describePredicate(part);
  return isOneOfSeveral && part.kind === 'any' && part.of.length > 1 ? `(${text})` : text;
}

const KNOWN: ReadonlyMap<string, string> = new Map([
  [JSON.stringify(humans()), 'by a person, under either name'],
  [JSON.stringify(not(controlPlane())), 'not by the control plane itself'],
]);
