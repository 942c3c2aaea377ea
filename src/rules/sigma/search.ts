/** What a Sigma rule looks for, put together from tests of fields → a predicate. */
import type { Predicate } from '../../query/predicate.ts';
import { allOf, anyOf, notOf } from '../fold.ts';
import { type StageName, throughStages } from '../stages.ts';

export type Search =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Search[] }
  | { readonly kind: 'not'; readonly of: Search }
  | {
      readonly kind: 'test';
      readonly namesStages: boolean;
      /** Null: as the outcome tells it. */
      readonly at: (stage: StageName | null) => Predicate;
    };

export function toPredicate(search: Search): Predicate {
  return namesStages(search) ? throughStages((stage) => at(search, stage)) : at(search, null);
}

function namesStages(search: Search): boolean {
  switch (search.kind) {
    case 'all':
    case 'any':
      return search.of.some(namesStages);
    case 'not':
      return namesStages(search.of);
    case 'test':
      return search.namesStages;
  }
}

function at(search: Search, stage: StageName | null): Predicate {
  switch (search.kind) {
    case 'all':
      return allOf(search.of.map((part) => at(part, stage)));
    case 'any':
      return anyOf(search.of.map((part) => at(part, stage)));
    case 'not':
      return notOf(at(search.of, stage));
    case 'test':
      return search.at(stage);
  }
}
