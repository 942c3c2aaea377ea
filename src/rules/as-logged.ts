/** Where a predicate's field is more, or less, than what stands in the event: rules of others are about what stands there. */
import { absent, all, any, equals, type Field, not, type Predicate } from '../query/predicate.ts';

/** `test` of the field holds of what stands in the log. `otherwise`: the same test over the event's JSON. */
export function asLogged(field: Field, test: Predicate, otherwise: Predicate): Predicate {
  // Predicates call the path of a non-resource URL its name.
  if (field === 'objectRef.name') return all(not(absent('objectRef.resource')), test);
  // The server calls a Namespace's own name its namespace too, predicates do not.
  if (field === 'objectRef.namespace')
    return any(test, all(equals('objectRef.resource', 'namespaces'), otherwise));
  return test;
}
