/**
 * Takes out of an ELF executable what it does not need to run, symbols and debugging: a sixth of Node. `strip` does the same, but
 * another version of it may write other bytes, and one for another processor is not everywhere. Before anything is added: what
 * postject adds must not be taken out.
 * ELF-64, little-endian (System V ABI, Object Files).
 */
import { aligned } from './aligned.ts';

/** Offsets in the file's header. */
const SECTIONS_AT = 0x28;
const SECTION_COUNT = 0x3c;
const NAMES_INDEX = 0x3e;
const SEGMENTS_AT = 0x20;
const SEGMENT_COUNT = 0x38;

const SEGMENT_BYTES = 56;
const SECTION_BYTES = 64;
/** In a section's header. */
const TYPE = 0x04;
const FLAGS = 0x08;
const OFFSET = 0x18;
const SIZE = 0x20;
const LINK = 0x28;
const INFO = 0x2c;

const NOBITS = 8;
const ALLOC = 2n;
const INFO_LINK = 0x40n;

export function stripElf(bytes: Buffer): Buffer {
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1)
    throw new Error('no 64-bit little-endian ELF');
  const count = bytes.readUInt16LE(SECTION_COUNT);
  const names = bytes.readUInt16LE(NAMES_INDEX);
  const at = Number(bytes.readBigUInt64LE(SECTIONS_AT));
  const headers = Array.from({ length: count }, (_, i) =>
    Buffer.from(bytes.subarray(at + i * SECTION_BYTES, at + (i + 1) * SECTION_BYTES)),
  );
  const isLoaded = (header: Buffer) => (header.readBigUInt64LE(FLAGS) & ALLOC) !== 0n;
  // The first one is always there, and empty.
  const kept = headers.flatMap((header, i) => (i === 0 || i === names || isLoaded(header) ? [i] : []));
  const end = Math.max(segmentsEnd(bytes), ...headers.filter(isLoaded).map(endOf));
  const nameBytes = contentOf(bytes, headers[names]);
  const namesAt = aligned(end, 16);
  const tableAt = aligned(namesAt + nameBytes.length, 8);
  const stripped = Buffer.alloc(tableAt + kept.length * SECTION_BYTES);
  bytes.copy(stripped, 0, 0, end);
  nameBytes.copy(stripped, namesAt);
  for (const [to, from] of kept.entries()) {
    const header = headers[from] ?? Buffer.alloc(SECTION_BYTES);
    if (from === names) header.writeBigUInt64LE(BigInt(namesAt), OFFSET);
    renumber(header, LINK, kept);
    if ((header.readBigUInt64LE(FLAGS) & INFO_LINK) !== 0n) renumber(header, INFO, kept);
    header.copy(stripped, tableAt + to * SECTION_BYTES);
  }
  stripped.writeBigUInt64LE(BigInt(tableAt), SECTIONS_AT);
  stripped.writeUInt16LE(kept.length, SECTION_COUNT);
  stripped.writeUInt16LE(kept.indexOf(names), NAMES_INDEX);
  return stripped;
}

function renumber(header: Buffer, field: number, kept: readonly number[]): void {
  const section = header.readUInt32LE(field);
  if (section !== 0) header.writeUInt32LE(Math.max(0, kept.indexOf(section)), field);
}

function segmentsEnd(bytes: Buffer): number {
  const at = Number(bytes.readBigUInt64LE(SEGMENTS_AT));
  let end = 0;
  for (let i = 0; i < bytes.readUInt16LE(SEGMENT_COUNT); i++) {
    const segment = at + i * SEGMENT_BYTES;
    end = Math.max(
      end,
      Number(bytes.readBigUInt64LE(segment + 8)) + Number(bytes.readBigUInt64LE(segment + 32)),
    );
  }
  return end;
}

function endOf(header: Buffer): number {
  const size = header.readUInt32LE(TYPE) === NOBITS ? 0n : header.readBigUInt64LE(SIZE);
  return Number(header.readBigUInt64LE(OFFSET) + size);
}

function contentOf(bytes: Buffer, header: Buffer | undefined): Buffer {
  if (header === undefined) throw new Error('an ELF whose sections have no names');
  return bytes.subarray(Number(header.readBigUInt64LE(OFFSET)), endOf(header));
}
