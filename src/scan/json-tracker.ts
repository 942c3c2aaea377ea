/**
 * Follows JSON text by its grammar, byte by byte, through any number of pieces, and stops where outer containers open and
 * close. Keeps no text and judges no scalars: that is JSON.parse's.
 */

/** Containers within containers, at most: beyond, the text counts as broken. */
const MAX_OPEN = 10_000;
/** Containers up to this depth are reported. */
const REPORTED_DEPTH = 3;

export type Stop = 'end of bytes' | 'opened' | 'closed' | 'broken';

const Expect = { value: 0, valueOrClose: 1, key: 2, keyOrClose: 3, colon: 4, commaOrClose: 5 } as const;
type Expectation = (typeof Expect)[keyof typeof Expect];

export class JsonTracker {
  readonly #isObject = new Uint8Array(MAX_OPEN + 2);
  #depth = 0;
  #expect: Expectation = Expect.value;
  #isInString = false;
  #isEscaped = false;
  #isKey = false;
  #isInScalar = false;
  /** How many characters of `items` a key of the top-level object has matched; -1: it is another. */
  #itemsMatched = -1;
  /** One past the last byte consumed; for 'broken' the position of the byte that cannot stand there. */
  at = 0;

  get depth(): number {
    return this.#depth;
  }

  get isInString(): boolean {
    return this.#isInString;
  }

  get expectsValue(): boolean {
    return !this.#isInString && !this.#isInScalar && this.#expect <= Expect.valueOrClose;
  }

  /** Of the innermost container. */
  get isInObject(): boolean {
    return this.#isObject[this.#depth] === 1;
  }

  /** The last key of the top-level object was `items`. */
  get isAtItems(): boolean {
    return this.#itemsMatched === ITEMS.length;
  }

  run(bytes: Buffer, start: number, end: number): Stop {
    let at = start;
    while (at < end) {
      if (this.#isInString) {
        at = this.#skipString(bytes, at, end);
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (byte === SPACE || byte === NEWLINE || byte === TAB || byte === RETURN) {
        this.#isInScalar = false;
        continue;
      }
      const depth = this.#depth;
      if (!this.#take(byte)) {
        this.at = at - 1;
        return 'broken';
      }
      if (this.#depth !== depth && Math.min(depth, this.#depth) < REPORTED_DEPTH) {
        this.at = at;
        return this.#depth > depth ? 'opened' : 'closed';
      }
    }
    this.at = at;
    return 'end of bytes';
  }

  /** False: it cannot stand here. */
  #take(byte: number): boolean {
    switch (byte) {
      case QUOTE:
        return this.#openString();
      case COMMA:
        if (this.#expect !== Expect.commaOrClose || this.#depth === 0) return false;
        this.#expect = this.#isObject[this.#depth] === 1 ? Expect.key : Expect.value;
        break;
      case COLON:
        if (this.#expect !== Expect.colon) return false;
        this.#expect = Expect.value;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (this.#expect > Expect.valueOrClose || this.#depth >= MAX_OPEN || this.#isInScalar) return false;
        this.#isObject[++this.#depth] = byte === OPEN_BRACE ? 1 : 0;
        this.#expect = byte === OPEN_BRACE ? Expect.keyOrClose : Expect.valueOrClose;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (!this.#closes(byte)) return false;
        this.#depth--;
        this.#expect = Expect.commaOrClose;
        break;
      default:
        return this.#takeScalar(byte);
    }
    this.#isInScalar = false;
    return true;
  }

  #openString(): boolean {
    if (this.#isInScalar || this.#expect >= Expect.colon) return false;
    this.#isKey = this.#expect >= Expect.key;
    if (this.#isKey && this.#depth === 1) this.#itemsMatched = 0;
    this.#isInString = true;
    return true;
  }

  #closes(byte: number): boolean {
    if (this.#depth === 0 || (this.#isObject[this.#depth] === 1) !== (byte === CLOSE_BRACE)) return false;
    const isEmpty = this.#expect === Expect.valueOrClose || this.#expect === Expect.keyOrClose;
    return isEmpty || this.#expect === Expect.commaOrClose;
  }

  /** Numbers, true, false, null: their letters; whether they spell one is not looked at. */
  #takeScalar(byte: number): boolean {
    const isLetter = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a);
    if (!isLetter && byte !== 0x2d && byte !== 0x2b && byte !== 0x2e && byte !== 0x45) return false;
    if (this.#isInScalar) return true;
    if (this.#expect > Expect.valueOrClose || this.#depth === 0) return false;
    this.#isInScalar = true;
    this.#expect = Expect.commaOrClose;
    return true;
  }

  /** To one past the closing quote, or to the end of the bytes. */
  #skipString(bytes: Buffer, start: number, end: number): number {
    const isOuterKey = this.#isKey && this.#depth === 1;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#isEscaped) {
        this.#isEscaped = false;
      } else if (byte === BACKSLASH) {
        this.#isEscaped = true;
      } else if (byte === QUOTE) {
        this.#isInString = false;
        this.#expect = this.#isKey ? Expect.colon : Expect.commaOrClose;
        return at + 1;
      }
      if (isOuterKey) this.#matchItems(byte);
    }
    return end;
  }

  #matchItems(byte: number): void {
    const isNext = this.#itemsMatched >= 0 && byte === ITEMS.charCodeAt(this.#itemsMatched);
    this.#itemsMatched = isNext ? this.#itemsMatched + 1 : -1;
  }
}

const ITEMS = 'items';
const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
