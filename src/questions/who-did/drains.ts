/**
 * Drains: a node cordoned, and pods evicted by the same actor. An eviction does not say from which node; the kubelet that
 * completes it does.
 */
import { isNamed, type ObjectQuery } from '../../query/object-query.ts';
import type { Fact } from '../fact/fact.ts';
import type { Deed } from './deed.ts';

/** How long after a cordon an eviction by the same actor still belongs to the drain, when nothing tells its node. */
const DRAIN_US = 60 * 60 * 1_000_000;
/** A pod's grace period ends within this, as a rule. */
const GRACE_US = 60 * 60 * 1_000_000;

export interface Drains {
  readonly deeds: readonly Deed[];
  /** Cordons that nothing followed. */
  readonly cordonsOnly: readonly Fact[];
}

export function drainsOf(object: ObjectQuery, facts: readonly Fact[]): Drains {
  const deeds = new Map<string, Deed>();
  const cordonsOnly: Fact[] = [];
  const marks = facts.filter(isMark);
  const evictions = facts.filter(isEviction);
  const nodes = nodesOf(evictions, facts);
  for (const cordon of marks) {
    if (!isNamed(cordon.target, object) || isUncordon(cordon)) continue;
    const until = marks.find((mark) => mark.atUs > cordon.atUs && endsDrain(mark, cordon))?.atUs;
    const its = evictions.filter(
      (eviction) =>
        eviction.atUs >= cordon.atUs &&
        eviction.atUs < (until ?? Number.POSITIVE_INFINITY) &&
        isOf(cordon, eviction, nodes.get(eviction.key) ?? null),
    );
    if (!its.some((eviction) => eviction.effect === 'done')) {
      if (cordon.hasBody) cordonsOnly.push(cordon);
      continue;
    }
    if (marks.some((mark) => isNearer(mark, cordon, its[0]))) continue;
    const isOnlyOne = !marks.some((mark) => isOtherNodes(mark, cordon, until ?? Number.POSITIVE_INFINITY));
    const isCertain = cordon.hasBody && (isOnlyOne || its.some((eviction) => nodes.has(eviction.key)));
    const why = 'evictions by the same actor followed';
    deeds.set(cordon.key, { fact: cordon, word: 'drain', link: isCertain ? null : 'likely', why });
    for (const fact of its) deeds.set(fact.key, evictionOf(fact, nodes.has(fact.key)));
  }
  return { deeds: [...deeds.values()], cordonsOnly };
}

function evictionOf(fact: Fact, isOnNode: boolean): Deed {
  return isOnNode
    ? { fact, word: 'evict', link: 'proven', why: "the node's kubelet completed it" }
    : { fact, word: 'evict', link: 'likely', why: 'the actor who cordoned the node' };
}

/** What may have set or taken away spec.unschedulable. */
function isMark(fact: Fact): boolean {
  const { group, resource, subresource } = fact.target;
  if (group !== '' || resource !== 'nodes' || subresource !== null || fact.effect !== 'done') return false;
  if (fact.row.did.verb !== 'patch' && fact.row.did.verb !== 'update') return false;
  return !fact.hasBody || fact.asked.unschedulable !== undefined;
}

function isUncordon(mark: Fact): boolean {
  return mark.hasBody && mark.asked.unschedulable !== true;
}

/** The node is opened again, or marked anew. */
function endsDrain(mark: Fact, cordon: Fact): boolean {
  return mark.hasBody && mark.target.name === cordon.target.name;
}

/** The same actor also cordoned another node: an eviction may be of either. */
function isOtherNodes(mark: Fact, cordon: Fact, untilUs: number): boolean {
  if (mark.target.name === cordon.target.name || isUncordon(mark) || !isSameActor(mark, cordon)) return false;
  return mark.atUs >= cordon.atUs - DRAIN_US && mark.atUs < untilUs && mark.atUs <= cordon.atUs + DRAIN_US;
}

/** Without bodies any write to the node could be the cordon: the last one before the evictions is taken for it. */
function isNearer(mark: Fact, cordon: Fact, eviction: Fact | undefined): boolean {
  if (cordon.hasBody || mark.target.name !== cordon.target.name || eviction === undefined) return false;
  return isSameActor(mark, cordon) && mark.atUs > cordon.atUs && mark.atUs <= eviction.atUs;
}

function isEviction(fact: Fact): boolean {
  return (
    fact.target.subresource === 'eviction' && fact.row.did.verb === 'create' && fact.effect !== 'dry run'
  );
}

/** An eviction's key → the node whose kubelet completed it. */
function nodesOf(evictions: readonly Fact[], facts: readonly Fact[]): ReadonlyMap<string, string> {
  const nodes = new Map<string, string>();
  const completions = completionsByPod(facts);
  for (const eviction of evictions) {
    if (eviction.effect !== 'done') continue;
    const its = completions
      .get(podOf(eviction))
      ?.find((fact) => fact.atUs >= eviction.atUs && fact.atUs - eviction.atUs <= GRACE_US);
    const node = its?.row.who.user?.replace(/^system:node:/, '');
    if (node !== undefined) nodes.set(eviction.key, node);
  }
  return nodes;
}

function completionsByPod(facts: readonly Fact[]): ReadonlyMap<string, readonly Fact[]> {
  const byPod = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (!fact.isKubeletCompletion || fact.effect !== 'done') continue;
    const known = byPod.get(podOf(fact));
    if (known === undefined) byPod.set(podOf(fact), [fact]);
    else known.push(fact);
  }
  return byPod;
}

function podOf({ target }: Fact): string {
  return JSON.stringify([target.namespace, target.name]);
}

function isOf(cordon: Fact, eviction: Fact, node: string | null): boolean {
  if (!isSameActor(cordon, eviction)) return false;
  return node === null ? eviction.atUs - cordon.atUs <= DRAIN_US : node === cordon.target.name;
}

function isSameActor(one: Fact, other: Fact): boolean {
  return one.row.who.user === other.row.who.user && one.row.who.as === other.row.who.as;
}
