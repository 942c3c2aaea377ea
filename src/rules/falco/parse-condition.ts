/**
 * Text → Condition, by the grammar of Falco's engine (falcosecurity/libs, userspace/libsinsp/filter/parser.cpp). Lists and
 * macros are names in it still.
 */
import {
  type Condition,
  ConditionError,
  type Operand,
  type Operator,
  QUANTIFIERS,
  type Quantifier,
  type Right,
  TRANSFORMERS,
  type Transformer,
  type Word,
} from './condition.ts';
import { unquote } from './unquote.ts';

/** Throws a ConditionError. */
export function parseCondition(text: string): Condition {
  return new Parser(text).condition();
}

/** A field or a transformed one at the beginning of the text, and what is left behind it; null: there is none. */
export function parseOperand(text: string): { readonly operand: Operand; readonly end: number } | null {
  return new Parser(text).leadingOperand();
}

const BLANK = /[ \t\b\r\n]*/y;
const NOT = /not[ \t\n\v\f\r]+/y;
const NOT_EMBEDDED = /not(?=\()/y;
const FIELD = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;
const IDENTIFIER = /[a-zA-Z][a-zA-Z0-9_]*/y;
const ARGUMENT = /[^\]["'\s]+/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE = /[^()"'\s=,]+/y;
const QUOTED = /(["'])(?:\\[\s\S]|(?!\1)[^\\])*\1/y;

/** In the order in which Falco tries them. */
const NUMERIC: readonly [string, Operator][] = ['<=', '<', '>=', '>'].map((sign) => [sign, sign as Operator]);
const TEXTUAL: readonly [string, Operator][] = [
  ['==', '='],
  ['=', '='],
  ['!=', '!='],
];
const WORDS = 'glob|iglob|contains|icontains|bcontains|startswith|bstartswith|endswith|regex';
const WORD_OPERATOR = new RegExp(`(${WORDS})(?=[ \\t\\b\\r\\n])`, 'y');
const LIST_OPERATOR = /intersects|in|pmatch/y;
const EXISTS = /exists/y;
const QUANTIFIER = new RegExp(`(?:${QUANTIFIERS.join('|')})(?=[ \\t\\b\\r\\n])`, 'y');
const TRANSFORM = /(val|tolower|toupper|b64|basename|len|join|concat|getopt)\(/y;

/** Falco's own bound is on its recursion. */
const MAX_DEPTH = 200;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  condition(): Condition {
    if (this.#text.trim() === '') throw new ConditionError(0, 'an empty condition');
    const condition = this.#any();
    this.#blank();
    if (this.#at < this.#text.length) throw this.#unexpected('"and", "or" or the end');
    return condition;
  }

  leadingOperand(): { readonly operand: Operand; readonly end: number } | null {
    const operand = this.#operand(false);
    return operand === null ? null : { operand, end: this.#at };
  }

  #any(): Condition {
    return this.#joined('or', 'any', () => this.#all());
  }

  #all(): Condition {
    return this.#joined('and', 'all', () => this.#not());
  }

  #joined(word: 'and' | 'or', kind: 'all' | 'any', part: () => Condition): Condition {
    this.#blank();
    const parts = [part()];
    this.#blank();
    while (this.#takes(word)) {
      const isApart = this.#blank();
      if (!isApart && this.#text[this.#at] !== '(') throw this.#unexpected(`a blank or "(" after "${word}"`);
      parts.push(part());
      this.#blank();
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind, of: parts };
  }

  #not(): Condition {
    let isNegated = false;
    this.#blank();
    while (this.#take(NOT) !== null) isNegated = !isNegated;
    if (this.#take(NOT_EMBEDDED) !== null) isNegated = !isNegated;
    const of = this.#check();
    return isNegated ? { kind: 'not', of } : of;
  }

  #check(): Condition {
    this.#blank();
    const offset = this.#at;
    if (this.#takes('(')) return this.#embedded(offset);
    const left = this.#operand(false);
    if (left !== null) return this.#comparison(left, offset);
    const name = this.#take(IDENTIFIER);
    if (name !== null) return { kind: 'macro', name, offset };
    throw this.#unexpected('"(", a field or the name of a macro');
  }

  #embedded(offset: number): Condition {
    if (++this.#depth > MAX_DEPTH) throw new ConditionError(offset, `nested more than ${MAX_DEPTH} deep`);
    const condition = this.#any();
    this.#blank();
    if (!this.#takes(')')) throw this.#unexpected('")"');
    this.#depth--;
    return condition;
  }

  #comparison(left: Operand, offset: number): Condition {
    this.#blank();
    if (this.#take(EXISTS) !== null)
      return { kind: 'check', left, operator: 'exists', quantifier: null, right: null, offset };
    const numeric = this.#sign(NUMERIC);
    if (numeric !== null)
      return { kind: 'check', left, operator: numeric, quantifier: null, right: this.#number(), offset };
    const textual = this.#sign(TEXTUAL) ?? (this.#take(WORD_OPERATOR) as Operator | null);
    if (textual !== null) return this.#textual(left, textual, offset);
    const listing = this.#take(LIST_OPERATOR) as Operator | null;
    if (listing === null) throw this.#unexpected('an operator such as =, !=, contains, in, exists');
    return { kind: 'check', left, operator: listing, quantifier: null, right: this.#list(), offset };
  }

  #textual(left: Operand, operator: Operator, offset: number): Condition {
    this.#blank();
    const start = this.#at;
    const quantifier = this.#take(QUANTIFIER) as Quantifier | null;
    if (quantifier !== null) {
      this.#blank();
      if (this.#listFollows())
        return { kind: 'check', left, operator, quantifier, right: this.#list(), offset };
      // It was a value.
      this.#at = start;
    }
    return { kind: 'check', left, operator, quantifier: null, right: this.#value(), offset };
  }

  #listFollows(): boolean {
    if (this.#text[this.#at] === '(') return true;
    const start = this.#at;
    const word = this.#take(IDENTIFIER);
    this.#at = start;
    return word !== null && !['and', 'or', 'not'].includes(word);
  }

  #number(): Right {
    this.#blank();
    const operand = this.#operand(true);
    if (operand !== null) return { kind: 'operand', operand };
    const offset = this.#at;
    const text = this.#take(NUMBER);
    if (text === null) throw this.#unexpected('a number');
    return { kind: 'values', values: [{ text, isQuoted: true, offset }], offset };
  }

  #value(): Right {
    this.#blank();
    const operand = this.#operand(true);
    if (operand !== null) return { kind: 'operand', operand };
    const word = this.#word();
    if (word === null) throw this.#unexpected('a value');
    return { kind: 'values', values: [word], offset: word.offset };
  }

  #list(): Right {
    this.#blank();
    const offset = this.#at;
    if (this.#takes('(')) return { kind: 'values', values: this.#words(), offset };
    const operand = this.#operand(true);
    if (operand !== null) return { kind: 'operand', operand };
    const text = this.#take(IDENTIFIER);
    if (text === null) throw this.#unexpected('a list such as (a, b)');
    return { kind: 'values', values: [{ text, isQuoted: false, offset }], offset };
  }

  #words(): readonly Word[] {
    const words: Word[] = [];
    this.#blank();
    const first = this.#word();
    if (first !== null) {
      words.push(first);
      this.#blank();
      while (this.#takes(',')) {
        this.#blank();
        const next = this.#word();
        if (next === null) throw this.#unexpected('a value');
        words.push(next);
        this.#blank();
      }
    }
    if (!this.#takes(')')) throw this.#unexpected('"," or ")"');
    return words;
  }

  #word(): Word | null {
    const offset = this.#at;
    const quoted = this.#take(QUOTED);
    if (quoted !== null) return { text: unquote(quoted, offset), isQuoted: true, offset };
    if (this.#text[this.#at] === '"' || this.#text[this.#at] === "'")
      throw new ConditionError(offset, 'this quote is not closed');
    const bare = this.#take(BARE);
    return bare === null ? null : { text: bare, isQuoted: false, offset };
  }

  /** On the right a field stands within a transformer: else it would be a value. */
  #operand(isRight: boolean): Operand | null {
    const offset = this.#at;
    if (!isRight) {
      const name = this.#take(FIELD);
      if (name !== null) return { kind: 'field', name, argument: this.#argument(), offset };
    }
    const call = this.#take(TRANSFORM);
    if (call === null) return null;
    return this.#transformed(call.slice(0, -1), isRight, offset);
  }

  #transformed(name: string, isRight: boolean, offset: number): Operand {
    if (++this.#depth > MAX_DEPTH) throw new ConditionError(offset, `nested more than ${MAX_DEPTH} deep`);
    this.#blank();
    const of = this.#operand(false);
    if (of === null) throw this.#unexpected(`a field in ${name}()`);
    this.#blank();
    if (!this.#takes(')')) throw this.#unexpected('")"');
    this.#depth--;
    if (name === 'val') {
      if (!isRight || of.kind !== 'field')
        throw new ConditionError(offset, 'val() stands right of an operator and has a field in it');
      return of;
    }
    if (!isTransformer(name)) throw new ConditionError(offset, `${name}() is not supported`);
    return { kind: 'transformed', by: name, of, offset };
  }

  #argument(): string | null {
    if (!this.#takes('[')) return null;
    const offset = this.#at;
    const quoted = this.#take(QUOTED);
    const argument = quoted === null ? this.#take(ARGUMENT) : unquote(quoted, offset);
    if (argument === null) throw this.#unexpected("a field's argument");
    if (!this.#takes(']')) throw this.#unexpected('"]"');
    return argument;
  }

  #sign(signs: readonly [string, Operator][]): Operator | null {
    return signs.find(([sign]) => this.#takes(sign))?.[1] ?? null;
  }

  #takes(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #blank(): boolean {
    return this.#take(BLANK) !== '';
  }

  #unexpected(wanted: string): ConditionError {
    const rest = this.#text.slice(this.#at).trim();
    const found = rest === '' ? 'it ends' : `${JSON.stringify(rest.slice(0, 20))} stands`;
    return new ConditionError(this.#at, `${found} where ${wanted} is expected`);
  }
}

function isTransformer(name: string): name is Transformer {
  return (TRANSFORMERS as readonly string[]).includes(name);
}
