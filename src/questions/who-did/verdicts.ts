/** Whether a request on the right object is what a word means, judged by what it asked, what came of it and how things stood. */
import { hasGlob } from '../../query/glob.ts';
import type { ObjectQuery } from '../../query/object-query.ts';
import type { Word } from '../../query/words.ts';
import type { Fact } from '../fact/fact.ts';
import type { KnownState } from '../fact/state-track.ts';

/** `likely`: by all signs, without proof. `unsure`: the log does not hold what would tell. */
export type Verdict = 'yes' | 'likely' | 'no' | 'unsure';
export type Judge = (fact: Fact, before: KnownState, object: ObjectQuery) => Verdict;

/** Whether a word's requests are judged without looking at any other. */
export function isEachAlone({ name }: Word): boolean {
  if (['delete', 'change', 'drain', 'read'].includes(name)) return false;
  return !Object.hasOwn(VERDICTS, name) || ['touch', 'impersonate'].includes(name);
}

/** Words that are not here mean every request that reaches the object in their way. */
export const VERDICTS: Readonly<Record<string, Judge>> = {
  create: (fact, _before, object) => {
    if (fact.row.did.verb !== 'create') return fact.isCreation ? 'yes' : 'no';
    return fact.target.name === null ? generatedName(fact, object) : 'yes';
  },
  change: (fact, _before, object) => {
    const isStatusAsked = object.kind === 'resource' && object.subresource === 'status';
    if (fact.target.subresource === 'status' && !isStatusAsked) return 'no';
    // What is done through these does not change the object.
    const isConnect = ['exec', 'attach', 'portforward', 'log', 'proxy', 'eviction', 'token'].includes(
      fact.target.subresource ?? '',
    );
    return isConnect || fact.row.did.verb.startsWith('delete') ? 'no' : 'yes';
  },
  scale: (fact, before) => {
    if (fact.target.subresource === 'scale') return 'yes';
    if (fact.target.subresource !== null || fact.isCreation) return 'no';
    if (!fact.hasBody && fact.after === null) return doneElse(fact, 'unsure');
    if (fact.hasBody && fact.asked.replicas === undefined) return 'no';
    const now = fact.after?.replicas ?? fact.asked.replicas;
    if (before.replicas !== null) return before.replicas === now ? 'no' : 'yes';
    if (isSpecKept(fact)) return 'no';
    return fact.row.did.verb === 'patch' ? 'likely' : doneElse(fact, 'unsure');
  },
  restart: (fact, before) => {
    if (fact.isCreation) return 'no';
    if (!fact.hasBody) {
      const isByRollout = fact.fieldManager === 'kubectl-rollout' && fact.row.did.verb === 'patch';
      return isByRollout ? 'likely' : doneElse(fact, 'unsure');
    }
    const { restartedAt } = fact.asked;
    if (restartedAt === undefined) return 'no';
    const isKnown = before.restartedAt !== null || before.template !== null;
    if (isKnown) return restartedAt === before.restartedAt ? 'no' : 'yes';
    if (!isOfThatTime(restartedAt, fact)) return 'no';
    return fact.row.did.verb === 'patch' ? 'yes' : 'likely';
  },
  rollout: (fact, before) => {
    if (fact.isCreation) return 'no';
    if (!fact.hasBody && fact.after === null) return doneElse(fact, 'unsure');
    const after = fact.after?.template ?? null;
    if (fact.effect === 'done' && before.template !== null && after !== null)
      return before.template === after ? 'no' : 'yes';
    if (!fact.asked.touchesTemplate || isSpecKept(fact)) return 'no';
    return fact.row.did.verb === 'patch' ? 'yes' : 'likely';
  },
  cordon: (fact, before) => marks(fact, before, true),
  uncordon: (fact, before) => marks(fact, before, false),
  bind: (fact, before) => {
    if (fact.row.did.verb === 'create' || fact.isCreation) return 'yes';
    if (!fact.hasBody && fact.after === null) return fact.effect === 'done' ? 'likely' : 'yes';
    const { subjects } = before;
    if (fact.effect === 'done' && subjects !== null && fact.after !== null)
      return fact.after.subjects.some((subject) => !subjects.includes(subject)) ? 'yes' : 'no';
    return fact.asked.touchesSubjects ? 'likely' : 'no';
  },
  approve: (fact) => {
    if (!fact.hasBody) return fact.effect === 'done' ? 'likely' : 'yes';
    return fact.asked.approval === 'Denied' ? 'no' : 'yes';
  },
  read: listing,
  touch: listing,
  impersonate: (fact) => (fact.row.who.as !== null || fact.wantedToBe !== null ? 'yes' : 'no'),
};

/** A list is about what it holds; without its answer, about all it may hold. */
function listing(fact: Fact): Verdict {
  if (fact.target.name !== null || fact.row.did.verb !== 'list') return 'yes';
  if (fact.holdsWanted !== null) return fact.holdsWanted ? 'yes' : 'no';
  return fact.selector === null && fact.fieldSelector === null ? 'yes' : 'likely';
}

/** A refused or failed request was no such thing, whatever it would have been. */
function doneElse(fact: Fact, verdict: Verdict): Verdict {
  return fact.effect === 'done' ? verdict : 'no';
}

/** The object's generation, which every change of the spec moves on, is the one that the client had seen. */
function isSpecKept({ asked, after }: Fact): boolean {
  return asked.generation !== null && asked.generation === after?.generation;
}

/** Clocks of clients may be off; an annotation that is merely carried along is older than this. */
const RESTART_SKEW_MS = 15 * 60 * 1000;

function isOfThatTime(restartedAt: string, fact: Fact): boolean {
  const atMs = Date.parse(restartedAt);
  return Number.isNaN(atMs) || Math.abs(atMs - fact.atUs / 1000) <= RESTART_SKEW_MS;
}

function marks(fact: Fact, before: KnownState, wanted: boolean): Verdict {
  if (!fact.hasBody && fact.after === null) return doneElse(fact, 'unsure');
  if (before.unschedulable === wanted) return 'no';
  const { unschedulable } = fact.asked;
  if (fact.row.did.verb === 'patch') return unschedulable === wanted ? 'yes' : 'no';
  const after = fact.after?.unschedulable ?? unschedulable ?? false;
  if (after !== wanted) return 'no';
  return before.unschedulable === null ? doneElse(fact, 'unsure') : 'yes';
}

/** Bases longer than this are cut before the suffix is put on (apiserver, storage/names). */
const LONGEST_BASE = 58;
const SUFFIX = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** Names made by the server: the base and five characters. */
function generatedName(fact: Fact, object: ObjectQuery): Verdict {
  const wanted = object.kind === 'resource' ? object.name : null;
  if (wanted === null) return 'yes';
  if (fact.effect !== 'done') return 'no';
  if (fact.generateName === null) return fact.hasBody ? 'no' : 'unsure';
  const base = fact.generateName.slice(0, LONGEST_BASE);
  if (!hasGlob(wanted))
    return wanted.startsWith(base) && SUFFIX.test(wanted.slice(base.length)) ? 'likely' : 'no';
  const beginning = /^[^*?]*/.exec(wanted)?.[0] ?? '';
  return beginning.startsWith(base) || base.startsWith(beginning) ? 'likely' : 'no';
}
