/** The pages of a signed Mach-O whose hash in its signature is another one: what macOS would refuse. Of our own layout or another. */
import { createHash } from 'node:crypto';

const CODE_SIGNATURE = 0x1d;
const DIRECTORY = 0;

export interface CodePages {
  readonly identifier: string;
  readonly isAdHoc: boolean;
  readonly pages: number;
  /** By number. */
  readonly wrong: readonly number[];
  /** Bytes that are signed, and where the signature lies. */
  readonly limit: number;
  readonly signatureAt: number;
}

export function codePagesOf(file: Buffer): CodePages {
  const signatureAt = placeOfSignature(file);
  const directory = signatureAt + placeInBlob(file, signatureAt, DIRECTORY);
  const word = (offset: number): number => file.readUInt32BE(directory + offset);
  const [hashes, pages, limit] = [word(16), word(28), word(32)];
  const pageBytes = 1 << (file[directory + 39] ?? 0);
  const wrong: number[] = [];
  for (let page = 0; page < pages; page++) {
    const code = file.subarray(page * pageBytes, Math.min(limit, (page + 1) * pageBytes));
    const at = directory + hashes + page * 32;
    if (
      !createHash('sha256')
        .update(code)
        .digest()
        .equals(file.subarray(at, at + 32))
    )
      wrong.push(page);
  }
  const identifier = file.toString('latin1', directory + word(20), file.indexOf(0, directory + word(20)));
  return { identifier, isAdHoc: (word(12) & 2) !== 0, pages, wrong, limit, signatureAt };
}

function placeOfSignature(file: Buffer): number {
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    if (file.readUInt32LE(at) === CODE_SIGNATURE) return file.readUInt32LE(at + 8);
    at += file.readUInt32LE(at + 4);
  }
  throw new Error('no signature');
}

function placeInBlob(file: Buffer, blob: number, wanted: number): number {
  for (let i = 0; i < file.readUInt32BE(blob + 8); i++) {
    const index = blob + 12 + i * 8;
    if (file.readUInt32BE(index) === wanted) return file.readUInt32BE(index + 4);
  }
  throw new Error(`nothing of kind ${wanted} in the signature`);
}
