/** Sigma's filters: what is to be left out of many rules at once (sigma-specification v2.1, filters). */
import type { CompilePattern } from '../../query/linear-pattern.ts';
import { type Place, Refusal } from '../refusal.ts';
import type { Scalar } from '../yaml-tree.ts';
import { includes, type LogSource, readLogSource } from './about.ts';
import { readDetection } from './detection.ts';
import { mappingOf, type SigmaDocument, textOf, textsOf } from './documents.ts';
import type { Search } from './search.ts';

export interface Filter {
  readonly title: string;
  readonly source: LogSource;
  /** Null: of all of its log source. */
  readonly rules: readonly Scalar[] | null;
  /** What must hold of a request beside the rule. */
  readonly search: Search;
  readonly place: Place;
}

/** Throws a Refusal. */
export function readFilter({ tree, place }: SigmaDocument, compilePattern: CompilePattern): Filter {
  const filter = mappingOf(tree, 'filter');
  if (filter === null) throw new Refusal(place, 'filter is missing');
  const { search, condition } = readDetection(filter, compilePattern, ['rules']);
  const rules = textsOf(filter, 'rules');
  const isOfAll = rules.length === 0 || (rules.length === 1 && rules[0]?.text.toLowerCase() === 'any');
  return {
    ...{ title: textOf(tree, 'title')?.text ?? '', place, source: readLogSource(tree, place) },
    rules: isOfAll ? null : rules,
    // The specification's own example says what is left out, without "not"; others say what stays.
    search: /\bnot\b/i.test(condition) ? search : { kind: 'not', of: search },
  };
}

export function isOf(filter: Filter, source: LogSource, names: readonly string[]): boolean {
  if (!includes(filter.source, source)) return false;
  return filter.rules === null || filter.rules.some(({ text }) => names.includes(text.toLowerCase()));
}
