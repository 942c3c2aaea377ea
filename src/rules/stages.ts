/**
 * Rules of Falco and Sigma judge each stage's event by itself, here a request is judged once, of its outcome. A condition that names
 * stages holds of a request that went through a stage that it would hold of there, everything else being the outcome's: so an exec is
 * found by a rule about ResponseStarted, although its outcome is told at ResponseComplete.
 */
import { any, EVERYTHING, equals, oneOf, type Predicate } from '../query/predicate.ts';
import { allOf, anyOf, textOf } from './fold.ts';

const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type StageName = (typeof STAGES)[number];

/** `at`: the condition as it stands for the event of one stage. */
export function throughStages(at: (stage: StageName) => Predicate): Predicate {
  const byCondition = new Map<string, { readonly stages: StageName[]; readonly predicate: Predicate }>();
  for (const stage of STAGES) {
    const predicate = at(stage);
    const key = textOf(predicate);
    const known = byCondition.get(key) ?? { stages: [], predicate };
    known.stages.push(stage);
    byCondition.set(key, known);
  }
  return anyOf(
    [...byCondition.values()].map(({ stages, predicate }) => allOf([anyOf(stages.map(reached)), predicate])),
  );
}

/** The API server writes these at ResponseStarted too (its LongRunningRequestCheck). */
const LONG_RUNNING = any(
  oneOf('verb', ['watch', 'proxy']),
  oneOf('objectRef.subresource', ['attach', 'exec', 'proxy', 'log', 'portforward']),
);
/** Told at ResponseStarted and never again, and over nevertheless. */
const UNAUTHENTICATED: Predicate = { kind: 'codeBetween', from: 401, to: 401 };

/** Whether the request went through it. */
function reached(stage: StageName): Predicate {
  switch (stage) {
    case 'RequestReceived':
      return EVERYTHING;
    case 'ResponseStarted':
      return any(equals('stage', stage), LONG_RUNNING, UNAUTHENTICATED);
    case 'ResponseComplete':
      return any(equals('stage', stage), UNAUTHENTICATED);
    case 'Panic':
      return equals('stage', stage);
  }
}
