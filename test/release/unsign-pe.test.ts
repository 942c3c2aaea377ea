import { describe, expect, it } from 'vitest';
import { checksumOf, unsignPe } from '../../scripts/release/unsign-pe.ts';

const OPTIONAL = 0x80 + 24;

/** The least that says where it is signed. */
function pe(signatureBytes: number, moreBytes = 0): Buffer {
  const file = Buffer.alloc(1001 + signatureBytes + moreBytes, 'code');
  file.fill(0, 0, 512);
  file.writeUInt32LE(0x80, 0x3c);
  file.writeUInt16LE(0x20b, OPTIONAL);
  file.writeUInt32LE(12_345, OPTIONAL + 64);
  if (signatureBytes === 0) return file;
  file.writeUInt32LE(1001, OPTIONAL + 144);
  file.writeUInt32LE(signatureBytes, OPTIONAL + 148);
  return file;
}

describe('a Windows executable without its signature', () => {
  it('ends where the signature began, and says nothing of one', () => {
    const unsigned = unsignPe(pe(300));
    expect([unsigned.length, unsigned.readBigUInt64LE(OPTIONAL + 144)]).toEqual([1001, 0n]);
  });

  it.each([0, 300])('has the right checksum, also of an odd number of bytes: signed with %i', (bytes) => {
    const unsigned = unsignPe(pe(bytes));
    const said = unsigned.readUInt32LE(OPTIONAL + 64);
    unsigned.writeUInt32LE(0, OPTIONAL + 64);
    // Added up word by word in whole numbers, and folded at the end: another way to the same sum.
    let sum = 0;
    for (let at = 0; at < unsigned.length; at += 2)
      sum += (unsigned[at] ?? 0) + 256 * (unsigned[at + 1] ?? 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
    expect([said, checksumOf(unsigned)]).toEqual([sum + unsigned.length, said]);
  });

  it('is refused when something lies behind the signature, or it is none', () => {
    expect(() => unsignPe(pe(300, 8))).toThrow('does not lie at the end');
    expect(() => unsignPe(Buffer.alloc(2000))).toThrow('no 64-bit Windows executable');
  });
});
