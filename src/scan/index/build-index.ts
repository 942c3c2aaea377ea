/** A log file → its index, by several threads; or an index of its beginning → a longer one. */
import type { Worker } from 'node:worker_threads';
import { borrowChunkMemory } from '../chunk-memory.ts';
import { MAX_LINE_BYTES } from '../lines.ts';
import { inThreads } from '../threads/in-threads.ts';
import type { IndexJob, Report } from '../threads/messages.ts';
import { SEGMENT_BYTES, Segments, segmentOf } from '../threads/segments.ts';
import type { FileStretch } from '../threads/sift-segment.ts';
import { borrowThreads, threadCount } from '../threads/thread-pool.ts';
import { IndexBuilder } from './index-builder.ts';
import { type RowBlock, SegmentIndexer } from './index-segment.ts';
import type { LogIndex } from './log-index.ts';

export interface BuildOptions {
  readonly signal: AbortSignal;
  /** Default MAX_LINE_BYTES, SEGMENT_BYTES and `threadCount()`; others are for tests. */
  readonly maxLineBytes?: number;
  readonly segmentBytes?: number;
  readonly threads?: number;
  /** Default true. False, for tests: lines are read one by one. */
  readonly usesKernel?: boolean;
}

/** `before`: of the file up to `file.from`; null when that is 0. Throws the signal's reason, and what reading throws. */
export async function buildIndex(
  file: FileStretch,
  before: LogIndex | null,
  { signal, ...how }: BuildOptions,
): Promise<LogIndex> {
  const { maxLineBytes = MAX_LINE_BYTES, segmentBytes = SEGMENT_BYTES, threads = threadCount() } = how;
  const usesKernel = how.usesKernel ?? true;
  const builder = new IndexBuilder(before);
  const isSmall = file.to - file.from <= segmentBytes;
  const workers = isSmall || threads < 2 ? null : borrowThreads(threads);
  const blocks =
    workers === null
      ? indexAlone(file, { maxLineBytes, segmentBytes, usesKernel })
      : indexInThreads(workers, file, { maxLineBytes, segmentBytes }, signal);
  for await (const { block, thread } of blocks) {
    signal.throwIfAborted();
    builder.add(builder.translate(block, thread));
    if (builder.isFull) break;
  }
  return builder.build();
}

interface Made {
  readonly segment: number;
  readonly block: RowBlock;
  /** Who numbered its entries. */
  readonly thread: unknown;
}

function* indexAlone(
  file: FileStretch,
  {
    maxLineBytes,
    segmentBytes,
    usesKernel,
  }: Required<Pick<BuildOptions, 'maxLineBytes' | 'segmentBytes' | 'usesKernel'>>,
): Generator<Made> {
  const memory = borrowChunkMemory();
  const thread = new SegmentIndexer(file, maxLineBytes, memory.buffers[0], usesKernel);
  const division = { ...file, segmentBytes };
  try {
    for (let number = 0; number * segmentBytes < file.to - file.from; number++)
      yield { segment: number, block: thread.index(segmentOf(division, number)), thread };
  } finally {
    thread.close();
    memory.giveBack();
  }
}

function indexInThreads(
  workers: readonly Worker[],
  file: FileStretch,
  how: { readonly maxLineBytes: number; readonly segmentBytes: number },
  signal: AbortSignal,
): AsyncGenerator<Made> {
  const segments = new Segments({ ...file, ...how }, workers.length);
  const job: IndexJob = {
    ...{ kind: 'index', file, ...how },
    ...{ threads: workers.length, shared: segments.shared },
  };
  const made = (report: Report, thread: Worker): Made | null =>
    report.kind === 'rows' ? { segment: report.block.segment, block: report.block, thread } : null;
  return inThreads(workers, job, segments, made, signal);
}
