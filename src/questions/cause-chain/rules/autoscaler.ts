/** What an autoscaler scales, it scales by metrics, which no audit log holds: who set it up is as far as the log goes. */
import { WRITES } from '../../../query/words.ts';
import type { Fact } from '../../fact/fact.ts';
import { isBy } from '../controllers.ts';
import type { Rule } from '../finding.ts';
import { isBefore } from '../in-time.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { stepsOf } from '../spec-steps.ts';
import { resourceOfKind, type Thing, thingOf } from '../thing.ts';

export const autoscaler: Rule = (fact, log) => {
  const scaled = thingOf(fact);
  if (scaled === null || !isBy(fact, 'horizontal-pod-autoscaler')) return null;
  if (fact.target.subresource !== 'scale') return null;
  const set = autoscalersOf(scaled, log).flatMap((of) =>
    stepsOf(of, log)
      .filter((step) => isBefore(step.fact, fact) && !isBy(step.fact, 'horizontal-pod-autoscaler'))
      .slice(-1),
  );
  return {
    candidates: set.map((step) => ({
      fact: step.fact,
      isProven: false,
      why: 'scaled by metrics, which the log does not hold; this set up the autoscaler',
    })),
    wants: [
      {
        verbs: WRITES,
        resources: ['horizontalpodautoscalers'],
        namespace: scaled.namespace,
        names: null,
        by: null,
      },
    ],
    missing: 'its metrics are in no audit log; who set up the autoscaler',
  };
};

/** By what they are told to scale; without bodies, by their name. */
function autoscalersOf(scaled: Thing, log: LoggedFacts): readonly Thing[] {
  const facts = log.ofType('horizontalpodautoscalers', scaled.namespace);
  const things = new Map<string, Thing>();
  for (const fact of facts) {
    const thing = thingOf(fact);
    if (thing === null || !isOf(fact, thing, scaled)) continue;
    things.set(thing.name, { ...thing, uid: null });
  }
  return [...things.values()];
}

function isOf({ ties }: Fact, autoscaling: Thing, scaled: Thing): boolean {
  const target = ties?.scaleTarget ?? null;
  if (target === null) return autoscaling.name === scaled.name;
  const resource = resourceOfKind(null, target.kind);
  return target.name === scaled.name && (resource === null || resource === scaled.resource);
}
