/** Which of the changes, rights and refusals are asked for: by whom, whose, where. */

import type { Fact } from '../fact/fact.ts';
import type { Deed } from './deeds.ts';
import type { Refused } from './found.ts';
import type { Asked } from './rbac-diff.ts';
import { knownSubjects } from './rbac-object.ts';
import type { RightChange } from './right-changes.ts';
import type { Standing } from './standing.ts';
import { groupsOf, type Subject, userSubject } from './subject.ts';

export function wantedRights(asked: Asked, rights: readonly RightChange[]): readonly RightChange[] {
  const { namespace } = asked.params;
  return rights.filter(
    ({ subject, grant }) =>
      (namespace === null || grant.namespace === null || grant.namespace === namespace) &&
      isWantedSubject(asked, subject),
  );
}

/** `rights`: of the deed, those wanted. */
export function isWantedDeed(asked: Asked, deed: Deed, rights: readonly RightChange[]): boolean {
  const { params, found } = asked;
  const { change, fact, cause } = deed;
  const isUnfiltered = params.filters.kind === 'all' && params.filters.of.length === 0;
  const passes = [fact, cause].some((one) => one !== null && found.passes(one));
  if (!passes && !(fact === null && isUnfiltered)) return false;
  if (rights.length > 0) return true;
  if (params.namespace !== null && change.id.namespace !== null && change.id.namespace !== params.namespace)
    return false;
  if (params.isNet && change.isNet !== true) return false;
  return params.subject === null || [change.before, change.after].some((one) => names(asked, one));
}

/** Deletions that may have taken something that is asked for. */
export function wantedUnnamed({ params, found }: Asked): readonly Fact[] {
  const { namespace: wanted } = params;
  return found
    .unnamed()
    .filter(({ target: { namespace } }) => wanted === null || namespace === null || namespace === wanted);
}

/** A refused request is whoever's sent it. */
export function isWantedRefusal(asked: Asked, { fact }: Refused): boolean {
  const { params, found } = asked;
  if (!found.passes(fact)) return false;
  const { namespace } = fact.target;
  if (params.namespace !== null && namespace !== null && namespace !== params.namespace) return false;
  const user = fact.row.who.as ?? fact.row.who.user;
  return params.subject === null || (user !== null && params.subject.matches(userSubject(user)));
}

function names(asked: Asked, standing: Standing): boolean {
  return standing?.kind === 'binding' && knownSubjects(standing).some((one) => isWantedSubject(asked, one));
}

/** Also the groups that a user named in full is in. */
function isWantedSubject({ params, found }: Asked, subject: Subject): boolean {
  const { subject: wanted } = params;
  if (wanted === null || wanted.matches(subject)) return true;
  if (subject.kind !== 'Group' || wanted.user === null) return false;
  const known = wanted.user.kind === 'User' ? (found.groups.of(wanted.user.name) ?? []) : [];
  return groupsOf(wanted.user, known).includes(subject.name);
}
