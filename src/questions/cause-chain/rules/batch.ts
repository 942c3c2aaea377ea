/** Jobs that a CronJob's schedule makes, that its limits take away, and that are cleared away when their time is over. */
import type { Fact } from '../../fact/fact.ts';
import { isBy } from '../controllers.ts';
import type { Candidate, Rule } from '../finding.ts';
import { isBefore } from '../in-time.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { lineWants, ownersOf } from '../owners.ts';
import { stepsOf } from '../spec-steps.ts';
import { type Thing, thingOf } from '../thing.ts';

export const schedule: Rule = (fact, log) => {
  const job = thingOf(fact);
  if (job?.resource !== 'jobs' || fact.target.subresource !== null || !isBy(fact, 'cronjob-controller'))
    return null;
  const owners = ownersOf(job, log).filter(({ resource }) => resource === 'cronjobs');
  const how = fact.isCreation
    ? 'by the schedule that it set'
    : 'by the limits of its history, or its policy to replace, as it set them';
  return {
    candidates: owners.flatMap((owner) => lastSetting(owner, fact, log, how)),
    wants: lineWants(job, log),
    missing: 'who made or last changed its CronJob',
  };
};

/** A schedule goes on as it was set last. */
function lastSetting(owner: Thing, fact: Fact, log: LoggedFacts, why: string): readonly Candidate[] {
  const set = stepsOf(owner, log).findLast(
    (step) => isBefore(step.fact, fact) && !isBy(step.fact, 'cronjob-controller'),
  );
  return set === undefined ? [] : [{ fact: set.fact, isProven: false, why }];
}

export const timeToLive: Rule = (fact, log) => {
  const job = thingOf(fact);
  if (job?.resource !== 'jobs' || fact.row.did.verb !== 'delete') return null;
  if (!isBy(fact, 'ttl-after-finished-controller')) return null;
  const steps = stepsOf(job, log).filter((step) => isBefore(step.fact, fact));
  const set = steps.findLast((step) => step.isCreation || step.fact.ties?.ttlSeconds != null);
  const ttl = set?.fact.ties?.ttlSeconds ?? null;
  const isProven = ttl !== null && job.uid !== null && set?.fact.target.uid === job.uid;
  const why =
    ttl === null ? 'by the time to live that it was made with' : `by its ttlSecondsAfterFinished: ${ttl}`;
  return {
    candidates: set === undefined ? [] : [{ fact: set.fact, isProven, why }],
    wants: lineWants(job, log),
    missing: 'who made the Job, and with it its time to live',
  };
};
