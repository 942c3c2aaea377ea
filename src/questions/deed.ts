/** A request that is what was asked about, done or attempted: its fact, the word for it, and how sure the tie is. */
import type { Fact } from './fact.ts';

export interface Deed {
  readonly fact: Fact;
  readonly word: string;
  /** Null: the request names the object itself. */
  readonly link: 'proven' | 'likely' | null;
  readonly why: string | null;
}
