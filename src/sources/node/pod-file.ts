/** A file in a reader pod as bytes at an offset: `dd` seeks where busybox's `tail -c +N` would read all that comes before. */
import { UserError } from '../../errors.ts';
import {
  type FileFacts,
  FileGone,
  HEAD_BYTES,
  PassingTrouble,
  type RemoteFile,
} from '../rotated-logs/log-folder.ts';
import type { RunningPod } from './reader-pod.ts';

const BLOCK_BYTES = 64 * 1024;

/** The name comes as an argument, never as part of the script. */
const STAT = 'date -r "$1" +%s && ls -ln -- "$1" && head -c "$2" -- "$1"';
const READ = 'dd if="$1" bs="$2" skip="$3" count="$4"';

export class PodFile implements RemoteFile {
  readonly name: string;
  readonly #pod: (signal: AbortSignal) => Promise<RunningPod>;
  readonly #path: string;

  /** `path`: in the pod. `name`: for messages. */
  constructor(pod: (signal: AbortSignal) => Promise<RunningPod>, path: string, name: string) {
    this.#pod = pod;
    this.#path = path;
    this.name = name;
  }

  async size(signal: AbortSignal): Promise<number> {
    return (await this.stat(signal)).bytes;
  }

  async stat(signal: AbortSignal): Promise<FileFacts> {
    const command = ['sh', '-c', STAT, 'sh', this.#path, String(HEAD_BYTES)];
    const said = await runToEnd(await this.#pod(signal), command, this.name, signal);
    const [seconds = '', listing = ''] = said.toString('latin1').split('\n', 2);
    // -rw------- 1 0 0 227549 Nov 25 09:40 /audit/audit.log
    const size = /^\S+\s+\d+\s+\d+\s+\d+\s+(\d+)\s/.exec(listing)?.[1];
    if (size === undefined) throw new UserError('AUDIT_NO_AUDIT_LOG', `${this.name} is no file: ${listing}`);
    const modifiedUs = /^\d+$/.test(seconds) ? Number(seconds) * 1_000_000 : null;
    const head = said.subarray(seconds.length + listing.length + 2);
    return { bytes: Number(size), modifiedUs, head, hasRanges: true, id: null };
  }

  async readAt(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.stream(offset, offset + length, signal)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *stream(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (to <= from) return;
    const first = Math.floor(from / BLOCK_BYTES);
    const blocks = Math.ceil(to / BLOCK_BYTES) - first;
    const command = ['sh', '-c', READ, 'sh', this.#path, ...[BLOCK_BYTES, first, blocks].map(String)];
    const own = new AbortController();
    let isEnded = false;
    let skip = from - first * BLOCK_BYTES;
    let left = to - from;
    try {
      const pod = await this.#pod(signal);
      const running = await pod.exec(command, AbortSignal.any([signal, own.signal]));
      running.ended.catch(() => {});
      for await (const chunk of running.stdout) {
        const wanted = chunk.subarray(Math.min(skip, chunk.length)).subarray(0, left);
        skip -= Math.min(skip, chunk.length);
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
      }
      const { exitCode, stderr } = await running.ended;
      isEnded = true;
      if (exitCode !== 0) throw failureOf(stderr, this.name);
    } catch (error) {
      signal.throwIfAborted();
      throw troubleOf(error, this.name);
    } finally {
      if (!isEnded) own.abort();
    }
  }

  async close(): Promise<void> {}
}

/** What a command says. Rejects with FileGone or a UserError when it fails. */
export async function runToEnd(
  pod: RunningPod,
  command: readonly string[],
  name: string,
  signal: AbortSignal,
): Promise<Buffer> {
  try {
    const running = await pod.exec(command, signal);
    running.ended.catch(() => {});
    const parts: Uint8Array[] = [];
    for await (const part of running.stdout) parts.push(part);
    const { exitCode, stderr } = await running.ended;
    if (exitCode !== 0) throw failureOf(stderr, name);
    return Buffer.concat(parts);
  } catch (error) {
    signal.throwIfAborted();
    throw troubleOf(error, name);
  }
}

function failureOf(stderr: string, name: string): Error {
  if (/No such file/i.test(stderr)) return new FileGone(`there is no ${name}`);
  const said = stderr.trim().split('\n', 1)[0] ?? '';
  const hint = 'its owner is not root, or SELinux forbids it: read it over ssh';
  return new UserError(
    'AUDIT_NO_AUDIT_LOG',
    `${name} cannot be read: ${said}`,
    /denied/i.test(said) ? { hint } : {},
  );
}

function troubleOf(error: unknown, name: string): unknown {
  if (error instanceof FileGone || error instanceof PassingTrouble) return error;
  if (error instanceof UserError && error.code !== 'AUDIT_CLUSTER_UNREACHABLE') return error;
  if (!(error instanceof Error)) return error;
  return new PassingTrouble(
    'AUDIT_CLUSTER_UNREACHABLE',
    `the connection to the pod broke (${name}): ${error.message}`,
    {
      cause: error,
    },
  );
}
