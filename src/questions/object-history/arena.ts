/** Many small records held in few large blocks: 200,000 of them as objects of their own would cost more than what they hold. */

const BLOCK_BYTES = 1 << 20;
/** A small allowance is divided into small blocks. */
const BLOCKS_ALLOWED = 32;

/** Where a record stands; a number is all that is kept of it outside. */
export type Address = number;

export class Arena {
  readonly #blockBytes: number;
  readonly #blocks: Buffer[] = [];
  #used: number;
  #bytes = 0;

  constructor(allowedBytes: number) {
    this.#blockBytes = Math.min(BLOCK_BYTES, Math.max(4096, Math.ceil(allowedBytes / BLOCKS_ALLOWED)));
    this.#used = this.#blockBytes;
  }

  /** Taken, whether filled or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Must be filled before the next one is taken. */
  take(length: number): { readonly address: Address; readonly room: Buffer } {
    if (this.#used + length > this.#blockBytes) {
      const size = Math.max(this.#blockBytes, length);
      this.#blocks.push(Buffer.allocUnsafeSlow(size));
      this.#used = 0;
      this.#bytes += size;
    }
    const block = this.#blocks.at(-1) as Buffer;
    const address = (this.#blocks.length - 1) * this.#blockBytes + this.#used;
    const room = block.subarray(this.#used, this.#used + length);
    this.#used += length;
    return { address, room };
  }

  /** From there to the end of its block: a record knows its own length. */
  at(address: Address): Buffer {
    const index = Math.floor(address / this.#blockBytes);
    const block = this.#blocks[index];
    if (block === undefined) throw new RangeError(`no record at ${address}`);
    return block.subarray(address - index * this.#blockBytes);
  }
}
