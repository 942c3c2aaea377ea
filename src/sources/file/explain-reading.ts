/** A reading in lines for `--explain`: which files, how much of them, in which order, and what is searched for. */
import type { Needles } from '../../scan/needles.ts';
import type { Sieve } from '../../scan/sieve.ts';
import { sizeOf } from '../rotated-logs/in-words.ts';
import type { ReadingStep } from './reading-list.ts';

export function explainReading(reading: {
  readonly steps: readonly ReadingStep[];
  /** Bytes at the beginning of each step's file that are indexed. */
  readonly indexed: readonly number[];
  readonly sieve: Sieve | null;
  readonly readsStdin: boolean;
}): string[] {
  const lines = reading.steps.map((step, at) =>
    explainStep(step, reading.sieve === null ? 0 : (reading.indexed[at] ?? 0)),
  );
  if (reading.readsStdin) lines.push('read standard input');
  lines.push(explainSieve(reading.sieve));
  return lines;
}

function explainStep({ file, log, skip, bytes }: ReadingStep, indexed: number): string {
  const part = log === file.name ? '' : `, part of ${log}`;
  if (skip !== null) return `leave ${file.name} (${sizeOf(file.bytes)}${part}): ${skip}`;
  if (file.isStream) return `read ${file.name} (a pipe)`;
  if (bytes < file.bytes)
    return `read the last ${sizeOf(bytes)} of ${file.name} (${sizeOf(file.bytes)}${part})`;
  const byIndex = indexed === 0 ? '' : `, the first ${sizeOf(indexed)} by its index where that is faster`;
  return `read ${file.name} (${sizeOf(file.bytes)}${part})${byIndex}`;
}

function explainSieve(sieve: Sieve | null): string {
  if (sieve === null) return 'decode every line: the question gives no text to search for';
  return `decode the lines that hold ${needlesInWords(sieve.outcome, false)}; pass over the rest`;
}

function needlesInWords(needles: Needles, isInner: boolean): string {
  if (needles.kind === 'text') return `"${needles.text}"`;
  if (needles.of.length === 0) return 'what cannot be';
  const word = needles.kind === 'all' ? ' and ' : ' or ';
  const text = needles.of.map((part) => needlesInWords(part, true)).join(word);
  return isInner ? `(${text})` : text;
}
