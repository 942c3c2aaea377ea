/** Answers of servers that keep archives: lists, objects from a byte on, and what refusals say. */
import { type ErrorCode, UserError } from '../../errors.ts';
import type { ApiResponse } from '../../io.ts';
import { wholeBytes } from '../../wire/whole-text.ts';
import { childText, readXml } from '../../wire/xml.ts';
import { type ListPage, ObjectChanged, PassingRefusal, type StoredObject } from './archive.ts';
import { retried } from './retried.ts';

/** Of an answer to a list: some thousand keys of 1 KB, each byte of them encoded. */
const MAX_LIST_BYTES = 32 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;

/** What a server says when it is busy, or has an error of its own. */
const BUSY: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** All of an object had come, but for its end. */
export const NO_BYTES: AsyncIterable<Uint8Array> = (async function* () {})();

/** What is stored packed is not to be unpacked on the way, as Google would: nobody knows ranges of that. */
export const STORED = { 'accept-encoding': 'gzip' };

async function textOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const tooMuch = () =>
    new UserError('AUDIT_STORE_REFUSED', `the answer is longer than ${maxBytes >> 20} MiB`);
  return (await wholeBytes(body, maxBytes, tooMuch)).toString('utf8');
}

/** What a refusal says; '' where that cannot be read. */
export async function saidIn({ body }: ApiResponse): Promise<string> {
  return await textOf(body, MAX_REFUSAL_BYTES).catch(() => '');
}

export interface Listing {
  readonly ask: () => Promise<ApiResponse>;
  /** Null: it is no list. */
  readonly read: (text: string) => ListPage | null;
  readonly refused: (answer: ApiResponse) => Promise<Error>;
  readonly unreadable: (text: string) => Error;
}

/** A page of a list; asked for again while what refuses it may pass. */
export async function listed(
  { ask, read, refused, unreadable }: Listing,
  signal: AbortSignal,
): Promise<ListPage> {
  return await retried(async () => {
    const answer = await ask();
    if (answer.status !== 200) throw await refused(answer);
    const text = await textOf(answer.body, MAX_LIST_BYTES);
    const page = read(text);
    if (page === null) throw unreadable(text);
    return page;
  }, signal);
}

/** Of an object that was asked for from a byte on, on condition that it is the same still. Null: that was refused. */
export async function bytesFrom(
  answer: ApiResponse,
  object: StoredObject,
  from: number,
): Promise<AsyncIterable<Uint8Array> | null> {
  const isOpened = from > 0;
  if (answer.status === (isOpened ? 206 : 200)) return answer.body;
  if (isOpened && answer.status === 416 && from >= object.bytes) {
    await saidIn(answer);
    return NO_BYTES;
  }
  if (isOpened && answer.status === 200) throw new ObjectChanged();
  return null;
}

/** A refusal that may pass is one to be asked again after. */
export function passing(status: number, refusal: UserError): Error {
  return BUSY.has(status) ? new PassingRefusal(refusal) : refusal;
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
  said: Said,
  [error, hint]: readonly [ErrorCode, string],
): UserError {
  const words = inWords(said);
  if (status === 200)
    return new UserError(
      'AUDIT_STORE_REFUSED',
      `what answers at ${address} is no ${kind}: it sent ${words}`,
      {
        hint: 'is it the right address, or a login page before it?',
      },
    );
  return new UserError(error, `${name} at ${address} answered ${status}: ${words}`, { hint });
}

export function inWords({ code, message }: Said): string {
  return [code, shortened(message)].filter((part) => part !== '').join(': ') || 'no reason given';
}

function shortened(text: string): string {
  const trimmed = text.trim();
  if (/^<!?(?:doctype )?html/i.test(trimmed)) return 'a page of HTML';
  return trimmed.length <= 300 ? trimmed : `${trimmed.slice(0, 300)}…`;
}
