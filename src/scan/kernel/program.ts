/**
 * Needles → the program that the kernel judges lines by: nodes in the order in which prefilter.ts tests them, behind the
 * texts they need. Both are read by assembly/needles.ts.
 */
import { LONG_RUNNING_SUBRESOURCES, LONG_RUNNING_VERBS } from '../../event/request.ts';
import { type Field, oneOf, type Predicate } from '../../query/predicate.ts';
import { changesWithStage, type Needles } from '../needles.ts';
import { PROGRAM_AT, PROGRAM_BYTES } from './layout.ts';

export interface Program {
  /** To be put at PROGRAM_AT. */
  readonly bytes: Uint8Array;
  /** Address of the first node. */
  readonly start: number;
}

/** Null: they cannot be put into a program, or only into one that is too long. */
export function toProgram(needles: Needles): Program | null {
  const texts = new Texts();
  const root = nodeOf(needles, texts);
  if (root === null) return null;
  const start = texts.end;
  const words = wordsOf(root, start);
  const bytes = Buffer.concat([texts.bytes(), Buffer.from(Uint32Array.from(words).buffer)]);
  return bytes.length > PROGRAM_BYTES ? null : { bytes, start };
}

const ALL = 0;
const ANY = 1;
const LEAF = 2;

type Node =
  | { readonly kind: typeof ALL | typeof ANY; readonly parts: readonly Node[] }
  /** Field, whether negated, test, and what the test needs. */
  | { readonly kind: typeof LEAF; readonly words: readonly number[] };

/** In the kernel's numbers. */
const FIELDS: readonly Field[] = [
  ...(['verb', 'auditID', 'level', 'requestURI', 'requestPath', 'userAgent'] as const),
  ...(['user.username', 'impersonatedUser.username', 'user.groups', 'impersonatedUser.groups'] as const),
  ...(['session', 'objectRef.resource', 'objectRef.apiGroup', 'objectRef.subresource'] as const),
  ...(['objectRef.namespace', 'objectRef.name', 'responseStatus.code', 'responseStatus.reason'] as const),
  'sourceIPs',
];

function nodeOf(needles: Needles, texts: Texts): Node | null {
  if (needles.kind === 'text') return nodeOfLeaf(needles.leaf, texts);
  const parts = needles.of.map((part) => nodeOf(part, texts));
  return nodeOfParts(needles.kind === 'all' ? ALL : ANY, parts);
}

function nodeOfParts(kind: typeof ALL | typeof ANY, parts: readonly (Node | null)[]): Node | null {
  const known = parts.filter((part) => part !== null);
  return known.length === parts.length ? { kind, parts: known } : null;
}

function nodeOfLeaf(leaf: Predicate, texts: Texts): Node | null {
  const node = nodeOfTest(leaf, false, texts);
  if (!changesWithStage(leaf)) return node;
  const isLongRunning = [
    nodeOfTest(oneOf('verb', [...LONG_RUNNING_VERBS]), false, texts),
    nodeOfTest(oneOf('objectRef.subresource', [...LONG_RUNNING_SUBRESOURCES]), false, texts),
  ];
  return nodeOfParts(ANY, [...isLongRunning, node]);
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
function wordsOf(node: Node, address: number): number[] {
  const words = [node.kind, 0];
  if (node.kind === LEAF) words.push(...node.words);
  else for (const part of node.parts) words.push(...wordsOf(part, address + words.length * 4));
  words[1] = address + words.length * 4;
  return words;
}

/** Texts and tables, as they will lie from PROGRAM_AT on. */
class Texts {
  readonly #parts: Uint8Array[] = [];
  /** Where the next one will lie. */
  end = PROGRAM_AT;

  /** Address and length. */
  add(text: string): [number, number] {
    const bytes = Buffer.from(text);
    return [this.#append(bytes), bytes.length];
  }

  /** The last slot's number and the address of a hash table, at most half full. */
  addTable(values: readonly string[]): [number, number] {
    const slots = 2 ** Math.ceil(Math.log2(2 * values.length));
    const table = new Uint32Array(slots * 3);
    for (const value of values) {
      const [address, length] = this.add(value);
      const hash = hashOf(Buffer.from(value));
      let slot = hash & (slots - 1);
      while (table[slot * 3 + 1] !== 0) slot = (slot + 1) & (slots - 1);
      table.set([hash, address, length], slot * 3);
    }
    return [slots - 1, this.#append(new Uint8Array(table.buffer))];
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #append(bytes: Uint8Array): number {
    const address = this.end;
    this.#parts.push(bytes, new Uint8Array(-bytes.length & 3));
    this.end += bytes.length + (-bytes.length & 3);
    return address;
  }
}

/** FNV-1a, as the kernel has it. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
