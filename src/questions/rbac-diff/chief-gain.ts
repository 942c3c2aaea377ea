/** Of all that was gained what one sentence should name: the most dangerous, before others what lasts, then what is new. */
import type { Deed } from './deeds.ts';
import type { Told } from './rbac-diff-answer.ts';
import type { RightChange } from './right-changes.ts';
import { giverOf, isGatheredBy } from './right-rows.ts';
import { compact } from './rights.ts';
import { RISKS, type Risk } from './risks.ts';
import { dangersOf, risksOf } from './risks-of.ts';
import type { Rule } from './rule.ts';
import { roleId } from './rule-set.ts';

export interface Chief {
  readonly change: RightChange;
  readonly deed: Deed;
}

/** Of those that are equally dangerous so many are looked at for one that lasts. */
const LOOKED_AT = 100;

/** Null: nothing was gained. */
export function chiefGain(told: Told): Chief | null {
  let least = Number.POSITIVE_INFINITY;
  let some: Chief[] = [];
  for (const { deed, rights } of told.entries) {
    if (deed === null || deed.isByItself) continue;
    for (const change of rights) {
      if (change.op !== 'gained') continue;
      const rank = rankOf(change, deed, told);
      if (rank > least) continue;
      if (rank < least) some = [];
      least = rank;
      if (some.length < LOOKED_AT) some.push({ change, deed });
    }
  }
  return some.find(({ change }) => told.lasts(change)) ?? some[0] ?? null;
}

const ORDER = Object.keys(RISKS) as Risk[];

/** Less is worse. */
function rankOf({ subject, rights, grant }: RightChange, deed: Deed, told: Told): number {
  const { role, namespace } = grant;
  const content = role === null ? null : told.judgement.replay.end.content(roleId(role, namespace));
  const known = content?.kind === 'role' ? content : null;
  const [labels, isGathered] = [known?.labels ?? null, isGatheredBy(deed, known)];
  const byContext = risksOf(null, {
    subject,
    namespace,
    role,
    labels,
    isGathered,
    giver: giverOf(deed.cause),
  });
  const shown = rights === null ? byContext : byContext.filter((risk) => risk !== 'unknown-role');
  const worst = Math.min(
    worstIn(shown),
    rights === null ? ORDER.length : worstOf(rights, namespace === null),
  );
  return worst * 2 + (namespace === null ? 0 : 1);
}

function worstIn(risks: Iterable<Risk>): number {
  let least = ORDER.length;
  for (const risk of risks) least = Math.min(least, ORDER.indexOf(risk));
  return least;
}

/** Many gain the same: the list of rights is then one and the same too. */
const WORST = {
  everywhere: new WeakMap<readonly Rule[], number>(),
  there: new WeakMap<readonly Rule[], number>(),
};

function worstOf(rights: readonly Rule[], isEverywhere: boolean): number {
  const known = isEverywhere ? WORST.everywhere : WORST.there;
  const found =
    known.get(rights) ?? worstIn(compact(rights).flatMap((rule) => [...dangersOf(rule, isEverywhere)]));
  known.set(rights, found);
  return found;
}
