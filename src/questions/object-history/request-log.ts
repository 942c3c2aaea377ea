/**
 * The requests on each object, packed: some 200 bytes for a change of an object of 3 KB. Bounded: beyond the bound the
 * oldest bodies are let go, and then the oldest requests, and both are counted.
 */
import { Arena } from './arena.ts';
import { DROPPED, type Head, type Logged, NO_BODIES } from './logged.ts';
import { cutsFor, moveRecords } from './making-room.ts';
import { idKey } from './object-id.ts';
import { Packing, type Shelf } from './packing.ts';
import type { ObjectId } from './step.ts';

interface ObjectShelf extends Shelf {
  readonly id: ObjectId;
}

export interface LoggedHead {
  readonly head: Head;
  /** With its bodies. */
  read(): Logged;
}

/** Its name, its place in the map; measured. */
const BYTES_PER_OBJECT = 250;
/** Of the most that is allowed, so that making room is rare. */
const KEPT_SHARE = 0.75;
/** What deflate can look back on. */
const MAX_DICTIONARY_BYTES = 32 * 1024;

export class RequestLog {
  readonly #maxBytes: number;
  readonly #packing = new Packing();
  readonly #shelves = new Map<string, ObjectShelf>();
  readonly #dictionaries = new Map<string, Buffer>();
  #arena: Arena;
  /** Bodies of requests before it are not kept any more. */
  #cutUs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #lost = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#arena = new Arena(maxBytes);
  }

  /** Bodies let go. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Requests let go altogether. */
  get lost(): number {
    return this.#lost;
  }

  /** Held: blocks, filled or not, and about what the rest takes for each object. */
  get bytes(): number {
    return this.#arena.bytes + this.#shelves.size * BYTES_PER_OBJECT;
  }

  add(id: ObjectId, logged: Logged): void {
    const key = idKey(id);
    let shelf = this.#shelves.get(key);
    if (shelf === undefined) {
      shelf = { id, last: null, base: null, uid: null, dictionary: null };
      this.#shelves.set(key, shelf);
    }
    const isTooOld = logged.head.atUs < this.#cutUs && logged.bodies !== NO_BODIES;
    if (isTooOld) this.#dropped++;
    const kept = isTooOld ? { ...logged, bodies: DROPPED } : logged;
    this.#packing.add(kept, shelf, this.#arena, (text) => this.#dictionaryFor(id, text));
    if (this.bytes > this.#maxBytes) this.#makeRoom();
  }

  ids(): readonly ObjectId[] {
    return [...this.#shelves.keys()].sort().flatMap((key) => this.#shelves.get(key)?.id ?? []);
  }

  /** In no order; one for each request. */
  of(id: ObjectId): readonly LoggedHead[] {
    const shelf = this.#shelves.get(idKey(id));
    if (shelf === undefined) return [];
    const heads = new Map<string, LoggedHead>();
    for (const [address, record] of this.#packing.records(shelf, this.#arena)) {
      const head = this.#packing.head(record, shelf);
      const known = heads.get(head.key);
      if (known !== undefined && !replaces(head, known.head)) continue;
      heads.set(head.key, {
        head,
        read: () => ({ head, bodies: this.#packing.bodies(address, shelf, this.#arena) }),
      });
    }
    return [...heads.values()];
  }

  #dictionaryFor({ group, resource }: ObjectId, text: string): Buffer {
    const type = `${group}/${resource}`;
    const known = this.#dictionaries.get(type);
    if (known !== undefined) return known;
    const dictionary = Buffer.from(text).subarray(0, MAX_DICTIONARY_BYTES);
    this.#dictionaries.set(type, dictionary);
    return dictionary;
  }

  #makeRoom(): void {
    for (let share = KEPT_SHARE; this.bytes > this.#maxBytes; share = Math.max(0, share - (1 - KEPT_SHARE)))
      this.#shrinkTo(this.#maxBytes * share);
  }

  #shrinkTo(bytes: number): void {
    const cuts = cutsFor(this.bytes - bytes, this.#shelves.values(), this.#arena);
    if (Number.isFinite(cuts.cutUs)) this.#cutUs = Math.max(this.#cutUs, cuts.cutUs);
    const to = new Arena(this.#maxBytes);
    for (const [key, shelf] of this.#shelves) {
      const moved = moveRecords(shelf, this.#packing, this.#arena, to, cuts);
      this.#dropped += moved.dropped;
      this.#lost += moved.lost;
      if (shelf.last === null) this.#shelves.delete(key);
    }
    this.#arena = to;
    this.#packing.forgetTexts();
  }
}

/** Of two records of one request. */
function replaces(head: Head, known: Head): boolean {
  if (head.isDropped !== known.isDropped) return known.isDropped;
  return head.rank - known.rank > 0 || (head.rank === known.rank && head.endUs > known.endUs);
}
