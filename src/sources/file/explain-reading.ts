/** A reading in lines for `--explain`: which files, how much of them, in which order, and what is searched for. */
import type { Needles } from '../../scan/needles.ts';
import type { Sieve } from '../../scan/sieve.ts';
import { sizeOf, stretchInWords } from '../rotated-logs/in-words.ts';
import type { StageWindow } from '../stage-window.ts';
import type { ReadingStep } from './reading-list.ts';

export function explainReading(reading: {
  readonly steps: readonly ReadingStep[];
  /** Bytes at the beginning of each step's file that are indexed. */
  readonly indexed: readonly number[];
  readonly sieve: Sieve | null;
  readonly readsStdin: boolean;
  readonly window: StageWindow;
}): string[] {
  const lines = reading.steps.map((step, at) =>
    explainStep(step, reading.window, reading.sieve === null ? 0 : (reading.indexed[at] ?? 0)),
  );
  if (reading.readsStdin) lines.push('read standard input');
  lines.push(explainSieve(reading.sieve));
  return lines;
}

function explainStep(
  { file, log, skip, part, bytes }: ReadingStep,
  window: StageWindow,
  indexed: number,
): string {
  const about = log === file.name ? '' : `, part of ${log}`;
  if (skip !== null) return `leave ${file.name} (${sizeOf(file.bytes)}${about}): ${skip}`;
  if (file.isStream) return `read ${file.name} (a pipe)`;
  const stretch = stretchInWords({ ...file, about }, part, window);
  if (bytes < part.to - part.from) return `${stretch}; only the last ${sizeOf(bytes)} of that`;
  return indexed === 0
    ? stretch
    : `${stretch}, the first ${sizeOf(indexed)} of it by its index where that is faster`;
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
