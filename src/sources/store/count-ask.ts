/** What a store can be asked to count, and what not: by which fields, and whether it counts just what is meant. */
import { narrow } from '../../query/narrow.ts';
import type { Field, Predicate } from '../../query/predicate.ts';
import { outcomesOf } from './outcomes.ts';
import type { CountAsk, Shape } from './store.ts';

/** The fields whose value stands in the event as it is counted; of an object's place, with what it takes to tell it. */
export const COUNTED_BY: Readonly<Partial<Record<Field, readonly Field[]>>> = {
  verb: ['verb'],
  level: ['level'],
  'user.username': ['user.username'],
  userAgent: ['userAgent'],
  'impersonatedUser.username': ['impersonatedUser.username'],
  'objectRef.apiGroup': ['objectRef.apiGroup', 'objectRef.resource'],
  'objectRef.resource': ['objectRef.resource'],
  'objectRef.subresource': ['objectRef.subresource'],
  'objectRef.namespace': ['objectRef.namespace', 'objectRef.apiGroup', 'objectRef.resource'],
  'responseStatus.code': ['responseStatus.code'],
  'responseStatus.reason': ['responseStatus.reason'],
};

/** All that a store may be asked to count by: a text or a number, each. */
export const COUNTABLE: ReadonlySet<Field> = new Set(Object.values(COUNTED_BY).flat());

/** Null: it cannot count them exactly. */
export function exactCountAsk(
  { can, counter }: Shape,
  predicate: Predicate,
  how: Omit<CountAsk, 'test'>,
): CountAsk | null {
  const narrowed = narrow(predicate, can);
  const test = narrowed.isExact ? outcomesOf(narrowed.test, can) : null;
  if (test === null) return null;
  const ask = { test, ...how };
  return counter?.can(how.by, ask) === true ? ask : null;
}
