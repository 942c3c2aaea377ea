/** The bytes of a program, as they will lie in the kernel's memory: texts and tables first, and behind them all else. */
import { PROGRAM_AT } from './layout.ts';
import { NO_NODE, type Node, wordsOf } from './program-nodes.ts';

/** Texts and tables, as they will lie from PROGRAM_AT on. */
export class Texts {
  readonly #parts: Uint8Array[] = [];
  readonly #known = new Map<string, readonly [number, number]>();
  readonly #tables = new Map<string, readonly [number, number]>();
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

  /** The last slot's number and the address of a hash table, at most half full; the same one lies there once. */
  addTable(values: readonly string[]): readonly [number, number] {
    const key = JSON.stringify(values);
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const slots = 2 ** Math.ceil(Math.log2(2 * values.length));
    const table = new Uint32Array(slots * 3);
    for (const value of values) {
      const [address, length] = this.add(value);
      const hash = hashOf(Buffer.from(value));
      let slot = hash & (slots - 1);
      while (table[slot * 3 + 1] !== 0) slot = (slot + 1) & (slots - 1);
      table.set([hash, address, length], slot * 3);
    }
    const place = [slots - 1, this.#append(new Uint8Array(table.buffer))] as const;
    this.#tables.set(key, place);
    return place;
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

/** What stands behind the texts, each part at a multiple of eight. */
export class Tail {
  readonly #parts: Uint8Array[] = [];
  readonly #nodes = new Map<Node, number>();
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

  /** One that was put down before lies there once. */
  addNode(node: Node): number {
    if (node === NO_NODE) return 0;
    return (
      this.#nodes.get(node) ?? this.add(bytesOf(Uint32Array.from(wordsOf(node, this.#end, this.#nodes))))
    );
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

export function bytesOf(words: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
