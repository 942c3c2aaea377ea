/** A reading of an archive in lines for `--explain`: what was listed, and which objects are read. */
import { sizeOf } from '../rotated-logs/in-words.ts';
import type { Archive, StoredObject } from './archive.ts';
import type { ArchivePlan } from './plan-archive.ts';

/** Objects that are named. */
const SHOWN = 20;

export function explainArchive(archive: Archive, plan: ArchivePlan): string[] {
  const { read, before, after, overBudget, hasEarlier, requests } = plan;
  const lines = [
    `list ${archive.explained}, ${requests === 1 ? '1 request' : `${requests} requests`}${archive.leaps ? ': dates outside the window are leapt over' : ''}`,
  ];
  for (const { key, bytes } of read.slice(0, SHOWN)) lines.push(`read ${key} (${sizeOf(bytes)})`);
  if (read.length > SHOWN) lines.push(`read ${inWords(read.slice(SHOWN))} more, the newest first`);
  if (before.length > 0) lines.push(`leave ${inWords(before)}: before the window`);
  if (hasEarlier) lines.push('leave what bears earlier dates');
  if (after.length > 0) lines.push(`leave ${inWords(after)}: after the window`);
  if (overBudget.length > 0) lines.push(`leave ${inWords(overBudget)}: over budget`);
  return lines;
}

function inWords(objects: readonly StoredObject[]): string {
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
  return `${objects.length} objects (${sizeOf(bytes)})`;
}
