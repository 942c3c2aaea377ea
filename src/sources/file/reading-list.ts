/** What of each log is to be read: which stretch of which file, by the window and the budget of bytes. */
import { type Outside, outside } from '../rotated-logs/narrow.ts';
import type { StageWindow } from '../stage-window.ts';
import { type Log, type LogFile, newestFirst } from './log-groups.ts';
import { type FilePart, timesOf } from './narrow-logs.ts';

export interface ReadingStep {
  readonly log: string;
  readonly file: LogFile;
  /** Why nothing of it is read; null: something is. */
  readonly skip: Outside | 'over budget' | null;
  /** What the window needs of it. */
  readonly part: FilePart;
  /** Bytes at the end of that part that may be read; all of them when it is the part's size. */
  readonly bytes: number;
  /** Offset at which reading stops, because following begins there. Default: the file's end. */
  readonly to?: number;
}

/** In the order of reading. The budget goes to the newest files of all logs first. */
export function readingList(
  logs: readonly Log[],
  parts: ReadonlyMap<string, FilePart>,
  window: StageWindow,
  maxBytes: number | null,
): readonly ReadingStep[] {
  const files = logs.flatMap((log) => log.files.map((file) => ({ log: log.name, file })));
  const steps = files.map(({ log, file }): ReadingStep => {
    const part = parts.get(file.id) ?? NOTHING;
    return { log, file, part, skip: whyOutside(file, part, window), bytes: 0 };
  });
  const allowed = allowances(
    steps.filter((step) => step.skip === null),
    maxBytes,
  );
  return steps.map((step): ReadingStep => {
    const bytes = allowed.get(step.file.id);
    if (bytes === undefined) return step;
    const isOver = bytes === 0 && sizeOfPart(step) > 0 && !step.file.isStream;
    return { ...step, bytes, skip: isOver ? 'over budget' : null };
  });
}

const NOTHING: FilePart = { from: 0, to: 0, why: null, isWhole: true, probedBytes: 0 };

/** Of a live file nothing may lie in the window, and yet there may when it is read. */
function whyOutside(file: LogFile, { from, to, isWhole }: FilePart, window: StageWindow): Outside | null {
  const byName = file.isStream ? null : outside(timesOf(file), window);
  if (byName !== null || isWhole || from < to || file.rotation.isLive) return byName;
  return from === file.bytes ? 'before the window' : 'after the window';
}

function sizeOfPart({ part }: ReadingStep): number {
  return part.to - part.from;
}

function allowances(steps: readonly ReadingStep[], maxBytes: number | null): Map<string, number> {
  let left = maxBytes ?? Number.POSITIVE_INFINITY;
  const allowed = new Map<string, number>();
  for (const step of steps.toSorted((a, b) => newestFirst(a.file, b.file))) {
    const { file } = step;
    if (file.isStream) {
      allowed.set(file.id, left);
      continue;
    }
    const size = sizeOfPart(step);
    // Compressed files cannot be read from the end.
    const isWhole = file.rotation.isCompressed;
    const bytes = isWhole && size > left ? 0 : Math.min(size, left);
    allowed.set(file.id, bytes);
    left -= bytes;
  }
  return allowed;
}
