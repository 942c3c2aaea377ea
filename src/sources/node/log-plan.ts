/** What of one log is to be read for a window: which of its files, and from where to where. Reads no event, but looks at a few. */
import { UserError } from '../../errors.ts';
import { compressionOf } from '../../scan/decompress.ts';
import { mapBounded } from '../map-bounded.ts';
import { FileGone, type LogFolder } from '../rotated-logs/log-folder.ts';
import { isWorthNarrowing, type Narrowed, narrow, type Outside, outside } from '../rotated-logs/narrow.ts';
import type { Rotation } from '../rotated-logs/rotation.ts';
import type { StageWindow } from '../stage-window.ts';
import { FollowedFile } from './followed-file.ts';
import { type NodeLog, rotationIn } from './node-log.ts';

export interface LogPlan {
  readonly log: NodeLog;
  /** `EventBatch.source`. */
  readonly name: string;
  /** Newest first. */
  readonly steps: readonly FileStep[];
  readonly skipped: readonly SkippedFile[];
  /** Files that could not be opened, each in words. */
  readonly troubles: readonly string[];
}

export interface FileStep {
  readonly file: FollowedFile;
  /** Bytes of the file; for one that is read as a whole from 0 to its size. */
  readonly from: number;
  readonly to: number;
  /** Compressed, or behind something that knows no ranges. */
  readonly isWhole: boolean;
  /** Why it is read from its beginning although the window does not begin there; null: no reason, or it is not. */
  readonly why: Narrowed['why'];
}

export interface SkippedFile {
  readonly name: string;
  readonly why: Outside;
}

/** Rejects with a UserError, or FileGone when there is no file of this log at all. */
export async function planLog(
  folder: LogFolder,
  log: NodeLog,
  name: string,
  window: StageWindow,
  signal: AbortSignal,
): Promise<LogPlan> {
  const files = await openFiles(folder, log, window, signal);
  const steps: FileStep[] = [];
  const skipped: SkippedFile[] = files.before.map((each) => ({ name: each, why: 'before the window' }));
  const troubles = [...files.troubles];
  await mapBounded(files.opened, FILES_AT_ONCE, async (entry) => {
    const older = files.opened[files.opened.indexOf(entry) + 1];
    const beginsUs = older === undefined ? files.beforeUs : older.endsUs;
    try {
      const step = await planFile(entry, beginsUs, window, signal);
      if (typeof step === 'string') skipped.push({ name: entry.file.fileName, why: step });
      else steps.push(step);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FileGone || error instanceof UserError)) throw error;
      troubles.push(error.message);
    }
  });
  const order = new Map(files.opened.map(({ file }, n) => [file, n]));
  steps.sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0));
  return { log, name, steps, skipped, troubles };
}

const FILES_AT_ONCE = 4;

interface Entry {
  readonly file: FollowedFile;
  readonly rotation: Rotation;
  /** Nothing in it was written later. Null: not known. */
  readonly endsUs: number | null;
}

interface OpenedFiles {
  /** Newest first. */
  readonly opened: readonly Entry[];
  /** Names of those put aside before the window. */
  readonly before: readonly string[];
  /** When the newest of those was put aside: what is in the others was written later. */
  readonly beforeUs: number | null;
  readonly troubles: readonly string[];
}

async function openFiles(
  folder: LogFolder,
  log: NodeLog,
  window: StageWindow,
  signal: AbortSignal,
): Promise<OpenedFiles> {
  // The live file before the listing: what is rotated away in between is in one of the two.
  const live = log.kind === 'audit log' ? await openIfThere(folder, log, log.liveName, signal) : null;
  const listed = rotated(log, await folder.list(signal)).filter(({ name }) => name !== live?.fileName);
  if (live === null && listed.length === 0)
    throw new FileGone(`there is no ${folder.path}/${log.liveName} on ${log.node}`);
  const isBefore = ({ rotation }: Named): boolean =>
    window.sinceUs !== null && rotation.stampUs !== null && rotation.stampUs < window.sinceUs;
  const troubles: string[] = [];
  const opened: Entry[] =
    live === null
      ? []
      : [entryOf(live, { liveName: log.liveName, stampUs: null, isLive: true, isCompressed: false })];
  const wanted = listed.filter((named) => !isBefore(named));
  const rest = await mapBounded(wanted, FILES_AT_ONCE, async ({ name, rotation }) => {
    const file =
      (await openIfThere(folder, log, name, signal)) ??
      (rotation.isCompressed ? null : await openIfThere(folder, log, `${name}.gz`, signal));
    if (file === null) troubles.push(`${folder.path}/${name} was removed before it could be read`);
    return file === null ? null : entryOf(file, rotation);
  });
  for (const entry of rest) if (entry !== null && !isSameFile(entry.file, live)) opened.push(entry);
  const before = listed.filter(isBefore);
  return {
    opened: opened.sort(newestFirst),
    before: before.map(({ name }) => name),
    beforeUs: before.reduce<number | null>(
      (latest, { rotation }) => Math.max(latest ?? 0, rotation.stampUs ?? 0),
      null,
    ),
    troubles,
  };
}

interface Named {
  readonly name: string;
  readonly rotation: Rotation;
}

/** While a file is being compressed it stands beside its archive: the file counts. */
function rotated(log: NodeLog, names: readonly string[]): Named[] {
  return names.flatMap((name) => {
    const rotation = rotationIn(log, name);
    if (rotation === null) return [];
    const plain = name.replace(/\.(?:gz|zst|zstd)$/, '');
    return rotation.isCompressed && names.includes(plain) && plain !== log.liveName
      ? []
      : [{ name, rotation }];
  });
}

async function openIfThere(
  folder: LogFolder,
  log: NodeLog,
  name: string,
  signal: AbortSignal,
): Promise<FollowedFile | null> {
  try {
    return await FollowedFile.open(folder, log, name, signal);
  } catch (error) {
    if (error instanceof FileGone) return null;
    throw error;
  }
}

/** The time of rotation bounds it; else the last write, given in whole seconds. */
function entryOf(file: FollowedFile, rotation: Rotation): Entry {
  const { modifiedUs } = file.facts;
  return {
    file,
    rotation,
    endsUs: rotation.stampUs ?? (modifiedUs === null ? null : modifiedUs + 1_000_000),
  };
}

function isSameFile(file: FollowedFile, live: FollowedFile | null): boolean {
  const head = live?.facts.head ?? NO_BYTES;
  return head.length > 0 && Buffer.from(file.facts.head).subarray(0, head.length).equals(head);
}

const NO_BYTES = new Uint8Array(0);

function newestFirst(a: Entry, b: Entry): number {
  if (a.rotation.isLive !== b.rotation.isLive) return a.rotation.isLive ? -1 : 1;
  return (b.endsUs ?? 0) - (a.endsUs ?? 0);
}

/** `beginsUs`: nothing in it was written earlier, as far as the file before it tells; null: not known. */
async function planFile(
  { file, endsUs, rotation }: Entry,
  beginsUs: number | null,
  window: StageWindow,
  signal: AbortSignal,
): Promise<FileStep | Outside> {
  const times = { beginsUs, endsUs };
  const isOutside = outside(times, window);
  if (isOutside !== null) return isOutside;
  const { bytes, head, hasRanges } = file.facts;
  const isWhole = !hasRanges || compressionOf(head, file.name) !== 'none';
  if (isWhole || !isWorthNarrowing(bytes, times, window))
    return { file, from: 0, to: bytes, isWhole, why: null };
  for (;;) {
    const { from, to, why } = await narrow(file, bytes, times, window, 0, signal);
    if (await file.settle(signal)) {
      if (from < to || rotation.isLive) return { file, from, to, isWhole: false, why };
      return from === bytes ? 'before the window' : 'after the window';
    }
    // Rotated away while it was looked at: what was seen is of no use. An archive is read from its beginning.
    if (file.isPacked) return { file, from: 0, to: bytes, isWhole: true, why: null };
  }
}
