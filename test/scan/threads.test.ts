import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { equals, oneOf } from '../../src/query/predicate.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import type { Sieve } from '../../src/scan/sieve.ts';
import { sieveOf } from '../../src/scan/sieve.ts';
import { INSTANTS } from '../support/arbitrary.ts';
import { queryFor, sieveFor, someSieve } from './asked.ts';
import { anyLogs } from './odd-lines.ts';
import { type Scanned, scanText } from './scan-text.ts';

const shop = readFileSync(new URL('../fixtures/shop/audit.log', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'threads-'));
const path = join(folder, 'audit.log');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface How {
  readonly segmentBytes: number;
  readonly alwaysDecoded?: number;
  readonly maxLineBytes?: number;
  readonly signal?: AbortSignal;
  /** The main thread gets nothing but nonsense behind the first chunk. */
  readonly onlyThreads?: boolean;
}

/** The first chunk is scanned by the main thread, the rest of the file by others. */
async function inThreads(log: Buffer, sieve: Sieve, first: number, how: How): Promise<Scanned> {
  writeFileSync(path, log);
  const fd = openSync(path, 'r');
  const { segmentBytes, onlyThreads = false, ...options } = how;
  const seen = Buffer.from(log);
  if (onlyThreads) seen.fill('?', first);
  let missing = 0;
  try {
    const openFile: ScanOptions['openFile'] = {
      ...{ fd, from: 0, to: log.length },
      async *chunksFrom(at) {
        for (let from = at; from < seen.length; from += 5000) yield seen.subarray(from, from + 5000);
      },
      onShort: (bytes) => {
        missing += bytes;
      },
    };
    const division = { leastBytes: 1, segmentBytes };
    return await scanText(seen, { ...options, sieve, openFile, division, cuts: [first] });
  } finally {
    closeSync(fd);
    expect(missing).toBe(0);
  }
}

/** In another order, in other batches, settling more: the same. */
function comparable({ ended: _ended, batches: _batches, ...scanned }: Scanned): unknown {
  return scanned;
}

function outlineOf({ rejects, events, passed, bytes }: Scanned): unknown {
  const placeOf = ({ position }: { readonly position: { readonly line: number } }) => position.line;
  return { rejects: rejects.map(placeOf), events: events.map(placeOf), passed, bytes };
}

describe('scanning in threads', () => {
  it('gives what one thread gives, whatever the log, the segments and what is asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLogs(shop),
        someSieve(INSTANTS),
        fc.record({
          first: fc.nat({ max: 3000 }),
          segmentBytes: fc.constantFrom(64, 700, 3000, 100_000),
          alwaysDecoded: fc.nat({ max: 2 }),
          maxLineBytes: fc.constantFrom(8 * 1024 * 1024, 900, 2000),
        }),
        async (log, sieve, { first, ...how }) => {
          const { segmentBytes: _, ...options } = how;
          const alone = await scanText(log, { ...options, sieve });
          const threaded = await inThreads(log, sieve, first, how);
          // How much is salvaged of a line that is too long depends on how it was read.
          const isCut = how.maxLineBytes < 10_000;
          expect(isCut ? outlineOf(threaded) : comparable(threaded)).toEqual(
            isCut ? outlineOf(alone) : comparable(alone),
          );
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it('leaves a real log to threads, and its line numbers are right', async () => {
    const log = Buffer.concat([shop, shop, shop]);
    const sieve = sieveFor(equals('objectRef.name', 'api'));
    const how = { alwaysDecoded: 10, segmentBytes: 256 * 1024, onlyThreads: true };
    const alone = await scanText(log, { sieve, alwaysDecoded: 10 });
    const threaded = await inThreads(log, sieve, 1_000_000, how);
    expect(comparable(threaded)).toEqual(comparable(alone));
    expect(threaded.events.length).toBeGreaterThan(30);
    expect(threaded.passed).toBeGreaterThan(1000);
  });

  it('counts groups once, also those of work that is thrown away', async () => {
    const aggregation = { by: ['user.username', 'verb'], bucketUs: null } as const;
    const sieve = sieveOf(
      queryFor(oneOf('verb', ['get', 'list', 'watch', 'update', 'patch']), { aggregation }),
      false,
    );
    if (sieve === null) throw new Error('nothing is counted');
    // What looks like a whole event in the middle of a record that spans lines.
    const torn = Buffer.concat([
      shop,
      Buffer.from('[\n'),
      shop.subarray(0, shop.indexOf(0x0a) + 1),
      Buffer.from(']\n'),
      shop,
    ]);
    for (const log of [Buffer.concat([shop, shop]), torn]) {
      const how = { alwaysDecoded: 10, segmentBytes: 128 * 1024, onlyThreads: log !== torn };
      const alone = await scanText(log, { sieve, alwaysDecoded: 10 });
      const threaded = await inThreads(log, sieve, 1_000_000, how);
      expect(comparable(threaded)).toEqual(comparable(alone));
    }
  });

  it('stops at once when it is called off', async () => {
    const abort = new AbortController();
    const log = Buffer.concat(Array.from({ length: 10 }, () => shop));
    const scanned = inThreads(log, sieveFor(equals('verb', 'none')), 1_000_000, {
      ...{ alwaysDecoded: 10, segmentBytes: 64 * 1024 },
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(new Error('called off')), 5);
    await expect(scanned).rejects.toThrow('called off');
  });
});
