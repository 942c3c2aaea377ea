/**
 * Keeps the heap near what is really held. V8 lets garbage grow to several times that before it collects on a machine
 * with much memory: 1 GB of log, every request kept for its answer, took 350 MB of RSS by itself and takes 220 with this,
 * for 1.3 s of 27. Where nothing much is held it never collects.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const GARBAGE_BYTES = 32 * 1024 * 1024;

export class Heap {
  #heldBytes = 0;
  #collect: (() => void) | null = null;

  /** Cheap enough for every batch: 1 µs. */
  relieve(): void {
    const usedBytes = getHeapStatistics().used_heap_size;
    if (this.#heldBytes === 0) this.#heldBytes = usedBytes;
    if (usedBytes < this.#heldBytes + GARBAGE_BYTES) return;
    this.#collect ??= collector();
    this.#collect();
    this.#heldBytes = getHeapStatistics().used_heap_size;
  }
}

/** V8's own, which Node shows only when asked. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  // Where nothing relieves it, while an answer is made: by so much it may grow before V8 collects by itself.
  setFlagsFromString('--heap-growing-percent=30');
  return runInNewContext('gc') as () => void;
}
