/**
 * Many predicates → one that holds of all that any of them holds of, and of little more: what is done to what, sorted by what else is
 * asked. A source narrows by it, and it is judged in little time, where the plain union of hundreds is neither pushed down nor quick.
 */

import { type Field, isEverything, oneOf, type Predicate } from './predicate.ts';
import { joined, type Keeps, widened } from './widen.ts';

type Leaf = Exclude<Predicate, { kind: 'all' | 'any' | 'not' }>;

/** Of one predicate; what would make more is widened. */
const MOST_BRANCHES = 64;

/** Null: any. */
interface Target {
  readonly verbs: readonly string[] | null;
  readonly resources: readonly string[] | null;
  /** Tests of the subresource. */
  readonly part: Predicate | null;
}

interface Branch {
  readonly target: Target;
  /** What else is asked. */
  readonly rest: readonly Predicate[];
}

const ANY_BRANCH: Branch = { target: { verbs: null, resources: null, part: null }, rest: [] };

/** `keeps`: the tests that are worth their while, besides those of verb, resource and subresource. */
export function compactUnion(predicates: readonly Predicate[], keeps: Keeps): Predicate {
  const keepsAlso: Keeps = (test, isNegated) => targetFieldOf(test) !== null || keeps(test, isNegated);
  const branches = withCommon(predicates.flatMap((one) => branchesOf(widened(one, keepsAlso))));
  const byRest = new Map<string, { rest: Predicate; targets: Target[] }>();
  for (const { target, rest } of branches) {
    const whole = joined('all', distinct(rest));
    const key = JSON.stringify(whole, plain);
    const group = byRest.get(key) ?? { rest: whole, targets: [] };
    byRest.set(key, group);
    group.targets.push(target);
  }
  const free = merged(
    [...byRest.values()].filter(({ rest }) => isEverything(rest)).flatMap(({ targets }) => targets),
  );
  const groups = [...byRest.values()].filter(({ rest }) => !isEverything(rest));
  return joined('any', [
    ...free.map(targetPredicate),
    ...groups.map(({ rest, targets }) => {
      const left = merged(targets).filter((target) => !free.some((one) => covers(one, target)));
      return joined('all', [joined('any', left.map(targetPredicate)), rest]);
    }),
  ]);
}

/** What else is asked, of those that many ask. */
const MOST_COMMON = 6;

/** What is done to one resource is rare by itself: what few of such ask besides is left out, so that they come together. */
function withCommon(branches: readonly Branch[]): readonly Branch[] {
  const counts = new Map<string, number>();
  for (const part of branches.filter(isOfResource).flatMap(({ rest }) => rest)) {
    const key = JSON.stringify(part, plain);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const common = new Set(
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_COMMON)
      .map(([key]) => key),
  );
  return branches.map((branch) =>
    isOfResource(branch)
      ? { ...branch, rest: branch.rest.filter((part) => common.has(JSON.stringify(part, plain))) }
      : branch,
  );
}

function isOfResource({ target }: Branch): boolean {
  return target.resources !== null;
}

/** Their disjunction; each a conjunction. */
function branchesOf(predicate: Predicate): readonly Branch[] {
  if (predicate.kind === 'any') {
    if (!tellsTarget(predicate)) return [{ ...ANY_BRANCH, rest: [predicate] }];
    return predicate.of.flatMap(branchesOf);
  }
  if (predicate.kind !== 'all') return [branchOf(predicate)];
  let branches: readonly Branch[] = [ANY_BRANCH];
  for (const part of predicate.of) {
    const own = branchesOf(part);
    if (branches.length * own.length > MOST_BRANCHES) continue;
    branches = branches.flatMap((one) => own.flatMap((other) => both(one, other) ?? []));
  }
  return branches;
}

function tellsTarget(predicate: Predicate): boolean {
  if (predicate.kind === 'all' || predicate.kind === 'any') return predicate.of.some(tellsTarget);
  if (predicate.kind === 'not') return false;
  return targetFieldOf(predicate) !== null;
}

function branchOf(predicate: Predicate): Branch {
  const test = predicate.kind === 'not' ? predicate.of : predicate;
  const field =
    test.kind === 'all' || test.kind === 'any' || test.kind === 'not' ? null : targetFieldOf(test);
  const { target } = ANY_BRANCH;
  if (field === 'objectRef.subresource') return { target: { ...target, part: predicate }, rest: [] };
  const values =
    predicate.kind === 'in'
      ? predicate.values
      : predicate.kind === 'equals'
        ? [String(predicate.value)]
        : null;
  if (field === null || values === null) return { target, rest: [predicate] };
  return { target: { ...target, [field === 'verb' ? 'verbs' : 'resources']: values }, rest: [] };
}

/** Null: they exclude each other. */
function both(a: Branch, b: Branch): Branch | null {
  const verbs = common(a.target.verbs, b.target.verbs);
  const resources = common(a.target.resources, b.target.resources);
  if (verbs?.length === 0 || resources?.length === 0) return null;
  const parts = [a.target.part, b.target.part].filter((part) => part !== null);
  const part = parts.length === 0 ? null : joined('all', distinct(parts));
  return { target: { verbs, resources, part }, rest: [...a.rest, ...b.rest] };
}

function common(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((value) => b.includes(value));
}

/** Fewer that mean the same: first of the same verbs, then of the same resources. */
function merged(targets: readonly Target[]): readonly Target[] {
  const ofVerbs = mergedBy(targets, 'resources', ({ verbs, part }) => [verbs, part]);
  const all = mergedBy(ofVerbs, 'verbs', ({ resources, part }) => [resources, part]);
  return all.filter(
    (one, n) => !all.some((other, m) => m !== n && covers(other, one) && (!covers(one, other) || m < n)),
  );
}

function mergedBy(
  targets: readonly Target[],
  widens: 'verbs' | 'resources',
  same: (target: Target) => unknown,
): readonly Target[] {
  const known = new Map<string, Target>();
  for (const target of targets) {
    const key = JSON.stringify(same(target), plain);
    const other = known.get(key);
    const values = other === undefined ? target[widens] : united(other[widens], target[widens]);
    known.set(key, { ...target, [widens]: values === null ? null : [...values].sort() });
  }
  return [...known.values()];
}

function united(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  return a === null || b === null ? null : [...new Set([...a, ...b])];
}

function covers(a: Target, b: Target): boolean {
  const holdsAll = (wide: readonly string[] | null, narrow: readonly string[] | null): boolean =>
    wide === null || (narrow?.every((value) => wide.includes(value)) ?? false);
  const isSamePart = a.part === null || JSON.stringify(a.part, plain) === JSON.stringify(b.part, plain);
  return isSamePart && holdsAll(a.verbs, b.verbs) && holdsAll(a.resources, b.resources);
}

function targetPredicate({ verbs, resources, part }: Target): Predicate {
  return joined('all', [
    ...(verbs === null ? [] : [oneOf('verb', verbs)]),
    ...(resources === null ? [] : [oneOf('objectRef.resource', resources)]),
    ...(part === null ? [] : [part]),
  ]);
}

function distinct(parts: readonly Predicate[]): readonly Predicate[] {
  return [...new Map(parts.map((part) => [JSON.stringify(part, plain), part])).values()];
}

/** Programs of expressions are told apart by their text. */
function plain(key: string, value: unknown): unknown {
  return key === 'holds' ? undefined : value;
}

function targetFieldOf(test: Leaf): Field | null {
  if (!('field' in test)) return null;
  return TARGET_FIELDS.has(test.field) ? test.field : null;
}

const TARGET_FIELDS: ReadonlySet<Field> = new Set<Field>([
  'verb',
  'objectRef.resource',
  'objectRef.subresource',
]);
