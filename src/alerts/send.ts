/** One message to one receiver, and what becomes of it. Never throws but for an abort. */
import { UserError } from '../errors.ts';
import { shortened } from '../wire/refusal-words.ts';
import { shown } from './alert.ts';
import type { Message, Receiver } from './receivers/receiver.ts';
import { retryAfterMs } from './retry-wait.ts';

export type Verdict =
  | { readonly kind: 'accepted' }
  /** It may take it later; `afterMs`: it said when, else null. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number | null }
  /** It will not take this message. */
  | { readonly kind: 'refused'; readonly why: string };

/** The message itself is at fault: RFC 9110. All else may be mended, by waiting or by somebody. */
const AT_FAULT: ReadonlySet<number> = new Set([400, 413, 422]);
/** Of what a receiver says. */
const MOST_BYTES = 16 * 1024;

/** From the first byte sent to the last of the answer, however slowly it comes. */
const MOST_MS = 60_000;

/** `message`: made anew for each try; what it takes (a secret) may not be there yet. */
export async function send(
  receiver: Receiver,
  message: () => Promise<Message>,
  now: () => number,
  signal: AbortSignal,
): Promise<Verdict> {
  const timeUp = AbortSignal.timeout(MOST_MS);
  try {
    const shared = { method: 'POST', pacesItself: true, isBeginning: true } as const;
    const call = { ...shared, ...(await message()), signal: AbortSignal.any([signal, timeUp]) };
    const { status, headers, body } = await receiver.server.request(call);
    if (status >= 200 && status < 300) {
      // It has it: what else it says is of no use, and is not waited for.
      void beginningOf(body).catch(() => {});
      return { kind: 'accepted' };
    }
    const said = shown(shortened(await beginningOf(body).catch(() => '')), 200);
    const why = `${receiver.name} answered ${status}${said === '' ? '' : `: ${said}`}`;
    if (AT_FAULT.has(status)) return { kind: 'refused', why };
    return { kind: 'later', why, afterMs: retryAfterMs(headers['retry-after'], now()) };
  } catch (error) {
    signal.throwIfAborted();
    if (timeUp.aborted)
      return { kind: 'later', why: `${receiver.name} does not come to an end`, afterMs: null };
    if (!(error instanceof UserError)) throw error;
    return { kind: 'later', why: error.message, afterMs: null };
  }
}

/** The connection can be used again where it was short; it is given up where it was not. */
async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.length > MOST_BYTES) break;
  }
  return text;
}
