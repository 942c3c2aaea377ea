/** By what a record is known again that nobody can read: what it says, and the how-manieth it is of those that say the same. */
import { digest } from '../../event/digest.ts';
import type { Reject } from '../../event/event.ts';

export class RejectKeys {
  readonly #counts = new Map<string, number>();

  /** `recordAt`: by its line. */
  keysOf(rejects: readonly Reject[], recordAt: (line: number) => unknown): readonly string[] {
    return rejects.map(({ position: { line } }) => {
      const said = digest(JSON.stringify(recordAt(line)) ?? '');
      const nth = (this.#counts.get(said) ?? 0) + 1;
      this.#counts.set(said, nth);
      return `${said} ${nth}`;
    });
  }
}
