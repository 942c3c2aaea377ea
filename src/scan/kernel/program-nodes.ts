/** Decisions → the nodes that assembly/needles.ts judges by. */
import type { Field, Predicate } from '../../query/predicate.ts';
import type { Decision, Switch } from './decision.ts';
import type { Texts } from './program-bytes.ts';

const ALL = 0;
const ANY = 1;
const LEAF = 2;
const SWITCH = 3;

export type Node =
  | { readonly kind: typeof ALL | typeof ANY; readonly parts: readonly Node[] }
  /** Field and number of cases; then where to go on without a value, with another one, with an odd one, and in each case. */
  | {
      readonly kind: typeof SWITCH;
      readonly field: number;
      readonly targets: readonly Node[];
      /** Place and length of each case's value. */
      readonly values: readonly (readonly [number, number])[];
    }
  /** Field, whether negated, test, and what the test needs. */
  | { readonly kind: typeof LEAF; readonly words: readonly number[] };

/** Nothing is to be judged. */
export const NO_NODE: Node = { kind: ANY, parts: [] };

/** In the kernel's numbers. */
export const FIELDS: readonly Field[] = [
  ...(['verb', 'auditID', 'level', 'requestURI', 'requestPath', 'userAgent'] as const),
  ...(['user.username', 'impersonatedUser.username', 'user.groups', 'impersonatedUser.groups'] as const),
  ...(['session', 'objectRef.resource', 'objectRef.apiGroup', 'objectRef.subresource'] as const),
  ...(['objectRef.namespace', 'objectRef.name', 'responseStatus.code', 'responseStatus.reason'] as const),
  'sourceIPs',
];

/** Null: there is no test for a part of it. */
export function nodeOf(needles: Decision, texts: Texts): Node | null {
  if (needles.kind === 'switch') return nodeOfSwitch(needles, texts);
  if (needles.kind === 'text') return nodeOfTest(needles.leaf, false, texts);
  const parts = needles.of.map((part) => nodeOf(part, texts));
  return nodeOfParts(needles.kind === 'all' ? ALL : ANY, parts);
}

function nodeOfSwitch({ field, cases, absent, otherwise, general }: Switch, texts: Texts): Node | null {
  if (![...cases.keys()].every((value) => value.isWellFormed())) return nodeOf(general, texts);
  const targets = [absent, otherwise, general, ...cases.values()].map((each) => nodeOf(each, texts));
  const known = targets.filter((target) => target !== null);
  if (known.length < targets.length) return null;
  const values = [...cases.keys()].map((value) => texts.add(value));
  return { kind: SWITCH, field: FIELDS.indexOf(field), targets: known, values };
}

function nodeOfParts(kind: typeof ALL | typeof ANY, parts: readonly (Node | null)[]): Node | null {
  const known = parts.filter((part) => part !== null);
  return known.length === parts.length ? { kind, parts: known } : null;
}

function nodeOfTest(leaf: Predicate, isNegated: boolean, texts: Texts): Node | null {
  if (leaf.kind === 'not') return nodeOfTest(leaf.of, !isNegated, texts);
  const field = FIELDS.indexOf(fieldOf(leaf));
  const test = field < 0 ? null : testOf(leaf, texts);
  return test === null ? null : { kind: LEAF, words: [field, isNegated ? 1 : 0, ...test] };
}

function fieldOf(leaf: Predicate): Field {
  if (leaf.kind === 'codeBetween') return 'responseStatus.code';
  if (leaf.kind === 'fromNetwork') return 'sourceIPs';
  return 'field' in leaf ? leaf.field : 'annotations';
}

const IS_ABSENT = 0;
const IS_ONE_OF_FEW = 1;
const IS_ONE_OF_MANY = 2;
const FITS = 3;
const FITS_IN_ANY_CASE = 4;
const IS_BETWEEN = 5;
/** More are looked up. */
const FEW = 8;

/** The test and what it needs; null: there is none for it. */
function testOf(leaf: Predicate, texts: Texts): readonly number[] | null {
  switch (leaf.kind) {
    case 'absent':
    // Whose addresses are in a network is unknown here: nothing is tested.
    case 'fromNetwork':
      return [IS_ABSENT];
    case 'equals':
      return testOfValues([String(leaf.value)], texts);
    case 'in':
      return testOfValues(leaf.values, texts);
    case 'glob': {
      const pattern = leaf.ignoreCase ? leaf.pattern.toLowerCase() : leaf.pattern;
      if (!pattern.isWellFormed()) return null;
      return [leaf.ignoreCase ? FITS_IN_ANY_CASE : FITS, ...texts.add(pattern)];
    }
    case 'codeBetween':
      return [IS_BETWEEN, toWord(Math.ceil(leaf.from)), toWord(Math.floor(leaf.to))];
    default:
      return null;
  }
}

/** A signed word, of a number that codes are compared with. */
function toWord(code: number): number {
  return Math.min(Math.max(code, -1), 0x7fff_ffff) >>> 0;
}

function testOfValues(values: readonly string[], texts: Texts): readonly number[] | null {
  // The kernel compares bytes, and half a character has none.
  if (!values.every((value) => value.isWellFormed())) return null;
  if (values.length > FEW) return [IS_ONE_OF_MANY, ...texts.addTable([...new Set(values)])];
  return [IS_ONE_OF_FEW, values.length, ...values.flatMap((value) => texts.add(value))];
}

/** A node's words, at an address: kind, where it ends, and what it holds. */
export function wordsOf(node: Node, address: number): number[] {
  const words = [node.kind, 0];
  if (node.kind === LEAF) words.push(...node.words);
  else if (node.kind === SWITCH) addSwitch(words, node, address);
  else for (const part of node.parts) words.push(...wordsOf(part, address + words.length * 4));
  words[1] = address + words.length * 4;
  return words;
}

/** Targets that are alike lie there once. */
function addSwitch(words: number[], { field, targets, values }: Node & { kind: 3 }, address: number): void {
  words.push(field, values.length);
  const placesAt = words.length;
  words.push(...targets.map(() => 0), ...values.flat());
  const known = new Map<string, number>();
  for (const [number, target] of targets.entries()) {
    const key = JSON.stringify(target);
    const place = known.get(key) ?? address + words.length * 4;
    if (!known.has(key)) words.push(...wordsOf(target, place));
    known.set(key, place);
    words[placesAt + number] = place;
  }
}
