/** What broke, or was put off, and may go better: tried again at growing intervals. */
import { UserError } from '../../errors.ts';
import { backOff, MAX_TRIES } from '../../wire/retry.ts';
import { pause } from '../pause.ts';
import { PassingRefusal } from './archive.ts';

/** Whether there is any use in another try: nobody listening is not mended in seconds. */
export function isPassing(error: unknown): boolean {
  if (error instanceof PassingRefusal) return true;
  if (!(error instanceof UserError) || error.code !== 'AUDIT_STORE_UNREACHABLE') return false;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return code !== 'ECONNREFUSED' && code !== 'ENOTFOUND';
}

/** Counts the tries that brought nothing. */
export class Patience {
  #tries = 0;

  /** Something came. */
  reset(): void {
    this.#tries = 0;
  }

  /** Resolves when it is time for the next try. Rejects with the signal's reason, with what is not passing, and in the end with all. */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#tries++;
    if (!isPassing(error) || this.#tries >= MAX_TRIES) throw error;
    await pause(backOff(this.#tries), signal);
  }
}

/** What is passing and did not pass is rejected with as the refusal that it is. */
export async function retried<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const patience = new Patience();
  for (;;) {
    try {
      return await run();
    } catch (error) {
      await patience.wait(error, signal).catch((last: unknown) => {
        throw last instanceof PassingRefusal ? last.refusal : last;
      });
    }
  }
}
