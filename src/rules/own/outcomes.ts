/**
 * How a request ended, as a predicate: done, refused and by whom, failed. By the code, never by the authorizer's decision alone: it
 * is `allow` on a refused escalation too.
 */
import { assertNever } from '../../errors.ts';
import { eventOf } from '../../event/decode.ts';
import { type DeniedBy, outcomeOf } from '../../event/outcome.ts';
import { all, any, EVERYTHING, not, type Predicate } from '../../query/predicate.ts';

const MAX_CODE = 599;

function between(from: number, to: number): Predicate {
  return { kind: 'codeBetween', from, to };
}

/** 101: exec and the like, and what has begun and goes on has its code already. */
const DONE = any(between(200, 299), between(101, 101));

export function withOutcome(outcome: 'done' | 'refused' | 'failed' | 'any'): Predicate {
  switch (outcome) {
    case 'any':
      return EVERYTHING;
    case 'done':
      return DONE;
    case 'refused':
      return refused();
    case 'failed':
      return all(between(300, MAX_CODE), not(refused()));
    default:
      return assertNever(outcome);
  }
}

export function refusedBy(who: DeniedBy): Predicate {
  const leaf = deniedLeaf(`refused by ${who}`, (by) => by === who);
  switch (who) {
    case 'unauthenticated':
      return all(between(401, 401), leaf);
    case 'rbac':
    case 'escalation':
      return all(between(403, 403), leaf);
    case 'admission':
    case 'other':
      return all(between(400, MAX_CODE), leaf);
    default:
      return assertNever(who);
  }
}

/** Admission answers with any code. */
function refused(): Predicate {
  const leaf = deniedLeaf('refused', (by) => by !== null);
  return any(between(403, 403), between(401, 401), all(between(400, MAX_CODE), leaf));
}

const NAMES = ['responseStatus', 'annotations', 'user', 'impersonatedUser'] as const;

/** event/outcome.ts says who refused, from what stands at every level. */
function deniedLeaf(text: string, isIt: (by: DeniedBy | null) => boolean): Predicate {
  const test = (json: Readonly<Record<string, unknown>>): boolean => {
    const read = Object.fromEntries(NAMES.map((name) => [name, json[name]]));
    return isIt(outcomeOf(eventOf(read, NOWHERE)).deniedBy);
  };
  return { kind: 'cel', text, holds: { names: new Set(NAMES), test } };
}

const NOWHERE = {
  source: '',
  position: { file: '', line: 0 },
  recordTime: null,
  cut: null,
} as const;
