/** Pods that go because of their node: it is gone, or has a taint they may not outlast, or was cordoned to be drained. */
import type { Fact } from '../../fact/fact.ts';
import { newestOfEach } from '../competing.ts';
import { isBy } from '../controllers.ts';
import type { Candidate, Rule } from '../finding.ts';
import { isBefore, isWithin, LONGEST_US } from '../in-time.ts';
import type { LoggedFacts } from '../logged-facts.ts';
import { writesWants } from '../owners.ts';
import { removalBefore } from '../removals-before.ts';
import { type Thing, thingOf } from '../thing.ts';
import type { Want } from '../wants.ts';

export const lostNode: Rule = (fact, log) => {
  const pod = deletedPod(fact);
  if (pod === null || !isBy(fact, 'pod-garbage-collector', 'node-controller')) return null;
  const name = log.nodeOf(pod);
  const wants = [...writesWants(pod), ...(name === null ? [] : writesWants(nodeThing(name)))];
  if (name === null) return { candidates: [], wants, missing: 'the node it ran on, and what befell that' };
  const node = nodeThing(name);
  const gone = removalBefore(node, fact, log, { proven: GONE, likely: GONE }).map((cause) => ({
    ...cause,
    isProven: false,
  }));
  const candidates = gone.length > 0 ? gone : isBy(fact, 'node-controller') ? taints(node, fact, log) : [];
  const missing = isBy(fact, 'node-controller')
    ? `a taint of node ${name}, or its removal`
    : `the removal of node ${name}; or it had ended, and there were too many of those`;
  return { candidates, wants, missing };
};

const GONE = 'ran on the node that was deleted';

function taints(node: Thing, fact: Fact, log: LoggedFacts): readonly Candidate[] {
  const marks = log
    .on(node)
    .filter((mark) => isNodeWrite(mark) && (mark.asked.mayEvict || !mark.hasBody))
    .filter((mark) => isBefore(mark, fact) && isWithin(mark, fact, LONGEST_US));
  return newestOfEach(marks).map((mark) => ({
    fact: mark,
    isProven: false,
    why: mark.hasBody ? 'put a taint on its node that evicts' : 'wrote to its node; what, is not in the log',
  }));
}

/** `kubectl drain` cordons first, then evicts. */
export const drain: Rule = (fact, log) => {
  const pod = thingOf(fact);
  if (pod === null || fact.target.subresource !== 'eviction' || fact.effect !== 'done') return null;
  const name = log.nodeOf(pod);
  const writes = name === null ? log.ofType('nodes', null) : log.on(nodeThing(name));
  const cordons = writes.filter(
    (mark) =>
      isNodeWrite(mark) &&
      (!mark.hasBody || mark.asked.unschedulable === true) &&
      isSameActor(mark, fact) &&
      isBefore(mark, fact) &&
      isWithin(mark, fact, LONGEST_US),
  );
  return {
    candidates: lastOfEachNode(cordons).map((mark) => ({
      fact: mark,
      isProven: false,
      why: name === null ? 'cordoned a node before' : 'cordoned its node before',
    })),
    wants: [],
    alsoWants: [cordonWant(fact, name)],
    missing: null,
  };
};

function cordonWant({ row }: Fact, node: string | null): Want {
  const by = row.who.user === null ? null : [row.who.user];
  return {
    verbs: ['update', 'patch'],
    resources: ['nodes'],
    namespace: null,
    names: node === null ? null : [node],
    by,
  };
}

function lastOfEachNode(marks: readonly Fact[]): readonly Fact[] {
  return [...new Map(marks.map((mark) => [mark.target.name, mark])).values()];
}

function isNodeWrite({ row, target }: Fact): boolean {
  return target.subresource === null && (row.did.verb === 'patch' || row.did.verb === 'update');
}

function isSameActor(one: Fact, other: Fact): boolean {
  return one.row.who.user === other.row.who.user && one.row.who.as === other.row.who.as;
}

function deletedPod(fact: Fact): Thing | null {
  const thing = thingOf(fact);
  const isDeleted = fact.row.did.verb === 'delete' && fact.target.subresource === null;
  return thing?.resource === 'pods' && isDeleted ? thing : null;
}

function nodeThing(name: string): Thing {
  return { group: '', resource: 'nodes', namespace: null, name, uid: null };
}
