/**
 * A folder whose files are asked for again and again for hours: what is silent for too long has failed. A connection that was
 * open when this machine was put to sleep may never answer, nor break.
 */
import { FileGone, type LogFolder, PassingTrouble, type RemoteFile } from '../rotated-logs/log-folder.ts';

export const SILENCE_MS = 30_000;

/** `onFailure`: after each failure, before it is thrown; that there is no such file is none. */
export function impatient(
  folder: LogFolder,
  onFailure: () => Promise<void> = async () => {},
  silenceMs: number = SILENCE_MS,
): LogFolder {
  async function once<T>(
    name: string,
    signal: AbortSignal,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const watch = new Watch(name, signal, silenceMs);
    try {
      return await watch.during(() => run(watch.signal));
    } catch (error) {
      if (!(error instanceof FileGone || signal.aborted)) await onFailure();
      throw error;
    } finally {
      watch.end();
    }
  }

  function file(fileName: string): RemoteFile {
    const remote = folder.file(fileName);
    const { name } = remote;
    return {
      name,
      size: (signal) => once(name, signal, (own) => remote.size(own)),
      stat: (signal) => once(name, signal, (own) => remote.stat(own)),
      readAt: (offset, length, signal) =>
        once(name, signal, async (own) => remote.readAt(offset, length, own)),
      async *stream(from, to, signal) {
        const watch = new Watch(name, signal, silenceMs);
        const chunks = remote.stream(from, to, watch.signal)[Symbol.asyncIterator]();
        try {
          for (;;) {
            const next = await watch.during(() => chunks.next());
            if (next.done === true) return;
            yield next.value;
          }
        } catch (error) {
          if (!(error instanceof FileGone || signal.aborted)) await onFailure();
          throw error;
        } finally {
          await chunks.return?.();
          watch.end();
        }
      },
      close: () => remote.close(),
    };
  }

  return {
    path: folder.path,
    keepsOpen: folder.keepsOpen,
    atOnceBytes: folder.atOnceBytes,
    list: (signal) => once(folder.path, signal, (own) => folder.list(own)),
    file,
    close: () => folder.close(),
  };
}

/** A signal for one request: of its own, so that nothing adds up on the one that lasts. */
class Watch {
  readonly #own = new AbortController();
  readonly #outer: AbortSignal;
  readonly #name: string;
  readonly #silenceMs: number;
  readonly #abort = (): void => this.#own.abort(this.#outer.reason);

  constructor(name: string, outer: AbortSignal, silenceMs: number) {
    this.#name = name;
    this.#outer = outer;
    this.#silenceMs = silenceMs;
    if (outer.aborted) this.#abort();
    else outer.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  async during<T>(run: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#own.abort(this.#silence()), this.#silenceMs);
    try {
      return await run();
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#outer.removeEventListener('abort', this.#abort);
  }

  #silence(): PassingTrouble {
    const text = `no answer for ${this.#silenceMs / 1000} s (${this.#name})`;
    return new PassingTrouble('AUDIT_CLUSTER_UNREACHABLE', text);
  }
}
