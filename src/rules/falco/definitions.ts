/**
 * Lists, macros and rules as Falco's files leave them when all are read: later ones replace, append to or override earlier
 * ones (falcosecurity/falco, userspace/engine/rule_loader_{reader,collector}.cpp). Conditions are text still.
 */
import type { Place } from '../refusal.ts';
import type { Scalar } from '../yaml-tree.ts';

/** Text put together from pieces of files, with a blank between. */
export class Pieces {
  readonly #pieces: readonly Scalar[];

  constructor(pieces: readonly Scalar[]) {
    this.#pieces = pieces;
  }

  get text(): string {
    return this.#pieces.map(({ text }) => text).join(' ');
  }

  with(piece: Scalar): Pieces {
    return new Pieces([...this.#pieces, piece]);
  }

  /** Where in the files the character stands that is at `offset` in `text`. */
  placeAt(offset: number): Place {
    let left = offset;
    for (const piece of this.#pieces) {
      if (left <= piece.text.length) return piece.placeAt(left);
      left -= piece.text.length + 1;
    }
    const last = this.#pieces.at(-1);
    return last === undefined ? { file: '', line: 1, column: 1 } : last.placeAt(last.text.length);
  }
}

export interface ListDefinition {
  readonly name: string;
  readonly items: readonly Scalar[];
  readonly place: Place;
  /** Place in the order of all definitions: where it was first defined, and where it was last changed. */
  readonly first: number;
  readonly last: number;
}

export interface MacroDefinition {
  readonly name: string;
  readonly condition: Pieces;
  readonly place: Place;
}

export interface RuleDefinition {
  readonly name: string;
  readonly source: string;
  readonly condition: Pieces;
  readonly exceptions: readonly ExceptionDefinition[];
  readonly output: Pieces;
  readonly description: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly isEnabled: boolean;
  /** Fields that are not known switch the rule off instead of being refused. */
  readonly skipsUnknown: boolean;
  readonly place: Place;
}

export interface ExceptionDefinition {
  readonly name: string;
  /** Null: it only adds values to one that has them. */
  readonly fields: readonly Scalar[] | null;
  readonly operators: readonly Scalar[] | null;
  /** One field by itself, whose values are no tuples. */
  readonly isSingle: boolean;
  readonly values: readonly ExceptionValue[];
  readonly place: Place;
}

/** Of each field one, or a list; of a single field just one. */
export type ExceptionValue = readonly (Scalar | readonly Scalar[])[];

export const PRIORITIES = [
  ...(['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'] as const),
] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Definitions {
  readonly lists: ReadonlyMap<string, ListDefinition>;
  readonly macros: ReadonlyMap<string, MacroDefinition>;
  readonly rules: ReadonlyMap<string, RuleDefinition>;
}
