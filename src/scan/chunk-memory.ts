/**
 * Where the chunks of a file are read into: the kernel's own memory, so that nothing is copied. It begins at a page too: a GB
 * read into it costs 0.25 s, into other buffers 0.8 s.
 */
import { borrowKernel, giveBackKernel } from './kernel/kernel.ts';
import { CHUNK_BYTES } from './kernel/layout.ts';

export { CHUNK_BYTES };

export interface ChunkMemory {
  /** Of CHUNK_BYTES each. */
  readonly buffers: readonly [Buffer, Buffer];
  /** At most once; neither buffer may be used from then on. */
  giveBack(): void;
}

export function borrowChunkMemory(): ChunkMemory {
  const kernel = borrowKernel();
  if (kernel !== null) return { buffers: kernel.chunks, giveBack: () => giveBackKernel(kernel) };
  const buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
  return { buffers, giveBack: () => {} };
}
