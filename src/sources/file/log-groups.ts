/**
 * Files → logs: the live file and what was rotated away from it are one API server's log. Order of reading: logs by name,
 * within one the newest first. Which files a window and a budget leave is reading-list.ts's.
 */

import { type Rotation, rotationOf } from '../rotated-logs/rotation.ts';
import { type FoundFile, fileNameOf, siblingName } from './find-files.ts';

export interface LogFile extends FoundFile {
  readonly rotation: Rotation;
}

export interface Log {
  /** `EventBatch.source`: the live file's name, whether it exists or not. */
  readonly name: string;
  /** Newest first. */
  readonly files: readonly LogFile[];
}

export function groupLogs(files: readonly FoundFile[]): readonly Log[] {
  const groups = new Map<string, LogFile[]>();
  for (const file of files) {
    const rotation = rotationOf(fileNameOf(file));
    const name = file.isStream ? file.name : siblingName(file.name, rotation.liveName);
    const group = groups.get(name) ?? [];
    group.push({ ...file, rotation });
    groups.set(name, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => ({ name, files: group.sort(newestFirst) }));
}

/** The live file, then by the time of rotation; a file before its compressed copy. */
export function newestFirst(a: LogFile, b: LogFile): number {
  if (a.rotation.isLive !== b.rotation.isLive) return a.rotation.isLive ? -1 : 1;
  return putAsideUs(b) - putAsideUs(a) || (a.name < b.name ? -1 : 1);
}

function putAsideUs(file: LogFile): number {
  return file.rotation.stampUs ?? file.modifiedMs * 1000;
}
