import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader } from '../../src/scan/lines.ts';

const MAX = 8;

/** Lines put together from their pieces: text, number, whether in pieces, whether with a newline. */
function linesOf(text: string, cuts: readonly number[]): (readonly [string, number, boolean, boolean])[] {
  const reader = new LineReader(MAX);
  const bytes = Buffer.from(text, 'latin1');
  const lines: [string, number, boolean, boolean][] = [];
  let pieces = '';
  const drain = (): void => {
    for (let line = reader.next(); line !== null; line = reader.next()) {
      const part = line.bytes.toString('latin1', line.start, line.end);
      expect(line.isContinued || pieces === '').toBe(true);
      if (line.ending === 'piece') pieces += part;
      else lines.push([pieces + part, line.number, line.isContinued, line.ending === 'newline']);
      if (line.ending !== 'piece') pieces = '';
    }
  };
  let start = 0;
  for (const end of [...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]) {
    reader.push(Buffer.from(bytes.subarray(start, end)));
    drain();
    start = end;
  }
  reader.end();
  drain();
  return lines;
}

describe('lines of chunks', () => {
  it('takes the end of a line off, and counts from 1', () => {
    expect(linesOf('a\n\nb\r\nc', [])).toEqual([
      ['a', 1, false, true],
      ['', 2, false, true],
      ['b', 3, false, true],
      ['c', 4, false, false],
    ]);
  });

  it('hands a line on in pieces when, and only when, it is too long', () => {
    expect(linesOf(`${'x'.repeat(MAX)}\n${'y'.repeat(MAX + 1)}\nz`, [])).toEqual([
      ['x'.repeat(MAX), 1, false, true],
      ['y'.repeat(MAX + 1), 2, true, true],
      ['z', 3, false, false],
    ]);
  });

  it('gives the same lines for any chunk boundaries', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'bb', 'cccc', '\n'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 120 }), { maxLength: 20 }), (lines, cuts) => {
        expect(linesOf(lines, cuts)).toEqual(linesOf(lines, []));
        const plain = lines.split('\n');
        if (plain.at(-1) === '') plain.pop();
        expect(linesOf(lines, cuts).map(([line, , inPieces]) => [line, inPieces])).toEqual(
          plain.map((line) => [line, line.length > MAX]),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
