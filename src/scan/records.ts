/**
 * Lines → records: takes off what container runtimes, hosts and crashes put before them, and tells JSON, the legacy text
 * format and foreign text apart. JSON, over one line or many, is json-reader.ts's; envelopes are unwrapped behind it.
 */
import { Clip } from './clip.ts';
import { PartialLines, parseCriPrefix } from './cri-line.ts';
import { DockerJoin } from './docker-join.ts';
import { EVENT_HEAD } from './json-bytes.ts';
import { JsonReader } from './json-reader.ts';
import { parseLegacyLine } from './legacy-line.ts';
import type { Line } from './lines.ts';
import { AUDIT_KEYS, type Place, type RecordSink } from './record-sink.ts';

export class RecordReader {
  readonly #sink: RecordSink;
  readonly #json: JsonReader;
  readonly #partial: PartialLines;
  readonly #maxBytes: number;
  readonly #docker: DockerJoin;
  /** A line in pieces that is no JSON. */
  #longText: Clip | null = null;
  #hasNewline = true;

  constructor(sink: RecordSink, maxBytes: number) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
    this.#docker = new DockerJoin(sink, maxBytes);
    this.#json = new JsonReader(this.#docker, maxBytes);
    this.#partial = new PartialLines(maxBytes);
  }

  /** The next line begins a record of its own, whatever it holds. */
  get isBetweenRecords(): boolean {
    return !this.#json.isOpen && this.#partial.isEmpty;
  }

  take(line: Line): void {
    this.#hasNewline = line.ending !== 'end of file';
    const place: Place = { line: line.number, recordTime: null, isUnfinished: line.ending === 'end of file' };
    if (line.isContinued || line.ending === 'piece') this.#takePiece(line, place);
    else this.#takeLine(line, place);
  }

  #takeLine(line: Line, place: Place): void {
    const { bytes } = line;
    let { end } = line;
    let start = afterByteOrderMark(line);
    while (start < end && bytes[start] === 0) start++;
    while (end > start && bytes[end - 1] === 0) end--;
    const cri = parseCriPrefix(bytes, start, end);
    if (cri === null) {
      this.#takeContent(bytes, start, end, place);
      return;
    }
    start += cri.prefixBytes;
    const at = { ...place, recordTime: cri.time };
    const isWhole = !cri.isPartial && !this.#partial.has(cri.stream);
    if (isWhole) this.#takeContent(bytes, start, end, at);
    else this.#partial.add(cri.stream, bytes, start, end, line.number);
    if (!cri.isPartial) this.#takeJoined(cri.stream, at);
  }

  /** The input has ended. */
  end(): void {
    for (const stream of this.#partial.streams()) {
      this.#takeJoined(stream, { line: 0, recordTime: null, isUnfinished: true });
    }
    this.#docker.end();
    this.#json.end(!this.#hasNewline);
  }

  #takeContent(bytes: Buffer, start: number, end: number, place: Place): void {
    if (!this.#json.line(bytes, start, end, place)) this.#takeText(bytes, start, end, place);
  }

  #takeJoined(stream: string, place: Place): void {
    const joined = this.#partial.take(stream);
    if (joined === null) return;
    const { clip } = joined;
    const at = { ...place, line: joined.line };
    if (clip.isTooLong) {
      this.#sink.broken('line too long', clip.head(), clip.tail(), at);
      return;
    }
    const whole = clip.whole();
    this.#takeContent(whole, 0, whole.length, at);
  }

  /** `host {…}`, `<13>1 2026-… host app - - - {…}`, klog, the legacy format. */
  #takeText(bytes: Buffer, start: number, end: number, place: Place): void {
    const text = bytes.toString('utf8', start, end);
    const legacy = parseLegacyLine(text);
    if (legacy !== null) {
      this.#sink.legacy(legacy, place);
      return;
    }
    const brace = text.indexOf('{"');
    const prefix = brace < 0 ? text : text.slice(0, brace);
    const at = { ...place, recordTime: place.recordTime ?? TIME.exec(prefix)?.[0] ?? null };
    const value = brace < 0 ? null : parseOrNull(text.slice(brace));
    if (value === null) this.#takeTorn(bytes, start, end, at);
    else this.#sink.record(value, at);
  }

  /** Text with a broken event in it, or none: only what begins as an event is looked for in the middle of it. */
  #takeTorn(bytes: Buffer, start: number, end: number, place: Place): void {
    const found = bytes.subarray(0, end).indexOf(EVENT_HEAD, start);
    const torn = bytes.toString('utf8', start, found < 0 ? end : found);
    if (AUDIT_KEYS.test(torn)) this.#sink.broken('line cut', torn, null, place);
    else if (found < 0) this.#sink.foreign(place);
    if (found >= 0) this.#json.line(bytes, found, end, place);
  }

  #takePiece(line: Line, place: Place): void {
    const { bytes, end } = line;
    const start = afterByteOrderMark(line);
    const isLast = line.ending !== 'piece';
    if (this.#longText === null && !this.#json.piece(bytes, start, end, place)) {
      this.#longText = new Clip(this.#maxBytes);
    }
    this.#longText?.push(bytes, start, end);
    if (!isLast) return;
    this.#json.endOfPieces();
    const long = this.#longText;
    this.#longText = null;
    if (long === null) return;
    const head = long.head();
    if (AUDIT_KEYS.test(head))
      this.#sink.broken('line too long', head, long.isTooLong ? long.tail() : null, place);
    else this.#sink.foreign(place);
  }
}

function afterByteOrderMark(line: Line): number {
  const { bytes, start, end, number, isContinued } = line;
  const isMark =
    number === 1 && !isContinued && end - start >= 3 && bytes.readUIntBE(start, 3) === BYTE_ORDER_MARK;
  return isMark ? start + 3 : start;
}

/** U+FEFF in UTF-8. */
const BYTE_ORDER_MARK = 0xefbbbf;

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/;

function parseOrNull(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
