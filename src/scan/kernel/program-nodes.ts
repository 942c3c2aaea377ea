/** Decisions → the nodes that assembly/needles.ts judges by. */
import type { Field, Predicate } from '../../query/predicate.ts';
import type { Decision, Switch } from '../decision.ts';
import { annotationTextOf } from '../needles.ts';
import type { Texts } from './program-bytes.ts';

const ALL = 0;
const ANY = 1;
const LEAF = 2;
const SWITCH = 3;
const PERHAPS = 4;
/** Stands for a node that lies elsewhere. */
const REFERENCE = 5;
/** Words; less is not worth a reference. */
const LARGE = 8;

export type Node =
  /** It is not told. */
  | { readonly kind: typeof PERHAPS }
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

const NOT_TOLD: Node = { kind: PERHAPS };

/** Nothing is to be judged. */
export const NO_NODE: Node = { kind: ANY, parts: [] };

/** In the kernel's numbers. */
export const FIELDS: readonly Field[] = [
  ...(['verb', 'auditID', 'level', 'requestURI', 'requestPath', 'userAgent'] as const),
  ...(['user.username', 'impersonatedUser.username', 'user.groups', 'impersonatedUser.groups'] as const),
  ...(['session', 'objectRef.resource', 'objectRef.apiGroup', 'objectRef.subresource'] as const),
  ...(['objectRef.namespace', 'objectRef.name', 'responseStatus.code', 'responseStatus.reason'] as const),
  ...(['sourceIPs', 'annotations'] as const),
];
/** What a network is asked of: in the kernel a field of its own. */
const LAST_ADDRESS = FIELDS.length;

/** Null: there is no test for a part of it. `made`: of the same decision, the same node. */
export function nodeOf(decision: Decision, texts: Texts, made: Map<Decision, Node | null>): Node | null {
  const known = made.get(decision);
  if (known !== undefined) return known;
  const node = newNode(decision, texts, made);
  made.set(decision, node);
  return node;
}

function newNode(decision: Decision, texts: Texts, made: Map<Decision, Node | null>): Node | null {
  if (decision.kind === 'switch') return nodeOfSwitch(decision, texts, made);
  if (decision.kind === 'text') return nodeOfTest(decision.leaf, false, texts);
  const parts = decision.of.map((part) => nodeOf(part, texts, made));
  return nodeOfParts(decision.kind === 'all' ? ALL : ANY, parts);
}

/** Of a value that is not known, prefilter.ts tells. */
function nodeOfSwitch(
  { field, cases, absent, otherwise, general }: Switch,
  texts: Texts,
  made: Map<Decision, Node | null>,
): Node | null {
  if (![...cases.keys()].every((value) => value.isWellFormed())) return nodeOf(general, texts, made);
  const [ifAbsent, ifAnother, ...ofCases] = [absent, otherwise, ...cases.values()].map((each) =>
    nodeOf(each, texts, made),
  );
  const targets = [ifAbsent, ifAnother, NOT_TOLD, ...ofCases].filter((target) => target != null);
  if (targets.length < cases.size + 3) return null;
  const values = [...cases.keys()].map((value) => texts.add(value));
  return { kind: SWITCH, field: FIELDS.indexOf(field), targets, values };
}

function nodeOfParts(kind: typeof ALL | typeof ANY, parts: readonly (Node | null)[]): Node | null {
  const known = parts.filter((part) => part !== null);
  return known.length === parts.length ? { kind, parts: known } : null;
}

function nodeOfTest(leaf: Predicate, isNegated: boolean, texts: Texts): Node | null {
  if (leaf.kind === 'not') return nodeOfTest(leaf.of, !isNegated, texts);
  const field = leaf.kind === 'fromNetwork' ? LAST_ADDRESS : FIELDS.indexOf(fieldOf(leaf));
  const test = field < 0 ? null : testOf(leaf, texts);
  return test === null ? null : { kind: LEAF, words: [field, isNegated ? 1 : 0, ...test] };
}

function fieldOf(leaf: Predicate): Field {
  if (leaf.kind === 'codeBetween') return 'responseStatus.code';
  return 'field' in leaf ? leaf.field : 'annotations';
}

const IS_ABSENT = 0;
const IS_ONE_OF_FEW = 1;
const IS_ONE_OF_MANY = 2;
const FITS = 3;
const FITS_IN_ANY_CASE = 4;
const IS_BETWEEN = 5;
const HOLDS_TEXT = 6;
const IS_IN_NETWORK = 7;
/** More are looked up. */
const FEW = 8;

/** The test and what it needs; null: there is none for it. */
function testOf(leaf: Predicate, texts: Texts): readonly number[] | null {
  const annotation = annotationTextOf(leaf);
  if (annotation !== null) return [HOLDS_TEXT, ...texts.add(annotation)];
  switch (leaf.kind) {
    case 'absent':
      return [IS_ABSENT];
    case 'fromNetwork':
      return [IS_IN_NETWORK, ...networkOf(leaf.cidr)];
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

/** Whether it is one of IPv4, its bits, and which of them count; of IPv6 nothing is told. */
function networkOf(cidr: string): readonly number[] {
  const [, address = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr) ?? [];
  if (address === '') return [0, 0, 0];
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const mask = bits === '0' ? 0 : (-1 << (32 - Number(bits))) >>> 0;
  return [1, (number & mask) >>> 0, mask];
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

/** A node's words, at an address: kind, where it ends, and what it holds. `known`: where nodes lie that were put down before. */
export function wordsOf(node: Node, address: number, known: Map<Node, number>): number[] {
  const before = known.get(node);
  if (before !== undefined) return [REFERENCE, address + 12, before];
  const words: number[] = [node.kind, 0];
  if (node.kind === LEAF) words.push(...node.words);
  else if (node.kind === SWITCH) addSwitch(words, node, address, known);
  else if (node.kind !== PERHAPS)
    for (const part of node.parts)
      for (const word of wordsOf(part, address + words.length * 4, known)) words.push(word);
  words[1] = address + words.length * 4;
  if (words.length > LARGE) known.set(node, address);
  return words;
}

function addSwitch(
  words: number[],
  { field, targets, values }: Node & { kind: 3 },
  address: number,
  known: Map<Node, number>,
): void {
  words.push(field, values.length);
  const placesAt = words.length;
  words.push(...targets.map(() => 0), ...values.flat());
  for (const [number, target] of targets.entries()) {
    const before = known.get(target);
    words[placesAt + number] = before ?? address + words.length * 4;
    if (before === undefined)
      for (const word of wordsOf(target, address + words.length * 4, known)) words.push(word);
  }
}
