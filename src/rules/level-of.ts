/** What the log must hold for a condition to be answered. */
import type { Level } from '../event/event.ts';
import type { Predicate } from '../query/predicate.ts';
import { TOP_LEVEL } from './event-fields.ts';

export function levelOf(condition: Predicate): Level {
  const names = namesIn(condition);
  if (names.has('responseObject')) return 'RequestResponse';
  return names.has('requestObject') ? 'Request' : 'Metadata';
}

function namesIn(predicate: Predicate): ReadonlySet<string> {
  switch (predicate.kind) {
    case 'all':
    case 'any':
      return new Set(predicate.of.flatMap((part) => [...namesIn(part)]));
    case 'not':
      return namesIn(predicate.of);
    case 'cel':
      // Of the whole event: of whatever of it the log holds.
      return predicate.holds.names.size === TOP_LEVEL.length ? new Set() : predicate.holds.names;
    default:
      return 'field' in predicate ? new Set([predicate.field]) : new Set();
  }
}
