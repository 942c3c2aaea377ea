/**
 * An index as bytes, and back. A head: magic, version, length of the outline, checksum of all behind the head; the outline as JSON;
 * then the columns and tables, each at a multiple of 8, so that they are used as they lie there.
 */
import { crc32 } from 'node:zlib';
import type { Column, LogIndex, StoredTexts } from './log-index.ts';
import { TABLES } from './tables.ts';

/** Of what is indexed, or how: an index of another version is made anew. */
const VERSION = 2;
const MAGIC = 0x5844494b;
const HEAD_BYTES = 16;
const SUM_AT = 12;
const OUTLINE_FIELDS = ['to', 'rows', 'baseUs'] as const;

/** Which file was indexed. */
export interface IndexedFile {
  readonly device: string;
  readonly inode: string;
  /** Its size and time of change when it was indexed. */
  readonly bytes: number;
  readonly modifiedNs: string;
  /** Digests of the beginning and of the end of what was indexed. */
  readonly head: string;
  readonly tail: string;
}

export interface IndexOutline extends Pick<LogIndex, (typeof OUTLINE_FIELDS)[number]> {
  readonly file: IndexedFile;
}

interface Outline extends IndexOutline {
  /** Bytes of an item, and items, of each section. */
  readonly sections: readonly (readonly [width: number, length: number])[];
}

export function encodeIndex(index: LogIndex, file: IndexedFile): readonly Uint8Array[] {
  const columns = columnsOf(index);
  const sections = columns.map((column) => [column.BYTES_PER_ELEMENT, column.length] as const);
  const { to, rows, baseUs } = index;
  const outline = JSON.stringify({ file, to, rows, baseUs, sections } satisfies Outline);
  const text = Buffer.from(outline.padEnd(padded(Buffer.byteLength(outline))));
  const body = [
    text,
    ...columns.flatMap((column) => [bytesOf(column), Buffer.alloc(gap(column.byteLength))]),
  ];
  const head = Buffer.alloc(HEAD_BYTES);
  for (const [at, number] of [MAGIC, VERSION, text.length].entries()) head.writeUInt32LE(number, at * 4);
  head.writeUInt32LE(checksum([head.subarray(0, SUM_AT), ...body]), SUM_AT);
  return [head, ...body];
}

/** An empty part would begin anew. */
function checksum(parts: readonly Uint8Array[]): number {
  return parts.filter(({ length }) => length > 0).reduce((sum, part) => crc32(part, sum), 0);
}

/** Of the first bytes, unchecked. Null: it is none of ours, or of another version. */
export function readOutline(bytes: Buffer): IndexOutline | null {
  return outlineOf(bytes);
}

/** Bytes of the head and the outline; null: it is none of ours, or of another version. */
function outlineBytes(bytes: Buffer): number | null {
  if (bytes.length < HEAD_BYTES) return null;
  const isOurs = bytes.readUInt32LE(0) === MAGIC && bytes.readUInt32LE(4) === VERSION;
  return isOurs ? HEAD_BYTES + bytes.readUInt32LE(8) : null;
}

/** Null: it is damaged, none of ours, or of another version. `bytes` must begin at a multiple of 8. */
export function decodeIndex(bytes: Buffer): (LogIndex & IndexOutline) | null {
  const outline = outlineOf(bytes);
  if (outline === null) return null;
  const sum = checksum([bytes.subarray(0, SUM_AT), bytes.subarray(HEAD_BYTES)]);
  if (sum !== bytes.readUInt32LE(SUM_AT)) return null;
  const sections = new Sections(bytes, outlineBytes(bytes) ?? 0, outline.sections);
  const { file, to, rows, baseUs } = outline;
  return {
    ...{ file, to, rows, baseUs },
    lengths: sections.next(Uint32Array),
    receivedLow: sections.next(Uint32Array),
    receivedHigh: sections.next(Uint16Array),
    ids: sections.next(Uint8Array),
    tables: TABLES.map((fields) => ({
      column: sections.nextColumn(),
      entries: sections.next(Uint32Array),
      values: fields.map((): StoredTexts => {
        return { ends: sections.next(Uint32Array), bytes: sections.next(Uint8Array) };
      }),
    })),
  };
}

/** In the order in which they stand in the file. */
function columnsOf({ lengths, receivedLow, receivedHigh, ids, tables }: LogIndex): readonly Column[] {
  const ofTables = tables.flatMap(({ column, entries, values }) => [
    ...[column, entries],
    ...values.flatMap((texts) => [texts.ends, texts.bytes]),
  ]);
  return [lengths, receivedLow, receivedHigh, ids, ...ofTables];
}

function outlineOf(bytes: Buffer): Outline | null {
  const end = outlineBytes(bytes);
  if (end === null || end > bytes.length) return null;
  try {
    return JSON.parse(bytes.toString('utf8', HEAD_BYTES, end)) as Outline;
  } catch {
    return null;
  }
}

class Sections {
  readonly #bytes: Buffer;
  readonly #sections: Iterator<readonly [number, number]>;
  #at: number;

  constructor(bytes: Buffer, at: number, sections: Outline['sections']) {
    this.#bytes = bytes;
    this.#at = at;
    this.#sections = sections[Symbol.iterator]();
  }

  next<C>(kind: {
    new (buffer: ArrayBufferLike, at: number, length: number): C;
    BYTES_PER_ELEMENT: number;
  }): C {
    const [width, length] = this.#take();
    if (width !== kind.BYTES_PER_ELEMENT) throw new Error('an index of another layout');
    return new kind(this.#bytes.buffer, this.#place(width * length), length);
  }

  nextColumn(): Column {
    const [width, length] = this.#take();
    const at = this.#place(width * length);
    if (width === 1) return new Uint8Array(this.#bytes.buffer, at, length);
    return width === 2
      ? new Uint16Array(this.#bytes.buffer, at, length)
      : new Uint32Array(this.#bytes.buffer, at, length);
  }

  #take(): readonly [number, number] {
    const { value, done } = this.#sections.next();
    if (done === true) throw new Error('an index of another layout');
    return value;
  }

  #place(bytes: number): number {
    const at = this.#bytes.byteOffset + this.#at;
    this.#at += padded(bytes);
    return at;
  }
}

function bytesOf(column: Column): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function padded(bytes: number): number {
  return bytes + gap(bytes);
}

/** The head is such a multiple. */
function gap(bytes: number): number {
  return (8 - (bytes % 8)) % 8;
}
