/** Deeds counted as they come, by actor: for words whose requests each stand alone, what is not shown need not be kept. */

import type { Word } from '../../query/words.ts';
import { counts, type Deed } from './deed.ts';
import { whoText } from './who-did-row.ts';

/** Attackers choose names: beyond so many the rest is counted together. */
const MAX_ACTORS = 10_000;

export class Tally {
  readonly #word: Word;
  readonly #byActor = new Map<string, number>();
  #total = 0;
  #done = 0;
  #byOthers = 0;

  constructor(word: Word) {
    this.#word = word;
  }

  /** Attempts too. */
  get total(): number {
    return this.#total;
  }

  get done(): number {
    return this.#done;
  }

  /** Deeds done, the busiest actor first; at last, without a name, those of actors too many to tell apart. */
  get actors(): readonly (readonly [actor: string | null, count: number])[] {
    const named = [...this.#byActor].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return this.#byOthers === 0 ? named : [...named, [null, this.#byOthers]];
  }

  add(deed: Deed): void {
    this.#total++;
    if (!counts(this.#word, deed)) return;
    this.#done++;
    const actor = whoText(deed.fact.row.who);
    const known = this.#byActor.get(actor);
    if (known === undefined && this.#byActor.size >= MAX_ACTORS) this.#byOthers++;
    else this.#byActor.set(actor, (known ?? 0) + 1);
  }
}
