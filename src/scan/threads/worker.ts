/** The beginning of a thread: sifts or indexes segments, one job after the other. */
import { parentPort } from 'node:worker_threads';
import { borrowChunkMemory } from '../chunk-memory.ts';
import { SegmentIndexer } from '../index/index-segment.ts';
import type { IndexJob, Job, Report, SystemError } from './messages.ts';
import type { TallyPart } from './parcel.ts';
import { Segments } from './segments.ts';
import { Sifter } from './sift-segment.ts';

const port = parentPort;
const memory = borrowChunkMemory();

port?.on('message', (job: Job | IndexJob) => {
  try {
    if (job.kind === 'index') index(job);
    else sift(job);
  } catch (error) {
    report({ kind: 'failed', error: systemError(error) });
  }
});

function sift({ file, sieve, maxLineBytes, segmentBytes, threads, shared }: Job): void {
  const segments = new Segments({ ...file, segmentBytes }, threads, shared);
  const sifter = new Sifter(file, sieve, maxLineBytes, memory.buffers[0]);
  try {
    for (let segment = segments.next(); segment !== null; segment = segments.next()) {
      const parcel = sifter.sift(segment);
      report({ kind: 'parcel', parcel }, [parcel.bytes, parcel.lines, ...packedIn(parcel)]);
      if (sifter.isFull) reportPart(sifter.takePart());
    }
    reportPart(sifter.takePart());
    report({ kind: 'done' });
  } finally {
    sifter.close();
  }
}

function index({ file, maxLineBytes, segmentBytes, threads, shared }: IndexJob): void {
  const segments = new Segments({ ...file, segmentBytes }, threads, shared);
  const indexer = new SegmentIndexer(file, maxLineBytes, memory.buffers[0]);
  try {
    for (let segment = segments.next(); segment !== null; segment = segments.next()) {
      const block = indexer.index(segment);
      const { lengths, receivedUs, ids, entries } = block;
      report({ kind: 'rows', block }, [lengths, receivedUs, ids, ...entries]);
    }
    report({ kind: 'done' });
  } finally {
    indexer.close();
  }
}

function reportPart(part: TallyPart): void {
  const groups = part.passedOver.counted.flatMap((counted) =>
    'packed' in counted ? [counted.packed, counted.buckets] : [],
  );
  report({ kind: 'tally', part }, [...groups, ...packedIn(part)]);
}

function packedIn({ stages }: Pick<TallyPart, 'stages'>): readonly Uint8Array[] {
  return stages.flatMap(({ keys }) => (keys instanceof Uint8Array ? [keys] : []));
}

/** `handedOver`: each with a memory of its own, which is the other thread's from then on. */
function report(message: Report, handedOver: readonly ArrayBufferView[] = []): void {
  port?.postMessage(
    message,
    handedOver.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function systemError(error: unknown): SystemError {
  const { message, code, syscall, stack } = error as NodeJS.ErrnoException;
  return { message, code, syscall, stack };
}
