/** The index of the beginning of a log file, as it is asked and kept: columns, one number a line, and tables of what they stand for. */
import { ID_BYTES } from './tables.ts';

export type Column = Uint8Array | Uint16Array | Uint32Array;

export interface LogIndex {
  /** Where the first line behind it begins. Its first line begins at 0. */
  readonly to: number;
  readonly rows: number;
  /** Of each line, its newline included. */
  readonly lengths: Uint32Array;
  /** When the request was received, as microseconds behind `baseUs`: the lower 32 bits, and the rest. */
  readonly baseUs: number;
  readonly receivedLow: Uint32Array;
  readonly receivedHigh: Uint16Array;
  /** ID_BYTES a line. */
  readonly ids: Uint8Array;
  /** As `TABLES` lists them. */
  readonly tables: readonly IndexTable[];
}

export interface IndexTable {
  /** An entry for each line. */
  readonly column: Column;
  /** Entry after entry, a value's number for each field. */
  readonly entries: Uint32Array;
  /** For each field. */
  readonly values: readonly StoredTexts[];
}

/** Texts one behind the other, UTF-8. */
export interface StoredTexts {
  /** Where each ends. */
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array;
}

export function textAt({ ends, bytes }: StoredTexts, number: number): string {
  const from = number === 0 ? 0 : (ends[number - 1] ?? 0);
  const to = ends[number] ?? from;
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}

export function receivedUsOf({ baseUs, receivedLow, receivedHigh }: LogIndex, row: number): number {
  return baseUs + (receivedHigh[row] ?? 0) * TWO_TO_32 + (receivedLow[row] ?? 0);
}

export const TWO_TO_32 = 2 ** 32;

export function auditIDOf({ ids }: LogIndex, row: number): string {
  const at = ids.byteOffset + row * ID_BYTES;
  const hex = Buffer.from(ids.buffer, at, ID_BYTES).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
