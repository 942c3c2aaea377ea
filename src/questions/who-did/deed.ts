/** A request that is what was asked about, done or attempted: its fact, the word for it, and how sure the tie is. */
import { type Word, WRITES } from '../../query/words.ts';
import { tookEffect } from '../fact/effect.ts';
import type { Fact } from '../fact/fact.ts';

export interface Deed {
  readonly fact: Fact;
  readonly word: string;
  /** Null: the request names the object itself. */
  readonly link: 'proven' | 'likely' | null;
  readonly why: string | null;
}

/** Done, not only tried. Of what means any request at all, every request counts; who was impersonated, was, whatever came of it. */
export function counts(word: Word, deed: Deed): boolean {
  if (word.name === 'touch') return true;
  return word.name === 'impersonate' ? deed.fact.row.who.as !== null : tookEffect(deed.fact.effect);
}

export function isWrite({ row }: Fact): boolean {
  return (WRITES as readonly string[]).includes(row.did.verb);
}
