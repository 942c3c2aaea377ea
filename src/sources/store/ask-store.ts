/** Questions to a store over HTTP, and its answers: whole JSON, or lines as they come; refusals as errors with their mend. */
import { UserError } from '../../errors.ts';
import type { ApiResponse, HttpCall, HttpServer } from '../../io.ts';
import { reasonOr } from '../../wire/refusal-words.ts';
import { wholeBytes } from '../../wire/whole-text.ts';

/** Of an answer taken whole: a page of 1,000 events of the largest size is 100 MB. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** Of a refusal. */
const MAX_REFUSAL_BYTES = 64 * 1024;

export interface StoreAnswer {
  readonly json: unknown;
  readonly bytes: number;
}

/** What a store's refusals look like, and what to do about them. */
export interface Refusals {
  /** For messages: `loki`. */
  readonly kind: string;
  /** The store's own words in a refusal; null: there are none. */
  reasonIn(said: string): string | null;
  /** What to do, where it is known; undefined: nothing particular. */
  hintFor?(status: number, reason: string): string | undefined;
  /** An error of its own, for what it said; null, and absent: the usual one. */
  errorFor?(status: number, said: string): Error | null;
}

/** Rejects with a UserError for any status but 2xx, and for what is no JSON. */
export async function askJson(
  server: HttpServer,
  call: Omit<HttpCall, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
  refusals: Refusals,
): Promise<StoreAnswer> {
  const answer = await askStore(server, call, refusals);
  const { text, bytes } = await textOf(answer.body, MAX_ANSWER_BYTES, server, refusals);
  try {
    return { json: text === '' ? null : (JSON.parse(text) as unknown), bytes };
  } catch (cause) {
    throw new UserError(
      'AUDIT_STORE_REFUSED',
      `what answers at ${server.address} is no ${refusals.kind}: it sent ${JSON.stringify(text.slice(0, 80))}`,
      { hint: 'is it the right address, or a login page before it?', cause },
    );
  }
}

/** The cause of an error: the store answered with that status. */
class RefusedWith extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** Whether that is why the store was not read. */
export function isRefusedWith(error: unknown, status: number): boolean {
  return error instanceof UserError && error.cause instanceof RefusedWith && error.cause.status === status;
}

/** Rejects with a UserError for any status but 2xx. */
export async function askStore(server: HttpServer, call: HttpCall, refusals: Refusals): Promise<ApiResponse> {
  const answer = await server.request(call);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const { text } = await textOf(answer.body, MAX_REFUSAL_BYTES, server, refusals).catch(() => ({ text: '' }));
  throw refusals.errorFor?.(answer.status, text) ?? refused(server, answer.status, text, refusals);
}

/** Rejects with a UserError for more than `maxBytes`. */
export async function textOf(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  server: HttpServer,
  { kind }: Refusals,
): Promise<{ readonly text: string; readonly bytes: number }> {
  const whole = await wholeBytes(
    body,
    maxBytes,
    () =>
      new UserError(
        'AUDIT_STORE_REFUSED',
        `${kind} at ${server.address} answered more than ${maxBytes >> 20} MiB at once`,
        { hint: 'ask about a shorter time: --since, --until' },
      ),
  );
  return { text: whole.toString('utf8'), bytes: whole.length };
}

function refused({ address }: HttpServer, status: number, said: string, refusals: Refusals): UserError {
  const { kind } = refusals;
  const reason = reasonOr(status, refusals.reasonIn(said) ?? said);
  const hint = refusals.hintFor?.(status, reason);
  if (status === 401 || status === 407)
    return new UserError('AUDIT_NO_CREDENTIALS', `${kind} at ${address} does not let us in: ${reason}`, {
      hint: hint ?? "the source's auth in the configuration; kubectl audit sources test NAME",
    });
  if (status === 403)
    return new UserError('AUDIT_FORBIDDEN', `${kind} at ${address} does not allow it: ${reason}`, {
      hint: hint ?? 'reading is all that is needed, of the events alone',
    });
  return new UserError('AUDIT_STORE_REFUSED', `${kind} at ${address} answered ${status}: ${reason}`, {
    cause: new RefusedWith(status),
    hint:
      hint ?? (status >= 300 && status < 400 ? 'is it the right address?' : '--explain prints what is sent'),
  });
}
