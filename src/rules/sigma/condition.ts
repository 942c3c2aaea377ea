/** A Sigma condition: `selection and not 1 of filter_*` → a search made of its search identifiers. */
import { matchesGlob } from '../../query/glob.ts';
import { Refusal } from '../refusal.ts';
import type { Scalar } from '../yaml-tree.ts';
import type { Search } from './search.ts';

/** Throws a Refusal. */
export function parseCondition(condition: Scalar, identifiers: ReadonlyMap<string, Search>): Search {
  return new Parser(condition, identifiers).condition();
}

const BLANK = /\s*/y;
const WORD = /[A-Za-z0-9_*-]+/y;
const OF = /\s+of\s+/iy;
const MAX_DEPTH = 200;

class Parser {
  readonly #condition: Scalar;
  readonly #identifiers: ReadonlyMap<string, Search>;
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(condition: Scalar, identifiers: ReadonlyMap<string, Search>) {
    this.#condition = condition;
    this.#identifiers = identifiers;
    this.#text = condition.text;
  }

  condition(): Search {
    const search = this.#any();
    this.#take(BLANK);
    if (this.#at < this.#text.length) throw this.#unexpected('"and", "or" or the end');
    return search;
  }

  #any(): Search {
    return this.#joined('or', 'any', () => this.#all());
  }

  #all(): Search {
    return this.#joined('and', 'all', () => this.#not());
  }

  #joined(word: string, kind: 'all' | 'any', part: () => Search): Search {
    const parts = [part()];
    while (this.#takesWord(word)) parts.push(part());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind, of: parts };
  }

  #not(): Search {
    let isNegated = false;
    while (this.#takesWord('not')) isNegated = !isNegated;
    const of = this.#operand();
    return isNegated ? { kind: 'not', of } : of;
  }

  #operand(): Search {
    this.#take(BLANK);
    const start = this.#at;
    if (this.#text[this.#at] === '(') return this.#embedded(start);
    const word = this.#take(WORD);
    if (word === null) throw this.#unexpected('a search identifier, "1 of", "all of" or "("');
    const of = this.#take(OF);
    if (of !== null) return this.#several(word.toLowerCase(), start);
    const search = this.#identifiers.get(word);
    if (search === undefined) throw this.#refusal(start, `there is no search identifier ${word}`);
    return search;
  }

  #embedded(start: number): Search {
    this.#at++;
    if (++this.#depth > MAX_DEPTH) throw this.#refusal(start, `nested more than ${MAX_DEPTH} deep`);
    const search = this.#any();
    this.#take(BLANK);
    if (this.#text[this.#at] !== ')') throw this.#unexpected('")"');
    this.#at++;
    this.#depth--;
    return search;
  }

  #several(quantifier: string, start: number): Search {
    const patternAt = this.#at;
    const pattern = this.#take(WORD);
    if (pattern === null) throw this.#unexpected('"them" or a pattern such as selection*');
    if (!['1', 'any', 'all'].includes(quantifier))
      throw this.#refusal(start, `${quantifier} of: 1 of, any of or all of`);
    const of = this.#fitting(pattern);
    if (of.length === 0) throw this.#refusal(patternAt, `no search identifier fits ${pattern}`);
    return { kind: quantifier === 'all' ? 'all' : 'any', of };
  }

  /** Those that begin with an underscore are left out unless they are asked for. */
  #fitting(pattern: string): readonly Search[] {
    const isThem = pattern.toLowerCase() === 'them';
    return [...this.#identifiers]
      .filter(([name]) => !name.startsWith('_') || (!isThem && pattern.startsWith('_')))
      .filter(([name]) => isThem || matchesGlob(name, pattern))
      .map(([, search]) => search);
  }

  #takesWord(word: string): boolean {
    const start = this.#at;
    this.#take(BLANK);
    if (this.#take(WORD)?.toLowerCase() === word) return true;
    this.#at = start;
    return false;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #unexpected(wanted: string): Refusal {
    const rest = this.#text.slice(this.#at).trim();
    if (rest.startsWith('|'))
      return this.#refusal(
        this.#at,
        'aggregations are written as correlation rules since Sigma 2: type: event_count, …',
      );
    const found = rest === '' ? 'it ends' : `${JSON.stringify(rest.slice(0, 20))} stands`;
    return this.#refusal(this.#at, `${found} where ${wanted} is expected`);
  }

  #refusal(at: number, message: string): Refusal {
    return new Refusal(this.#condition.placeAt(at), `condition: ${message}`);
  }
}
