/** Logged requests as records in an arena: bodies as their difference from an earlier one's of the same object. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Address, Arena } from './arena.ts';
import { type Bodies, DROPPED, type Head, type Logged, NO_BODIES } from './logged.ts';
import { Names } from './names.ts';
import { type PackedRecord, readRecord, writeRecord } from './record.ts';
import { bodiesOf, packHead, textOf, unpackHead } from './record-text.ts';
import { fromDelta, toDelta } from './text-delta.ts';

/** The records of one object, and what they have in common. */
export interface Shelf {
  /** The record added last; each leads to the one before. */
  last: Address | null;
  /** What new bodies are told by their difference from. */
  base: Address | null;
  /** The first one seen: most have only one. */
  uid: string | null;
  /** What its bases are deflated with: the first body of its kind. */
  dictionary: Buffer | null;
}

/** Shorter ones are not worth a base. */
const MIN_BASE_CHARACTERS = 256;
const DEFLATE = { level: 3, memLevel: 6 } as const;
const NOTHING = Buffer.alloc(0);

export class Packing {
  readonly #names = new Names();
  readonly #texts = new BaseTexts();

  add({ head, bodies }: Logged, shelf: Shelf, arena: Arena, dictionaryOf: (text: string) => Buffer): void {
    shelf.uid ??= head.uid;
    const packed = packHead(head, this.#names, shelf.uid);
    const link = { atUs: head.atUs, endUs: head.endUs, previous: shelf.last, base: null };
    const text = textOf(bodies);
    if (text === '') {
      const form = bodies === DROPPED ? 'dropped' : 'none';
      shelf.last = writeRecord(arena, { ...link, form }, packed, NOTHING);
      return;
    }
    const { base } = shelf;
    const delta = base === null ? null : toDelta(this.#baseText(base, shelf, arena), text);
    if (delta !== null && delta.length * 2 < text.length) {
      shelf.last = writeRecord(arena, { ...link, base, form: 'delta' }, packed, delta);
    } else if (text.length < MIN_BASE_CHARACTERS) {
      shelf.last = writeRecord(arena, { ...link, form: 'text' }, packed, text);
    } else {
      shelf.dictionary ??= dictionaryOf(text);
      const deflated = deflateRawSync(text, { ...DEFLATE, dictionary: shelf.dictionary });
      shelf.last = writeRecord(arena, { ...link, form: 'base' }, packed, deflated);
      shelf.base = shelf.last;
      this.#texts.keep(shelf.last, text);
    }
  }

  /** Of all its records, the newest first. */
  *records(shelf: Shelf, arena: Arena): Generator<readonly [Address, PackedRecord]> {
    for (let address = shelf.last; address !== null; ) {
      const record = readRecord(arena, address);
      yield [address, record];
      address = record.previous;
    }
  }

  head(record: PackedRecord, shelf: Shelf): Head {
    return unpackHead(record, this.#names, shelf.uid);
  }

  bodies(address: Address, shelf: Shelf, arena: Arena): Bodies {
    const { form, base, bodies } = readRecord(arena, address);
    switch (form) {
      case 'text':
        return bodiesOf(bodies.toString('utf8'));
      case 'base':
        return bodiesOf(this.#baseText(address, shelf, arena));
      case 'delta':
        if (base === null) return NO_BODIES;
        return bodiesOf(fromDelta(this.#baseText(base, shelf, arena), bodies.toString('utf8')));
      default:
        return NO_BODIES;
    }
  }

  /** Addresses mean something else from now on. */
  forgetTexts(): void {
    this.#texts.clear();
  }

  #baseText(address: Address, shelf: Shelf, arena: Arena): string {
    const known = this.#texts.of(address);
    if (known !== null) return known;
    const { bodies } = readRecord(arena, address);
    const text = inflateRawSync(bodies, { dictionary: shelf.dictionary ?? NOTHING }).toString('utf8');
    this.#texts.keep(address, text);
    return text;
  }
}

/** Bases in use, inflated: objects that change, change again. */
class BaseTexts {
  readonly #texts = new Map<Address, string>();
  #characters = 0;

  of(address: Address): string | null {
    return this.#texts.get(address) ?? null;
  }

  keep(address: Address, text: string): void {
    this.#texts.set(address, text);
    this.#characters += text.length;
    for (const [oldest, old] of this.#texts) {
      if (this.#characters <= MAX_CHARACTERS) return;
      this.#texts.delete(oldest);
      this.#characters -= old.length;
    }
  }

  clear(): void {
    this.#texts.clear();
    this.#characters = 0;
  }
}

const MAX_CHARACTERS = 12 * 1024 * 1024;
