/** What the threads of a scan say to each other. */
import type { RowBlock } from '../index/index-segment.ts';
import type { Sieve } from '../sieve.ts';
import type { Parcel, TallyPart } from './parcel.ts';
import type { FileStretch } from './sift-segment.ts';

export interface Job extends SegmentsJob {
  readonly kind: 'sift';
  readonly sieve: Sieve;
}

export interface IndexJob extends SegmentsJob {
  readonly kind: 'index';
}

interface SegmentsJob {
  readonly file: FileStretch;
  readonly maxLineBytes: number;
  readonly segmentBytes: number;
  readonly threads: number;
  /** Of `Segments`. */
  readonly shared: SharedArrayBuffer;
}

export type Report =
  | { readonly kind: 'parcel'; readonly parcel: Parcel }
  | { readonly kind: 'tally'; readonly part: TallyPart }
  | { readonly kind: 'rows'; readonly block: RowBlock }
  /** The thread has no more to do. */
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: SystemError };

/** An error of the file system loses these on the way, were it sent itself. */
export interface SystemError {
  readonly message: string;
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  readonly stack: string | undefined;
}
