/** Answers of servers that keep archives: taken whole within a bound, and what their refusals say. */
import { type ErrorCode, UserError } from '../../errors.ts';
import { childText, readXml } from '../../wire/xml.ts';

/** Of an answer to a list: some thousand keys of 1 KB, each byte of them encoded. */
export const MAX_LIST_BYTES = 32 * 1024 * 1024;
export const MAX_REFUSAL_BYTES = 64 * 1024;

/** What a server says when it is busy, or has an error of its own. */
export const BUSY: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** All of an object had come, but for its end. */
export const NO_BYTES: AsyncIterable<Uint8Array> = (async function* () {})();

export async function textOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new UserError('AUDIT_STORE_REFUSED', `the answer is longer than ${maxBytes >> 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

export interface Said {
  /** `NoSuchKey`; '': it did not say. */
  readonly code: string;
  readonly message: string;
}

/** As S3 and Azure refuse. Null: it is no such refusal. */
export function readRefusal(xml: string): Said | null {
  const answer = readXml(xml);
  const code = answer?.name === 'Error' ? childText(answer, 'Code') : null;
  return answer === null || code === null ? null : { code, message: childText(answer, 'Message') ?? '' };
}

export interface RefusingArchive {
  readonly name: string;
  readonly address: string;
  /** `Azure Blob Storage`: what should be answering there. */
  readonly kind: string;
}

/** `meaning`: as whom it is to be told, and what to do. */
export function refusedBy(
  { name, address, kind }: RefusingArchive,
  status: number,
  { code, message }: Said,
  [error, hint]: readonly [ErrorCode, string],
): UserError {
  const said = [code, shortened(message)].filter((part) => part !== '').join(': ') || 'no reason given';
  if (status === 200)
    return new UserError('AUDIT_STORE_REFUSED', `what answers at ${address} is no ${kind}: it sent ${said}`, {
      hint: 'is it the right address, or a login page before it?',
    });
  return new UserError(error, `${name} at ${address} answered ${status}: ${said}`, { hint });
}

export function shortened(text: string): string {
  const trimmed = text.trim();
  if (/^<!?(?:doctype )?html/i.test(trimmed)) return 'a page of HTML';
  return trimmed.length <= 300 ? trimmed : `${trimmed.slice(0, 300)}…`;
}
