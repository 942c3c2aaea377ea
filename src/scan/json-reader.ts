/**
 * JSON text, a line at a time → records: one or several to a line, lists, and documents over many lines. A cut record
 * never swallows the next one: only what opens a pretty-printed document makes the following lines part of it.
 */
import { MAX_DEPTH } from '../event/decode.ts';
import { DocumentReader, type DocumentState } from './document.ts';
import {
  beginsEvent,
  COMMA,
  EVENT_HEAD,
  isJsonLike,
  isOpener,
  OPEN_BRACE,
  QUOTE,
  skipBetween,
} from './json-bytes.ts';
import { AUDIT_KEYS, type Place, type RecordSink } from './record-sink.ts';

export class JsonReader {
  readonly #sink: RecordSink;
  readonly #maxBytes: number;
  #document: DocumentReader | null = null;
  /** Where the record that is open began. */
  #place: Place = { line: 1, recordTime: null, isUnfinished: false };

  constructor(sink: RecordSink, maxBytes: number) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  /** A document is open: the next line belongs to it, unless it turns out not to. */
  get isOpen(): boolean {
    return this.#document !== null;
  }

  /** False: the open document, if any, has ended as cut, and the text from the start is no JSON. */
  line(bytes: Buffer, start: number, end: number, place: Place): boolean {
    if (this.#document === null) return this.#freshLine(bytes, start, end, place);
    if (this.#isNextRecord(this.#document, bytes, start, end)) {
      this.#abandon(this.#document);
      return this.#freshLine(bytes, start, end, place);
    }
    return this.#goOn(this.#document, bytes, start, end, place);
  }

  /** Part of a line too long to be held. False: what stands there is no JSON. */
  piece(bytes: Buffer, start: number, end: number, place: Place): boolean {
    let at = start;
    while (true) {
      if (this.#document === null) {
        at = skipBetween(bytes, at, end);
        if (at >= end) return true;
        if (!isOpener(bytes[at])) return false;
        this.#begin(place);
      }
      const document = this.#document;
      if (document === null) return true;
      const state = this.#feed(document, bytes, at, end, place);
      if (state === 'more') return true;
      at = document.at;
      if (state === 'broken') return this.#abandon(document) && false;
    }
  }

  /** The end of a line that came in pieces. */
  endOfPieces(): void {
    const document = this.#document;
    if (document !== null && (document.isInString || !this.#mayGoOn(document))) this.#abandon(document);
  }

  /** The input has ended. */
  end(isUnfinished: boolean): void {
    if (this.#document === null) return;
    this.#place = { ...this.#place, isUnfinished };
    if (this.#document.pending === null) this.#sink.broken('line cut', '', null, this.#place);
    this.#abandon(this.#document);
  }

  #freshLine(bytes: Buffer, start: number, end: number, place: Place): boolean {
    const first = skipBetween(bytes, start, end);
    if (first >= end) return true;
    if (!isOpener(bytes[first]) && bytes[first] !== QUOTE) return false;
    const text = bytes.toString('utf8', first, bytes[end - 1] === COMMA ? end - 1 : end);
    const value = parseOrNothing(text);
    if (value !== undefined) {
      this.#sink.record(value, { ...place, isShallow: isShallow(text) });
      return true;
    }
    return isOpener(bytes[first]) && this.#split(bytes, first, end, place);
  }

  /** Several values in a line, or the beginning of a document, or a broken value. */
  #split(bytes: Buffer, start: number, end: number, place: Place): boolean {
    let at = start;
    while (at < end) {
      if (!isOpener(bytes[at])) return this.#strayText(bytes, at, end, place);
      const document = this.#begin(place);
      let state = this.#feed(document, bytes, at, end, place);
      while (state === 'element') state = this.#feed(document, bytes, document.at, end, place);
      if (state === 'more' && this.#mayGoOn(document)) {
        document.feed(NEWLINE, 0, 1);
        return true;
      }
      if (state === 'end') {
        at = skipBetween(bytes, document.at, end);
        continue;
      }
      const { pending } = document;
      this.#document = null;
      if (at === start && !isJsonLike(bytes, at, end)) return false;
      // Between elements the byte that is wrong may be the first of an event.
      const from = document.at - (pending?.size ?? 0);
      const isAccepted = pending !== null;
      at = this.#skipBroken(bytes, { from, to: document.at, isAccepted }, end, state, place);
    }
    return true;
  }

  /** Goes on at the next event of the same line: a server that died in the middle of a line does not begin a new one. */
  #skipBroken(
    bytes: Buffer,
    torn: { readonly from: number; readonly to: number; readonly isAccepted: boolean },
    end: number,
    state: 'more' | 'broken',
    place: Place,
  ): number {
    const { from } = torn;
    const found = torn.isAccepted
      ? nextEvent(bytes, from + 1, torn.to, end)
      : bytes.subarray(0, end).indexOf(EVENT_HEAD, from);
    const stop = found < 0 ? end : found;
    if (stop === from) return stop;
    const text = bytes.toString('utf8', from, stop);
    const isCut = state === 'more' || found >= 0 || AUDIT_KEYS.test(text) || text.startsWith(CUT_HEAD);
    this.#sink.broken(isCut ? 'line cut' : 'not JSON', text, null, place);
    return stop;
  }

  /** Text behind a value: foreign, unless it is the end of an event whose beginning is lost. */
  #strayText(bytes: Buffer, at: number, end: number, place: Place): boolean {
    const found = bytes.subarray(0, end).indexOf(EVENT_HEAD, at);
    const stop = found < 0 ? end : found;
    const text = bytes.toString('utf8', at, stop);
    if (AUDIT_KEYS.test(text)) this.#sink.broken('line cut', text, null, place);
    return found < 0 ? true : this.#split(bytes, found, end, place);
  }

  #goOn(document: DocumentReader, bytes: Buffer, start: number, end: number, place: Place): boolean {
    const before = document.pending;
    const beforeBytes = before?.size ?? 0;
    const opensElement = before === null && AUDIT_KEYS.test(bytes.toString('utf8', start, end));
    let safe = start;
    let state = this.#feed(document, bytes, start, end, place);
    while (state === 'element') {
      safe = document.at;
      state = this.#feed(document, bytes, safe, end, place);
    }
    if (state === 'end') {
      const rest = skipBetween(bytes, document.at, end);
      return rest >= end || this.#split(bytes, rest, end, place);
    }
    const isBroken = state === 'broken' || document.isInString || (opensElement && document.pending !== null);
    if (!isBroken) {
      document.feed(NEWLINE, 0, 1);
      return true;
    }
    this.#document = null;
    // What this line added is read again by itself: it may be the next event.
    if (before !== null && document.pending === before) {
      if (state !== 'broken') return this.#abandon(document);
      this.#sink.broken('line cut', before.head(beforeBytes), null, this.#place);
    }
    return this.#freshLine(bytes, safe, end, place);
  }

  /** A whole event at the left margin, in the middle of another record or where no value can stand. */
  #isNextRecord(document: DocumentReader, bytes: Buffer, start: number, end: number): boolean {
    if (bytes[start] !== OPEN_BRACE) return false;
    if (document.pending === null && document.expectsValue) return false;
    if (beginsEvent(bytes, start, end)) return true;
    const text = bytes.toString('utf8', start, bytes[end - 1] === COMMA ? end - 1 : end);
    if (document.expectsValue && !AUDIT_KEYS.test(text)) return false;
    return parseOrNothing(text) !== undefined;
  }

  #begin(place: Place): DocumentReader {
    this.#document = new DocumentReader(this.#maxBytes);
    this.#place = place;
    return this.#document;
  }

  #feed(document: DocumentReader, bytes: Buffer, start: number, end: number, place: Place): DocumentState {
    if (document.pending === null) this.#place = place;
    const state = document.feed(bytes, start, end);
    const { element } = document;
    if (state === 'end') this.#document = null;
    if (element === null) return state;
    const at = this.#place;
    this.#place = place;
    if (element.isTooLong) {
      this.#sink.broken('line too long', element.head(), element.tail(), at);
      return state;
    }
    const text = element.whole().toString('utf8');
    const value = parseOrNothing(text);
    if (value === undefined) this.#sink.broken('not JSON', text, null, at);
    else this.#sink.record(withVersion(value, document.header), at);
    return state;
  }

  /** Whether the next line may belong to the document, rather than this one being cut. */
  #mayGoOn(document: DocumentReader): boolean {
    if (document.isInString) return false;
    return document.pending === null || !AUDIT_KEYS.test(document.pending.head());
  }

  #abandon(document: DocumentReader): true {
    this.#document = null;
    const { pending } = document;
    if (pending !== null) {
      const tail = pending.isTooLong ? pending.tail() : null;
      this.#sink.broken(tail === null ? 'line cut' : 'line too long', pending.head(), tail, this.#place);
    }
    return true;
  }
}

/**
 * Where in a broken record the next one begins; -1: nowhere. What stands in the record as a value, up to where it broke, is
 * part of its body, which clients write: only one that ends the line is taken for the next record.
 */
function nextEvent(bytes: Buffer, from: number, brokenAt: number, end: number): number {
  const line = bytes.subarray(0, end);
  for (let at = line.indexOf(EVENT_HEAD, from); at >= 0; ) {
    if (at + EVENT_HEAD.length > brokenAt) return at;
    const inner = new DocumentReader(end - at);
    const state = inner.feed(bytes, at, end);
    if (state === 'end' && isBlank(bytes, inner.at, end)) return at;
    // Whatever begins within it, before it broke, is a value of it.
    at = line.indexOf(EVENT_HEAD, Math.max(at + 1, inner.at - EVENT_HEAD.length));
  }
  return -1;
}

/** Fast path: to count the openers of a text takes 1 µs, to walk through its value 5. Those within strings count too. */
function isShallow(text: string): boolean {
  let openers = 0;
  for (const opener of '{[') {
    for (let at = text.indexOf(opener); at >= 0; at = text.indexOf(opener, at + 1)) {
      if (++openers >= MAX_DEPTH) return false;
    }
  }
  return true;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  return bytes.toString('latin1', start, end).trim() === '';
}

function parseOrNothing(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Items of a list carry no version of their own. */
function withVersion(value: unknown, header: string): unknown {
  const version = /"apiVersion"\s*:\s*"(audit\.k8s\.io\/v1\w{0,12})"/.exec(header)?.[1];
  if (version === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
    return value;
  return Object.hasOwn(value, 'apiVersion') ? value : { kind: 'Event', apiVersion: version, ...value };
}

const CUT_HEAD = '{"kind":"Ev';
const NEWLINE = Buffer.from('\n');
