import { describe, expect, it } from 'vitest';
import { signMachO } from '../../scripts/release/sign-macho.ts';
import { codePagesOf } from './code-pages.ts';

/** The least that is signed: __TEXT with one section, __LINKEDIT behind it, and perhaps an old signature. */
function machO({ codeBytes = 20_000, oldSignatureBytes = 0, room = 4096 } = {}): Buffer {
  const linkeditAt = 16_384;
  const file = Buffer.alloc(linkeditAt + codeBytes + oldSignatureBytes, 'code');
  file.fill(0, 0, room);
  file.writeUInt32LE(0xfeedfacf, 0);
  file.writeUInt32LE(0x0100000c, 4);
  const text = segment('__TEXT', 0n, BigInt(linkeditAt), room);
  const linkedit = segment('__LINKEDIT', BigInt(linkeditAt), BigInt(codeBytes + oldSignatureBytes), null);
  const commands = [text, linkedit];
  if (oldSignatureBytes > 0) {
    const signature = Buffer.alloc(16);
    for (const [i, value] of [0x1d, 16, linkeditAt + codeBytes, oldSignatureBytes].entries())
      signature.writeUInt32LE(value, i * 4);
    commands.push(signature);
  }
  file.writeUInt32LE(commands.length, 16);
  file.writeUInt32LE(Buffer.concat(commands).length, 20);
  Buffer.concat(commands).copy(file, 32);
  return file;
}

function segment(name: string, at: bigint, bytes: bigint, sectionAt: number | null): Buffer {
  const command = Buffer.alloc(sectionAt === null ? 72 : 152);
  command.writeUInt32LE(0x19, 0);
  command.writeUInt32LE(command.length, 4);
  command.write(name, 8);
  command.writeBigUInt64LE(at, 40);
  command.writeBigUInt64LE(bytes, 48);
  if (sectionAt === null) return command;
  command.writeUInt32LE(1, 64);
  command.writeUInt32LE(sectionAt, 72 + 48);
  return command;
}

describe('a signed Mach-O', () => {
  it.each([
    ['that had no signature', {}],
    ['that had another one', { oldSignatureBytes: 500 }],
    ['that ends with a page', { codeBytes: 4096 * 5 }],
  ])('%s has the right hash of each page', (_name, options) => {
    const signed = signMachO(machO(options), 'kubectl-audit');
    const { wrong, pages, limit, ...rest } = codePagesOf(signed);
    expect({ wrong, ...rest }).toEqual({
      wrong: [],
      identifier: 'kubectl-audit',
      isAdHoc: true,
      signatureAt: limit,
    });
    expect(pages).toBe(Math.ceil(limit / 4096));
  });

  it('shows what was changed after it was signed', () => {
    const signed = signMachO(machO(), 'kubectl-audit');
    signed[9000] = (signed[9000] ?? 0) ^ 1;
    expect(codePagesOf(signed).wrong).toEqual([2]);
  });

  it('is the same twice, and is refused where there is no room for the command', () => {
    expect(signMachO(machO(), 'a').equals(signMachO(machO(), 'a'))).toBe(true);
    expect(() => signMachO(machO({ room: 264 }), 'a')).toThrow('without room');
    expect(() => signMachO(Buffer.alloc(100), 'a')).toThrow('no 64-bit Mach-O');
  });
});
