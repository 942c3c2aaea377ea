/** The beginning of a thread: sifts or indexes segments, one job after the other. */
import { parentPort } from 'node:worker_threads';
import { borrowChunkMemory } from '../chunk-memory.ts';
import { SegmentIndexer } from '../index/index-segment.ts';
import type { IndexJob, Job, Report, SystemError } from './messages.ts';
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
      report({ kind: 'parcel', parcel }, [parcel.bytes.buffer, parcel.lines.buffer] as ArrayBuffer[]);
      if (sifter.isFull) report({ kind: 'tally', part: sifter.takePart() });
    }
    report({ kind: 'tally', part: sifter.takePart() });
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
      const columns = [lengths, receivedUs, ids, ...entries];
      report({ kind: 'rows', block }, columns.map(({ buffer }) => buffer) as ArrayBuffer[]);
    }
    report({ kind: 'done' });
  } finally {
    indexer.close();
  }
}

function report(message: Report, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function systemError(error: unknown): SystemError {
  const { message, code, syscall, stack } = error as NodeJS.ErrnoException;
  return { message, code, syscall, stack };
}
