/** Whether what was refused would be allowed now: which reviews that takes, and what they say together. */
import type { LiveFinding, LiveKey, RightKey } from '../../live.ts';
import { type FailedAuthRow, lackingOfRow } from './failed-auth-row.ts';

/** Rows are many, requests few (PRODUCT §1, "Now": 50). */
const MAX_REVIEWS = 40;

/** By row, the newest first; rows that would take more reviews than are left are not asked about. */
export function reviewsFor(rows: readonly FailedAuthRow[]): ReadonlyMap<FailedAuthRow, readonly RightKey[]> {
  const reviews = new Map<FailedAuthRow, readonly RightKey[]>();
  let left = MAX_REVIEWS;
  for (const row of rows) {
    const keys = keysOf(row);
    if (keys.length === 0 || keys.length > left) continue;
    left -= keys.length;
    reviews.set(row, keys);
  }
  return reviews;
}

function keysOf(row: FailedAuthRow): RightKey[] {
  const lacking = lackingOfRow(row);
  if (lacking === null) return [];
  const { user, groups } = lacking;
  return lacking.permissions.map((permission) => {
    const nowhere = { group: null, resource: null, subresource: null, namespace: null, name: null };
    return permission.kind === 'path'
      ? { kind: 'right', user, groups, verb: permission.verb, ...nowhere, path: permission.path }
      : { user, groups, ...permission, kind: 'right', path: null };
  });
}

/** True when all of it is allowed now, false when part of it is not, null when that is not known. */
export function allowedNow(
  keys: readonly RightKey[] | undefined,
  live: ReadonlyMap<LiveKey, LiveFinding>,
): boolean | null {
  if (keys === undefined) return null;
  const findings = keys.map((key) => live.get(key));
  if (findings.some((finding) => finding?.kind === 'right' && !finding.isAllowed)) return false;
  return findings.every((finding) => finding?.kind === 'right') ? true : null;
}
