/**
 * Sieve → the program that the kernel judges lines by: nodes in the order in which prefilter.ts tests them, behind the texts
 * they need, and what is done with the verdicts. Read by assembly/{needles,groups,sieve}.ts.
 */
import type { Field, Predicate } from '../../query/predicate.ts';
import type { Aggregation } from '../../query/query.ts';
import type { Sieve } from '../sieve.ts';
import { type Decision, decisionOf, type Switch } from './decision.ts';
import { PROGRAM_AT, PROGRAM_BYTES } from './layout.ts';

export interface Program {
  /** To be put at PROGRAM_AT. */
  readonly bytes: Uint8Array;
  /** Address of the sieve in it. */
  readonly start: number;
  /** Fields of the groups that are counted. */
  readonly countedBy: Aggregation | null;
  readonly tellsEachWitness: boolean;
}

/** What coverage counts witnesses by: event/target.ts's `resourceKey`, the level, and perhaps which request it was. */
export const WITNESSED_BY: Aggregation = {
  by: ['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource', 'level'],
  bucketUs: null,
};
const EACH_WITNESS: Aggregation = { by: [...WITNESSED_BY.by, 'auditID'], bucketUs: 1 };

/** Null: it cannot be put into a program, or only into one that is too long. */
export function toProgram(sieve: Sieve): Program | null {
  const { aggregation, settles, window } = sieve;
  const texts = new Texts();
  const nodes = [sieve.anyStage, sieve.outcome, sieve.witness].map((needles) =>
    needles === null ? NO_NODE : nodeOf(decisionOf(needles), texts),
  );
  const specs = [aggregation, sieve.mayRepeat ? EACH_WITNESS : WITNESSED_BY].map((by) =>
    by === null ? NO_SPEC : specOf(by),
  );
  const tail = new Tail(texts.end);
  const places = nodes.map((node) => (node === null ? null : tail.addNode(node)));
  const [countedBy, witnessedBy] = specs.map((spec) => (spec === null ? null : tail.add(spec)));
  const [anyStage, outcome, witness] = places;
  const parts = [anyStage, outcome, witness, settles ? 1 : 0, countedBy, witnessedBy];
  if (!parts.every((part) => typeof part === 'number')) return null;
  const start = tail.add(
    Buffer.concat([
      bytesOf(Uint32Array.from(parts)),
      bytesOf(
        Float64Array.from([
          window.sinceUs ?? Number.NEGATIVE_INFINITY,
          window.untilUs ?? Number.POSITIVE_INFINITY,
        ]),
      ),
    ]),
  );
  const bytes = Buffer.concat([texts.bytes(), tail.bytes()]);
  return bytes.length > PROGRAM_BYTES
    ? null
    : { bytes, start, countedBy: aggregation, tellsEachWitness: sieve.mayRepeat };
}

/** Null: a field has no number. */
function specOf({ by, bucketUs }: Aggregation): Uint8Array | null {
  const fields = by.map((field) => FIELDS.indexOf(field));
  if (fields.includes(-1)) return null;
  return Buffer.concat([
    bytesOf(Float64Array.of(bucketUs ?? 0)),
    bytesOf(Uint32Array.from([fields.length, ...fields])),
  ]);
}

function bytesOf(words: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** What stands behind the texts, each part at a multiple of eight. */
class Tail {
  readonly #parts: Uint8Array[] = [];
  #end: number;

  constructor(start: number) {
    this.#end = start;
    this.#pad();
  }

  /** Where it lies; 0 for what is empty: there is none. */
  add(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const place = this.#end;
    this.#append(bytes);
    this.#pad();
    return place;
  }

  addNode(node: Node): number {
    return node === NO_NODE ? 0 : this.add(bytesOf(Uint32Array.from(wordsOf(node, this.#end))));
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #append(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#end += bytes.length;
  }

  #pad(): void {
    this.#append(new Uint8Array(-this.#end & 7));
  }
}

const ALL = 0;
const ANY = 1;
const LEAF = 2;
const SWITCH = 3;

type Node =
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

/** Where nothing is to be judged, and nothing to be counted. */
const NO_NODE: Node = { kind: ANY, parts: [] };
const NO_SPEC = new Uint8Array(0);

/** In the kernel's numbers. */
const FIELDS: readonly Field[] = [
  ...(['verb', 'auditID', 'level', 'requestURI', 'requestPath', 'userAgent'] as const),
  ...(['user.username', 'impersonatedUser.username', 'user.groups', 'impersonatedUser.groups'] as const),
  ...(['session', 'objectRef.resource', 'objectRef.apiGroup', 'objectRef.subresource'] as const),
  ...(['objectRef.namespace', 'objectRef.name', 'responseStatus.code', 'responseStatus.reason'] as const),
  'sourceIPs',
];

function nodeOf(needles: Decision, texts: Texts): Node | null {
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
function wordsOf(node: Node, address: number): number[] {
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

/** Texts and tables, as they will lie from PROGRAM_AT on. */
class Texts {
  readonly #parts: Uint8Array[] = [];
  readonly #known = new Map<string, readonly [number, number]>();
  /** Where the next one will lie. */
  end = PROGRAM_AT;

  /** Address and length; the same text lies there once. */
  add(text: string): readonly [number, number] {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text);
    const place = [this.#append(bytes), bytes.length] as const;
    this.#known.set(text, place);
    return place;
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
