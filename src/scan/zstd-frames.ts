/**
 * Follows zstd's framing (RFC 8878, section 3.1) through pieces, only to tell whether the data ends where a frame ends:
 * Node's decompressor takes any end of input for the end of the data.
 */

type State =
  | 'magic'
  | 'skippable size'
  | 'descriptor'
  | 'rest of header'
  | 'block header'
  | 'last block'
  | 'block'
  | 'checksum'
  | 'foreign';

/** Bytes of the field that a state reads; in states without one, `#left` bytes are skipped. */
const FIELD_BYTES: Partial<Record<State, number>> = {
  magic: 4,
  'skippable size': 4,
  descriptor: 1,
  'block header': 3,
};

export class ZstdFrames {
  #state: State = 'magic';
  #field = 0;
  #fieldBytes = 0;
  #left = 0;
  #hasChecksum = false;

  /** The data breaks off within a frame, if it ends here. Of what is no zstd nothing is said. */
  get isWithinFrame(): boolean {
    return this.#state !== 'foreign' && !(this.#state === 'magic' && this.#fieldBytes === 0);
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#state !== 'foreign') {
      const size = FIELD_BYTES[this.#state];
      if (size === undefined) {
        const skipped = Math.min(this.#left, bytes.length - at);
        at += skipped;
        this.#left -= skipped;
        if (this.#left === 0) this.#pass();
        continue;
      }
      this.#field += (bytes[at++] ?? 0) * 2 ** (8 * this.#fieldBytes++);
      if (this.#fieldBytes === size) this.#read(this.#takeField());
    }
  }

  #takeField(): number {
    const field = this.#field;
    this.#field = 0;
    this.#fieldBytes = 0;
    return field;
  }

  #read(field: number): void {
    switch (this.#state) {
      case 'magic':
        this.#state = field === FRAME ? 'descriptor' : isSkippable(field) ? 'skippable size' : 'foreign';
        return;
      case 'skippable size':
        this.#skip('checksum', field);
        return;
      case 'descriptor':
        this.#hasChecksum = (field & 4) !== 0;
        this.#skip('rest of header', headerBytes(field));
        return;
      default: {
        const isRepeated = ((field >> 1) & 3) === 1;
        this.#skip((field & 1) === 1 ? 'last block' : 'block', isRepeated ? 1 : field >> 3);
      }
    }
  }

  #skip(state: State, bytes: number): void {
    this.#state = state;
    this.#left = bytes;
    if (bytes === 0) this.#pass();
  }

  /** What was to be skipped is skipped. */
  #pass(): void {
    if (this.#state === 'last block') this.#skip('checksum', this.#hasChecksum ? 4 : 0);
    else this.#state = this.#state === 'checksum' ? 'magic' : 'block header';
  }
}

const FRAME = 0xfd2fb528;

function isSkippable(magic: number): boolean {
  return Math.floor(magic / 16) === 0x184d2a5;
}

/** Of the header, what follows its descriptor: window, dictionary, content size. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
}
