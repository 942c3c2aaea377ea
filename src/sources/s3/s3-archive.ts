/** A bucket as an archive: ListObjectsV2, and GetObject with ranges. https://docs.aws.amazon.com/AmazonS3/latest/API/ */
import type { ApiResponse } from '../../io.ts';
import { bytesFrom, type Listing, listed, passing, readRefusal, STORED, saidIn } from '../archive/answers.ts';
import {
  type Archive,
  type ListFrom,
  type ListPage,
  ObjectAsleep,
  ObjectChanged,
  ObjectGone,
  type StoredObject,
} from '../archive/archive.ts';
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
    const listing: Listing = {
      ask: () => this.#ask({ key: null, query, headers: {} }, signal),
      read: readListAnswer,
      refused: (answer) => this.#refused(answer, null),
      unreadable: (text) =>
        refusedBy(this.#place, { status: 200, ...(readRefusal(text) ?? { code: '', message: text }) }),
    };
    return await listed(listing, signal);
  }

  async open(object: StoredObject, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { key } = object;
    const headers = from > 0 ? { range: `bytes=${from}-`, 'if-match': object.tag } : {};
    const answer = await this.#ask({ key, query: {}, headers: { ...headers, ...STORED } }, signal);
    const bytes = await bytesFrom(answer, object, from);
    if (bytes === null) throw await this.#refused(answer, key);
    return bytes;
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
    const said = await saidIn(answer);
    if (EXPIRED.has(readRefusal(said)?.code ?? ''))
      return await this.#requests.send({ ...request, isRenewed: true }, signal);
    return { ...answer, body: oneChunk(said) };
  }

  async #refused(answer: ApiResponse, key: string | null): Promise<Error> {
    const { status, headers } = answer;
    const text = await saidIn(answer);
    const { code, message } = readRefusal(text) ?? { code: '', message: text };
    if (code === 'InvalidObjectState') return new ObjectAsleep();
    if (key !== null && status === 404 && code !== 'NoSuchBucket') return new ObjectGone();
    if (status === 412) return new ObjectChanged();
    const region = headers['x-amz-bucket-region'];
    const said: Refusal = { status, code, message, ...(region === undefined ? {} : { region }) };
    return passing(status, refusedBy(this.#place, said));
  }
}

const EXPIRED = new Set(['ExpiredToken', 'TokenRefreshRequired', 'RequestExpired']);

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}
