/**
 * Takes the signature off a Windows executable, and makes its checksum right: Node's own signature is of other bytes once anything
 * was added. PE32+ (Microsoft, PE Format).
 */

const HEADER_AT = 0x3c;
/** From the header on. */
const OPTIONAL_HEADER = 24;
const CHECKSUM = 64;
const CERTIFICATES = 112 + 4 * 8;

export function unsignPe(bytes: Buffer): Buffer {
  const optional = bytes.readUInt32LE(HEADER_AT) + OPTIONAL_HEADER;
  if (bytes.readUInt16LE(optional) !== 0x20b) throw new Error('no 64-bit Windows executable');
  const certificates = optional + CERTIFICATES;
  const at = bytes.readUInt32LE(certificates);
  const isLast = at !== 0 && at + bytes.readUInt32LE(certificates + 4) === bytes.length;
  if (at !== 0 && !isLast) throw new Error('a signature that does not lie at the end');
  const unsigned = Buffer.from(isLast ? bytes.subarray(0, at) : bytes);
  unsigned.writeBigUInt64LE(0n, certificates);
  unsigned.writeUInt32LE(0, optional + CHECKSUM);
  unsigned.writeUInt32LE(checksumOf(unsigned), optional + CHECKSUM);
  return unsigned;
}

/** Of a file whose own checksum is 0: words added up with what is carried, and the length. */
export function checksumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum + bytes.length) >>> 0;
}
