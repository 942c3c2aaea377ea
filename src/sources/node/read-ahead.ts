/** Downloads on while the scanner works on what came: its synchronous stretches would leave the connection idle. */

/** Enough for the scanner's longest stretch at 100 MB/s. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * At most `mostBytes` ahead. What came in the meantime is handed on together, in `buffers` by turns: valid until the next is
 * asked for; a scanner that is slower than the connection gets few and large ones, in memory of its own. The chunks themselves
 * must stay valid, and are used up. Ending the iteration ends that of `chunks`.
 */
export async function* readAhead(
  chunks: AsyncIterable<Uint8Array>,
  buffers: readonly [Buffer, Buffer],
  mostBytes: number = MOST_BYTES,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let turn: 0 | 1 = 0;
  let isStopped = false;
  let end: { readonly error: unknown } | 'done' | null = null;
  const bell = new Bell();

  const pump = (async () => {
    try {
      while (!isStopped) {
        if (bytes >= mostBytes) {
          await bell.rung();
          continue;
        }
        const { value, done } = await iterator.next();
        if (done === true) break;
        waiting.push(value);
        bytes += value.length;
        bell.ring();
      }
      end = 'done';
    } catch (error) {
      end = { error };
    }
    bell.ring();
  })();

  try {
    while (true) {
      if (waiting.length > 0) {
        turn = turn === 0 ? 1 : 0;
        const together = gathered(waiting, buffers[turn]);
        bytes -= together.length;
        bell.ring();
        yield together;
      } else if (end !== null) {
        if (end !== 'done') throw (end as { readonly error: unknown }).error;
        return;
      } else await bell.rung();
    }
  } finally {
    isStopped = true;
    bell.ring();
    await pump;
    await iterator.return?.();
  }
}

/** As many of them as fit, and of the last as much as does. */
function gathered(waiting: Uint8Array[], buffer: Buffer): Uint8Array {
  let filled = 0;
  while (filled < buffer.length) {
    const [chunk] = waiting;
    if (chunk === undefined) break;
    const part = chunk.subarray(0, buffer.length - filled);
    buffer.set(part, filled);
    filled += part.length;
    if (part.length < chunk.length) waiting[0] = chunk.subarray(part.length);
    else release(waiting.shift());
  }
  return buffer.subarray(0, filled);
}

/** Gives its memory back, where it has one of its own: left to the collector there are tens of MB of them. */
function release(chunk: Uint8Array | undefined): void {
  const buffer = chunk?.buffer;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk?.length) buffer.transfer(0);
}

/** Wakes whoever waits; a ring that nobody waits for is forgotten, for both sides look before they wait. */
class Bell {
  #waiting: (() => void)[] = [];

  rung(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
