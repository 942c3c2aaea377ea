/**
 * Records of lines that a container runtime has split at 16 KiB, as Docker's json-file driver writes them and as forwarders
 * hand them on: the parts of a line joined to one record. All others pass through; what is in them is for unwrapping.
 */
import type { Place, RecordSink } from './record-sink.ts';

/** Docker splits at 16 KiB; the last part ends in a newline. */
const LEAST_PART_BYTES = 16 * 1024 - 8;

export class DockerJoin implements RecordSink {
  readonly #next: RecordSink;
  readonly #maxBytes: number;
  readonly #open = new Map<string, { readonly parts: string[]; bytes: number; readonly place: Place }>();

  constructor(next: RecordSink, maxBytes: number) {
    this.#next = next;
    this.#maxBytes = maxBytes;
  }

  record(value: unknown, place: Place): void {
    const line = toDockerLine(value);
    if (line === null) {
      this.#next.record(value, place);
      return;
    }
    const open = this.#open.get(line.stream) ?? { parts: [], bytes: 0, place };
    const isPart = line.isPart && (open.parts.length > 0 || isCutJson(line.log));
    if (!isPart && open.parts.length === 0) {
      this.#next.record(value, place);
      return;
    }
    open.parts.push(line.log);
    open.bytes += line.log.length;
    const isTooLong = open.bytes > this.#maxBytes;
    if (isPart && !isTooLong) {
      this.#open.set(line.stream, open);
      return;
    }
    this.#open.delete(line.stream);
    const log = open.parts.join('');
    if (isTooLong) this.#next.broken('line too long', log, null, open.place);
    else this.#next.record({ ...line.record, message: log, log }, open.place);
  }

  /** The input has ended. */
  end(): void {
    for (const { parts, place } of this.#open.values()) {
      this.#next.broken('line cut', parts.join(''), null, { ...place, isUnfinished: true });
    }
    this.#open.clear();
  }

  broken(...args: Parameters<RecordSink['broken']>): void {
    this.#next.broken(...args);
  }

  foreign(place: Place): void {
    this.#next.foreign(place);
  }

  legacy(...args: Parameters<RecordSink['legacy']>): void {
    this.#next.legacy(...args);
  }
}

interface DockerLine {
  readonly record: Readonly<Record<string, unknown>>;
  readonly log: string;
  readonly stream: string;
  readonly isPart: boolean;
}

function toDockerLine(value: unknown): DockerLine | null {
  if (typeof value !== 'object' || value === null) return null;
  const record = value as Record<string, unknown>;
  const { stream, time } = record;
  const log = typeof record.log === 'string' ? record.log : record.message;
  if (typeof log !== 'string' || typeof stream !== 'string') return null;
  // The kubelet's own mark, as Fluentd and Fluent Bit keep it.
  const tag = record.logtag ?? record._p;
  if (tag === 'P' || tag === 'F') return { record, log, stream, isPart: tag === 'P' };
  if (typeof time !== 'string') return null;
  return { record, log, stream, isPart: !log.endsWith('\n') && Buffer.byteLength(log) >= LEAST_PART_BYTES };
}

/** A forwarder may take off the newline of a whole line: only what is no JSON yet can be a part of one. */
function isCutJson(log: string): boolean {
  if (!log.startsWith('{')) return false;
  try {
    JSON.parse(log);
    return false;
  } catch {
    return true;
  }
}
