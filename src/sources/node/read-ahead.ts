/** Downloads on while the scanner works on what came: its synchronous stretches would leave the connection idle. */

/** Enough for the scanner's longest stretch at 100 MB/s. */
const MOST_BYTES = 4 * 1024 * 1024;

/** At most `mostBytes` ahead. The chunks must stay valid. Ending the iteration ends that of `chunks`. */
export async function* readAhead(
  chunks: AsyncIterable<Uint8Array>,
  mostBytes: number = MOST_BYTES,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const waiting: Uint8Array[] = [];
  let bytes = 0;
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
      const chunk = waiting.shift();
      if (chunk !== undefined) {
        bytes -= chunk.length;
        bell.ring();
        yield chunk;
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
