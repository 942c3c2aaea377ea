/**
 * Rules taken apart into single rights (one verb, one resource, one name), so that two sets of rules can be compared, and
 * put together again into as few rules as say the same.
 */
import { covers, mayMeet, type Rule } from './rule.ts';

/**
 * Rights that one role is taken apart into at most. `edit` has some 250; beyond it (a list of a thousand names for each of
 * a thousand resources is one rule) rules stay whole, and count as gained or lost as a whole.
 */
const MAX_RIGHTS = 20_000;

/** Each right a rule with one of each, but where there are too many. The same for the same list. */
export function rightsOf(rules: readonly Rule[]): readonly Rule[] {
  const known = apart.get(rules);
  if (known !== undefined) return known;
  let left = MAX_RIGHTS;
  const rights = rules.flatMap((rule) => {
    left -= countOf(rule);
    return left < 0 ? [rule] : takenApart(rule);
  });
  apart.set(rules, rights);
  return rights;
}

const apart = new WeakMap<readonly Rule[], readonly Rule[]>();

function takenApart(rule: Rule): Rule[] {
  const { kind } = rule;
  if (kind === 'url')
    return rule.verbs.flatMap((verb) => rule.urls.map((url): Rule => ({ kind, verbs: [verb], urls: [url] })));
  const names = rule.resourceNames?.map((name) => [name]) ?? [null];
  return rule.verbs.flatMap((verb) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        names.map(
          (resourceNames): Rule => ({
            ...{ kind, verbs: [verb], apiGroups: [group], resources: [resource], resourceNames },
          }),
        ),
      ),
    ),
  );
}

/** How many single rights a rule stands for. */
export function countOf(rule: Rule): number {
  if (rule.kind === 'url') return rule.verbs.length * rule.urls.length;
  const names = rule.resourceNames?.length ?? 1;
  return rule.verbs.length * rule.apiGroups.length * rule.resources.length * names;
}

/** The rights of `rules` that none of `others` gives; all of them are `rightsOf` itself. The same for the same rules. */
export function beyond(rules: readonly Rule[], others: readonly Rule[]): readonly Rule[] {
  const all = rightsOf(rules);
  // Fast path: most of what else somebody holds has nothing to do with it.
  const near = others.filter((other) => rules.some((rule) => mayMeet(other, rule)));
  if (near.length === 0) return all;
  const known = remains.get(rules) ?? new Map<string, readonly Rule[]>();
  remains.set(rules, known);
  // Hundreds are given the same beside the same: what is left is compared and kept once.
  const key = near.map(numberOf).join();
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const some = all.filter((right) => !near.some((other) => covers(other, right)));
  const left = some.length === all.length ? all : some;
  if (known.size < MAX_KEPT) known.set(key, left);
  return left;
}

const MAX_KEPT = 1000;
const remains = new WeakMap<readonly Rule[], Map<string, readonly Rule[]>>();
const numbers = new WeakMap<Rule, number>();
let numbered = 0;

function numberOf(rule: Rule): number {
  const known = numbers.get(rule) ?? ++numbered;
  numbers.set(rule, known);
  return known;
}

/** As few rules as allow the same, in an order of their own. */
export function compact(rights: readonly Rule[]): readonly Rule[] {
  const known = together.get(rights) ?? compacted(rights);
  together.set(rights, known);
  return known;
}

const together = new WeakMap<readonly Rule[], readonly Rule[]>();

function compacted(rights: readonly Rule[]): readonly Rule[] {
  const needed = withoutCovered(rights);
  const resources = needed.filter((right) => right.kind === 'resource');
  const urls = needed.filter((right) => right.kind === 'url');
  return [...compactResources(resources), ...compactUrls(urls)].sort(
    (a, b) => weight(a) - weight(b) || (textOf(a) < textOf(b) ? -1 : 1),
  );
}

/** What one of the wide ones allows need not be said again. */
function withoutCovered(rights: readonly Rule[]): readonly Rule[] {
  const wide = rights.filter(isWide);
  if (wide.length === 0) return rights;
  return rights.filter((right) => !wide.some((other) => other !== right && isWider(other, right)));
}

/** Of two that are the same, the first stays. */
function isWider(other: Rule, right: Rule): boolean {
  return covers(other, right) && !covers(right, other);
}

export function isWide(rule: Rule): boolean {
  const lists = rule.kind === 'url' ? [rule.verbs, rule.urls] : [rule.verbs, rule.apiGroups, rule.resources];
  return (
    lists.some((list) => list.some((text) => text.includes('*'))) ||
    (rule.kind === 'resource' && rule.resourceNames === null)
  );
}

function textOf(rule: Rule): string {
  return rule.kind === 'url' ? rule.urls.join() : [rule.apiGroups.join(), rule.resources.join()].join(' ');
}

/** What is wide first. */
function weight(rule: Rule): number {
  if (rule.kind === 'url') return rule.urls.includes('*') ? 1 : 4;
  return rule.resources.includes('*') ? 0 : rule.verbs.includes('*') ? 2 : 3;
}

/** One list after the other is gathered, where all the others are the same. */
function compactResources(rights: readonly Rule[]): readonly Rule[] {
  let rules = rights;
  for (const field of ['verbs', 'resourceNames', 'resources', 'apiGroups'] as const)
    rules = gathered(rules, (rule) =>
      rule.kind === 'url' || (field === 'resourceNames' && rule.resourceNames === null)
        ? null
        : {
            rest: { ...rule, [field]: [] },
            list: rule[field] ?? [],
            with: (list) => ({ ...rule, [field]: list }),
          },
    );
  return rules;
}

function compactUrls(rights: readonly Rule[]): readonly Rule[] {
  let rules = rights;
  for (const field of ['verbs', 'urls'] as const)
    rules = gathered(rules, (rule) =>
      rule.kind === 'resource'
        ? null
        : { rest: { ...rule, [field]: [] }, list: rule[field], with: (list) => ({ ...rule, [field]: list }) },
    );
  return rules;
}

interface Part {
  readonly rest: unknown;
  readonly list: readonly string[];
  with(list: readonly string[]): Rule;
}

function gathered(rules: readonly Rule[], partOf: (rule: Rule) => Part | null): readonly Rule[] {
  const whole = rules.filter((rule) => partOf(rule) === null);
  const parts = Map.groupBy(
    rules.flatMap((rule) => partOf(rule) ?? []),
    (part) => JSON.stringify(part.rest),
  );
  const made = [...parts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...more]]) => {
      if (first === undefined) return [];
      const list = [...new Set([first, ...more].flatMap((part) => part.list))].sort();
      return [first.with(list)];
    });
  return [...whole, ...made];
}
