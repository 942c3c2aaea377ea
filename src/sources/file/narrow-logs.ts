/** Which stretch of each file a window needs. What is known of the files without looking into them comes first. */
import { type FileHandle, open } from 'node:fs/promises';
import { compressionOf } from '../../scan/decompress.ts';
import type { ReadableAt } from '../../scan/time-probe.ts';
import { mapBounded } from '../map-bounded.ts';
import { type FileTimes, isWorthNarrowing, type Narrowed, narrow, outside } from '../rotated-logs/narrow.ts';
import type { StageWindow } from '../stage-window.ts';
import { isFileItself } from './find-files.ts';
import type { Log, LogFile } from './log-groups.ts';

export interface FilePart extends Narrowed {
  /** It is compressed, or cannot be looked into: it was not searched. */
  readonly isWhole: boolean;
  /** That were read to find it. */
  readonly probedBytes: number;
}

/** By `FoundFile.id`; none for a file that is outside by its name. */
export async function narrowLogs(
  logs: readonly Log[],
  window: StageWindow,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FilePart>> {
  const files = logs
    .flatMap((log) => log.files)
    .filter((file) => file.isStream || outside(timesOf(file), window) === null);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const parts = await mapBounded(files, FILES_AT_ONCE, (file) => {
    const share = Math.min(file.bytes / bytes, file.bytes / THOROUGH_BYTES);
    const places = Math.max(LEAST_PLACES, Math.round(PLACES * share));
    return narrowFile(file, places, window, signal);
  });
  return new Map(files.map((file, n) => [file.id, parts[n] ?? wholeOf(file)]));
}

const FILES_AT_ONCE = 4;
/** Of all files together, by their share: half a MB. Of files smaller than this together, fewer. */
const PLACES = 64;
const THOROUGH_BYTES = 16 * 1024 * 1024;
const LEAST_PLACES = 4;

/**
 * Only its own stamp tells of a file: those beside it may be another server's, fetched into one folder, and the time of its
 * last change is what a copy or an archiver made of it.
 */
export function timesOf({ rotation }: LogFile): FileTimes {
  return { beginsUs: null, endsUs: rotation.stampUs };
}

/** Never rejects but for the signal: what is wrong with a file is said where it is read. */
async function narrowFile(
  file: LogFile,
  places: number,
  window: StageWindow,
  signal: AbortSignal,
): Promise<FilePart> {
  if (file.isStream || !isWorthNarrowing(file.bytes, timesOf(file), window)) return wholeOf(file);
  let probedBytes = 0;
  let handle: FileHandle | null = null;
  try {
    handle = await open(file.path, 'r');
    const source = readableAt(handle, (bytes) => (probedBytes += bytes));
    if (!(await isFileItself(file, handle)) || (await isPacked(source, file.name, signal)))
      return { ...wholeOf(file), probedBytes };
    const part = await narrow(source, file.bytes, timesOf(file), window, places, signal);
    return { ...part, isWhole: false, probedBytes };
  } catch {
    signal.throwIfAborted();
    return { ...wholeOf(file), probedBytes };
  } finally {
    await handle?.close();
  }
}

function wholeOf({ bytes }: LogFile): FilePart {
  return { from: 0, to: bytes, why: null, isWhole: true, probedBytes: 0 };
}

async function isPacked(source: ReadableAt, name: string, signal: AbortSignal): Promise<boolean> {
  return compressionOf(await source.readAt(0, 8, signal), name) !== 'none';
}

function readableAt(handle: FileHandle, onRead: (bytes: number) => void): ReadableAt {
  return {
    readAt: async (offset, length, signal) => {
      signal.throwIfAborted();
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
      onRead(bytesRead);
      return buffer.subarray(0, bytesRead);
    },
  };
}
