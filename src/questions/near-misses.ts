/** What came near when nothing was found: attempts, no-ops, the same name elsewhere, scaled to zero, ends without a beginning. */
import type { NearMiss } from '../answer.ts';
import { isInNamespace, isOfType, type ObjectQuery } from '../query/object-query.ts';
import type { Word } from '../query/words.ts';
import type { Deed } from './deed.ts';
import type { Deeds } from './deeds.ts';
import { type Effect, tookEffect } from './effect.ts';
import { effectWords } from './effect-words.ts';
import type { Fact } from './fact.ts';
import { objectText, whoDidRow, whoText } from './who-did-row.ts';

/** Near misses of each kind, at most; the newest. */
const OF_EACH_KIND = 5;

export function nearMissesOf(
  word: Word,
  object: ObjectQuery,
  facts: readonly Fact[],
  deeds: readonly Deed[],
  found: Deeds,
): NearMiss[] {
  const newestFirst = facts.toReversed();
  const attempts = deeds.filter((deed) => !tookEffect(deed.fact.effect));
  return [
    ...attempts.map((deed) => ofDeed(ATTEMPTS[deed.fact.effect] ?? 'attempt', deed)),
    ...some(found.unsure.toReversed()).map((fact) =>
      of(
        'could-be',
        fact,
        `could have been it; the log does not hold ${word.name === 'create' ? 'its name' : 'what it changed'}`,
      ),
    ),
    ...some(found.otherwise.toReversed()).map((fact) => of('otherwise', fact, OTHERWISE[word.name] ?? '')),
    ...some(found.noOps.toReversed()).map((fact) => of('no-op', fact, 'succeeded, but changed nothing')),
    ...some((found.removals?.orphans ?? []).filter((fact) => fact.isKubeletCompletion).toReversed()).map(
      (fact) =>
        of('completed-by-kubelet', fact, 'completes a deletion whose request is not in what was read'),
    ),
    ...some(newestFirst.filter((fact) => isScaledToZero(word, object, fact))).map((fact) =>
      of('scaled-to-zero', fact, 'scaled it to zero: its pods went, not the object'),
    ),
    ...some(
      newestFirst.filter(
        (fact) =>
          isElsewhere(word, object, fact) &&
          !isInNamespace(fact.target, object) &&
          isOfType(fact.target, object),
      ),
    ).map((fact) => of('other-namespace', fact, 'the same name in another namespace')),
    ...some(
      newestFirst.filter((fact) => isElsewhere(word, object, fact) && !isOfType(fact.target, object)),
    ).map((fact) => of('other-kind', fact, 'the same name, another kind')),
  ];
}

const ATTEMPTS: Readonly<Partial<Record<Effect, string>>> = {
  'dry run': 'dry-run',
  unknown: 'outcome-unknown',
};
const OTHERWISE: Readonly<Record<string, string>> = {
  approve: 'it was denied, not approved',
  drain: 'cordoned, but no pod was evicted after it',
};

function some<T>(list: readonly T[]): readonly T[] {
  return list.slice(0, OF_EACH_KIND);
}

function ofDeed(code: string, deed: Deed): NearMiss {
  return near(code, deed, `${deed.word}: ${effectWords(deed).full}`);
}

function of(code: string, fact: Fact, why: string): NearMiss {
  return near(code, { fact, word: fact.row.did.word, link: null, why }, why);
}

function near(code: string, deed: Deed, why: string): NearMiss {
  const { row } = deed.fact;
  return {
    code,
    text: `${objectText(row)}: ${deed.word} by ${whoText(row.who)}: ${why}`,
    row: whoDidRow(deed),
  };
}

/** Done to an object of the same name, of another type or in another place. */
function isElsewhere(word: Word, object: ObjectQuery, fact: Fact): boolean {
  if (
    object.kind !== 'resource' ||
    fact.target.name !== object.name ||
    fact.effect !== 'done' ||
    fact.isKubeletCompletion
  )
    return false;
  if (fact.target.subresource !== null && word.through !== 'any') return false;
  if (isOfType(fact.target, object) && isInNamespace(fact.target, object)) return false;
  if (word.name === 'delete') return fact.row.did.verb === 'delete' || fact.target.subresource === 'eviction';
  if (word.name === 'create') return fact.isCreation;
  return (
    fact.target.subresource !== 'status' && (word.verbs === null || word.verbs.includes(fact.row.did.verb))
  );
}

function isScaledToZero(word: Word, object: ObjectQuery, fact: Fact): boolean {
  if (word.name !== 'delete' || object.kind !== 'resource' || fact.effect !== 'done') return false;
  if (fact.target.name !== object.name || !isInNamespace(fact.target, object)) return false;
  // A status that reports no replicas is the controller's, after the fact.
  const isWrite = ['patch', 'update'].includes(fact.row.did.verb) && fact.target.subresource !== 'status';
  return isWrite && fact.asked.replicas === 0 && (fact.after?.replicas ?? 0) === 0;
}
