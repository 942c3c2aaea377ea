/**
 * The promise of docs/output.md, beyond what the demo happens to show: every place that the first release's documents had is there, always
 * or perhaps as it was, and holds the same kinds of values; and every setting of the configuration file can still be set so.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answerShapes, configShapes } from './shapes.ts';

function golden(name: string): string[] {
  const lines = readFileSync(join(import.meta.dirname, 'golden', name), 'utf8')
    .trim()
    .split('\n');
  expect(lines.length).toBeGreaterThan(150);
  return lines;
}

it('keeps each key of an answer where it is, and what kind of value it has', () => {
  const now = new Set(answerShapes());
  expect(golden('answers.txt').filter((line) => !now.has(line))).toEqual([]);
});

it('keeps each setting of the configuration file, and asks for no others', () => {
  const now = new Set(configShapes());
  expect(golden('settings.txt').filter((line) => !now.has(line))).toEqual([]);
  // What is new may not be needed, or old files would be refused.
  const known = new Set(golden('settings.txt'));
  const kinds = new Set(golden('settings.txt').map((line) => line.split(/[.:]/)[0]));
  const needed = [...now].filter((line) => /^\w+\.\w+:/.test(line) && !known.has(line));
  expect(needed.filter((line) => kinds.has(line.split('.')[0]))).toEqual([]);
});
