/** A rule's `detection`, or a filter's: search identifiers and the condition that links them → a search. */
import type { CompilePattern } from '../../query/linear-pattern.ts';
import { type Place, Refusal } from '../refusal.ts';
import type { Entry, Mapping, Scalar, Tree } from '../yaml-tree.ts';
import { parseCondition } from './condition.ts';
import { fieldTest } from './field-test.ts';
import { sigmaField } from './fields.ts';
import { keywordTest } from './keywords.ts';
import type { Search } from './search.ts';
import { readWish } from './values.ts';

export interface Detection {
  readonly search: Search;
  /** As it is written; of several, one after the other. */
  readonly condition: string;
}

/** `others`: keys beside the search identifiers. Throws a Refusal. */
export function readDetection(
  detection: Mapping,
  compilePattern: CompilePattern,
  others: readonly string[] = [],
): Detection {
  const identifiers = new Map<string, Search>();
  const conditions: Scalar[] = [];
  for (const { key, value } of detection.entries) {
    if (key === 'condition') conditions.push(...conditionsIn(value));
    else if (key === 'timeframe') throw olderAggregation(value.place);
    else if (!others.includes(key)) identifiers.set(key, searchIn(value, compilePattern));
  }
  const [first] = conditions;
  if (first === undefined) throw new Refusal(detection.place, 'condition is missing');
  const searches = conditions.map((condition) => parseCondition(condition, identifiers));
  return {
    search: searches.length === 1 && searches[0] !== undefined ? searches[0] : { kind: 'any', of: searches },
    condition: conditions.map(({ text }) => text).join(' or '),
  };
}

export function olderAggregation(place: Place): Refusal {
  return new Refusal(
    place,
    'aggregations are written as correlation rules since Sigma 2: type: event_count, …',
  );
}

function conditionsIn(tree: Tree): readonly Scalar[] {
  const items = tree.kind === 'list' ? tree.items : [tree];
  if (items.length === 0) throw new Refusal(tree.place, 'condition is empty');
  return items.map((item) => {
    if (item.kind !== 'scalar' || item.text.trim() === '')
      throw new Refusal(item.place, 'a condition must be a text');
    return item;
  });
}

/** A mapping: all of its fields. A list: any of its mappings, or of its keywords. */
function searchIn(tree: Tree, compilePattern: CompilePattern): Search {
  switch (tree.kind) {
    case 'mapping':
      if (tree.entries.length === 0) throw new Refusal(tree.place, 'a search that looks for nothing');
      return { kind: 'all', of: tree.entries.map((entry) => entrySearch(entry, compilePattern)) };
    case 'list': {
      if (tree.items.length === 0) throw new Refusal(tree.place, 'a search that looks for nothing');
      return { kind: 'any', of: tree.items.map((item) => searchIn(item, compilePattern)) };
    }
    case 'scalar':
      return keywordTest(readWish([], tree.place, tree, compilePattern));
  }
}

function entrySearch({ key, keyPlace, value }: Entry, compilePattern: CompilePattern): Search {
  const [name = '', ...modifiers] = key.split('|');
  const wish = readWish(modifiers, keyPlace, value, compilePattern);
  return name === '' ? keywordTest(wish) : fieldTest(sigmaField(name, keyPlace), wish);
}
