/** A logged request as bytes, and back: its head as a short list, its bodies as the difference from an earlier one's. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Address, Arena } from './arena.ts';
import type { Bodies, Fate, Head, Logged, Shows } from './logged.ts';
import { DROPPED, NO_BODIES } from './logged.ts';
import type { Names } from './names.ts';
import { fromDelta, toDelta } from './text-delta.ts';

/** How the bodies of a record are written. base: deflated, for others of its object to be told by their difference from it. */
const FORM = { none: 0, text: 1, delta: 2, base: 3, dropped: 4, droppedBase: 5 } as const;
type Form = (typeof FORM)[keyof typeof FORM];
const HAS_BODIES: ReadonlySet<Form> = new Set([FORM.text, FORM.delta, FORM.base]);

/** Receipt, end, form, number of the base, lengths of head and bodies. */
const FORM_AT = 16;
const BASE_AT = 17;
const HEAD_BYTES_AT = 19;
const BODY_BYTES_AT = 21;
const PREFIX = 25;
/** Shorter ones are not worth a base. */
const MIN_BASE_CHARACTERS = 256;
const MAX_BASES = 0xffff;
const MAX_HEAD_BYTES = 0xffff;

/** What the records of one object have in common. */
export interface Shelf {
  readonly bases: Address[];
  readonly uids: string[];
  /** What its bases are deflated with: the first body of its kind. */
  dictionary: Buffer | null;
}

export class Packing {
  readonly #names: Names;
  readonly #texts: BaseTexts;

  constructor(names: Names) {
    this.#names = names;
    this.#texts = new BaseTexts();
  }

  pack(
    { head, bodies }: Logged,
    shelf: Shelf,
    arena: Arena,
    dictionaryOf: (text: string) => Buffer,
  ): Address {
    if (bodies === DROPPED) return this.#write(arena, head, shelf, FORM.dropped, 0, null);
    const text = bodies === NO_BODIES ? '' : textOf(bodies);
    if (text === '') return this.#write(arena, head, shelf, FORM.none, 0, null);
    const last = shelf.bases.length - 1;
    const base =
      last < 0 || !isBase(arena.at(shelf.bases[last] ?? 0)) ? null : this.#baseText(shelf, last, arena);
    const delta = base === null ? null : toDelta(base, text);
    if (delta !== null && delta.length * 2 < text.length)
      return this.#write(arena, head, shelf, FORM.delta, last, delta);
    if (text.length < MIN_BASE_CHARACTERS || shelf.bases.length >= MAX_BASES)
      return this.#write(arena, head, shelf, FORM.text, 0, text);
    shelf.dictionary ??= dictionaryOf(text);
    const deflated = deflateRawSync(text, { ...DEFLATE, dictionary: shelf.dictionary });
    const address = this.#write(arena, head, shelf, FORM.base, shelf.bases.length, deflated);
    shelf.bases.push(address);
    this.#texts.keep(shelf, last + 1, text);
    return address;
  }

  unpack(address: Address, shelf: Shelf, arena: Arena): Logged {
    const head = this.head(address, shelf, arena);
    return { head, bodies: this.#bodies(arena.at(address), shelf, arena) };
  }

  head(address: Address, shelf: Shelf, arena: Arena): Head {
    const record = arena.at(address);
    const json = record.toString('utf8', PREFIX, PREFIX + record.readUInt16LE(HEAD_BYTES_AT));
    const [key, verb, subresource, effect, code, uid, resourceVersion, shows, fate, version, manager, flags] =
      JSON.parse(json) as PackedHead;
    const form = record.readUInt8(FORM_AT);
    return {
      key,
      atUs: record.readDoubleLE(0),
      endUs: record.readDoubleLE(8),
      verb: this.#names.text(verb) ?? '',
      subresource: this.#names.text(subresource),
      effect: (this.#names.text(effect) ?? 'unknown') as Head['effect'],
      code,
      uid: uid < 0 ? null : (shelf.uids[uid] ?? null),
      resourceVersion,
      shows: (this.#names.text(shows) ?? 'nothing') as Shows,
      fate: this.#names.text(fate) as Fate | null,
      apiVersion: this.#names.text(version) ?? '',
      fieldManager: this.#names.text(manager),
      saysForce: (flags & 1) === 1,
      rank: flags >> 1,
      isDropped: form === FORM.dropped || form === FORM.droppedBase,
    };
  }

  /** Into another arena, the records of one object; bodies of those before the cut go, but for bases that later ones need. */
  move(
    records: readonly Address[],
    shelf: Shelf,
    from: Arena,
    to: Arena,
    cutUs: number,
  ): { readonly records: Address[]; readonly dropped: number } {
    const needed = new Set<number>();
    for (const address of records) {
      const record = from.at(address);
      const isKept = Packing.atUs(record) >= cutUs && record.readUInt8(FORM_AT) === FORM.delta;
      if (isKept) needed.add(record.readUInt16LE(BASE_AT));
    }
    let dropped = 0;
    const moved = records.map((address) => {
      const record = from.at(address);
      const form = record.readUInt8(FORM_AT) as Form;
      const holdsBase = isBase(record);
      const base = record.readUInt16LE(BASE_AT);
      const goes = form === FORM.droppedBase || (Packing.atUs(record) < cutUs && HAS_BODIES.has(form));
      const left = !goes ? form : holdsBase && needed.has(base) ? FORM.droppedBase : FORM.dropped;
      if (goes && form !== FORM.droppedBase) dropped++;
      const headEnd = PREFIX + record.readUInt16LE(HEAD_BYTES_AT);
      const length = left === FORM.dropped ? headEnd : headEnd + record.readUInt32LE(BODY_BYTES_AT);
      const { address: there, room } = to.take(length);
      record.copy(room, 0, 0, length);
      room.writeUInt8(left, FORM_AT);
      room.writeUInt32LE(length - headEnd, BODY_BYTES_AT);
      if (holdsBase) shelf.bases[base] = there;
      return there;
    });
    return { records: moved, dropped };
  }

  static atUs(record: Buffer): number {
    return record.readDoubleLE(0);
  }

  static bodyBytes(record: Buffer): number {
    return record.readUInt32LE(BODY_BYTES_AT);
  }

  /** Texts of bases are read again: they stand elsewhere now. */
  forget(): void {
    this.#texts.clear();
  }

  #write(
    arena: Arena,
    head: Head,
    shelf: Shelf,
    form: Form,
    base: number,
    bodies: string | Buffer | null,
  ): Address {
    const packed = this.#packHead(head, shelf);
    const headBytes = Buffer.byteLength(packed);
    const bodyBytes =
      bodies === null ? 0 : typeof bodies === 'string' ? Buffer.byteLength(bodies) : bodies.length;
    const { address, room } = arena.take(PREFIX + headBytes + bodyBytes);
    room.writeDoubleLE(head.atUs, 0);
    room.writeDoubleLE(head.endUs, 8);
    room.writeUInt8(form, FORM_AT);
    room.writeUInt16LE(base, BASE_AT);
    room.writeUInt16LE(headBytes, HEAD_BYTES_AT);
    room.writeUInt32LE(bodyBytes, BODY_BYTES_AT);
    room.write(packed, PREFIX, 'utf8');
    if (typeof bodies === 'string') room.write(bodies, PREFIX + headBytes, 'utf8');
    else bodies?.copy(room, PREFIX + headBytes);
    return address;
  }

  #packHead(head: Head, { uids }: Shelf): string {
    let uid = head.uid === null ? -1 : uids.lastIndexOf(head.uid);
    if (head.uid !== null && uid < 0) uid = uids.push(head.uid) - 1;
    const packed: PackedHead = [
      head.key,
      this.#names.of(head.verb),
      this.#names.of(head.subresource),
      this.#names.of(head.effect),
      head.code,
      uid,
      head.resourceVersion,
      this.#names.of(head.shows),
      this.#names.of(head.fate),
      this.#names.of(head.apiVersion),
      this.#names.of(head.fieldManager),
      (head.rank << 1) | (head.saysForce ? 1 : 0),
    ];
    const json = JSON.stringify(packed);
    if (json.length * 3 < MAX_HEAD_BYTES) return json;
    // Only what clients choose can be as long as that.
    return JSON.stringify(packed.with(2, '?').with(6, null).with(9, '').with(10, null));
  }

  #bodies(record: Buffer, shelf: Shelf, arena: Arena): Bodies {
    const form = record.readUInt8(FORM_AT) as Form;
    if (form === FORM.none || form === FORM.dropped || form === FORM.droppedBase) return NO_BODIES;
    if (form === FORM.base) return bodiesOf(this.#baseText(shelf, record.readUInt16LE(BASE_AT), arena));
    const from = PREFIX + record.readUInt16LE(HEAD_BYTES_AT);
    const text = record.toString('utf8', from, from + record.readUInt32LE(BODY_BYTES_AT));
    if (form === FORM.text) return bodiesOf(text);
    return bodiesOf(fromDelta(this.#baseText(shelf, record.readUInt16LE(BASE_AT), arena), text));
  }

  #baseText(shelf: Shelf, number: number, arena: Arena): string {
    const known = this.#texts.of(shelf, number);
    if (known !== null) return known;
    const record = arena.at(shelf.bases[number] ?? 0);
    const from = PREFIX + record.readUInt16LE(HEAD_BYTES_AT);
    const deflated = record.subarray(from, from + record.readUInt32LE(BODY_BYTES_AT));
    const text = inflateRawSync(deflated, { dictionary: shelf.dictionary ?? EMPTY }).toString('utf8');
    this.#texts.keep(shelf, number, text);
    return text;
  }
}

/** Whether its text is still there. */
function isBase(record: Buffer): boolean {
  const form = record.readUInt8(FORM_AT);
  return form === FORM.base || form === FORM.droppedBase;
}

const DEFLATE = { level: 3, memLevel: 6 } as const;
const EMPTY = Buffer.alloc(0);

type PackedHead = [
  key: string,
  verb: number | string | null,
  subresource: number | string | null,
  effect: number | string | null,
  code: number | null,
  uid: number,
  resourceVersion: string | null,
  shows: number | string | null,
  fate: number | string | null,
  version: number | string | null,
  manager: number | string | null,
  flags: number,
];

function textOf({ answer, request, ownership, admission }: Bodies): string {
  if (answer === null && request === undefined && admission.length === 0) return '';
  return JSON.stringify([
    answer ?? 0,
    ownership ?? 0,
    admission.length === 0 ? 0 : admission,
    ...(request === undefined ? [] : [request]),
  ]);
}

function bodiesOf(text: string): Bodies {
  const parts = JSON.parse(text) as [
    Bodies['answer'] | 0,
    Bodies['ownership'] | 0,
    Bodies['admission'] | 0,
    ...unknown[],
  ];
  return {
    answer: parts[0] === 0 ? null : parts[0],
    ownership: parts[1] === 0 ? null : parts[1],
    admission: parts[2] === 0 ? [] : parts[2],
    request: parts.length > 3 ? parts[3] : undefined,
  };
}

/** Bases in use, inflated: objects that change come again and again. */
class BaseTexts {
  readonly #texts = new Map<Shelf, { readonly number: number; readonly text: string }>();
  #characters = 0;

  of(shelf: Shelf, number: number): string | null {
    const known = this.#texts.get(shelf);
    if (known === undefined || known.number !== number) return null;
    return known.text;
  }

  keep(shelf: Shelf, number: number, text: string): void {
    this.#characters += text.length - (this.#texts.get(shelf)?.text.length ?? 0);
    this.#texts.delete(shelf);
    this.#texts.set(shelf, { number, text });
    for (const [oldest, { text: old }] of this.#texts) {
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
