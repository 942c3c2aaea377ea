/**
 * Tests of events → LogQL: filters of extracted labels, which tell them apart, and filters of whole lines before them, which only
 * save the work. Values enter it through `quoted` alone. https://grafana.com/docs/loki/latest/query/
 *
 * Loki gives an array as its text with the escapes undone, so texts within it cannot be told for sure; and a blank for a character
 * that is not valid. Such a test lets more pass than is wanted, also where it is negated.
 */
import {
  type EventLeaf,
  type EventPath,
  type EventTest,
  isList,
  pathsIn,
  textsOf,
} from '../../query/event-test.ts';
import { escapedInPattern, globPattern } from '../store/re2.ts';

/** How an event's line looks. `prefix`: keys from the line's root to the event. */
export interface LineShape {
  readonly prefix: readonly string[];
  /** What can be large (the bodies) stands behind what is asked about: so a line that was cut still has it. */
  readonly endsWithBodies: boolean;
}

/** Behind the selector; with what takes the extracted labels off again. Empty: every line passes. */
export function toLogQl(test: EventTest, shape: LineShape): string {
  const wanted = labelFilter(test);
  if (wanted === null) return '';
  const paths = [...new Set<EventPath>([VERB, ...pathsIn(test)])];
  const labels = [...paths.map(labelOf), '__error__', '__error_details__'];
  return [
    ...(shape.endsWithBodies ? lineFilters(test) : []),
    extracted(paths, shape),
    // No verb: it is no JSON, or wrapped otherwise, or cut before.
    `| ${wanted} or ${labelOf(VERB)}=""`,
    `| drop ${labels.join(', ')}`,
  ].join(' ');
}

export const VERB: EventPath = 'verb';

export function canTest(leaf: EventLeaf): boolean {
  if (leaf.kind === 'missing') return true;
  if (leaf.kind === 'between') return Number.isInteger(leaf.from) && Number.isInteger(leaf.to);
  const texts = textsOf(leaf);
  // Loki takes a pattern of nothing for one of everything.
  return (
    texts.length > 0 && texts.every((text) => text !== '' && text.isWellFormed() && !/[\0\ufffd]/.test(text))
  );
}

/** It means just what event-test.ts says, negated or not, as long as no character in the log is invalid. */
export function isExactly(test: EventTest): boolean {
  if (test.kind === 'all' || test.kind === 'any') return test.of.every(isExactly);
  const leaf = test.kind === 'not' ? test.of : test;
  return leaf.kind === 'missing' || !isList(leaf.path);
}

/** Of its texts, one holds a blank: a character that is not valid would pass for it. */
export function hasBlank(test: EventTest): boolean {
  if (test.kind === 'all' || test.kind === 'any') return test.of.some(hasBlank);
  return textsOf(test.kind === 'not' ? test.of : test).some((text) => /[ ?]/.test(text));
}

/** `| json …`: a label for each of the paths. */
export function extracted(paths: readonly EventPath[], { prefix }: LineShape): string {
  const each = paths.map((path) => `${labelOf(path)}=${quoted(jsonPath([...prefix, ...path.split('.')]))}`);
  return `| json ${each.join(', ')}`;
}

/** No stream has a label of that name, one hopes; Loki would call ours otherwise. */
export function labelOf(path: EventPath): string {
  return `ka_${path.replaceAll(/[^A-Za-z0-9]/g, '_')}`;
}

/** A text as LogQL has it: quoted as in Go, which knows all of JSON's escapes. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The selector at the beginning of a query; null: there is none, or it is empty. */
export function matchersIn(query: string): string | null {
  const [matchers = null] = /^\s*\{(?:[^"`{}]|"(?:[^"\\]|\\.)*"|`[^`]*`)+\}/s.exec(query) ?? [];
  return matchers;
}

function jsonPath(keys: readonly string[]): string {
  return keys
    .map((key, at) => (/^[A-Za-z_]\w*$/.test(key) ? `${at === 0 ? '' : '.'}${key}` : `[${quoted(key)}]`))
    .join('');
}

/**
 * Null: all pass. Never of a test that none passes. `isSure`: no character in the log is invalid, so nothing but lists is in
 * doubt.
 */
export function labelFilter(test: EventTest, isSure = false): string | null {
  switch (test.kind) {
    case 'all': {
      const of = test.of.map((part) => labelFilter(part, isSure)).filter((part) => part !== null);
      return of.length === 0 ? null : `(${of.join(' and ')})`;
    }
    case 'any': {
      const of = test.of.map((part) => labelFilter(part, isSure));
      return of.includes(null) ? null : `(${of.join(' or ')})`;
    }
    case 'not':
      return mayBeAnother(test.of, isSure) ? null : leafFilter(test.of, true);
    default:
      return leafFilter(test, false);
  }
}

/** It may take another value for one that is meant. */
function mayBeAnother(leaf: EventLeaf, isSure: boolean): boolean {
  if (leaf.kind === 'missing' || leaf.kind === 'between') return false;
  if (isSure) return isList(leaf.path);
  return isList(leaf.path) || hasBlank(leaf);
}

function leafFilter(leaf: EventLeaf, isNegated: boolean): string {
  const label = labelOf(leaf.path);
  const equals = isNegated ? '!=' : '=';
  const fits = isNegated ? '!~' : '=~';
  const list = isList(leaf.path);
  switch (leaf.kind) {
    case 'is':
      return !list && leaf.values.length === 1
        ? `${label}${equals}${quoted(leaf.values[0] ?? '')}`
        : `${label}${fits}${quoted(whole(leaf.values.map(escapedInPattern).join('|'), list, false))}`;
    case 'like':
      if (!/^\**$/.test(leaf.pattern))
        return `${label}${fits}${quoted(whole(globPattern(leaf.pattern), list, leaf.ignoreCase))}`;
      return list ? `${label}${isNegated ? '=~' : '!~'}${EMPTY_LIST}` : `${label}${isNegated ? '=' : '!='}""`;
    case 'between':
      // Some write a number with a fraction.
      return `${label}${fits}${quoted(`(?:${numbersBetween(leaf.from, leaf.to)})(?:[.]0+)?`)}`;
    case 'missing':
      return list ? `${label}${fits}${EMPTY_LIST}` : `${label}${equals}""`;
  }
}

const EMPTY_LIST = quoted('(?:\\[\\s*\\]|\\[(?:\\s*""\\s*,?)*\\])?');

/** Loki holds patterns against the whole value. */
function whole(pattern: string, isInList: boolean, ignoreCase: boolean): string {
  const flags = ignoreCase ? '(?is)' : '(?s)';
  return isInList ? `${flags}(?:\\[|.*,)\\s*"(?:${pattern})"\\s*(?:,.*|\\])` : `${flags}(?:${pattern})`;
}

/** Of HTTP's status codes: not negative, and few digits. */
function numbersBetween(from: number, to: number): string {
  const numbers: string[] = [];
  for (let number = Math.max(0, from); number <= Math.min(to, 99_999); ) {
    let width = 1;
    while (number % (width * 10) === 0 && number + width * 10 - 1 <= to && number > 0) width *= 10;
    numbers.push(`${Math.floor(number / width)}${'[0-9]'.repeat(String(width).length - 1)}`);
    number += width;
  }
  return numbers.length === 0 ? '[^\\s\\S]' : numbers.join('|');
}

/** Each of them holds of every line that could pass: it has the text within it, however it is written or wrapped. */
export function lineFilters(test: EventTest): readonly string[] {
  const filters = literalsIn(test).map(({ texts, ignoreCase }) => {
    const [only] = texts;
    if (ignoreCase) return `|~ ${quoted(`(?i)${texts.map(escapedInPattern).join('|')}`)}`;
    return texts.length === 1 && only !== undefined
      ? `|= ${quoted(only)}`
      : `|~ ${quoted(texts.map(escapedInPattern).join('|'))}`;
  });
  return [...new Set(filters)];
}

/** One of the texts stands in the line. */
interface Literals {
  /** Of whose value they are; of several, of one of them. */
  readonly path: EventPath;
  readonly texts: readonly string[];
  readonly ignoreCase: boolean;
}

/** Beyond, the filter costs more than it saves. */
const MOST_LITERALS = 40;
const LEAST_LENGTH = 3;

/** All of them hold. */
function literalsIn(test: EventTest): readonly Literals[] {
  switch (test.kind) {
    case 'all':
      return test.of.flatMap(literalsIn);
    case 'any': {
      // Loki is slow with patterns that are not just texts.
      const each = test.of.map((part) => literalsIn(part).filter(({ ignoreCase }) => !ignoreCase));
      const paths = new Set(each.flatMap((part) => part.map(({ path }) => path)));
      const ofPaths = [...paths].map((path) =>
        oneOf(each.map((part) => part.filter((one) => one.path === path))),
      );
      const known = ofPaths.filter((literals) => literals !== null);
      const mixed = oneOf(each);
      const isMore =
        mixed !== null && !known.some(({ texts }) => texts.every((text) => mixed.texts.includes(text)));
      return isMore ? [...known, mixed] : known;
    }
    case 'is': {
      const texts = leafTexts(test.values, false);
      return texts === null ? [] : [{ path: test.path, texts, ignoreCase: false }];
    }
    case 'like': {
      const texts = leafTexts([test.pattern], test.ignoreCase);
      return texts === null ? [] : [{ path: test.path, texts, ignoreCase: test.ignoreCase }];
    }
    default:
      return [];
  }
}

/** Of each, the rarest of its texts: one of them stands in the line. Null: there are none. */
function oneOf(each: readonly (readonly Literals[])[]): Literals | null {
  const rare = each.map(rarest).filter((literals) => literals !== null);
  const texts = simplified(rare.flatMap((literals) => literals.texts));
  const [first] = rare;
  if (first === undefined || rare.length < each.length || texts.length > MOST_LITERALS) return null;
  return { path: first.path, texts, ignoreCase: false };
}

function rarest(filters: readonly Literals[]): Literals | null {
  const shortest = ({ texts }: Literals): number => Math.min(...texts.map(({ length }) => length));
  return filters.toSorted((a, b) => shortest(b) - shortest(a))[0] ?? null;
}

/** Null: one of them has no such text. */
function leafTexts(values: readonly string[], ignoreCase: boolean): readonly string[] | null {
  const texts = simplified(values.map((value) => longestPlain(value, ignoreCase)));
  return texts.length > MOST_LITERALS || texts.some(({ length }) => length < LEAST_LENGTH) ? null : texts;
}

/**
 * What Loki looks for as plain texts: `api-1|api-2` is `api-[12]` to its parser, and then thirty times as slow as `api-`; a text
 * within another one stands for both.
 */
function simplified(texts: readonly string[]): readonly string[] {
  const sorted = [...new Set(texts)].sort((a, b) => a.length - b.length);
  const shortest = sorted.filter((text, at) => !sorted.slice(0, at).some((other) => text.includes(other)));
  const stems = shortest.map((text) => text.slice(0, -1));
  const merged = shortest.map((text, at) => {
    const stem = stems[at] ?? text;
    return stems.filter((other) => other === stem).length > 1 ? stem : text;
  });
  return merged.every((text, at) => text === shortest[at]) ? shortest : simplified(merged);
}

/**
 * No writer of JSON escapes these: Go escapes < > &, others = + ' / and the backquote too. Where the case does not matter, k and s
 * have a third form.
 */
function longestPlain(value: string, ignoreCase: boolean): string {
  const runs = value.match(
    ignoreCase ? /[A-JL-RT-Za-jl-rt-z0-9_.:@,;()[\]{}|#$%^!~-]+/g : /[\w.:@,;()[\]{}|#$%^!~-]+/g,
  );
  return (runs ?? [])
    .reduce((longest, run) => (run.length > longest.length ? run : longest), '')
    .slice(0, 200);
}
