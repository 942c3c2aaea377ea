/** A log file → its index, by several threads; or an index of its beginning → a longer one. */
import type { Worker } from 'node:worker_threads';
import { borrowChunkMemory } from '../chunk-memory.ts';
import { MAX_LINE_BYTES } from '../lines.ts';
import type { IndexJob, Report } from '../threads/messages.ts';
import { SEGMENT_BYTES, Segments, segmentOf } from '../threads/segments.ts';
import { errorOf } from '../threads/sift-file.ts';
import type { FileStretch } from '../threads/sift-segment.ts';
import { borrowThread, giveBackThread, threadCount } from '../threads/thread-pool.ts';
import { IndexBuilder } from './index-builder.ts';
import { type RowBlock, SegmentIndexer } from './index-segment.ts';
import type { LogIndex } from './log-index.ts';

export interface BuildOptions {
  readonly signal: AbortSignal;
  /** Default MAX_LINE_BYTES, SEGMENT_BYTES and `threadCount()`; others are for tests. */
  readonly maxLineBytes?: number;
  readonly segmentBytes?: number;
  readonly threads?: number;
}

/** `before`: of the file up to `file.from`; null when that is 0. Throws the signal's reason, and what reading throws. */
export async function buildIndex(
  file: FileStretch,
  before: LogIndex | null,
  { signal, ...how }: BuildOptions,
): Promise<LogIndex> {
  const { maxLineBytes = MAX_LINE_BYTES, segmentBytes = SEGMENT_BYTES, threads = threadCount() } = how;
  const builder = new IndexBuilder(before);
  const isSmall = file.to - file.from <= segmentBytes;
  const blocks =
    isSmall || threads < 2
      ? indexAlone(file, maxLineBytes, segmentBytes)
      : indexInThreads(file, { maxLineBytes, segmentBytes, threads }, signal);
  for await (const { block, thread } of blocks) {
    signal.throwIfAborted();
    builder.add(builder.translate(block, thread));
    if (builder.isFull) break;
  }
  return builder.build();
}

interface Made {
  readonly block: RowBlock;
  /** Who numbered its entries. */
  readonly thread: unknown;
}

function* indexAlone(file: FileStretch, maxLineBytes: number, segmentBytes: number): Generator<Made> {
  const memory = borrowChunkMemory();
  const thread = new SegmentIndexer(file, maxLineBytes, memory.buffers[0]);
  const division = { ...file, segmentBytes };
  try {
    for (let number = 0; number * segmentBytes < file.to - file.from; number++)
      yield { block: thread.index(segmentOf(division, number)), thread };
  } finally {
    memory.giveBack();
  }
}

async function* indexInThreads(
  file: FileStretch,
  how: { readonly maxLineBytes: number; readonly segmentBytes: number; readonly threads: number },
  signal: AbortSignal,
): AsyncGenerator<Made> {
  const segments = new Segments({ ...file, ...how }, how.threads);
  const made = new Map<number, Made>();
  let failure: Error | null = null;
  let wake: () => void = () => {};
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const onAbort = (): void => fail(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  const job: IndexJob = { kind: 'index', file, ...how, shared: segments.shared };
  try {
    for (let i = 0; i < how.threads; i++) listen(borrowThread());
    for (let number = 0; number < segments.count; number++) {
      for (let next = made.get(number); ; next = made.get(number)) {
        if (failure !== null) throw failure;
        if (next !== undefined) {
          yield next;
          break;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      made.delete(number);
      segments.take();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Those that are still at it end by themselves, soon.
    segments.cancel();
  }

  function listen(thread: Worker): void {
    thread.on('error', fail);
    thread.on('message', (report: Report) => {
      if (report.kind === 'rows') made.set(report.block.segment, { block: report.block, thread });
      if (report.kind === 'failed') fail(errorOf(report.error));
      if (report.kind === 'done' || report.kind === 'failed') giveBackThread(thread);
      wake();
    });
    thread.postMessage(job);
  }
}
