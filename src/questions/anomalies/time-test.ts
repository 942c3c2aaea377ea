/**
 * Hours and days on which an actor is never active: which hours is odd-hours.ts's, which days odd-days.ts's. Of an actor's day
 * the odder one is told.
 */
import type { Candidate } from './candidate.ts';
import { oddDays } from './odd-days.ts';
import { oddHours } from './odd-hours.ts';
import type { ActorHabits, Span } from './span.ts';

export function testTimes(span: Span): Candidate[] {
  const found = [...oddHours(span), ...oddDays(span)];
  const best = new Map<ActorHabits, Candidate>();
  for (const one of found) {
    const known = best.get(one.habits);
    if (known === undefined || one.score > known.score) best.set(one.habits, one);
  }
  return [...best.values()];
}
