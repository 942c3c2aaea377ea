/**
 * Cuts one JSON document into the records it holds while it arrives in pieces: the elements of a top-level array or of the
 * `items` of a top-level object, else the document itself. Memory is that of one element. What to do when the text breaks
 * off is records.ts's.
 */
import { Clip } from './clip.ts';
import { JsonTracker } from './json-tracker.ts';

/**
 * 'more': the bytes are used up. 'element': one is closed. 'end': the document is closed. 'broken': the byte at `at`
 * cannot stand where it stands.
 */
export type DocumentState = 'more' | 'element' | 'end' | 'broken';

export class DocumentReader {
  readonly #maxElementBytes: number;
  readonly #tracker = new JsonTracker();
  /** Depth of the containers that are records: 1 for the document itself. */
  #recordDepth = 1;
  #isList = false;
  #pending: Clip | null = null;
  #header = '';
  /** Position in the bytes fed last: one past what was used. */
  at = 0;
  /** After 'element', and after 'end' of a document that is no list: the record's text, until the bytes are overwritten. */
  element: Clip | null = null;

  constructor(maxElementBytes: number) {
    this.#maxElementBytes = maxElementBytes;
  }

  get isInString(): boolean {
    return this.#tracker.isInString;
  }

  get expectsValue(): boolean {
    return this.#tracker.expectsValue;
  }

  get isList(): boolean {
    return this.#isList;
  }

  /** What was fed of the record that is open; null between the elements of a list. */
  get pending(): Clip | null {
    return this.#pending;
  }

  /** What stood before the elements: their kind and version. */
  get header(): string {
    return this.#header;
  }

  /** The first byte fed must be the opening one. */
  feed(bytes: Buffer, start: number, end: number): DocumentState {
    this.element = null;
    this.at = start;
    let from = start;
    while (true) {
      const stop = this.#tracker.run(bytes, this.at, end);
      this.at = this.#tracker.at;
      if (stop === 'opened') {
        if (this.#opensItems()) this.#keepHeader(bytes, from);
        if (this.#opensRecord()) from = this.at - 1;
        continue;
      }
      if (stop === 'closed' && !this.#closes()) continue;
      if (stop !== 'closed') {
        this.#pending?.push(bytes, from, this.at);
        return stop === 'broken' ? 'broken' : 'more';
      }
      this.#pending?.pushLast(bytes, from, this.at);
      this.element = this.#pending;
      this.#pending = null;
      return this.#tracker.depth === 0 ? 'end' : 'element';
    }
  }

  #opensItems(): boolean {
    const { depth, isInObject, isAtItems } = this.#tracker;
    return depth === 2 && !this.#isList && !isInObject && isAtItems;
  }

  #keepHeader(bytes: Buffer, from: number): void {
    this.#pending?.push(bytes, from, this.at);
    this.#header = this.#pending?.head() ?? '';
    this.#beginList(3);
  }

  /** True: a record begins with the byte just read. */
  #opensRecord(): boolean {
    const { depth, isInObject } = this.#tracker;
    if (depth === 1 && !isInObject) this.#beginList(2);
    else if (depth === this.#recordDepth) {
      this.#pending = new Clip(this.#maxElementBytes);
      return true;
    }
    return false;
  }

  #beginList(recordDepth: number): void {
    this.#isList = true;
    this.#recordDepth = recordDepth;
    this.#pending = null;
  }

  #closes(): boolean {
    const { depth } = this.#tracker;
    return depth === 0 || (this.#pending !== null && depth === this.#recordDepth - 1);
  }
}
