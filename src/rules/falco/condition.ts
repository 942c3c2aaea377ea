/** A Falco condition as it is written: what parse-condition.ts makes of text. Offsets count characters of that text. */

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** The name of a macro. */
  | { readonly kind: 'macro'; readonly name: string; readonly offset: number }
  | Check;

export interface Check {
  readonly kind: 'check';
  readonly left: Operand;
  readonly operator: Operator;
  readonly quantifier: Quantifier | null;
  /** Null with `exists` only. */
  readonly right: Right | null;
  readonly offset: number;
}

export type Operand =
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly argument: string | null;
      readonly offset: number;
    }
  | { readonly kind: 'transformed'; readonly by: Transformer; readonly of: Operand; readonly offset: number };

export type Right =
  | { readonly kind: 'values'; readonly values: readonly Word[]; readonly offset: number }
  | { readonly kind: 'operand'; readonly operand: Operand };

/** A value as it stands there; not in quotes it may be the name of a list. */
export interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly offset: number;
}

export const OPERATORS = [
  ...(['=', '!=', '<', '<=', '>', '>='] as const),
  ...(['contains', 'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith'] as const),
  ...(['glob', 'iglob', 'regex', 'in', 'intersects', 'pmatch', 'exists'] as const),
] as const;
export type Operator = (typeof OPERATORS)[number];

export const QUANTIFIERS = ['oneof', 'anyof', 'allof'] as const;
export type Quantifier = (typeof QUANTIFIERS)[number];

export const TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename', 'len'] as const;
export type Transformer = (typeof TRANSFORMERS)[number];

/** The text does not say what can be understood, or not what can be honoured. */
export class ConditionError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.name = 'ConditionError';
    this.offset = offset;
  }
}
