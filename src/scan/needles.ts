/**
 * Predicate → what can be told of a line by its head alone, without its bodies: what a scanner may judge by, instead of
 * decoding. Conservative: what is not sure there, it leaves to `matches`.
 */
import { LONG_RUNNING_SUBRESOURCES, LONG_RUNNING_VERBS } from '../event/request.ts';
import { describePredicate, splitPredicate } from '../query/plan.ts';
import { type Field, isEverything, OUTCOME_FIELDS, oneOf, type Predicate } from '../query/predicate.ts';

/** What must hold of a line's head for a match: something, all of some, or any of some (of none: no line can match). */
export type Needles =
  | {
      readonly kind: 'text';
      /** In words. */
      readonly text: string;
      /** One test of one field, or the negation of one. */
      readonly leaf: Predicate;
    }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Needles[] };

/**
 * Of a line of whatever stage: it holds of the earlier stages of a request only when it holds of the outcome too. Null when any
 * line could match.
 */
export function needlesOf(predicate: Predicate): Needles | null {
  const { pushed } = splitPredicate(predicate, isSureInHead);
  return isEverything(pushed) ? null : toNeedles(pushed, needleOfAnyStage);
}

/**
 * Of the line that tells the outcome. `isExact`: what holds of the head is a match. `failsEarlierToo`: where they do not hold of one
 * stage, they hold of none before it.
 */
export function outcomeNeedlesOf(predicate: Predicate): {
  readonly needles: Needles;
  readonly isExact: boolean;
  readonly failsEarlierToo: boolean;
} {
  const { pushed, residual } = splitPredicate(predicate, isInHead);
  return {
    needles: toNeedles(pushed, needleOf),
    isExact: isEverything(residual),
    failsEarlierToo: !asksForLater(pushed),
  };
}

/** For none of what a later stage may add. */
function asksForLater(predicate: Predicate): boolean {
  if (predicate.kind === 'all' || predicate.kind === 'any') return predicate.of.some(asksForLater);
  const field = fieldOf(predicate);
  return asksForNone(predicate) && field !== null && OUTCOME_FIELDS.has(field);
}

/** Fields that stand before the bodies; the cheapest to look at come first. */
const HEAD_FIELDS: readonly Field[] = [
  'verb',
  'auditID',
  'level',
  'requestURI',
  'userAgent',
  'sourceIPs',
  'responseStatus.code',
  'responseStatus.reason',
  'user.username',
  'user.groups',
  'objectRef.resource',
  'objectRef.apiGroup',
  'objectRef.subresource',
  'objectRef.namespace',
  'objectRef.name',
  'requestPath',
  'impersonatedUser.username',
  'impersonatedUser.groups',
  'session',
];

export function isHeadField(field: Field): boolean {
  return HEAD_FIELDS.includes(field);
}

function isInHead(leaf: Predicate): boolean {
  const field = fieldOf(leaf);
  if (field === 'annotations') return annotationTextOf(leaf) !== null;
  return field !== null && isHeadField(field);
}

/**
 * What stands in a line, as it is written there, when an annotation passes the test: `"authentication.k8s.io/legacy-token"`. It can
 * stand there otherwise, too. Null: nothing by which it could be told; no negation is.
 */
export function annotationTextOf(leaf: Predicate): string | null {
  if ((leaf.kind !== 'equals' && leaf.kind !== 'glob') || leaf.field !== 'annotations') return null;
  if (leaf.kind === 'glob' && leaf.ignoreCase) return null;
  const [key = '', ...value] = (leaf.kind === 'glob' ? leaf.pattern : String(leaf.value)).split('=');
  const runs = leaf.kind === 'glob' ? key.split(/[*?]/) : [key];
  const quoted = runs.map((run, n) => {
    const isEnd = n === runs.length - 1 && value.length > 0;
    return /^[\w./-]*$/.test(run) ? `${n === 0 ? '"' : ''}${run}${isEnd ? '"' : ''}` : '';
  });
  const longest = quoted.reduce((a, b) => (b.length > a.length ? b : a), '');
  return longest.length < LEAST_TEXT ? null : longest;
}

/** Shorter ones stand anywhere. */
const LEAST_TEXT = 8;

/**
 * What a later stage may add can only be asked for: did a line without it pass for a match, the outcome that has it would be
 * passed over, and the request be taken for one that never ended.
 */
function isSureInHead(leaf: Predicate): boolean {
  const field = fieldOf(leaf);
  if (field === 'annotations') return annotationTextOf(leaf) !== null;
  if (field === null || !isHeadField(field)) return false;
  return !asksForNone(leaf) || !OUTCOME_FIELDS.has(field) || ADDED_LATER_BY.has(field);
}

function asksForNone(leaf: Predicate): boolean {
  return leaf.kind === 'absent' || leaf.kind === 'not';
}

/**
 * The verbs whose body may add to the reference what the URL lacks; those of other requests have it in all their stages or in none
 * (apiserver, pkg/audit/request.go: LogRequestObject; a PUT without a name is refused before).
 */
const ADDED_LATER_BY: ReadonlyMap<Field, readonly string[]> = new Map([
  ['objectRef.name', ['create']],
  ['objectRef.namespace', ['create', 'update']],
]);

function fieldOf(leaf: Predicate): Field | null {
  if (leaf.kind === 'not') return fieldOf(leaf.of);
  if (leaf.kind === 'codeBetween') return 'responseStatus.code';
  if (leaf.kind === 'fromNetwork') return 'sourceIPs';
  return 'field' in leaf ? leaf.field : null;
}

/** Without repeats, what is cheap to look at first. What stands in several places is the same object in each. */
function toNeedles(
  predicate: Predicate,
  needle: (leaf: Predicate) => Needles,
  made = new Map<string, Needles>(),
): Needles {
  const key = JSON.stringify(predicate);
  const known = made.get(key);
  if (known !== undefined) return known;
  const needles = needlesOfParts(predicate, needle, made);
  made.set(key, needles);
  return needles;
}

function needlesOfParts(
  predicate: Predicate,
  needle: (leaf: Predicate) => Needles,
  made: Map<string, Needles>,
): Needles {
  if (predicate.kind !== 'all' && predicate.kind !== 'any') return needle(predicate);
  const distinct = new Set(predicate.of.map((part) => toNeedles(part, needle, made)));
  return { kind: predicate.kind, of: [...distinct].sort((a, b) => cost(a) - cost(b)) };
}

function needleOf(leaf: Predicate): Needles {
  return { kind: 'text', text: wordsFor(leaf), leaf };
}

function needleOfAnyStage(leaf: Predicate): Needles {
  const field = fieldOf(leaf);
  const verbs = field !== null && asksForNone(leaf) ? ADDED_LATER_BY.get(field) : undefined;
  if (verbs !== undefined) return { kind: 'any', of: [needleOf(oneOf('verb', verbs)), needleOf(leaf)] };
  return changesWithStage(field) ? { kind: 'any', of: [...LONG_RUNNING, needleOf(leaf)] } : needleOf(leaf);
}

/** The outcome may have another value than an earlier stage: only where there is no earlier one, a line tells it alone. */
function changesWithStage(field: Field | null): boolean {
  return field === 'responseStatus.code' || field === 'responseStatus.reason';
}

/** event/request.ts's `isLongRunning`: what has an earlier stage with a status. */
const LONG_RUNNING: readonly Needles[] = [
  needleOf(oneOf('verb', [...LONG_RUNNING_VERBS])),
  needleOf(oneOf('objectRef.subresource', [...LONG_RUNNING_SUBRESOURCES])),
];

/** Of what is looked at first, or, where one may do, last. */
function cost(needles: Needles): number {
  if (needles.kind === 'text') return HEAD_FIELDS.indexOf(fieldOf(needles.leaf) ?? 'session');
  const costs = needles.of.map(cost);
  return needles.kind === 'all' ? Math.min(...costs) : Math.max(...costs);
}

function wordsFor(leaf: Predicate): string {
  if (leaf.kind === 'equals' && typeof leaf.value === 'string') return leaf.value;
  return leaf.kind === 'in' ? leaf.values.join(' or ') : describePredicate(leaf);
}
