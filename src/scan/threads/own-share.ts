/** What the calling thread sifts itself of a file that others sift too, whenever it would only wait for them. */
import { borrowChunkMemory, type ChunkMemory } from '../chunk-memory.ts';
import type { Job } from './messages.ts';
import type { Parcel, TallyPart } from './parcel.ts';
import type { Segments } from './segments.ts';
import { type FileStretch, Sifter } from './sift-segment.ts';

/** To be closed. */
export class OwnShare {
  readonly #segments: Segments;
  readonly #memory: ChunkMemory;
  readonly #sifter: Sifter;

  constructor(
    file: FileStretch,
    { sieve, maxLineBytes }: Pick<Job, 'sieve' | 'maxLineBytes'>,
    segments: Segments,
  ) {
    this.#segments = segments;
    this.#memory = borrowChunkMemory();
    this.#sifter = new Sifter(file, sieve, maxLineBytes, this.#memory.buffers[0]);
  }

  /** Of the next segment, at once. Null: none can be begun now. Throws what reading throws. */
  sift(): Parcel | null {
    const segment = this.#segments.nextAtOnce();
    return segment === null ? null : this.#sifter.sift(segment);
  }

  /** Null: not so much was counted that it should be taken. */
  takeFullPart(): TallyPart | null {
    return this.#sifter.isFull ? this.#sifter.takePart() : null;
  }

  takePart(): TallyPart {
    return this.#sifter.takePart();
  }

  close(): void {
    this.#sifter.close();
    this.#memory.giveBack();
  }
}
