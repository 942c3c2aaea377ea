/** An object as the API server gives it → what an answer says of it. */
import type { LiveObject } from '../live.ts';
import { at, listAt, textAt } from './json.ts';
import { managedBy } from './managed-by.ts';
import { readinessOf } from './readiness.ts';

/** Null for what is no object (a Status, a Table). `kind`: the object's, where a list's items leave it out. */
export function liveObjectOf(body: unknown, kind: string | null): LiveObject | null {
  const uid = textAt(body, 'metadata', 'uid');
  const createdAt = textAt(body, 'metadata', 'creationTimestamp');
  if (uid === null || createdAt === null) return null;
  const readiness = readinessOf(body, textAt(body, 'kind') ?? kind ?? '');
  return {
    kind: 'object',
    uid,
    createdAt,
    isTerminating: at(body, 'metadata', 'deletionTimestamp') !== undefined,
    isReady: readiness?.isReady ?? null,
    readiness: readiness?.text ?? null,
    owner: ownerOf(body),
    managedBy: managedBy(body),
  };
}

function ownerOf(body: unknown): string | null {
  const owners = listAt(body, 'metadata', 'ownerReferences');
  const owner = owners.find((reference) => at(reference, 'controller') === true) ?? owners[0];
  const kind = textAt(owner, 'kind');
  const name = textAt(owner, 'name');
  return kind === null || name === null ? null : `${kind} ${name}`;
}
