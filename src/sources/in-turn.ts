/** Several readings at once, one piece of each in turn: they go on beside each other, and the order is the same in every run. */

/** `atOnce` of them at a time, in their order. Ending the iteration ends them. */
export async function* inTurn<T>(
  readings: Iterable<() => AsyncGenerator<T>>,
  atOnce: number,
): AsyncGenerator<T> {
  const waiting = readings[Symbol.iterator]();
  const lanes: Lane<T>[] = [];

  function fill(): void {
    while (lanes.length < atOnce) {
      const next = waiting.next();
      if (next.done === true) return;
      const pieces = next.value();
      lanes.push({ pieces, next: nextOf(pieces) });
    }
  }

  try {
    fill();
    for (let turn = 0; lanes.length > 0; ) {
      const place = turn % lanes.length;
      const [lane] = lanes.slice(place, place + 1);
      if (lane === undefined) return;
      const { value, done } = await lane.next;
      if (done === true) {
        lanes.splice(place, 1);
        fill();
        continue;
      }
      lane.next = nextOf(lane.pieces);
      yield value;
      turn++;
    }
  } finally {
    await Promise.allSettled(lanes.map(({ pieces }) => pieces.return(undefined)));
  }
}

interface Lane<T> {
  readonly pieces: AsyncGenerator<T>;
  /** Under way. */
  next: Promise<IteratorResult<T, unknown>>;
}

function nextOf<T>(pieces: AsyncGenerator<T>): Promise<IteratorResult<T, unknown>> {
  const next = pieces.next();
  // Awaited when it is its turn: until then a failure must not count as unhandled.
  next.catch(() => {});
  return next;
}
