import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseBy } from '../../src/query/by.ts';
import { parseCodes } from '../../src/query/codes.ts';
import { all, any, equals, glob, NOTHING, not, oneOf, type Predicate } from '../../src/query/predicate.ts';
import { INSTANTS, logJson } from '../support/arbitrary.ts';
import { passedOver } from './against-prefilter.ts';
import { sieveFor, someSieve } from './asked.ts';
import { asGoWrites, brokenLines, inServerOrder, oddLog } from './odd-lines.ts';
import { line, scanText } from './scan-text.ts';

const shop = readFileSync(new URL('../fixtures/shop/audit.log', import.meta.url));

const sieves = someSieve(INSTANTS);

const ASKED: readonly (readonly [string, Predicate])[] = [
  ['one object', all(equals('verb', 'delete'), equals('objectRef.name', 'nothere'))],
  ['an object whatever was done', all(equals('objectRef.resource', 'pods'), equals('objectRef.name', 'x'))],
  ['a refusal', parseCodes('409')],
  ['a person', parseBy('nobody')],
  ['a group', equals('user.groups', 'nobodies')],
  ['a pattern', glob('user.username', 'ADMIN-*', true)],
  [
    'many names',
    oneOf(
      'objectRef.name',
      Array.from({ length: 300 }, (_, at) => `name-${at}`),
    ),
  ],
  ['a path', all(glob('requestPath', '/apis/*/nothing'), not(equals('verb', 'get')))],
  ['an agent', equals('userAgent', 'curl')],
];

describe('the kernel', () => {
  it.each(ASKED)('passes over what the prefilter does in a real log: %s', (_name, wanted) => {
    const { byKernel, byPrefilter } = passedOver(shop, sieveFor(wanted));
    expect(byPrefilter).toBeGreaterThan(500);
    // All but a few whose name or person is not where it mostly is.
    expect(byKernel).toBeGreaterThan(byPrefilter * 0.9);
  });

  it('passes over what the prefilter does of generated logs, or less', () => {
    let [kernel, prefilter] = [0, 0];
    const log = logJson().map((jsons) =>
      jsons.map((json) => `${asGoWrites(inServerOrder(json))}\n`).join(''),
    );
    fc.assert(
      fc.property(log, sieves, (text, sieve) => {
        const { byKernel, byPrefilter } = passedOver(Buffer.from(text), sieve);
        kernel += byKernel;
        prefilter += byPrefilter;
      }),
      { numRuns: 500 },
    );
    expect(kernel).toBeGreaterThan(prefilter / 3);
  });

  it('passes over nothing that the prefilter does not, however odd the line', () => {
    fc.assert(
      fc.property(oddLog(), sieves, (text, sieve) => {
        passedOver(Buffer.from(text), sieve);
      }),
      { numRuns: 1000 },
    );
  });

  it('passes over nothing that the prefilter does not in real lines with any bytes broken', () => {
    const asked = fc.nat({ max: ASKED.length - 1 }).map((at) => sieveFor(ASKED[at]?.[1] ?? NOTHING));
    fc.assert(
      fc.property(brokenLines(shop), fc.oneof(asked, sieves), (lines, sieve) => {
        passedOver(lines, sieve);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the batches that the prefilter gives alone, whatever the log and its chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        oddLog(),
        sieves,
        fc.array(fc.nat({ max: 20_000 }), { maxLength: 5 }),
        fc.constantFrom(8 * 1024 * 1024, 900, 2000),
        fc.nat({ max: 3 }),
        async (text, sieve, cuts, maxLineBytes, alwaysDecoded) => {
          const options = { sieve, cuts, maxLineBytes, alwaysDecoded };
          const { ended, ...alone } = await scanText(text, { ...options, usesKernel: false });
          const { ended: byKernel, ...scanned } = await scanText(text, options);
          expect(scanned).toEqual(alone);
          expect(byKernel).toEqual(expect.arrayContaining([...ended]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('passes over lines of users whose names have quotes, and settles them by what the names say', () => {
    const log = shop.toString().replaceAll('"username":"', '"username":"o\\"neil\\\\');
    const wanted = all(equals('verb', 'delete'), equals('objectRef.name', 'nothere'));
    const counts = { aggregation: { by: ['user.username'], bucketUs: 1_000_000 } } as const;
    for (const sieve of [
      sieveFor(wanted),
      sieveFor(parseBy('o"neil\\nobody')),
      sieveFor(equals('verb', 'get'), counts),
    ]) {
      const { byKernel, byPrefilter } = passedOver(Buffer.from(log), sieve);
      expect(byKernel).toBeGreaterThan(byPrefilter * 0.9);
    }
  });

  it('reads chunks that are longer than its memory', async () => {
    const sieve = sieveFor(equals('objectRef.name', 'nothere'));
    const long = Buffer.concat(Array.from({ length: 3 }, () => shop));
    const alone = await scanText(long, { sieve, usesKernel: false });
    expect(await scanText(long, { sieve })).toEqual(alone);
    const { byKernel, byPrefilter } = passedOver(long, sieve);
    expect(byKernel).toBeGreaterThan(byPrefilter * 0.9);
  });

  it('judges what stands in the URL only where it is sure of it', () => {
    const listed = (resource: string, requestURI: string): Buffer =>
      Buffer.from(`${line('a', { verb: 'list', requestURI, objectRef: { resource, apiVersion: 'v1' } })}\n`);
    const sieve = sieveFor(any(equals('objectRef.name', 'x'), equals('objectRef.name', 'pods')));
    const kernelOf = (resource: string, uri: string) => passedOver(listed(resource, uri), sieve).byKernel;
    for (const uri of ['/api/v1/pods', '/api/v1/namespaces/x/pods?limit=5', '/apis/g/v1/namespaces/x/pods'])
      expect([uri, kernelOf('pods', uri)]).toEqual([uri, 1]);
    for (const uri of [
      '/api/v1/pods/x',
      '/api/v1/pods/x/pods',
      '/api/v1/namespaces/x/pods/pods',
      '/pods',
      '/api/pods',
      '/apis//pods',
      '/apis/v1/pods',
      '//pods',
      '/api//pods',
    ])
      expect([uri, kernelOf('pods', uri)]).toEqual([uri, 0]);
    expect(kernelOf('namespaces', '/api/v1/namespaces/namespaces')).toBe(0);
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('the prefilter does it all', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', undefined);
    const kernel = await import('../../src/scan/kernel/kernel.ts');
    const { borrowChunkMemory, CHUNK_BYTES } = await import('../../src/scan/chunk-memory.ts');
    expect(kernel.borrowKernel()).toBeNull();
    expect(borrowChunkMemory().buffers.map((buffer) => buffer.length)).toEqual([CHUNK_BYTES, CHUNK_BYTES]);
    const sieve = sieveFor(equals('objectRef.name', 'nothere'));
    expect(passedOver(shop, sieve).byPrefilter).toBeGreaterThan(500);
  });
});
