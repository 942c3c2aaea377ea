/** What is wrong in rule files, and where: gathered, so that an author sees all of it at once. */
import { UserError } from '../errors.ts';
import type { RulePlace } from './rule.ts';

/** Line and column from 1. */
export interface Place extends RulePlace {
  readonly column: number;
}

/** One thing that cannot be honoured. Thrown within a rule, and caught where the next rule begins. */
export class Refusal extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.name = 'Refusal';
    this.place = place;
  }
}

/** Beyond it, how many more there are. */
const SHOWN = 20;

export class Refusals {
  readonly #refusals: Refusal[] = [];

  /** Null: it was refused, and is kept. What is thrown besides is passed on. */
  attempt<T>(make: () => T): T | null {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refusals.push(error);
      return null;
    }
  }

  /** Throws UserError AUDIT_BAD_RULE when something was refused: none of the rules is to be taken for the whole. */
  throwAll(): void {
    const lines = this.#refusals.map(
      ({ place: { file, line, column }, message }) => `${file}:${line}:${column}: ${message}`,
    );
    const [first] = lines;
    if (first === undefined) return;
    const others = lines.slice(1, SHOWN);
    if (lines.length > SHOWN) others.push(`and ${lines.length - SHOWN} more`);
    throw new UserError('AUDIT_BAD_RULE', [first, ...others].join('\n'), {
      hint: 'mend or take out what is named, then run it again: no rule was loaded, so that none is missing without your knowing',
    });
  }
}
