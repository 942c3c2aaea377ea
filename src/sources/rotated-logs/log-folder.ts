/**
 * The folder of a log, as a way in gives it: the kubelet's /logs/ through the API server, a pod of our own, or this machine's
 * file system. What is done with its files, rotation and dropped connections included, is the same for all, and not theirs.
 */
import { UserError } from '../../errors.ts';
import type { ByteSource } from '../../io.ts';

export interface LogFolder {
  /** Where it is, without a slash at its end. */
  readonly path: string;
  /**
   * What was opened stays the same file, whatever becomes of its name. No: each request leads to what bears the name by then.
   */
  readonly keepsOpen: boolean;
  /** So many bytes of a file are read as they stood at one moment: what is written anew in place does not mix with what was. */
  readonly atOnceBytes: number;
  /** Names of the files in it. Rejects with FileGone when there is no such folder, or with a UserError. */
  list(signal: AbortSignal): Promise<readonly string[]>;
  /** Asks for nothing yet. */
  file(name: string): RemoteFile;
  close(): Promise<void>;
}

export interface RemoteFile extends ByteSource {
  /** All of these reject with FileGone when there is no such file, else with a UserError. */
  stat(signal: AbortSignal): Promise<FileFacts>;
  /**
   * The bytes from `from` to, and without, `to`; fewer when the file ends. Once the first of them has come, the rest is of
   * the same file, whatever the name means by then: it is open. Ending the iteration ends the transfer.
   */
  stream(from: number, to: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface FileFacts {
  readonly bytes: number;
  /** Microseconds; null when it was not said. */
  readonly modifiedUs: number | null;
  /** The file's first bytes, HEAD_BYTES at most: its identity, for a log begins with an event that no other begins with. */
  readonly head: Uint8Array;
  /** Any part can be asked for; no: only all of it. */
  readonly hasRanges: boolean;
  /** Tells it from every other file there is, whatever its name; null where only its bytes do. */
  readonly id: string | null;
}

/** An event's head holds its auditID within some 130 bytes. */
export const HEAD_BYTES = 512;

/** No such file or folder (any more). */
export class FileGone extends Error {}

/** It may go better next time: a connection that broke, a kubelet or an API server that is starting. */
export class PassingTrouble extends UserError {}

/** For one answer, where the file is open while it is given: what is cut short under it breaks it off. */
export const AT_ONCE_BYTES = 64 * 1024 * 1024;
