/**
 * The requests on each object, packed: some 200 bytes for a change of an object of 3 KB. Bounded: beyond the bound the
 * oldest bodies are let go, and then the oldest requests, and both are counted.
 */
import { type Address, Arena } from './arena.ts';
import { DROPPED, type Head, type Logged, NO_BODIES } from './logged.ts';
import { Names } from './names.ts';
import { idKey } from './object-id.ts';
import { Packing, type Shelf } from './packing.ts';
import type { ObjectId } from './step.ts';

interface ObjectLog extends Shelf {
  readonly id: ObjectId;
  records: Address[];
}

export class RequestLog {
  readonly #maxBytes: number;
  readonly #packing = new Packing(new Names());
  readonly #logs = new Map<string, ObjectLog>();
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
    return this.#arena.bytes + this.#logs.size * BYTES_PER_OBJECT;
  }

  add(id: ObjectId, logged: Logged): void {
    const key = idKey(id);
    let log = this.#logs.get(key);
    if (log === undefined) {
      log = { id, records: [], bases: [], uids: [], dictionary: null };
      this.#logs.set(key, log);
    }
    const type = `${id.group}/${id.resource}`;
    const isTooOld = logged.head.atUs < this.#cutUs && logged.bodies !== NO_BODIES;
    if (isTooOld) this.#dropped++;
    const kept = isTooOld ? { ...logged, bodies: DROPPED } : logged;
    const dictionaryOf = (text: string) => this.#dictionaryFor(type, text);
    log.records.push(this.#packing.pack(kept, log, this.#arena, dictionaryOf));
    if (this.bytes > this.#maxBytes) this.#makeRoom();
  }

  ids(): readonly ObjectId[] {
    return [...this.#logs.keys()].sort().flatMap((key) => this.#logs.get(key)?.id ?? []);
  }

  /** In no order; one for each request. `read`: its bodies too. */
  of(id: ObjectId): readonly LoggedHead[] {
    const log = this.#logs.get(idKey(id));
    if (log === undefined) return [];
    const heads = new Map<string, LoggedHead>();
    for (const address of log.records) {
      const head = this.#packing.head(address, log, this.#arena);
      const known = heads.get(head.key);
      if (known !== undefined && !replaces(head, known.head)) continue;
      heads.set(head.key, { head, read: () => this.#packing.unpack(address, log, this.#arena) });
    }
    return [...heads.values()];
  }

  #dictionaryFor(type: string, text: string): Buffer {
    const known = this.#dictionaries.get(type);
    if (known !== undefined) return known;
    const dictionary = Buffer.from(text).subarray(0, MAX_DICTIONARY_BYTES);
    this.#dictionaries.set(type, dictionary);
    return dictionary;
  }

  #makeRoom(): void {
    const { times, bodies, oldestFirst } = this.#sizes();
    let free = this.bytes - this.#maxBytes * KEPT_SHARE;
    let cutUs = Number.POSITIVE_INFINITY;
    for (const index of oldestFirst) {
      free -= bodies[index] ?? 0;
      if (free > 0) continue;
      cutUs = times[index] ?? cutUs;
      break;
    }
    // Not even all bodies are enough: of the requests themselves, the older half.
    const middle = oldestFirst[oldestFirst.length >> 1] ?? 0;
    const lostUs = free > 0 ? (times[middle] ?? 0) : Number.NEGATIVE_INFINITY;
    this.#cutUs = Math.max(this.#cutUs, Number.isFinite(cutUs) ? cutUs : lostUs);
    this.#rewrite(lostUs);
  }

  #sizes() {
    let count = 0;
    for (const { records } of this.#logs.values()) count += records.length;
    const times = new Float64Array(count);
    const bodies = new Uint32Array(count);
    let index = 0;
    for (const { records } of this.#logs.values())
      for (const address of records) {
        const record = this.#arena.at(address);
        times[index] = Packing.atUs(record);
        bodies[index++] = Packing.bodyBytes(record);
      }
    const oldestFirst = Uint32Array.from({ length: count }, (_, n) => n);
    oldestFirst.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
    return { times, bodies, oldestFirst };
  }

  #rewrite(lostUs: number): void {
    const from = this.#arena;
    const to = new Arena(this.#maxBytes);
    for (const [key, log] of this.#logs) {
      const kept = log.records.filter((address) => Packing.atUs(from.at(address)) >= lostUs);
      this.#lost += log.records.length - kept.length;
      const moved = this.#packing.move(kept, log, from, to, this.#cutUs);
      this.#dropped += moved.dropped;
      log.records = moved.records;
      if (log.records.length === 0) this.#logs.delete(key);
    }
    this.#arena = to;
    this.#packing.forget();
  }
}

/** Its name, its list of records, its place in the map; measured. */
const BYTES_PER_OBJECT = 500;
/** Of the most that is allowed, so that making room is rare. */
const KEPT_SHARE = 0.75;
/** What deflate can look back on. */
const MAX_DICTIONARY_BYTES = 32 * 1024;

export interface LoggedHead {
  readonly head: Head;
  /** With its bodies. */
  read(): Logged;
}

/** Of two records of one request. */
function replaces(head: Head, known: Head): boolean {
  if (head.isDropped !== known.isDropped) return known.isDropped;
  return head.rank - known.rank > 0 || (head.rank === known.rank && head.endUs > known.endUs);
}
