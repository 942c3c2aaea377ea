/** What the namespace controller does in a namespace that ends, and what others put into one that begins. */
import type { Fact } from '../../fact/fact.ts';
import { isBy } from '../controllers.ts';
import type { Rule } from '../finding.ts';
import { isWithin, PROMPT_US } from '../in-time.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { writesWants } from '../owners.ts';
import { isRemoval, namespaceEnd, namespaceThing } from '../removals-before.ts';
import { thingOf } from '../thing.ts';

export const namespaceContent: Rule = (fact, log) => {
  const { namespace, resource } = fact.target;
  if (!isBy(fact, 'namespace-controller') || !fact.row.did.verb.startsWith('delete')) return null;
  if (namespace === null || resource === 'namespaces') return null;
  const end = namespaceEnd(namespace, fact, log);
  const isProven = end !== null && isFinalized(end, log);
  const why = isProven
    ? 'empties the namespace, whose uid it finalizes'
    : 'empties the namespace that was deleted';
  return {
    candidates: end === null ? [] : [{ fact: end, isProven, why }],
    wants: writesWants(namespaceThing(namespace)),
    missing: `the deletion of namespace ${namespace}`,
  };
};

/** The namespace controller finalized the very namespace that this request deleted. */
function isFinalized(end: Fact, log: LoggedFacts): boolean {
  const { uid } = end.target;
  if (uid === null) return false;
  return log
    .withUid(uid)
    .some((fact) => isBy(fact, 'namespace-controller') && fact.target.subresource === 'finalize');
}

/** A default service account and the cluster's certificates, put into each namespace, and back when they are taken away. */
export const furnishing: Rule = (fact, log) => {
  const thing = thingOf(fact);
  if (thing === null || thing.namespace === null || !fact.isCreation) return null;
  if (!isBy(fact, 'root-ca-cert-publisher', 'service-account-controller')) return null;
  const taken = log
    .on({ ...thing, uid: null })
    .findLast((other) => isJustBefore(other, fact) && isRemoval(other));
  const space = namespaceThing(thing.namespace);
  const begun = log.on(space).findLast((other) => other.isCreation && other.atUs <= fact.atUs);
  const cause = taken ?? begun;
  const why = taken !== undefined ? 'makes it again' : 'every namespace is given one';
  return {
    candidates: cause === undefined ? [] : [{ fact: cause, isProven: false, why }],
    wants: [...writesWants(thing), ...writesWants(space)],
    missing: `the creation of namespace ${thing.namespace}`,
  };
};

function isJustBefore(cause: Fact, effect: Fact): boolean {
  return cause.atUs <= effect.atUs && isWithin(cause, effect, PROMPT_US);
}
