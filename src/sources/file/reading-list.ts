/** What of each log is to be read: all, only its end, or nothing, by the window and the budget of bytes. */
import { type Log, type LogFile, newestFirst } from './log-groups.ts';

export interface ReadingStep {
  readonly log: string;
  readonly file: LogFile;
  /** Why it is not opened; null: it is. */
  readonly skip: 'before the window' | 'over budget' | null;
  /** Bytes at the file's end that may be read; all of them when it is the file's size. */
  readonly bytes: number;
  /** Offset at which reading stops, because following begins there. Default: the file's end. */
  readonly to?: number;
}

/** In the order of reading. The budget goes to the newest files of all logs first. */
export function readingList(
  logs: readonly Log[],
  sinceUs: number | null,
  maxBytes: number | null,
): readonly ReadingStep[] {
  const wanted = logs.flatMap(({ files }) => files).filter((file) => !isBefore(file, sinceUs));
  const allowed = allowances(wanted, maxBytes);
  return logs.flatMap(({ name, files }) =>
    files.map((file): ReadingStep => {
      const bytes = allowed.get(file.id) ?? 0;
      if (isBefore(file, sinceUs)) return { log: name, file, skip: 'before the window', bytes: 0 };
      const isOver = bytes === 0 && file.bytes > 0 && !file.isStream;
      return { log: name, file, skip: isOver ? 'over budget' : null, bytes };
    }),
  );
}

/** The stamp is the time of rotation: nothing in the file is later. */
function isBefore(file: LogFile, sinceUs: number | null): boolean {
  const { stampUs } = file.rotation;
  return sinceUs !== null && stampUs !== null && stampUs < sinceUs;
}

function allowances(files: readonly LogFile[], maxBytes: number | null): Map<string, number> {
  let left = maxBytes ?? Number.POSITIVE_INFINITY;
  const allowed = new Map<string, number>();
  for (const file of files.toSorted(newestFirst)) {
    if (file.isStream) {
      allowed.set(file.id, left);
      continue;
    }
    // Compressed files cannot be read from the end.
    const isWhole = file.rotation.isCompressed;
    const bytes = isWhole && file.bytes > left ? 0 : Math.min(file.bytes, left);
    allowed.set(file.id, bytes);
    left -= bytes;
  }
  return allowed;
}
