/**
 * Several logs at once, a few pieces at a time. Whose piece is next: the one that was read least far back, so that when the
 * allowance is used up, all of them reach back to about the same moment.
 */
import type { EventBatch } from '../../event/batch.ts';
import type { Allowance, Piece } from './allowance.ts';
import type { PieceReader } from './log-reader.ts';

/** Nodes asked at once: they share the API server, and the clusters that have more are few. */
export const NODES_AT_ONCE = 4;

/** What is left undone is left in the readers. Ending the iteration ends all transfers. */
export async function* readSideBySide(
  readers: readonly PieceReader[],
  allowance: Allowance,
  signal: AbortSignal,
): AsyncGenerator<EventBatch> {
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  const active = new Map<PieceReader, Active>();
  try {
    for (;;) {
      for (const reader of nextReaders(readers, active, allowance))
        active.set(reader, begin(reader, readers, allowance, both));
      if (active.size === 0) return;
      const { reader, result } = await Promise.race([...active.values()].map(({ next }) => next));
      const of = active.get(reader);
      if (of === undefined) continue;
      if (result.done === true) {
        reader.learn(of.piece.end(reader.takeBytesRead()));
        active.delete(reader);
      } else {
        of.next = nextOf(reader, of.batches);
        yield result.value;
      }
    }
  } finally {
    own.abort();
    await Promise.allSettled([...active.values()].map(({ batches }) => batches.return(undefined)));
  }
}

interface Active {
  readonly batches: AsyncGenerator<EventBatch>;
  readonly piece: Piece;
  next: Promise<{ readonly reader: PieceReader; readonly result: IteratorResult<EventBatch> }>;
}

function* nextReaders(
  readers: readonly PieceReader[],
  active: ReadonlyMap<PieceReader, Active>,
  allowance: Allowance,
): Generator<PieceReader> {
  // An archive that does not fit may be the last of its log; the others go on without waiting for it.
  const going = readers.filter(
    (reader) =>
      !reader.isDone && (active.has(reader) || !reader.isWhole || reader.wantedBytes <= allowance.leftBytes),
  );
  const newestUs = Math.max(...readers.map((reader) => reader.newestUs ?? Number.NEGATIVE_INFINITY));
  const depthOf = ({ reachedUs }: PieceReader): number =>
    reachedUs === null ? 0 : Math.max(0, newestUs - reachedUs);
  const mostUs = AHEAD_FACTOR * Math.min(...going.map(depthOf)) + AHEAD_US;
  const idle = going.filter((reader) => !active.has(reader)).sort((a, b) => depthOf(a) - depthOf(b));
  for (const reader of idle) {
    if (active.size >= NODES_AT_ONCE || allowance.isUsedUp || depthOf(reader) > mostUs) return;
    yield reader;
  }
}

/** How much further back one may be than the one that is least far back, and still go on beside it. */
const AHEAD_FACTOR = 1.5;
const AHEAD_US = 60_000_000;

function begin(
  reader: PieceReader,
  readers: readonly PieceReader[],
  allowance: Allowance,
  signal: AbortSignal,
): Active {
  const sharers = readers.filter((each) => !each.isDone).length;
  const share = Math.max(1, Math.ceil(allowance.leftBytes / sharers));
  const bytes = reader.isWhole ? reader.wantedBytes : Math.min(reader.wantedBytes, share);
  const piece = allowance.begin(bytes);
  const batches = reader.readPiece(bytes, signal);
  return { batches, piece, next: nextOf(reader, batches) };
}

function nextOf(reader: PieceReader, batches: AsyncGenerator<EventBatch>): Active['next'] {
  const next = batches.next().then((result) => ({ reader, result }));
  // Awaited in the race, but another may be the first to fail.
  next.catch(() => {});
  return next;
}
