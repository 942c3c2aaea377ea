/** Endpoints go with the Service of their name. */
import { isBy } from '../controllers.ts';
import type { Rule } from '../finding.ts';
import { lineWants, ownersOf } from '../owners.ts';
import { removalBefore } from '../removals-before.ts';
import { thingOf } from '../thing.ts';

export const endpoints: Rule = (fact, log) => {
  const thing = thingOf(fact);
  if (thing === null || fact.row.did.verb !== 'delete') return null;
  if (!isBy(fact, 'endpoint-controller', 'endpointslice-controller')) return null;
  const services = ownersOf(thing, log).filter(({ resource }) => resource === 'services');
  return {
    candidates: services.flatMap((service) =>
      removalBefore(service, fact, log, {
        proven: "by the owner's uid: its Service was deleted",
        likely: 'the Service of that name was deleted before',
      }),
    ),
    wants: lineWants(thing, log),
    missing: 'the deletion of its Service',
  };
};
