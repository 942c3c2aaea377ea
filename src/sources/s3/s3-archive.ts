/** A bucket as an archive: ListObjectsV2, and GetObject with ranges. https://docs.aws.amazon.com/AmazonS3/latest/API/ */
import type { ApiResponse } from '../../io.ts';
import {
  BUSY,
  MAX_LIST_BYTES,
  MAX_REFUSAL_BYTES,
  NO_BYTES,
  readRefusal,
  textOf,
} from '../archive/answers.ts';
import {
  type Archive,
  type ListFrom,
  type ListPage,
  ObjectAsleep,
  ObjectChanged,
  ObjectGone,
  PassingRefusal,
  type StoredObject,
} from '../archive/archive.ts';
import { retried } from '../archive/retried.ts';
import { readListAnswer } from './list-answer.ts';
import { type Refusal, refusedBy } from './refusals.ts';
import type { S3Settings } from './s3-settings.ts';
import type { S3Request, SignedRequests } from './signed-requests.ts';

export class S3Archive implements Archive {
  readonly name: string;
  readonly prefix: string;
  readonly leaps = true;
  readonly #settings: S3Settings;
  readonly #requests: SignedRequests;
  #address = '';

  constructor(settings: S3Settings, requests: SignedRequests) {
    this.prefix = settings.prefix ?? '';
    this.name = `s3://${settings.bucket}/${this.prefix}`;
    this.#settings = settings;
    this.#requests = requests;
  }

  get explained(): string {
    return `${this.name} at ${this.#address}`;
  }

  async list(from: ListFrom, signal: AbortSignal): Promise<ListPage> {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      ...(this.prefix === '' ? {} : { prefix: this.prefix }),
      ...(from !== null && 'after' in from ? { 'start-after': from.after } : {}),
      ...(from !== null && 'token' in from ? { 'continuation-token': from.token } : {}),
    };
    return await retried(async () => {
      const answer = await this.#ask({ key: null, query, headers: {} }, signal);
      if (answer.status !== 200) throw await this.#refused(answer, null);
      const text = await textOf(answer.body, MAX_LIST_BYTES);
      const page = readListAnswer(text);
      if (page !== null) return page;
      throw refusedBy(this.#place, { status: 200, ...(readRefusal(text) ?? { code: '', message: text }) });
    }, signal);
  }

  async open(object: StoredObject, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { key, bytes } = object;
    const isOpened = from > 0;
    const headers = isOpened ? { range: `bytes=${from}-`, 'if-match': object.tag } : {};
    const answer = await this.#ask({ key, query: {}, headers: { ...headers, ...STORED } }, signal);
    if (answer.status === (isOpened ? 206 : 200)) return answer.body;
    // All of it had come, but for its end.
    if (isOpened && answer.status === 416 && from >= bytes) {
      await textOf(answer.body, MAX_REFUSAL_BYTES).catch(() => '');
      return NO_BYTES;
    }
    if (isOpened && answer.status === 200) throw new ObjectChanged();
    throw await this.#refused(answer, key);
  }

  restoreHint(key: string): string {
    const { bucket } = this.#settings;
    return `bring them back, each: aws s3api restore-object --bucket ${bucket} --key ${JSON.stringify(key)} --restore-request Days=7`;
  }

  async close(): Promise<void> {
    this.#requests.close();
  }

  get #place() {
    const { isAnonymous } = this.#requests;
    return { name: this.name, address: this.#address, isAnonymous, bucket: this.#settings.bucket };
  }

  /** Once more, when the credentials have just expired. */
  async #ask(request: Omit<S3Request, 'isRenewed'>, signal: AbortSignal): Promise<ApiResponse> {
    this.#address = (await this.#requests.server()).address;
    const answer = await this.#requests.send({ ...request, isRenewed: false }, signal);
    if (answer.status !== 400 && answer.status !== 403) return answer;
    const said = await textOf(answer.body, MAX_REFUSAL_BYTES).catch(() => '');
    if (EXPIRED.has(readRefusal(said)?.code ?? ''))
      return await this.#requests.send({ ...request, isRenewed: true }, signal);
    return { ...answer, body: oneChunk(said) };
  }

  async #refused({ status, headers, body }: ApiResponse, key: string | null): Promise<Error> {
    const text = await textOf(body, MAX_REFUSAL_BYTES).catch(() => '');
    const { code, message } = readRefusal(text) ?? { code: '', message: text };
    if (code === 'InvalidObjectState') return new ObjectAsleep();
    if (key !== null && status === 404 && code !== 'NoSuchBucket') return new ObjectGone();
    if (status === 412) return new ObjectChanged();
    const region = headers['x-amz-bucket-region'];
    const said: Refusal = { status, code, message, ...(region === undefined ? {} : { region }) };
    const refusal = refusedBy(this.#place, said);
    return BUSY.has(status) ? new PassingRefusal(refusal) : refusal;
  }
}

const EXPIRED = new Set(['ExpiredToken', 'TokenRefreshRequired', 'RequestExpired']);

/** Google would unpack what is stored packed, and then knows no ranges of it. */
const STORED = { 'accept-encoding': 'gzip' };

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}
