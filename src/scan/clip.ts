/** Bytes that arrive in pieces: kept whole up to a limit, beyond it only their head and tail. */

/** What a longer line or element keeps of itself on either side. */
export const CLIP_BYTES = 256 * 1024;

export class Clip {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;
  #head: Buffer | null = null;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Of everything pushed, whether kept or not. */
  get size(): number {
    return this.#size;
  }

  get isTooLong(): boolean {
    return this.#size > this.#maxBytes;
  }

  /** Copies: the caller may overwrite the bytes. */
  push(bytes: Buffer, start: number, end: number): void {
    if (end > start) this.#add(Buffer.from(bytes.subarray(start, end)));
  }

  /** As `push`, for the last piece of something that is used up before the bytes are overwritten. */
  pushLast(bytes: Buffer, start: number, end: number): void {
    this.#add(bytes.subarray(start, end));
  }

  /** Everything; only while it is not too long. */
  whole(): Buffer {
    const [only] = this.#parts;
    return this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
  }

  /** At most `CLIP_BYTES`. */
  head(maxBytes = CLIP_BYTES): string {
    return (this.#head ?? this.whole()).toString('utf8', 0, Math.min(maxBytes, CLIP_BYTES));
  }

  tail(): string {
    const whole = Buffer.concat(this.#parts);
    return whole.subarray(Math.max(0, whole.length - CLIP_BYTES)).toString('utf8');
  }

  #add(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
    if (this.isTooLong) this.#shorten();
  }

  #shorten(): void {
    this.#head ??= Buffer.from(Buffer.concat(this.#parts).subarray(0, CLIP_BYTES));
    let kept = 0;
    for (let i = this.#parts.length - 1; i >= 0; i--) {
      if (kept >= CLIP_BYTES) {
        this.#parts = this.#parts.slice(i + 1);
        return;
      }
      kept += this.#parts[i]?.length ?? 0;
    }
  }
}
