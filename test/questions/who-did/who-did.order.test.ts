/** The same answer whatever the order of lines, the split into files, and however often a file is given. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type WhoDidDocument, whoDid } from '../../support/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-order-'));
afterAll(() => rmSync(folder, { recursive: true }));

const lines = readFileSync('test/fixtures/shop/audit.log', 'utf8')
  .split('\n')
  .filter((line) => line !== '');
/** Every request also leaves its earlier stages, which other files may hold. */
const stages = lines.flatMap((line) => {
  const event = JSON.parse(line) as Record<string, unknown>;
  if (event.stage !== 'ResponseComplete') return [line];
  const { responseStatus: _status, responseObject: _body, annotations: _notes, ...received } = event;
  return [
    JSON.stringify({
      ...received,
      stage: 'RequestReceived',
      stageTimestamp: event.requestReceivedTimestamp,
    }),
    line,
  ];
});

const QUESTIONS: readonly (readonly [string, string])[] = [
  ['delete pods', 'shop'],
  ['scale deploy/web', 'shop'],
  ['delete cm/pinned', 'shop'],
  ['delete configmap/keep', 'scratch'],
  ['read secret/stripe', 'payments'],
  ['exec pod', 'shop'],
  ['change deploy/api', 'shop'],
];

/** What does not depend on which file a request stood in. */
function gist(document: WhoDidDocument): unknown {
  return {
    says: document.says,
    rows: document.rows.map(({ source: _source, ...row }) => row),
    nearMisses: document.nearMisses.map(({ row: _row, ...miss }) => miss),
    complete: document.coverage.complete,
    witness: document.coverage.witness,
  };
}

async function answers(files: readonly string[]): Promise<unknown[]> {
  return Promise.all(
    QUESTIONS.map(async ([words, namespace]) => gist(await whoDid(words, { namespace, file: files }))),
  );
}

function write(name: string, content: readonly string[], compress: 'none' | 'gzip' | 'zstd'): string {
  const path = join(folder, name);
  const bytes = Buffer.from(`${content.join('\n')}\n`);
  writeFileSync(
    path,
    compress === 'none' ? bytes : compress === 'gzip' ? gzipSync(bytes) : zstdCompressSync(bytes),
  );
  return path;
}

describe('the same answer', () => {
  it('whatever the order of lines, the files they stand in, and how those are packed', async () => {
    const expected = await answers(['test/fixtures/shop/audit.log']);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(stages, { minLength: stages.length }),
        fc.array(fc.integer({ min: 0, max: stages.length }), { maxLength: 4 }),
        fc.constantFrom('none', 'gzip', 'zstd'),
        async (shuffled, cuts, compress) => {
          const ends = [...cuts.sort((a, b) => a - b), shuffled.length];
          const files = ends.map((end, n) =>
            write(`part-${n}.log`, shuffled.slice(ends[n - 1] ?? 0, end), compress),
          );
          expect(await answers(files)).toEqual(expected);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('when the same file is given twice, by name and as a copy', async () => {
    const log = 'test/fixtures/shop/audit.log';
    const expected = await answers([log]);
    expect(await answers([log, `./${log}`])).toEqual(expected);
    expect(await answers([log, write('copy.log', lines, 'gzip')])).toEqual(expected);
  });
});
