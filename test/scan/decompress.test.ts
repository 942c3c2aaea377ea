import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressionOf, decompress } from '../../src/scan/decompress.ts';
import { line, scanText } from './scan-text.ts';

const lines = Array.from({ length: 3000 }, (_, i) => line(`e${i}`, { userAgent: `agent ${Math.sin(i)}` }));
const text = `${lines.join('\n')}\n`;
const half = lines.slice(0, 1500).join('\n');
const rest = `\n${lines.slice(1500).join('\n')}\n`;
const ids = lines.map((_, i) => `e${i}`);

describe('compressed logs', () => {
  it.each<readonly [string, Uint8Array]>([
    ['gzip', gzipSync(text)],
    ['gzip of several members', Buffer.concat([gzipSync(half), gzipSync(rest)])],
    ['gzip padded with NULs', Buffer.concat([gzipSync(text), Buffer.alloc(512)])],
    ['zstd', zstdCompressSync(text)],
    ['zstd of several frames', Buffer.concat([zstdCompressSync(half), zstdCompressSync(rest)])],
    [
      'zstd with a skippable frame in front',
      Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]), zstdCompressSync(text)]),
    ],
  ])('%s', async (_name, bytes) => {
    for (const cuts of [[], [1], [3, 5, 1000, 1001, 40_000], [bytes.length - 1]]) {
      const scanned = await scanText(bytes, { cuts });
      expect(scanned.ids).toEqual(ids);
      expect(scanned.rejects).toEqual([]);
      expect(scanned.troubles).toEqual([]);
      expect(bytes.length - scanned.bytes).toBeLessThan(512);
    }
  });

  it('gives the same for any chunk boundaries', async () => {
    const bytes = Buffer.concat([zstdCompressSync(half), zstdCompressSync(rest)]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 60 }), async (cuts) => {
        expect((await scanText(bytes, { cuts })).ids).toEqual(ids);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['zstd with a checksum', zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
    ['zstd in its second frame', Buffer.concat([zstdCompressSync(half), zstdCompressSync(rest)])],
  ])('%s that breaks off gives what there is, and a word about it', async (_name, bytes) => {
    for (const end of [Math.floor(bytes.length * 0.6), bytes.length - 1]) {
      const scanned = await scanText(bytes.subarray(0, end));
      expect(scanned.ids.length).toBeGreaterThan(500);
      expect(scanned.ids).toEqual(ids.slice(0, scanned.ids.length));
      expect(scanned.troubles).toEqual(['unexpected end of file']);
    }
  });

  it('gzip that is damaged says so, and keeps what came before', async () => {
    const bytes = Buffer.from(gzipSync(text));
    bytes.fill(0xa5, Math.floor(bytes.length * 0.8), Math.floor(bytes.length * 0.8) + 200);
    const scanned = await scanText(bytes);
    expect(scanned.troubles).toHaveLength(1);
    expect(scanned.ids.length).toBeGreaterThan(100);
  });

  it('passes an error of the input on', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync(text).subarray(0, 1000);
      throw new Error('EIO');
    }
    const { scan } = await import('../../src/scan/scan.ts');
    const unwrap = () => [];
    const { signal } = new AbortController();
    const reading = scan(failing(), {
      source: 's',
      file: 'f',
      unwrap,
      sieve: null,
      onTrouble: () => {},
      signal,
    });
    await expect(Array.fromAsync(reading)).rejects.toThrow('EIO');
  });

  it('may be left in the middle', async () => {
    const { scan } = await import('../../src/scan/scan.ts');
    const unwrap = (json: unknown) => [
      { event: { json }, recordTime: null, lost: [], isReconstructed: false },
    ];
    const { signal } = new AbortController();
    async function* whole(): AsyncGenerator<Uint8Array> {
      yield gzipSync(text);
    }
    for await (const batch of scan(whole(), {
      ...{ source: 's', file: 'f', unwrap, sieve: null, onTrouble: () => {}, signal },
    })) {
      expect(batch.events.length).toBeGreaterThan(0);
      break;
    }
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(300_000_000))],
    ['zstd', zstdCompressSync(Buffer.alloc(300_000_000))],
  ] as const)('%s that blows up is not unpacked before it is wanted', async (compression, bytes) => {
    async function* once(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    const before = process.memoryUsage().arrayBuffers;
    for await (const piece of decompress(once(), compression, () => {})) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(piece.length).toBeLessThanOrEqual(2 * 1024 * 1024);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
      break;
    }
  });

  it('of a kind that is not read here are refused by name, with what to do', () => {
    const xz = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0);
    expect(() => compressionOf(xz, "it's.xz")).toThrow(
      expect.objectContaining({
        code: 'AUDIT_UNSUPPORTED_COMPRESSION',
        message: expect.stringContaining("it's.xz"),
        hint: expect.stringContaining(`xz -dc 'it'\\''s.xz' | `),
      }),
    );
    expect(() => compressionOf(Buffer.from('BZh91AY'), 'a.bz2')).toThrow(/bzip2/);
  });
});
