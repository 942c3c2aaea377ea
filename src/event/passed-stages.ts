/**
 * Stages of requests that were passed over, told in passing by their keys: that a request is over without being wanted, so that
 * nothing waits for it; or, where all that matches is counted, that one has begun.
 */
import { asBuffer } from './as-buffer.ts';
import { stagesKey } from './request.ts';

/**
 * 'ended': the outcome; 'ended long-running': of a request that has a stage between receipt and outcome (request.ts's
 * `isLongRunning`); 'running': that stage; 'begun': any other before the outcome. In the order of the kernel's lists.
 */
export const PASSED = ['ended', 'ended long-running', 'begun', 'running'] as const;
export type Passed = (typeof PASSED)[number];

/** From another thread it comes as data. */
export interface PassedStages {
  readonly passed: Passed;
  readonly count: number;
  /** Keys as they are, or packed: `keysOf` reads them when they are asked for, and mostly nothing waits. */
  readonly keys: Iterable<string> | Uint8Array;
}

/** request.ts's `stagesKey` of each. */
export function keysOf({ keys }: PassedStages): Iterable<string> {
  return keys instanceof Uint8Array ? keysIn(asBuffer(keys)) : keys;
}

/** `packed`: entries of the time as a double, the lengths of audit ID (1 byte), verb (1) and user (2), and those. */
export function stagesIn(packed: Uint8Array, passed: Passed): PassedStages {
  const entries = asBuffer(packed);
  let count = 0;
  for (let at = 0; at < entries.length; at = endOfEntry(entries, at)) count++;
  return { passed, count, keys: packed };
}

/** A list for each, to gather in. */
export function listsOfStages<T>(): Record<Passed, T[]> {
  return { ended: [], 'ended long-running': [], begun: [], running: [] };
}

/** Those without keys are left out. */
export function stagesOf(keys: Readonly<Record<Passed, readonly string[]>>): readonly PassedStages[] {
  return PASSED.map((passed) => ({ passed, count: keys[passed].length, keys: keys[passed] })).filter(
    ({ count }) => count > 0,
  );
}

const ENTRY_HEAD = 12;

function endOfEntry(packed: Buffer, at: number): number {
  return at + ENTRY_HEAD + (packed[at + 8] ?? 0) + (packed[at + 9] ?? 0) + packed.readUInt16LE(at + 10);
}

function* keysIn(packed: Buffer): Generator<string> {
  for (let at = 0; at < packed.length; at = endOfEntry(packed, at)) {
    const verb = at + ENTRY_HEAD + (packed[at + 8] ?? 0);
    const user = verb + (packed[at + 9] ?? 0);
    const textIn = (from: number, to: number): string => packed.toString('utf8', from, to);
    const id = textIn(at + ENTRY_HEAD, verb);
    yield stagesKey(id, packed.readDoubleLE(at), textIn(verb, user), textIn(user, endOfEntry(packed, at)));
  }
}
