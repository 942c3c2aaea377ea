/** Writes that lost against another (409) and requests that were told to come back later (429): what is then tried again. */
import type { Note } from '../../../event/coverage.ts';
import { parseCountFields } from '../../../query/count-fields.ts';
import { any } from '../../../query/predicate.ts';
import type { TopRow } from '../top-row.ts';
import type { View } from './view.ts';
import { column, RESOURCE, USER } from './view-columns.ts';

export const conflicts: View = {
  name: 'conflicts',
  counts: { one: 'conflict or request told to come back', many: 'conflicts and requests told to come back' },
  names: ['user', 'verb', 'resource', 'code'],
  by: parseCountFields(['user,verb,group,resource,subresource,code,reason']),
  values: [],
  predicate: any({ kind: 'codeBetween', from: 409, to: 409 }, { kind: 'codeBetween', from: 429, to: 429 }),
  where: null,
  bucketUs: null,
  columns: [
    USER,
    column('VERB', 'verb', { shrink: 0 }),
    RESOURCE,
    column('CODE', 'code', { shrink: 0 }),
    column('REASON', 'reason', { readable: 13 }),
  ],
  notes: (rows) => [
    ...noteIf(rows, isConflict, 'conflict', CONFLICT),
    ...noteIf(rows, isThere, 'already-exists', THERE),
    ...noteIf(rows, ({ group }) => group.code === 429, 'too-many-requests', TOO_MANY),
  ],
};

const CONFLICT =
  'Conflict: an update of what had changed meanwhile. Two controllers that write the same object conflict for ever; a patch, or server-side apply, changes only its own fields';
const THERE =
  'AlreadyExists: a creation of what was there. Whoever does so often should look first, or apply';
const TOO_MANY =
  '429: the API server had no room (its priority and fairness), or an eviction would have broken a PodDisruptionBudget (pods/eviction)';

function isConflict({ group: { code, reason } }: TopRow): boolean {
  return code === 409 && reason === 'Conflict';
}

function isThere({ group: { code, reason } }: TopRow): boolean {
  return code === 409 && reason === 'AlreadyExists';
}

function noteIf(
  rows: readonly TopRow[],
  test: (row: TopRow) => boolean,
  code: string,
  text: string,
): readonly Note[] {
  return rows.some(test) ? [{ code, text }] : [];
}
