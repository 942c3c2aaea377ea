/** What a rule finds for one request: what may have set it off, and what it would have to read to know. */
import type { Fact } from '../fact/fact.ts';
import type { Cause } from './cause.ts';
import type { LoggedFacts } from './logged-facts.ts';
import type { Want } from './wants.ts';

export interface Candidate {
  readonly fact: Fact;
  /** By a uid, a credential, the same request. Counts only where it stands alone. */
  readonly isProven: boolean;
  readonly why: string;
  /** It made the program that acted: what that does since, it does by itself. */
  readonly isMaker?: boolean;
}

export interface Finding {
  /** Those that compete: one of them, or several together, were it. */
  readonly candidates: readonly Candidate[];
  readonly wants: readonly Want[];
  /** Looked for where something is read anyway; no reason to read on. */
  readonly alsoWants?: readonly Want[];
  /** What was looked for, in words, when there is no candidate; null: not missed. */
  readonly missing: string | null;
}

/** Null: it says nothing of such a request. Must not look at anything but the facts. */
export type Rule = (fact: Fact, log: LoggedFacts) => Finding | null;

export interface Link {
  readonly fact: Fact;
  readonly link: Cause['link'];
  readonly why: string;
  /** It made the program that acted. */
  readonly isMaker: boolean;
}

/** Nearest in time first. Where several compete, none is proven. */
export function linksOf(candidates: readonly Candidate[]): readonly Link[] {
  const [only] = candidates;
  if (candidates.length === 1 && only !== undefined)
    return [{ ...linkTo(only), link: only.isProven ? 'proven' : 'likely' }];
  return candidates
    .toSorted((a, b) => b.fact.atUs - a.fact.atUs)
    .map((one) => ({ ...linkTo(one), link: 'likely', why: `one of ${candidates.length}: ${one.why}` }));
}

function linkTo({ fact, why, isMaker = false }: Candidate): Omit<Link, 'link'> {
  return { fact, why, isMaker };
}
