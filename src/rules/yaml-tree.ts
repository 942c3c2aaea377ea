/** YAML of rule files → trees in which everything knows where it stands. What the keys mean is the formats'. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { type Place, Refusal } from './refusal.ts';
import type { RuleText } from './rule.ts';

export type Tree = Scalar | List | Mapping;

export interface Scalar {
  readonly kind: 'scalar';
  /** Of a number just as it is written. */
  readonly text: string;
  readonly value: string | number | boolean | null;
  readonly place: Place;
  /** Where in the file the character stands that is at `offset` in `text`. */
  placeAt(offset: number): Place;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly place: Place;
}

export interface Mapping {
  readonly kind: 'mapping';
  readonly entries: readonly Entry[];
  readonly place: Place;
}

export interface Entry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Tree;
}

/** Nesting beyond this is refused: whatever walks through a tree calls itself. */
const MAX_DEPTH = 64;
/** Aliases multiply what is written. */
const MAX_NODES = 200_000;

/** Of each document of the file; empty ones are left out. Throws a Refusal. */
export function readTrees({ file, text }: RuleText): readonly Tree[] {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents = documentsOf(text, lines, place(0));
  const reader = new Reader(text, place);
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Refusal(place(error.pos[0]), `no YAML: ${oneLine(error.message)}`);
    const { contents } = document;
    return contents === null ? [] : [reader.read(contents, (alias) => alias.resolve(document) ?? null)];
  });
}

export function entryOf(tree: Mapping, key: string): Entry | null {
  return tree.entries.find((entry) => entry.key === key) ?? null;
}

function documentsOf(text: string, lines: LineCounter, start: Place): ReturnType<typeof parseAllDocuments> {
  try {
    return parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  } catch (error) {
    // The library calls itself for each level of nesting.
    if (error instanceof RangeError) throw new Refusal(start, 'no YAML: nested too deeply');
    throw error;
  }
}

type Resolve = (alias: Extract<Node, { source: string }>) => Node | null;

class Reader {
  readonly #text: string;
  readonly #place: (offset: number) => Place;
  #nodes = 0;

  constructor(text: string, place: (offset: number) => Place) {
    this.#text = text;
    this.#place = place;
  }

  read(node: unknown, resolve: Resolve, near = 0, depth = 0): Tree {
    const offset = startOf(node) ?? near;
    const place = this.#place(offset);
    if (depth > MAX_DEPTH) throw new Refusal(place, `nested more than ${MAX_DEPTH} deep`);
    if (++this.#nodes > MAX_NODES) throw new Refusal(place, `more than ${MAX_NODES} values in one file`);
    if (isAlias(node)) return this.read(resolve(node), resolve, offset, depth + 1);
    if (isMap(node))
      return { kind: 'mapping', place, entries: this.#entries(node.items, resolve, offset, depth) };
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item, resolve, offset, depth + 1));
      return { kind: 'list', place, items };
    }
    return this.#scalar(node, offset);
  }

  #entries(
    pairs: readonly { key: unknown; value: unknown }[],
    resolve: Resolve,
    near: number,
    depth: number,
  ): readonly Entry[] {
    const own: Entry[] = [];
    const merged: Entry[] = [];
    for (const { key, value } of pairs) {
      const offset = startOf(key) ?? near;
      const name = this.read(key, resolve, near, depth + 1);
      if (name.kind !== 'scalar') throw new Refusal(name.place, 'a key must be a text');
      const read = this.read(value, resolve, offset, depth + 1);
      if (name.text === '<<') merged.push(...mergedEntries(read));
      else own.push({ key: name.text, keyPlace: name.place, value: read });
    }
    const taken = new Set(own.map(({ key }) => key));
    // The first of several wins, and what stands there itself before all.
    return [...own, ...merged.filter(({ key }) => !taken.has(key) && taken.add(key) !== undefined)];
  }

  #scalar(node: unknown, offset: number): Scalar {
    const place = this.#place(offset);
    if (!isScalar(node)) return { kind: 'scalar', text: '', value: null, place, placeAt: () => place };
    const value = plainValue(node.value);
    const text = typeof value === 'string' ? value : (node.source ?? String(value ?? ''));
    const source = this.#text.slice(offset, node.range?.[1] ?? offset);
    const isBlock = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL';
    const head = isBlock ? source.indexOf('\n') + 1 : node.type === 'PLAIN' ? 0 : 1;
    return {
      ...{ kind: 'scalar', text, value, place },
      placeAt: (at) => this.#place(offset + alongside(text, source, head, at)),
    };
  }
}

/** Line breaks and indentation may differ, the other characters may not. */
function alongside(text: string, source: string, head: number, at: number): number {
  let wanted = 0;
  for (let index = 0; index < Math.min(at, text.length); index++) if (!isBlank(text[index])) wanted++;
  for (let index = head; index < source.length; index++) {
    if (isBlank(source[index])) continue;
    if (wanted === 0) return index;
    wanted--;
  }
  return Math.max(source.trimEnd().length - 1, 0);
}

function isBlank(sign: string | undefined): boolean {
  return sign === ' ' || sign === '\t' || sign === '\n' || sign === '\r';
}

function mergedEntries(tree: Tree): readonly Entry[] {
  if (tree.kind === 'mapping') return tree.entries;
  return tree.kind === 'list' ? tree.items.flatMap(mergedEntries) : [];
}

function plainValue(value: unknown): Scalar['value'] {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : String(value);
}

function startOf(node: unknown): number | null {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0] ?? null;
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim();
}
