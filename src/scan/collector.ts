/**
 * Records → events and rejects, gathered into batches with their tally. Unwrapping is given to it, decoding is event's.
 */
import type { EventBatch } from '../event/batch.ts';
import { type DecodeContext, decodeEvent, isJson, type Json, type Unwrap } from '../event/decode.ts';
import type { AuditEvent, Cut, Reject } from '../event/event.ts';
import { salvage } from '../event/salvage.ts';
import { LEGACY_LOST } from './legacy-line.ts';
import { PassedTally } from './passed-tally.ts';
import type { Place, RecordSink } from './record-sink.ts';

/**
 * A batch is full with this many events and rejects; with so many bytes decoded for it, because what lives longer than
 * the next collection of young garbage costs memory (500 MB, all decoded: 120 MB RSS with 256 KiB, 170 with 1 MiB, 210 with
 * 4 MiB, and slower); or when this much was read.
 */
const BATCH_RECORDS = 1024;
const BATCH_DECODED_BYTES = 256 * 1024;
const BATCH_READ_BYTES = 4 * 1024 * 1024;

export interface CollectorOptions {
  readonly source: string;
  readonly file: string;
  readonly unwrap: Unwrap;
  /** A last line without a newline may be one that is just being written. */
  readonly isLive: boolean;
}

export class Collector implements RecordSink {
  readonly #options: CollectorOptions;
  #events: AuditEvent[] = [];
  #rejects: Reject[] = [];
  /** What is not decoded. */
  readonly passed = new PassedTally();
  #plainBytes = 0;
  #decodedBytes = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    const records = this.#events.length + this.#rejects.length;
    return (
      records >= BATCH_RECORDS ||
      this.#decodedBytes >= BATCH_DECODED_BYTES ||
      this.#plainBytes >= BATCH_READ_BYTES
    );
  }

  get isEmpty(): boolean {
    return this.#events.length + this.#rejects.length + this.#plainBytes === 0 && this.passed.isEmpty;
  }

  /** `read`: of the source, for the coverage. `plain`: decompressed, for the size of a batch. */
  countBytes(read: number, plain: number): void {
    this.passed.addBytes(read);
    this.#plainBytes += plain;
  }

  countDecoded(bytes: number): void {
    this.#decodedBytes += bytes;
  }

  takeBatch(): EventBatch {
    const batch = {
      source: this.#options.source,
      events: this.#events,
      rejects: this.#rejects,
      ...this.passed.take(),
    };
    this.#events = [];
    this.#rejects = [];
    this.#plainBytes = 0;
    this.#decodedBytes = 0;
    return batch;
  }

  record(value: unknown, place: Place): void {
    const items = itemsOf(value);
    if (items === null) this.#unwrap(value, place);
    else for (const item of items) this.#unwrap(item, place);
  }

  legacy(json: Json, place: Place): void {
    this.#decode(json, this.#context(place, place.recordTime, { why: 'reconstructed', lost: LEGACY_LOST }));
  }

  broken(
    reason: 'not JSON' | 'line cut' | 'line too long',
    text: string,
    tail: string | null,
    place: Place,
  ): void {
    const context = this.#context(place, place.recordTime, null);
    this.#reject(reason, salvage(text, tail, context), place, this.#options.isLive && place.isUnfinished);
  }

  foreign(place: Place): void {
    this.#reject('no audit event', null, place, false);
  }

  #unwrap(value: unknown, place: Place): void {
    const carried = this.#options.unwrap(value);
    if (carried.length === 0) this.foreign(place);
    for (const { event, recordTime, lost, isReconstructed } of carried) {
      const why = isReconstructed ? 'reconstructed' : 'line cut';
      const cut: Cut | null = lost.length > 0 || isReconstructed ? { why, lost } : null;
      const context = this.#context(place, recordTime ?? place.recordTime, cut);
      // What stood in it as a text of its own has openers of its own.
      if ('json' in event)
        this.#decode(event.json, event.json === value ? context : { ...context, isShallow: false });
      else this.#reject('line cut', salvage(event.broken, null, context), place, false);
    }
  }

  #decode(json: unknown, context: DecodeContext): void {
    const decoded = decodeEvent(json, context);
    if ('reason' in decoded) this.#rejects.push(decoded);
    else this.#events.push(decoded);
  }

  #context(place: Place, recordTime: string | null, cut: Cut | null): DecodeContext {
    const { source, file } = this.#options;
    const isShallow = place.isShallow === true;
    return { source, position: { file, line: place.line }, recordTime, cut, isShallow };
  }

  #reject(
    reason: Reject['reason'],
    salvaged: AuditEvent | null,
    place: Place,
    isUnfinishedTail: boolean,
  ): void {
    const { source, file } = this.#options;
    this.#rejects.push({ source, position: { file, line: place.line }, reason, salvaged, isUnfinishedTail });
  }
}

/** An array, or a List or EventList, whose items carry no version of their own. Null for a single record. */
function itemsOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isJson(value) || !Array.isArray(value.items) || typeof value.kind !== 'string') return null;
  if (!value.kind.endsWith('List')) return null;
  const { apiVersion } = value;
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith('audit.k8s.io/')) return value.items;
  return value.items.map((item: unknown) =>
    isJson(item) && item.apiVersion === undefined ? { kind: 'Event', apiVersion, ...item } : item,
  );
}
