/** A stretch of a file → parcels in the order of its lines, by several threads, of which the calling one is one. */
import { inThreads } from './in-threads.ts';
import type { Job, Report } from './messages.ts';
import { OwnShare } from './own-share.ts';
import type { Parcel, TallyPart } from './parcel.ts';
import { Segments } from './segments.ts';
import type { FileStretch } from './sift-segment.ts';
import { borrowThreads, startThreads, threadCount } from './thread-pool.ts';

export interface FileSifting {
  /** In order. Throws the signal's reason, and what reading throws. Ends early when nobody reads on. */
  parcels(): AsyncGenerator<Parcel>;
  /** What was passed over in segments all of which have been read on from, each part once. */
  takeTallies(): readonly TallyPart[];
}

/** A file will be sifted soon: its threads start while other work is done. */
export function prepareSifting(): void {
  startThreads(threadCount() - 1);
}

/**
 * Null: threads cannot be had, or there would be one only. To start a thread and to warm it up takes 0.1 s of a processor: one
 * that waits for the others takes its share instead.
 */
export function siftFile(
  file: FileStretch,
  how: Pick<Job, 'sieve' | 'maxLineBytes' | 'segmentBytes'>,
  signal: AbortSignal,
): FileSifting | null {
  const threads = threadCount();
  const workers = threads < 2 ? null : borrowThreads(threads - 1);
  if (workers === null) return null;
  const segments = new Segments({ ...file, ...how }, threads);
  const job: Job = { kind: 'sift', file, ...how, threads, shared: segments.shared };
  let tallies: TallyPart[] = [];
  let taken = 0;

  function made(report: Report): Parcel | null {
    if (report.kind === 'tally') tallies.push(report.part);
    return report.kind === 'parcel' ? report.parcel : null;
  }

  return {
    async *parcels() {
      const own = new OwnShare(file, how, segments);
      const makeOwn = (): Parcel | null => {
        const full = own.takeFullPart();
        if (full !== null) tallies.push(full);
        return own.sift();
      };
      try {
        for await (const parcel of inThreads(workers, job, segments, made, signal, makeOwn)) {
          yield parcel;
          taken++;
        }
        tallies.push(own.takePart());
      } finally {
        own.close();
      }
    },
    takeTallies() {
      const isTaken = (part: TallyPart): boolean => part.segments.every((number) => number < taken);
      const told = tallies.filter(isTaken);
      tallies = tallies.filter((part) => !isTaken(part));
      return told;
    },
  };
}
