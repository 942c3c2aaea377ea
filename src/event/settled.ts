/** Requests that are over without being wanted, told in passing: what an earlier stage of them waits for will not come. */
import { stagesKey } from './request.ts';

/** From another thread it comes as data. */
export interface SettledStages {
  /** Of long-running requests (request.ts's `isLongRunning`), which have a stage between receipt and outcome. */
  readonly isLongRunning: boolean;
  readonly count: number;
  /** Keys as they are, or packed: `keysOf` reads them when they are asked for, and mostly nothing waits. */
  readonly keys: Iterable<string> | Uint8Array;
}

/** request.ts's `stagesKey` of each. */
export function keysOf({ keys }: SettledStages): Iterable<string> {
  return keys instanceof Uint8Array ? keysIn(Buffer.from(keys.buffer, keys.byteOffset, keys.length)) : keys;
}

/** `packed`: entries of the time as a double, the lengths of audit ID (1 byte), verb (1) and user (2), and those. */
export function settledIn(packed: Buffer, isLongRunning: boolean): SettledStages {
  let count = 0;
  for (let at = 0; at < packed.length; at = endOfEntry(packed, at)) count++;
  return { isLongRunning, count, keys: packed };
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
