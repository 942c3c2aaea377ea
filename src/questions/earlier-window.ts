/** How far back is read when nothing was found of the time that is asked about when nobody says which. */
import type { Coverage } from '../event/coverage.ts';
import { isOneObject, type ObjectQuery } from '../query/object-query.ts';
import type { Window } from '../query/query.ts';

interface Asked {
  readonly object: ObjectQuery;
  readonly window: Window & { readonly isDefault: boolean };
}

/** All that lies before. Null: the time was chosen, or others' deeds of it were found, and nothing of it is an answer. */
export function earlierWindow({ object, window }: Asked, coverage: Coverage): Window | null {
  const { sinceUs, isDefault } = window;
  // A log that holds nothing of the last 24 h at all was not given for what happened in them.
  const mayWiden = isOneObject(object) || coverage.from === null;
  return isDefault && sinceUs !== null && mayWiden ? { sinceUs: null, untilUs: sinceUs } : null;
}
