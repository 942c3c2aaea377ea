/** Many small records held in few large blocks: 200,000 of them as objects of their own would cost more than what they hold. */

const BLOCK_BYTES = 1 << 20;

/** Where a record stands; a number is all that is kept of it outside. */
export type Address = number;

export class Arena {
  readonly #blocks: Buffer[] = [];
  #used = BLOCK_BYTES;
  #bytes = 0;

  /** Taken, whether filled or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Must be filled before the next one is taken. */
  take(length: number): { readonly address: Address; readonly room: Buffer } {
    if (this.#used + length > BLOCK_BYTES) {
      const size = Math.max(BLOCK_BYTES, length);
      // Small logs are the rule: the first block grows with them.
      this.#blocks.push(Buffer.allocUnsafeSlow(size));
      this.#used = 0;
      this.#bytes += size;
    }
    const block = this.#blocks.at(-1) as Buffer;
    const address = (this.#blocks.length - 1) * BLOCK_BYTES + this.#used;
    const room = block.subarray(this.#used, this.#used + length);
    this.#used += length;
    return { address, room };
  }

  /** From there to the end of its block: a record knows its own length. */
  at(address: Address): Buffer {
    const index = Math.floor(address / BLOCK_BYTES);
    const block = this.#blocks[index];
    if (block === undefined) throw new RangeError(`no record at ${address}`);
    return block.subarray(address - index * BLOCK_BYTES);
  }
}
