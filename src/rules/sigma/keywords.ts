/** Values without a field: looked for in the whole event, keys and all. */
import { TOP_LEVEL } from '../event-fields.ts';
import { isObject } from '../json.ts';
import { overJson } from '../over-json.ts';
import { Refusal } from '../refusal.ts';
import { compilePattern, withAround } from './pattern.ts';
import type { Search } from './search.ts';
import { type Wanted, type Wish, wantedText } from './values.ts';

export function keywordTest(wish: Wish): Search {
  const tests = wish.wanted.map((wanted) => textTest(wanted, wish));
  const link = wish.isAll ? ' and ' : ' or ';
  const text = `sigma: keywords ${wish.wanted.map(wantedText).join(link)}`;
  const predicate = overJson(text, TOP_LEVEL, (json) => {
    // As it was written down; a text with quotes or backslashes in it is another one there.
    const texts = [JSON.stringify(json), ...quotedTexts(json)];
    const passes = (test: (one: string) => boolean): boolean => texts.some(test);
    return wish.isAll ? tests.every(passes) : tests.some(passes);
  });
  const search: Search = { kind: 'test', namesStages: false, at: () => predicate };
  return wish.isNegated ? { kind: 'not', of: search } : search;
}

function textTest(wanted: Wanted, wish: Wish): (text: string) => boolean {
  if (wanted.kind === 'pattern' && wish.timePart === null)
    return compilePattern(withAround(wanted.pattern, true, true), wanted.isCased);
  if (wanted.kind === 'regex') return (text) => wanted.compiled.isIn(text);
  throw new Refusal(wish.place, 'without a field there are texts and patterns only');
}

/** Those that JSON writes otherwise than they are. */
function quotedTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return JSON.stringify(value).length === value.length + 2 ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(quotedTexts);
  return isObject(value)
    ? Object.entries(value).flatMap(([key, child]) => [...quotedTexts(key), ...quotedTexts(child)])
    : [];
}
