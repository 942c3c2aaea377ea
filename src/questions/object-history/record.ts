/** A packed request as it stands in an arena: what orders and links it in front, then its head and its bodies. */
import type { Address, Arena } from './arena.ts';

/** How its bodies are written. base: deflated, for others of its object to be told by their difference from it. */
export type Form = 'none' | 'text' | 'delta' | 'base' | 'dropped' | 'droppedBase';

export interface Prefix {
  readonly atUs: number;
  readonly endUs: number;
  /** Of the same object; null: it is the first. */
  readonly previous: Address | null;
  /** Of a delta: what it differs from. */
  readonly base: Address | null;
  readonly form: Form;
}

export interface PackedRecord extends Prefix {
  readonly head: Buffer;
  /** As `form` has it; empty for none. */
  readonly bodies: Buffer;
}

const FORMS: readonly Form[] = ['none', 'text', 'delta', 'base', 'dropped', 'droppedBase'];
/** Receipt, end, links, form, lengths of head and bodies. */
const PREVIOUS_AT = 16;
const BASE_AT = 20;
const FORM_AT = 24;
const HEAD_BYTES_AT = 25;
const BODY_BYTES_AT = 27;
const PREFIX_BYTES = 31;
const NOWHERE = 0xffff_ffff;
export const MAX_HEAD_BYTES = 0xffff;

export function writeRecord(
  arena: Arena,
  prefix: Prefix,
  head: string | Buffer,
  bodies: string | Buffer,
): Address {
  const headBytes = Buffer.byteLength(head);
  const bodyBytes = Buffer.byteLength(bodies);
  const { address, room } = arena.take(PREFIX_BYTES + headBytes + bodyBytes);
  room.writeDoubleLE(prefix.atUs, 0);
  room.writeDoubleLE(prefix.endUs, 8);
  room.writeUInt32LE(prefix.previous ?? NOWHERE, PREVIOUS_AT);
  room.writeUInt32LE(prefix.base ?? NOWHERE, BASE_AT);
  room.writeUInt8(FORMS.indexOf(prefix.form), FORM_AT);
  room.writeUInt16LE(headBytes, HEAD_BYTES_AT);
  room.writeUInt32LE(bodyBytes, BODY_BYTES_AT);
  put(room, head, PREFIX_BYTES);
  put(room, bodies, PREFIX_BYTES + headBytes);
  return address;
}

function put(room: Buffer, value: string | Buffer, at: number): void {
  if (typeof value === 'string') room.write(value, at, 'utf8');
  else value.copy(room, at);
}

export function readRecord(arena: Arena, address: Address): PackedRecord {
  const record = arena.at(address);
  const headEnd = PREFIX_BYTES + record.readUInt16LE(HEAD_BYTES_AT);
  return {
    atUs: record.readDoubleLE(0),
    endUs: record.readDoubleLE(8),
    previous: linkAt(record, PREVIOUS_AT),
    base: linkAt(record, BASE_AT),
    form: FORMS[record.readUInt8(FORM_AT)] ?? 'none',
    head: record.subarray(PREFIX_BYTES, headEnd),
    bodies: record.subarray(headEnd, headEnd + record.readUInt32LE(BODY_BYTES_AT)),
  };
}

function linkAt(record: Buffer, at: number): Address | null {
  const address = record.readUInt32LE(at);
  return address === NOWHERE ? null : address;
}

export interface RecordSize {
  readonly atUs: number;
  readonly headBytes: number;
  readonly bodyBytes: number;
  readonly previous: Address | null;
}

/** What making room looks at, of each of very many. */
export function sizeOf(arena: Arena, address: Address): RecordSize {
  const record = arena.at(address);
  return {
    atUs: record.readDoubleLE(0),
    headBytes: PREFIX_BYTES + record.readUInt16LE(HEAD_BYTES_AT),
    bodyBytes: record.readUInt32LE(BODY_BYTES_AT),
    previous: linkAt(record, PREVIOUS_AT),
  };
}
