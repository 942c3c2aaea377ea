/** A bucket of Google's as an archive: lists from a key on, and objects with ranges. https://cloud.google.com/storage/docs/json_api/v1 */
import type { ErrorCode, UserError } from '../../errors.ts';
import { parseMicros } from '../../event/micros.ts';
import type { ApiResponse, HttpServer } from '../../io.ts';
import {
  bytesFrom,
  type Listing,
  listed,
  passing,
  refusedBy,
  type Said,
  STORED,
  saidIn,
} from '../archive/answers.ts';
import {
  type Archive,
  type ListFrom,
  type ListPage,
  ObjectChanged,
  ObjectGone,
  type StoredObject,
} from '../archive/archive.ts';
import type { GcsSettings } from './gcs-settings.ts';

const LISTED = 'nextPageToken,items(name,size,timeCreated,generation)';

export class GcsArchive implements Archive {
  readonly name: string;
  readonly prefix: string;
  readonly leaps = true;
  readonly #path: string;
  readonly #server: HttpServer;

  constructor({ bucket, prefix = '' }: GcsSettings, server: HttpServer) {
    this.prefix = prefix;
    this.name = `gs://${bucket}/${prefix}`;
    this.#path = `/storage/v1/b/${encodeURIComponent(bucket)}/o`;
    this.#server = server;
  }

  get explained(): string {
    return `${this.name} at ${this.#server.address}`;
  }

  async list(from: ListFrom, signal: AbortSignal): Promise<ListPage> {
    const query = new URLSearchParams({
      ...{ maxResults: '1000', projection: 'noAcl', fields: LISTED },
      ...(this.prefix === '' ? {} : { prefix: this.prefix }),
      ...(from !== null && 'after' in from ? { startOffset: from.after } : {}),
      ...(from !== null && 'token' in from ? { pageToken: from.token } : {}),
    });
    const listing: Listing = {
      ask: () => this.#ask(`${this.#path}?${query}`, {}, signal),
      read: readPage,
      refused: (answer) => this.#refused(answer, null),
      unreadable: (text) => this.#refusal(200, { code: '', message: text }),
    };
    return await listed(listing, signal);
  }

  async open(object: StoredObject, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const isOpened = from > 0;
    const condition = isOpened ? `&ifGenerationMatch=${encodeURIComponent(object.tag)}` : '';
    const path = `${this.#path}/${encodeURIComponent(object.key)}?alt=media${condition}`;
    const answer = await this.#ask(
      path,
      { ...STORED, ...(isOpened ? { range: `bytes=${from}-` } : {}) },
      signal,
    );
    // What came before must go on with the same: not every server that speaks like Google's keeps to conditions.
    const generation = answer.headers['x-goog-generation'] ?? object.tag;
    if (isOpened && answer.status === 206 && generation !== object.tag) throw new ObjectChanged();
    const bytes = await bytesFrom(answer, object, from);
    if (bytes === null) throw await this.#refused(answer, object.key);
    return bytes;
  }

  /** All of Google's storage is answered from at once. */
  restoreHint(): string {
    return 'read them once with gcloud storage cp';
  }

  async close(): Promise<void> {
    this.#server.close();
  }

  #ask(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ApiResponse> {
    return this.#server.request({ method: 'GET', path, headers, body: null, signal });
  }

  async #refused(answer: ApiResponse, key: string | null): Promise<Error> {
    const { status } = answer;
    const said = readError(await saidIn(answer));
    if (key !== null && status === 404) return new ObjectGone();
    if (status === 412) return new ObjectChanged();
    return passing(status, this.#refusal(status, said));
  }

  #refusal(status: number, said: Said): UserError {
    const place = { name: this.name, address: this.#server.address, kind: 'Google Cloud Storage' };
    return refusedBy(
      place,
      status,
      said,
      MEANINGS[status] ?? ['AUDIT_STORE_REFUSED', '--explain prints what is sent'],
    );
  }
}

const MEANINGS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  401: ['AUDIT_NO_CREDENTIALS', 'gcloud auth application-default login, or auth of the source'],
  403: [
    'AUDIT_FORBIDDEN',
    'storage.objects.list and storage.objects.get are needed: the role Storage Object Viewer on the bucket',
  ],
  404: ['AUDIT_STORE_REFUSED', 'is it the right bucket?'],
};

/** Null: it is no such answer. A list of nothing has no items. */
function readPage(text: string): ListPage | null {
  const json = jsonOf(text);
  if (json === null || 'error' in json) return null;
  const { items = [], nextPageToken: next = null } = json;
  if (!Array.isArray(items) || (next !== null && typeof next !== 'string')) return null;
  const objects = items.map(toObject);
  return objects.every((object) => object !== null) ? { objects, next: next === '' ? null : next } : null;
}

/** `timeCreated`: when that content was complete. An object is replaced, and never changed. */
function toObject(item: unknown): StoredObject | null {
  const { name, size, timeCreated, generation } = (item ?? {}) as Readonly<Record<string, unknown>>;
  const modifiedUs = parseMicros(String(timeCreated ?? ''));
  if (typeof name !== 'string' || modifiedUs === null || !/^\d+$/.test(String(size))) return null;
  return { key: name, bytes: Number(size), modifiedUs, isInParts: false, tag: String(generation ?? '') };
}

function readError(text: string): Said {
  const { error } = jsonOf(text) ?? {};
  const { message, errors } = (error ?? {}) as { readonly message?: unknown; readonly errors?: unknown };
  const [first] = Array.isArray(errors) ? (errors as readonly { readonly reason?: unknown }[]) : [];
  return {
    code: typeof first?.reason === 'string' ? first.reason : '',
    message: typeof message === 'string' ? message : text,
  };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const json = JSON.parse(text) as unknown;
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
