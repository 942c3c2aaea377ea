/**
 * Requests in the order of time, each under what set it off. What is asked about brings its causes and effects along. Nothing
 * stands above its cause: where the clocks of two API servers differ, it is put right behind it.
 */
import type { CauseChain } from '../cause-chain/cause-chain.ts';
import type { Link } from '../cause-chain/finding.ts';
import { tookEffect } from '../fact/effect.ts';
import { byTime, type Fact } from '../fact/fact.ts';

export interface Node {
  readonly fact: Fact;
  readonly parent: Parent | null;
  /** 0: nothing that is known set it off. */
  readonly depth: number;
}

export interface Parent {
  readonly node: Node;
  readonly link: Link['link'];
  readonly why: string;
}

export interface Asked {
  readonly fact: Fact;
  /** What it led to belongs to it. Not so of an object's owners: they have other children too. */
  readonly bringsEffects: boolean;
}

/** Ties that the chain of causes does not know. */
export type MoreLinks = (fact: Fact) => readonly Link[];

/** Competing causes that are brought along; `why` says of how many. */
const COMPETING = 3;
/** Requests brought along, at most; each of them costs a row. */
const MOST = 50_000;

export function treeOf(
  asked: readonly Asked[],
  chain: CauseChain,
  more: MoreLinks = () => [],
): readonly Node[] {
  const facts = new Map(asked.map(({ fact }) => [fact.key, fact]));
  for (const { fact, bringsEffects } of asked) {
    if (!bringsEffects || !tookEffect(fact.effect)) continue;
    for (const child of chain.followersOf(fact)) {
      if (facts.size < MOST) facts.set(child.fact.key, child.fact);
    }
  }
  const linksOf = (fact: Fact) => [...chain.linksOf(fact), ...more(fact)];
  const open = [...facts.values()];
  for (let fact = open.pop(); fact !== undefined; fact = open.pop()) {
    for (const { fact: cause } of linksOf(fact).slice(0, COMPETING)) {
      if (facts.has(cause.key) || facts.size >= MOST) continue;
      facts.set(cause.key, cause);
      open.push(cause);
    }
  }
  return inOrder(nodesOf(facts, linksOf));
}

/** Newest, with all that they stand under. */
export function newestOf(nodes: readonly Node[], limit: number | null): readonly Node[] {
  if (limit === null || nodes.length <= limit) return nodes;
  const kept = new Set<Node>();
  for (const node of nodes.slice(-limit)) {
    for (let up: Node | null = node; up !== null; up = up.parent?.node ?? null) kept.add(up);
  }
  return nodes.filter((node) => kept.has(node));
}

function nodesOf(facts: ReadonlyMap<string, Fact>, linksOf: (fact: Fact) => readonly Link[]): Iterable<Node> {
  const nodes = new Map<string, Node>();
  const place = (fact: Fact, above: ReadonlySet<string>): Node => {
    const known = nodes.get(fact.key);
    if (known !== undefined) return known;
    const path = new Set([...above, fact.key]);
    const links = linksOf(fact).filter((link) => facts.has(link.fact.key) && !path.has(link.fact.key));
    const best = bestOf(links);
    const parent = best === null ? null : { node: place(best.fact, path), link: best.link, why: best.why };
    const node: Node = { fact, parent, depth: parent === null ? 0 : parent.node.depth + 1 };
    nodes.set(fact.key, node);
    return node;
  };
  for (const fact of facts.values()) place(fact, new Set());
  return nodes.values();
}

/** What set it off before who made the program that did it; and proven before likely. */
function bestOf(links: readonly Link[]): Link | null {
  const rank = ({ isMaker, link }: Link) => (isMaker ? 2 : 0) + (link === 'proven' ? 0 : 1);
  return links.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}

function inOrder(nodes: Iterable<Node>): readonly Node[] {
  const times = new Map<Node, number>();
  const timeOf = (node: Node): number => {
    const known = times.get(node);
    if (known !== undefined) return known;
    const above = node.parent === null ? 0 : timeOf(node.parent.node);
    const time = Math.max(node.fact.atUs, above);
    times.set(node, time);
    return time;
  };
  return [...nodes].sort((a, b) => timeOf(a) - timeOf(b) || a.depth - b.depth || byTime(a.fact, b.fact));
}
