/** A field's values in a Sigma rule, and what its modifiers make of them, one after the other (sigma-specification v2.1, appendix on modifiers). */
import { UserError } from '../../errors.ts';
import type { CompilePattern, LinearPattern, PatternFlag } from '../../query/linear-pattern.ts';
import { type Network, parseNetwork } from '../../query/networks.ts';
import { type Place, Refusal } from '../refusal.ts';
import type { Scalar, Tree } from '../yaml-tree.ts';
import { encoded, offsetEncodings, wide } from './encodings.ts';
import { type Pattern, parsePattern, patternText, plainText, withAround, withDashes } from './pattern.ts';
import { TIME_PARTS, type TimePart } from './time-parts.ts';

export type Wanted =
  | {
      readonly kind: 'pattern';
      readonly pattern: Pattern;
      readonly isCased: boolean;
      readonly isBytes: boolean;
    }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly isThere: boolean }
  | {
      readonly kind: 'regex';
      readonly source: string;
      readonly flags: readonly PatternFlag[];
      readonly compiled: LinearPattern;
    }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly number: number }
  | { readonly kind: 'network'; readonly network: Network }
  /** Another field's value; `before` and `after`: with anything there. */
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly before: boolean;
      readonly after: boolean;
      readonly isCased: boolean;
    };

export const COMPARISONS = ['lt', 'lte', 'gt', 'gte'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Wish {
  readonly wanted: readonly Wanted[];
  /** All of them, instead of any. */
  readonly isAll: boolean;
  readonly isNegated: boolean;
  readonly timePart: TimePart | null;
  readonly place: Place;
}

/** `modifiers`: those behind the field's name. Throws a Refusal. */
export function readWish(
  modifiers: readonly string[],
  keyPlace: Place,
  value: Tree,
  compilePattern: CompilePattern,
): Wish {
  const scalars = scalarsOf(value);
  const wish = new WishReader(modifiers, keyPlace, compilePattern);
  return wish.read(scalars, value.place);
}

function scalarsOf(value: Tree): readonly Scalar[] {
  if (value.kind === 'scalar') return [value];
  if (value.kind !== 'list')
    throw new Refusal(value.place, 'a value must be a text, a number, or a list of them');
  return value.items.map((item) => {
    if (item.kind !== 'scalar') throw new Refusal(item.place, 'a list of values has texts and numbers in it');
    return item;
  });
}

/** What is known of one value on its way through the modifiers. */
interface Draft {
  readonly wanted: Wanted;
  readonly scalar: Scalar;
}

class WishReader {
  readonly #modifiers: readonly string[];
  readonly #place: Place;
  readonly #compilePattern: CompilePattern;
  #isAll = false;
  #isNegated = false;
  #timePart: TimePart | null = null;

  constructor(modifiers: readonly string[], place: Place, compilePattern: CompilePattern) {
    this.#modifiers = modifiers;
    this.#place = place;
    this.#compilePattern = compilePattern;
  }

  read(scalars: readonly Scalar[], place: Place): Wish {
    if (scalars.length === 0) throw new Refusal(place, 'an empty list of values');
    let drafts = scalars.map((scalar): Draft => ({ scalar, wanted: plainWanted(scalar) }));
    this.#modifiers.forEach((modifier, index) => {
      drafts = drafts.flatMap((draft) => this.#modified(modifier, index, draft));
      this.#wholeModified(modifier);
    });
    const wanted = drafts.map((draft) => draft.wanted);
    if (this.#isAll && wanted.some(({ kind }) => kind === 'null'))
      throw new Refusal(this.#place, 'all of several values, one of which is null, cannot be');
    return {
      ...{ wanted, isAll: this.#isAll, isNegated: this.#isNegated, timePart: this.#timePart },
      place: this.#place,
    };
  }

  #wholeModified(modifier: string): void {
    if (modifier === 'all') this.#isAll = true;
    else if (modifier === 'neq') this.#isNegated = !this.#isNegated;
    else if (isTimePart(modifier)) this.#timePart = modifier;
  }

  #modified(modifier: string, index: number, draft: Draft): readonly Draft[] {
    const { wanted, scalar } = draft;
    const as = (next: Wanted): readonly Draft[] => [{ scalar, wanted: next }];
    switch (modifier) {
      case 'all':
      case 'neq':
        return [draft];
      case 'contains':
        return as(this.#around(draft, true, true));
      case 'startswith':
        return as(this.#around(draft, false, true));
      case 'endswith':
        return as(this.#around(draft, true, false));
      case 'cased':
        if (wanted.kind === 'field') return as({ ...wanted, isCased: true });
        return as({ ...this.#pattern(draft, modifier), isCased: true });
      case 'windash': {
        const pattern = this.#pattern(draft, modifier);
        return as({ ...pattern, pattern: withDashes(pattern.pattern) });
      }
      case 'wide':
      case 'utf16le':
      case 'utf16be':
      case 'utf16': {
        const pattern = this.#pattern(draft, modifier);
        return as({ ...pattern, pattern: wide(pattern.pattern, modifier), isBytes: true });
      }
      case 'base64':
        return as(this.#encoded(draft, modifier, (bytes) => [encoded(bytes)])[0] ?? wanted);
      case 'base64offset':
        return this.#encoded(draft, modifier, offsetEncodings).map((next) => ({ scalar, wanted: next }));
      case 're':
        if (index > 0) throw this.#misplaced(modifier);
        return as(this.#regex(scalar, []));
      case 'i':
      case 'm':
      case 's':
        if (wanted.kind !== 'regex') throw new Refusal(this.#place, `|${modifier} goes behind |re`);
        return as(this.#regex(scalar, [...wanted.flags, modifier]));
      case 'cidr':
        if (index > 0) throw this.#misplaced(modifier);
        return as({ kind: 'network', network: networkOf(scalar) });
      case 'exists':
        if (index > 0) throw this.#misplaced(modifier);
        return as({ kind: 'exists', isThere: flagOf(scalar) });
      case 'fieldref':
        return as({ kind: 'field', name: scalar.text, before: false, after: false, isCased: false });
      case 'expand':
        throw new Refusal(this.#place, '|expand: placeholders cannot be filled in here; write the values');
      default:
        if (isComparison(modifier))
          return as({ kind: 'compare', operator: modifier, number: numberOf(scalar) });
        if (isTimePart(modifier)) {
          numberOf(scalar);
          return [draft];
        }
        throw new Refusal(this.#place, `there is no modifier |${modifier}`);
    }
  }

  #around({ wanted, scalar }: Draft, before: boolean, after: boolean): Wanted {
    if (wanted.kind === 'field') return { ...wanted, before, after };
    // A pattern is looked for anywhere as it is.
    if (wanted.kind === 'regex' && before && after) return wanted;
    const pattern = this.#pattern({ wanted, scalar }, 'contains, startswith and endswith');
    return { ...pattern, pattern: withAround(pattern.pattern, before, after) };
  }

  #pattern({ wanted, scalar }: Draft, modifier: string): Extract<Wanted, { kind: 'pattern' }> {
    if (wanted.kind !== 'pattern')
      throw new Refusal(scalar.place, `|${modifier}: ${JSON.stringify(scalar.text)} is no text here`);
    return wanted;
  }

  #encoded(
    draft: Draft,
    modifier: string,
    encode: (bytes: Buffer) => readonly string[],
  ): readonly Extract<Wanted, { kind: 'pattern' }>[] {
    const pattern = this.#pattern(draft, modifier);
    const text = plainText(pattern.pattern);
    if (text === null)
      throw new Refusal(draft.scalar.place, `|${modifier}: what has wildcards in it cannot be encoded`);
    const bytes = Buffer.from(text, pattern.isBytes ? 'latin1' : 'utf8');
    return encode(bytes).map((one) => ({ ...pattern, pattern: [one], isBytes: false }));
  }

  #regex(scalar: Scalar, flags: readonly PatternFlag[]): Wanted {
    const compiled = this.#compilePattern(scalar.text, flags);
    if ('error' in compiled)
      throw new Refusal(scalar.place, `|re: this pattern cannot be run: ${compiled.error}`);
    return { kind: 'regex', source: scalar.text, flags, compiled };
  }

  #misplaced(modifier: string): Refusal {
    return new Refusal(this.#place, `|${modifier} must come right behind the field`);
  }
}

function plainWanted(scalar: Scalar): Wanted {
  const { value } = scalar;
  if (value === null) return { kind: 'null' };
  const pattern = typeof value === 'string' ? parsePattern(value) : [String(value)];
  return { kind: 'pattern', pattern, isCased: false, isBytes: false };
}

function isComparison(modifier: string): modifier is Comparison {
  return (COMPARISONS as readonly string[]).includes(modifier);
}

function isTimePart(modifier: string): modifier is TimePart {
  return (TIME_PARTS as readonly string[]).includes(modifier);
}

function numberOf(scalar: Scalar): number {
  const number = typeof scalar.value === 'number' ? scalar.value : Number(scalar.text.trim() || Number.NaN);
  if (!Number.isFinite(number))
    throw new Refusal(scalar.place, `${JSON.stringify(scalar.text)} is no number`);
  return number;
}

function flagOf(scalar: Scalar): boolean {
  if (/^(?:true|yes)$/i.test(scalar.text)) return true;
  if (/^(?:false|no)$/i.test(scalar.text)) return false;
  throw new Refusal(scalar.place, '|exists: true or false');
}

function networkOf(scalar: Scalar): Network {
  try {
    return parseNetwork(scalar.text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new Refusal(scalar.place, `|cidr: ${error.message}`);
  }
}

/** For messages, and to tell programs apart. */
export function wantedText(wanted: Wanted): string {
  switch (wanted.kind) {
    case 'pattern':
      return JSON.stringify([patternText(wanted.pattern), wanted.isCased]);
    case 'null':
      return 'null';
    case 'exists':
      return `exists ${wanted.isThere}`;
    case 'regex':
      return `re ${wanted.flags.join('')} ${JSON.stringify(wanted.source)}`;
    case 'compare':
      return `${wanted.operator} ${wanted.number}`;
    case 'network':
      return `cidr ${wanted.network.cidr}`;
    case 'field':
      return `field ${JSON.stringify([wanted.name, wanted.before, wanted.after, wanted.isCased])}`;
  }
}
