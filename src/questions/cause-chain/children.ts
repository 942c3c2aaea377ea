/** The chain the other way: what each request led to, from the nearest causes of all that is known. */
import { byTime, type Fact } from '../fact/fact.ts';
import type { Link } from './finding.ts';
import type { Links } from './links.ts';

export type Child = Link & { readonly depth: number };

const DEEPEST = 12;
/** Told of one request, at most. */
const MOST = 1_000;

export class Children {
  readonly #byCause = new Map<string, Link[]>();

  constructor(links: Links) {
    for (const fact of links.log.all) {
      for (const { fact: cause, ...link } of links.of(fact).links) {
        const known = this.#byCause.get(cause.key) ?? [];
        this.#byCause.set(cause.key, known);
        known.push({ fact, ...link });
      }
    }
  }

  of(fact: Fact): readonly Child[] {
    const children: Child[] = [];
    const passed = new Set([fact.key]);
    let level = [fact];
    for (let depth = 1; depth <= DEEPEST && level.length > 0; depth++) {
      const next: Fact[] = [];
      for (const child of level.flatMap(({ key }) => this.#byCause.get(key) ?? [])) {
        if (passed.has(child.fact.key) || children.length >= MOST) continue;
        passed.add(child.fact.key);
        children.push({ ...child, depth });
        next.push(child.fact);
      }
      level = next;
    }
    return children.sort((a, b) => byTime(a.fact, b.fact));
  }
}
