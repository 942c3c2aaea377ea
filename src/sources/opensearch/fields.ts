/**
 * How the values of an event are kept in the fields of an index: which of them may be asked for, and what such a question means. Told
 * by what the index says of its fields (_field_caps) and of how they were mapped (_mapping, which needs a right of its own).
 */
import type { EventPath } from '../../query/event-test.ts';
import { type Json, numberIn, objectIn, textIn } from './json-in.ts';
import { becomesField, definitionIn, isOn } from './mappings.ts';

export type FieldKind =
  /**
   * Whole values. `limit`: longer ones may not be there, in UTF-16 units; null: there is none that the mapping tells. `text`: the
   * field that has those too. `isPlain`: just as they are in the event.
   */
  | {
      readonly kind: 'keyword';
      readonly name: string;
      readonly limit: number | null;
      readonly text: string | null;
      readonly isPlain: boolean;
    }
  /** Words. */
  | { readonly kind: 'text'; readonly name: string }
  | { readonly kind: 'number'; readonly name: string }
  /** A key of a field that keeps a whole object: `flattened` has it from Elasticsearch, `flat_object` from OpenSearch. */
  | {
      readonly kind: 'flat';
      readonly name: string;
      readonly by: 'flattened' | 'flat_object';
      readonly limit: number | null;
    }
  /** No event has had it yet: the first that has makes the field. */
  | { readonly kind: 'unmapped'; readonly name: string }
  | { readonly kind: 'unknown' };

export interface DateField {
  readonly name: string;
  readonly isNanos: boolean;
  /** Not the same in all indices. */
  readonly isMixed: boolean;
}

const UNKNOWN: FieldKind = { kind: 'unknown' };
/** What dynamic mapping sets, where the mapping may not be seen. */
const USUAL_LIMIT = 256;

export class Fields {
  readonly #prefix: string;
  readonly #caps: Json;
  /** Of each index; null: it may not be seen. */
  readonly #mappings: readonly Json[] | null;
  readonly #known = new Map<EventPath, FieldKind>();

  /** `prefix`: what stands before the event's own keys. */
  constructor(prefix: string, caps: Json, mappings: readonly Json[] | null) {
    this.#prefix = prefix;
    this.#caps = objectIn(caps.fields);
    this.#mappings = mappings;
  }

  /** Elasticsearch tells which fields are its own, and keeps a list of what it left out of an index. */
  get keepsIgnored(): boolean {
    return Object.values(this.#caps).some((types) =>
      Object.values(objectIn(types)).some((type) => objectIn(type).metadata_field !== undefined),
    );
  }

  /** New keys become fields: then what does not fit them is refused. */
  get isDynamic(): boolean {
    return this.#mappings?.some((root) => isOn(root.dynamic)) === true;
  }

  of(path: EventPath): FieldKind {
    const known = this.#known.get(path) ?? this.#kindOf(`${this.#prefix}${path}`, path);
    this.#known.set(path, known);
    return known;
  }

  isAggregatable(name: string): boolean {
    return this.#isAll(name, 'aggregatable');
  }

  date(name: string): DateField | null {
    const types = this.#typesOf(name);
    if (types.length === 0 || !types.every((type) => type === 'date' || type === 'date_nanos')) return null;
    if (!this.#isAll(name, 'searchable') || !this.#isAll(name, 'aggregatable')) return null;
    if (!this.#isKept(name)) return null;
    return { name, isNanos: types.includes('date_nanos'), isMixed: types.length > 1 };
  }

  /** A field of words, which are made as always; null: it is none, or nobody may know. */
  wordsOf(name: string): string | null {
    const types = this.#typesOf(name);
    const isText =
      types.length > 0 && types.every((type) => TEXTS.has(type)) && this.#isAll(name, 'searchable');
    const defined = this.#definitionsOf(name) ?? [];
    const isOwn = defined.some(({ analyzer }) => analyzer !== undefined);
    return isText && this.#isUsualText(name) && !isOwn ? name : null;
  }

  #kindOf(name: string, path: EventPath): FieldKind {
    const [type, ...others] = this.#typesOf(name);
    if (others.length > 0) return UNKNOWN;
    if (type === undefined) return this.#unmapped(name);
    if (!this.#isAll(name, 'searchable') || !this.#isKept(name)) return UNKNOWN;
    if (KEYWORDS.has(type)) return this.#keyword(name, null);
    if (NUMBERS.has(type)) return path === 'responseStatus.code' ? { kind: 'number', name } : UNKNOWN;
    // It names its keys too, once they are asked about.
    if (type === 'flat_object') return this.#unmapped(name);
    if (!TEXTS.has(type)) return UNKNOWN;
    const whole = `${name}.keyword`;
    const wholeTypes = this.#typesOf(whole);
    const isWhole = wholeTypes.length === 1 && KEYWORDS.has(wholeTypes[0] ?? '');
    // In an index where the text has no such companion, it could not be found by it.
    if (isWhole && this.#isAll(whole, 'searchable') && this.#hasCompanions(name))
      return this.#keyword(whole, name);
    return this.#isUsualText(name) ? { kind: 'text', name } : UNKNOWN;
  }

  /** Not in one index, and left out of another that has it too. */
  #isKept(name: string): boolean {
    if (this.#mappings === null) return !Object.hasOwn(objectIn(this.#caps[name]), 'unmapped');
    const parts = name.split('.');
    return this.#mappings.every((root) => definitionIn(root, parts) !== null || becomesField(root, parts));
  }

  #keyword(name: string, text: string | null): FieldKind {
    const defined = this.#definitionsOf(name);
    if (defined === null) return { kind: 'keyword', name, limit: USUAL_LIMIT, text, isPlain: false };
    const isPlain =
      defined.length > 0 &&
      defined.every(
        ({ type, normalizer, null_value: standsFor }) =>
          KEYWORDS.has(textIn(type) ?? '') && normalizer === undefined && standsFor === undefined,
      );
    return { kind: 'keyword', name, limit: leastLimit(defined), text, isPlain };
  }

  #hasCompanions(name: string): boolean {
    const defined = this.#definitionsOf(name);
    return defined?.every(({ fields }) => objectIn(fields).keyword !== undefined) ?? false;
  }

  /** The same words are made of a question as of a value, and their order is kept. */
  #isUsualText(name: string): boolean {
    const defined = this.#definitionsOf(name);
    if (defined === null || defined.length === 0) return false;
    return defined.every(
      ({ search_analyzer: other, index_options: options }) => other === undefined && options === undefined,
    );
  }

  #unmapped(name: string): FieldKind {
    const parts = name.split('.');
    for (let length = parts.length - 1; length > 0; length--) {
      const types = this.#typesOf(parts.slice(0, length).join('.'));
      const [type] = types;
      if (types.length === 1 && (type === 'flattened' || type === 'flat_object'))
        return { kind: 'flat', name, by: type, limit: this.#limitOf(parts.slice(0, length)) };
      if (types.some((other) => other !== 'object')) return UNKNOWN;
    }
    const isMadeByFirst = this.#mappings?.every((root) => becomesField(root, parts)) === true;
    return isMadeByFirst && this.#mappings?.length !== 0 ? { kind: 'unmapped', name } : UNKNOWN;
  }

  #limitOf(parts: readonly string[]): number | null {
    const defined = this.#definitionsOf(parts.join('.'));
    return defined === null ? USUAL_LIMIT : leastLimit(defined);
  }

  /** In each index that has it; null: it may not be seen. */
  #definitionsOf(name: string): readonly Json[] | null {
    if (this.#mappings === null) return null;
    const parts = name.split('.');
    return this.#mappings.map((root) => definitionIn(root, parts)).filter((defined) => defined !== null);
  }

  #typesOf(name: string): readonly string[] {
    const types = Object.hasOwn(this.#caps, name) ? objectIn(this.#caps[name]) : {};
    return Object.keys(types).filter((type) => type !== 'unmapped');
  }

  #isAll(name: string, what: 'searchable' | 'aggregatable'): boolean {
    return Object.values(objectIn(this.#caps[name])).every((type) => objectIn(type)[what] === true);
  }
}

const KEYWORDS: ReadonlySet<string> = new Set(['keyword', 'wildcard', 'constant_keyword']);
const TEXTS: ReadonlySet<string> = new Set(['text', 'match_only_text']);
const NUMBERS: ReadonlySet<string> = new Set(['long', 'integer', 'short', 'unsigned_long']);

function leastLimit(defined: readonly Json[]): number | null {
  const limits = defined.map(({ ignore_above: limit }) => numberIn(limit)).filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}
