/**
 * Signs a Mach-O executable ad hoc, as `codesign -s -` does: macOS on arm64 ends a program that has no signature, or one of other
 * bytes. 64-bit, one architecture. Layout: xnu, osfmk/kern/cs_blobs.h; numbers in the signature are big-endian.
 */
import { createHash } from 'node:crypto';
import { aligned } from './aligned.ts';

const MAGIC = 0xfeedfacf;
const HEADER_BYTES = 32;
const SEGMENT = 0x19;
const CODE_SIGNATURE = 0x1d;
const CPU_ARM64 = 0x0100000c;

/** Of the signature. */
const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const REQUIREMENTS = Buffer.from('fade0c010000000c00000000', 'hex');
const DIRECTORY_VERSION = 0x20400;
const DIRECTORY_HEAD = 88;
const AD_HOC = 2;
const HASH_BYTES = 32;
const HASH_SHA256 = 2;
const PAGE_BYTES = 4096;
const PAGE_POWER = 12;
const MAIN_BINARY = 1n;
/** Before the pages come the hashes of the requirements, and of an Info.plist, which there is none of. */
const SPECIAL_SLOTS = 2;

interface Places {
  /** Of the load commands, in the file. */
  readonly linkedit: number;
  readonly text: number;
  readonly signature: number;
}

/** `identifier`: what the system calls the program. The file's old signature, if any, goes. */
export function signMachO(bytes: Buffer, identifier: string): Buffer {
  const file = Buffer.from(bytes);
  if (file.readUInt32LE(0) !== MAGIC) throw new Error('no 64-bit Mach-O');
  const { linkedit, text, signature } = placesIn(file);
  const linkeditAt = Number(file.readBigUInt64LE(linkedit + 40));
  const old = file.readUInt32LE(signature + 8);
  const end = old === 0 ? linkeditAt + Number(file.readBigUInt64LE(linkedit + 48)) : old;
  const codeEnd = aligned(end, 16);
  const code = Buffer.alloc(codeEnd);
  file.copy(code, 0, 0, end);
  const ident = Buffer.from(`${identifier}\0`);
  const signatureBytes = aligned(sizeOfSignature(ident, codeEnd), 16);
  code.writeUInt32LE(codeEnd, signature + 8);
  code.writeUInt32LE(signatureBytes, signature + 12);
  const linkeditBytes = codeEnd + signatureBytes - linkeditAt;
  code.writeBigUInt64LE(BigInt(linkeditBytes), linkedit + 48);
  const page = file.readUInt32LE(4) === CPU_ARM64 ? 0x4000 : 0x1000;
  code.writeBigUInt64LE(BigInt(aligned(linkeditBytes, page)), linkedit + 32);
  const textRange = [code.readBigUInt64LE(text + 40), code.readBigUInt64LE(text + 48)] as const;
  const signed = Buffer.alloc(codeEnd + signatureBytes);
  code.copy(signed);
  signatureOf(code, ident, textRange).copy(signed, codeEnd);
  return signed;
}

/** Adds the command for a signature where there is none. */
function placesIn(file: Buffer): Places {
  const count = file.readUInt32LE(16);
  let [linkedit, text, signature, firstSection] = [0, 0, 0, file.length];
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    const command = file.readUInt32LE(at);
    if (command === SEGMENT) {
      const name = file.toString('latin1', at + 8, at + 24).replace(/\0.*$/s, '');
      if (name === '__LINKEDIT') linkedit = at;
      if (name === '__TEXT') text = at;
      firstSection = Math.min(firstSection, ...sectionsOf(file, at));
    }
    if (command === CODE_SIGNATURE) signature = at;
    at += file.readUInt32LE(at + 4);
  }
  if (linkedit === 0 || text === 0) throw new Error('a Mach-O without __LINKEDIT or __TEXT');
  if (signature !== 0) return { linkedit, text, signature };
  if (at + 16 > firstSection) throw new Error('a Mach-O without room for a signature’s command');
  file.writeUInt32LE(CODE_SIGNATURE, at);
  file.writeUInt32LE(16, at + 4);
  file.writeUInt32LE(0, at + 8);
  file.writeUInt32LE(count + 1, 16);
  file.writeUInt32LE(file.readUInt32LE(20) + 16, 20);
  return { linkedit, text, signature: at };
}

/** Where in the file a segment's sections begin. */
function sectionsOf(file: Buffer, segment: number): number[] {
  const count = file.readUInt32LE(segment + 64);
  const offsets = Array.from({ length: count }, (_, i) => file.readUInt32LE(segment + 72 + i * 80 + 48));
  return offsets.filter((offset) => offset > 0);
}

function sizeOfSignature(ident: Buffer, codeEnd: number): number {
  return 12 + 2 * 8 + sizeOfDirectory(ident, codeEnd) + REQUIREMENTS.length;
}

function sizeOfDirectory(ident: Buffer, codeEnd: number): number {
  return DIRECTORY_HEAD + ident.length + (SPECIAL_SLOTS + Math.ceil(codeEnd / PAGE_BYTES)) * HASH_BYTES;
}

function signatureOf(code: Buffer, ident: Buffer, [textAt, textBytes]: readonly [bigint, bigint]): Buffer {
  const pages = Math.ceil(code.length / PAGE_BYTES);
  const directoryBytes = sizeOfDirectory(ident, code.length);
  const head = words(
    ...[SUPER_BLOB, sizeOfSignature(ident, code.length), 2],
    // Where the directory lies, and the requirements.
    ...[0, 28, 2, 28 + directoryBytes],
  );
  const directory = Buffer.concat([
    words(
      ...[CODE_DIRECTORY, directoryBytes, DIRECTORY_VERSION, AD_HOC],
      ...[DIRECTORY_HEAD + ident.length + SPECIAL_SLOTS * HASH_BYTES, DIRECTORY_HEAD],
      ...[SPECIAL_SLOTS, pages, code.length],
    ),
    Buffer.from([HASH_BYTES, HASH_SHA256, 0, PAGE_POWER]),
    // Spare, scatter, team, spare, and a limit of 64 bits.
    words(0, 0, 0, 0, 0, 0),
    quads(textAt, textBytes, MAIN_BINARY),
    ident,
    sha256(REQUIREMENTS),
    Buffer.alloc(HASH_BYTES),
    ...Array.from({ length: pages }, (_, page) =>
      sha256(code.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)),
    ),
  ]);
  return Buffer.concat([head, directory, REQUIREMENTS]);
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
}

function quads(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64BE(value, i * 8);
  return bytes;
}
