/** Our own pack, taken apart. The bundle has it here (scripts/bundle.ts); run from source, its files are read as any others. */
import type { PackedFile } from './own/packed.ts';

export function packPacked(): readonly PackedFile[] | null {
  return null;
}
