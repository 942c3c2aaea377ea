/** The chunks of an input, with a look at the first bytes and a count of what was read. */

export class CountedChunks {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal;
  #first: Uint8Array | null = null;
  #count = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** Enough to tell a compression, unless there is less. */
  async peek(): Promise<Uint8Array> {
    let first: Uint8Array = new Uint8Array(0);
    while (first.length < PEEKED_BYTES) {
      const { value, done } = await this.#next();
      if (done === true) break;
      first = Buffer.concat([first, value]);
    }
    this.#first = first;
    return first;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    try {
      if (this.#first !== null && this.#first.length > 0) {
        this.#count += this.#first.length;
        yield this.#first;
      }
      this.#first = null;
      for (let next = await this.#next(); next.done !== true; next = await this.#next()) {
        this.#count += next.value.length;
        yield next.value;
      }
    } finally {
      await this.#chunks.return?.();
    }
  }

  /** Bytes read since it was last asked for. */
  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    this.#signal.throwIfAborted();
    return this.#chunks.next();
  }
}

const PEEKED_BYTES = 8;
