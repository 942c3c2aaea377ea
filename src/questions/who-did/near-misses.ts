/** What came near when nothing was found: attempts, no-ops, the same name elsewhere, scaled to zero, ends without a beginning. */
import type { NearMiss } from '../../answer.ts';
import { isInNamespace, isOfType, type ObjectQuery } from '../../query/object-query.ts';
import type { Word } from '../../query/words.ts';
import { type Effect, tookEffect } from '../fact/effect.ts';
import { byEnd, type Fact } from '../fact/fact.ts';
import { StateTrack } from '../fact/state-track.ts';
import type { Deed } from './deed.ts';
import type { Deeds } from './deeds.ts';
import { effectWords } from './effect-words.ts';
import { VERDICTS } from './verdicts.ts';
import { objectText, whoDidRow, whoText } from './who-did-row.ts';

/** Near misses of each kind, at most; attempts are all told. */
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
  const couldBe = `could have been it; the log does not hold ${word.name === 'create' ? 'its name' : 'what it changed'}`;
  const completions = (found.removals?.orphans ?? []).filter((fact) => fact.isKubeletCompletion);
  const otherwise = meaningOtherwise(word, object, facts);
  const elsewhere = newestFirst.filter((fact) => isElsewhere(word, object, fact) && !otherwise.has(fact));
  return [
    ...folded(attempts.map((deed) => ofDeed(ATTEMPTS[deed.fact.effect] ?? 'attempt', deed))),
    ...some('could-be', found.unsure.toReversed(), couldBe),
    ...some('otherwise', found.otherwise.toReversed(), OTHERWISE[word.name] ?? ''),
    ...some('no-op', found.noOps.toReversed(), 'succeeded, but changed nothing'),
    ...some(
      'completed-by-kubelet',
      completions.toReversed(),
      'completes a deletion whose request is not in what was read',
    ),
    ...some(
      'scaled-to-zero',
      newestFirst.filter((fact) => isScaledToZero(word, object, fact)),
      'scaled it to zero: its pods went, not the object',
    ),
    ...some(
      'other-namespace',
      elsewhere.filter((fact) => !isInNamespace(fact.target, object) && isOfType(fact.target, object)),
      'the same name in another namespace',
    ),
    ...some(
      'other-kind',
      elsewhere.filter((fact) => !isOfType(fact.target, object)),
      'the same name, another kind',
    ),
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

/** The newest of those that differ. */
function some(code: string, newestFirst: readonly Fact[], why: string): readonly NearMiss[] {
  const misses = newestFirst.map((fact) =>
    near(code, { fact, word: fact.row.did.word, link: null, why }, why),
  );
  return folded(misses).slice(0, OF_EACH_KIND);
}

/** What reads the same is one: the newest, with how often. `misses`: newest first. */
function folded(misses: readonly NearMiss[]): readonly NearMiss[] {
  const alike = new Map<string, NearMiss>();
  const counts = new Map<string, number>();
  for (const miss of misses) {
    const key = JSON.stringify([miss.code, miss.text]);
    if (!alike.has(key)) alike.set(key, miss);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...alike].map(([key, miss]) => {
    const count = counts.get(key) ?? 1;
    if (count === 1) return miss;
    return { ...miss, count, text: `${miss.text} (${count} times, last at ${lastOf(miss)})` };
  });
}

/** To the second; the row has the rest. */
function lastOf({ row }: NearMiss): string {
  return typeof row?.when === 'string' ? row.when.replace(/\.\d+Z$/, 'Z') : 'an unknown time';
}

function ofDeed(code: string, deed: Deed): NearMiss {
  return near(code, deed, `${deed.word}: ${effectWords(deed).full}`);
}

function near(code: string, deed: Deed, why: string): NearMiss {
  const { row } = deed.fact;
  return {
    code,
    text: `${objectText(row)}: ${deed.word} by ${whoText(row.who)}: ${why}`,
    count: 1,
    row: whoDidRow(deed),
  };
}

/** What cannot be the deed by what it asked for: the release of a finalizer is no scaling, of whatever object. */
function meaningOtherwise(word: Word, object: ObjectQuery, facts: readonly Fact[]): ReadonlySet<Fact> {
  const track = new StateTrack();
  const otherwise = new Set<Fact>();
  for (const fact of facts.toSorted(byEnd)) {
    if (VERDICTS[word.name]?.(fact, track.before(fact), object) === 'no') otherwise.add(fact);
    track.add(fact);
  }
  return otherwise;
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
