import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { all, equals } from '../../src/query/predicate.ts';
import { buildIndex } from '../../src/scan/index/build-index.ts';
import { fieldColumn } from '../../src/scan/index/field-column.ts';
import { decodeIndex, encodeIndex } from '../../src/scan/index/index-file.ts';
import { auditIDOf, type LogIndex, receivedUsOf } from '../../src/scan/index/log-index.ts';
import { storedValue } from '../../src/scan/index/stored-value.ts';
import { ODD, SHAPE, TABLES } from '../../src/scan/index/tables.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import type { Sieve } from '../../src/scan/sieve.ts';
import { INSTANTS } from '../support/arbitrary.ts';
import { sieveFor, someSieve } from './asked.ts';
import { anyLogs, brokenLines } from './odd-lines.ts';
import { type Scanned, scanText } from './scan-text.ts';

const shop = readFileSync(new URL('../fixtures/shop/audit.log', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'index-'));
const path = join(folder, 'audit.log');
const FILE = { device: '1', inode: '2', bytes: 3, modifiedNs: '4', head: '5', tail: '6' };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface How {
  readonly maxLineBytes?: number;
  readonly alwaysDecoded?: number;
}

/** Made in one go, or as the file grew; written, and read again. */
async function indexOf(fd: number, ends: readonly number[], segmentBytes: number, how: How = {}) {
  const { signal } = new AbortController();
  let index: LogIndex | null = null;
  for (const to of ends) {
    const from = index?.to ?? 0;
    const options = { signal, segmentBytes, threads: 1 };
    const { maxLineBytes } = how;
    const limits = maxLineBytes === undefined ? {} : { maxLineBytes };
    index = reread(await buildIndex({ fd, from, to }, index, { ...options, ...limits }));
  }
  if (index === null) throw new Error('nothing was indexed');
  return index;
}

function reread(index: LogIndex): LogIndex {
  const read = decodeIndex(Buffer.from(new Uint8Array(Buffer.concat(encodeIndex(index, FILE))).buffer));
  if (read === null) throw new Error('damaged');
  return read;
}

/** The first chunk is scanned, the rest of the file by its index. */
async function byIndex(fd: number, log: Buffer, index: LogIndex, sieve: Sieve, first: number, how: How) {
  let doubts = 0;
  const openFile: ScanOptions['openFile'] = {
    ...{ fd, from: 0, to: log.length, index },
    async *chunksFrom(at) {
      for (let from = at; from < log.length; from += 5000) yield log.subarray(from, from + 5000);
    },
    onShort: () => {},
    onDoubt: () => {
      doubts++;
    },
  };
  const scanned = await scanText(log, { ...how, sieve, openFile, cuts: [first] });
  return { scanned, doubts };
}

/** Every line is told of: decoded, refused or counted in passing. One that is broken after its event is decoded and refused. */
function toldBy({ events, rejects, passed, bytes, troubles }: Scanned) {
  return { lines: new Set([...events, ...rejects].map(placeOf)).size + passed, bytes, troubles };
}

const placeOf = ({ position }: { readonly position: { readonly line: number } }): number => position.line;

/** What an index holds of each line, whatever its numbers are. */
function linesOf(index: LogIndex): readonly (readonly (string | number)[])[] {
  const columns = TABLES.flat().map((field) => fieldColumn(index, field));
  return Array.from({ length: index.rows }, (_, row) => {
    const place = [index.lengths[row] ?? 0, receivedUsOf(index, row), auditIDOf(index, row)];
    if (index.tables[SHAPE]?.column[row] === ODD) return place.slice(0, 1);
    return [...place, ...columns.map((column) => String(storedValue(column.value(column.numberAt(row)))))];
  });
}

describe('making an index', () => {
  it('tells by the kernel what it tells line by line', async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anyLogs(shop), brokenLines(shop)),
        fc.constantFrom(64, 700, 100_000),
        async (log, segmentBytes) => {
          writeFileSync(path, log);
          const fd = openSync(path, 'r');
          const file = { fd, from: 0, to: log.length };
          const how = { signal: new AbortController().signal, segmentBytes, threads: 1 };
          const fast = linesOf(await buildIndex(file, null, how));
          const plain = linesOf(await buildIndex(file, null, { ...how, usesKernel: false }));
          closeSync(fd);
          expect(fast).toEqual(plain);
          known += fast.filter(({ length }) => length > 1).length;
        },
      ),
      { numRuns: 150 },
    );
    expect(known).toBeGreaterThan(300);
  }, 240_000);
});

describe('scanning by an index', () => {
  it('passes over only what a scan passes over, counted alike, whatever the log and what is asked', async () => {
    let passedOver = 0;
    await fc.assert(
      fc.asyncProperty(
        anyLogs(shop),
        someSieve(INSTANTS),
        fc.record({
          first: fc.nat({ max: 2000 }),
          segmentBytes: fc.constantFrom(64, 700, 100_000),
          grown: fc.nat({ max: 4000 }),
          alwaysDecoded: fc.nat({ max: 2 }),
          maxLineBytes: fc.constantFrom(8 * 1024 * 1024, 2000),
        }),
        async (log, sieve, { first, segmentBytes, grown, ...how }) => {
          writeFileSync(path, log);
          const fd = openSync(path, 'r');
          try {
            const ends = [Math.min(grown, log.length), log.length];
            const index = await indexOf(fd, ends, segmentBytes, how);
            const alone = await scanText(log, { ...how, sieve, usesKernel: false });
            const { scanned, doubts } = await byIndex(fd, log, index, sieve, first, how);
            expect(doubts).toBe(0);
            expect(toldBy(scanned)).toEqual(toldBy(alone));
            // A line that is broken where the prefilter did not have to look is decoded, and refused.
            const decoded = (of: Scanned) => [...of.events, ...of.rejects].map(placeOf);
            const more = new Set(decoded(scanned));
            expect(decoded(alone).filter((place) => !more.has(place))).toEqual([]);
            // How much is salvaged of a line that is too long depends on how it was read.
            if (how.maxLineBytes < 10_000 || decoded(scanned).length > decoded(alone).length) return;
            passedOver += scanned.passed;
            const { ended: endedByIndex, batches: _, ...told } = scanned;
            const { ended, batches: __, ...expected } = alone;
            expect(told).toEqual(expected);
            const known = new Set(endedByIndex.map(String));
            expect(ended.map(String).filter((key) => !known.has(key))).toEqual([]);
          } finally {
            closeSync(fd);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(passedOver).toBeGreaterThan(100);
  }, 240_000);

  it('reads of a real log only the lines that have to be decoded', async () => {
    writeFileSync(path, shop);
    const fd = openSync(path, 'r');
    const sieve = sieveFor(all(equals('objectRef.resource', 'deployments'), equals('objectRef.name', 'api')));
    const index = await indexOf(fd, [shop.length], 256 * 1024);
    const alone = await scanText(shop, { sieve, alwaysDecoded: 10 });
    // Behind the first chunk there is nothing but nonsense to be read, had it to be scanned.
    const seen = Buffer.from(shop).fill('?', 200_000);
    const { scanned } = await byIndex(fd, seen, index, sieve, 200_000, { alwaysDecoded: 10 });
    closeSync(fd);
    const { ended: _, batches: __, ...told } = scanned;
    const { ended: ___, batches: ____, ...expected } = alone;
    expect(told).toEqual(expected);
    expect(told.events.length).toBeGreaterThan(10);
  });

  it('gives up an index whose lines are elsewhere, says so, and loses nothing', async () => {
    const cut = shop.indexOf('\n', 300_000) + 1;
    const other = Buffer.concat([shop.subarray(0, cut), Buffer.from('\n\n\n'), shop.subarray(cut)]);
    writeFileSync(path, shop);
    const indexed = openSync(path, 'r');
    const index = await indexOf(indexed, [shop.length], 1_000_000);
    closeSync(indexed);
    writeFileSync(path, other);
    const fd = openSync(path, 'r');
    const sieve = sieveFor(all(equals('objectRef.resource', 'deployments'), equals('objectRef.name', 'api')));
    const { scanned, doubts } = await byIndex(fd, other, index, sieve, 100_000, { alwaysDecoded: 10 });
    closeSync(fd);
    const alone = await scanText(other, { sieve, alwaysDecoded: 10 });
    expect(doubts).toBe(1);
    expect(scanned.ids).toEqual(alone.ids);
  });

  it('is damaged by one bit', async () => {
    writeFileSync(path, shop);
    const fd = openSync(path, 'r');
    const bytes = Buffer.concat(encodeIndex(await indexOf(fd, [shop.length], 1_000_000), FILE));
    closeSync(fd);
    expect(bytes.length).toBeLessThan(shop.length * 0.03);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), (at) => {
        const damaged = Buffer.from(new Uint8Array(bytes).buffer);
        damaged[at] = (damaged[at] ?? 0) ^ 4;
        expect(decodeIndex(damaged)).toBeNull();
      }),
    );
  });
});
