/**
 * The lines of a file that threads leave to be decoded, in order. A thread takes every line for the beginning of a record: where
 * that shows to be wrong, its work is thrown away from there on, and what it counted before is counted again.
 */
import type { EventBatch } from '../../event/batch.ts';
import { borrowChunkMemory } from '../chunk-memory.ts';
import type { Collector } from '../collector.ts';
import type { LogIndex } from '../index/log-index.ts';
import type { RecordReader } from '../records.ts';
import type { Sieve } from '../sieve.ts';
import { linesOf, type Parcel, type TallyPart } from './parcel.ts';
import { segmentOf } from './segments.ts';
import { type FileSifting, siftFile } from './sift-file.ts';
import { type FileStretch, Sifter } from './sift-segment.ts';

export interface OpenFile extends FileStretch {
  /** From a place on, to the end. */
  chunksFrom(at: number): AsyncIterable<Uint8Array>;
  /** The file is shorter than it was. */
  onShort(missingBytes: number): void;
  /** Of its beginning. */
  readonly index?: LogIndex;
  /** The index is not what it seemed to be, and used no longer. */
  onDoubt?(): void;
}

export interface SiftOptions {
  readonly sieve: Sieve;
  readonly maxLineBytes: number;
  readonly segmentBytes: number;
  readonly signal: AbortSignal;
  readonly records: RecordReader;
  readonly collector: Collector;
}

/** Where to go on, and the number of the line there; the stretch's end when all is done. */
export interface Reached {
  readonly at: number;
  readonly number: number;
}

/** `from`: where a line and a record begin. `number`: of that line. */
export async function* siftInThreads(
  openFile: OpenFile,
  from: number,
  number: number,
  options: SiftOptions,
): AsyncGenerator<EventBatch, Reached> {
  const { sieve, maxLineBytes, segmentBytes, signal, collector } = options;
  const file: FileStretch = { fd: openFile.fd, from, to: openFile.to };
  const sifting = siftFile(file, { sieve, maxLineBytes, segmentBytes }, signal);
  if (sifting === null) return { at: from, number };
  const counted = new Set<number>();
  let reached: Reached = { at: from, number };
  for await (const parcel of sifting.parcels()) {
    const { at, number: next, isHeldUp } = yield* takeParcel(parcel, reached.number, options);
    collector.countBytes(at - parcel.from, at - parcel.from);
    takeTallies(sifting, counted, collector);
    reached = { at, number: next };
    if (isHeldUp) {
      recount(file, { through: parcel.segment, to: at }, counted, options);
      return reached;
    }
    collector.passed.addStages(parcel.stages);
    if (collector.isFull) yield collector.takeBatch();
  }
  takeTallies(sifting, counted, collector);
  if (reached.at < file.to) openFile.onShort(file.to - reached.at);
  return { ...reached, at: file.to };
}

/** `isHeldUp`: what comes next was passed over, and is not the beginning of a record. */
function* takeParcel(
  parcel: Parcel,
  first: number,
  { records, collector }: SiftOptions,
): Generator<EventBatch, Reached & { readonly isHeldUp: boolean }> {
  let [at, number] = [parcel.from, first];
  for (const { line, passedBefore, next } of linesOf(parcel, first)) {
    if (passedBefore > 0 && !records.isBetweenRecords) return { at, number, isHeldUp: true };
    collector.countDecoded(line.end - line.start);
    records.take(line);
    at = next;
    number = line.ending === 'piece' ? line.number : line.number + 1;
    if (collector.isFull) yield collector.takeBatch();
  }
  if (parcel.passedBehind > 0 && !records.isBetweenRecords) return { at, number, isHeldUp: true };
  return { at: parcel.to, number: number + parcel.passedBehind, isHeldUp: false };
}

function takeTallies(sifting: FileSifting, counted: Set<number>, collector: Collector): void {
  for (const part of sifting.takeTallies()) {
    addPart(part, collector);
    for (const segment of part.segments) counted.add(segment);
  }
}

function addPart({ passedOver, stages }: TallyPart, { passed }: Collector): void {
  passed.addTally(passedOver);
  passed.addStages(stages);
}

/** What was passed over up to a place, as far as it has not been counted. */
function recount(
  file: FileStretch,
  { through, to }: { readonly through: number; readonly to: number },
  counted: ReadonlySet<number>,
  { sieve, maxLineBytes, segmentBytes, collector }: SiftOptions,
): void {
  const memory = borrowChunkMemory();
  const sifter = new Sifter(file, sieve, maxLineBytes, memory.buffers[0]);
  try {
    for (let number = 0; number <= through; number++) {
      const segment = segmentOf({ ...file, to, segmentBytes }, number);
      if (!counted.has(number) && segment.from < to) sifter.sift(segment);
    }
    addPart(sifter.takePart(), collector);
  } finally {
    sifter.close();
    memory.giveBack();
  }
}
