/**
 * A container as an archive: List Blobs, and Get Blob with ranges. Diagnostic settings write blobs that grow for an hour: of those, what
 * was there when they were listed is read. https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 */
import type { ErrorCode, UserError } from '../../errors.ts';
import type { ApiResponse } from '../../io.ts';
import { childText, type Element, readXml } from '../../wire/xml.ts';
import {
  type Listing,
  listed,
  NO_BYTES,
  passing,
  readRefusal,
  refusedBy,
  type Said,
  saidIn,
} from '../archive/answers.ts';
import {
  type Archive,
  type ListFrom,
  type ListPage,
  ObjectAsleep,
  ObjectChanged,
  ObjectGone,
  type StoredObject,
} from '../archive/archive.ts';
import type { AzblobSettings } from './azblob-settings.ts';
import type { BlobRequests } from './blob-requests.ts';

/** Stands before the tag of a blob that is appended to: behind it is when it was made, which no growing changes. */
const GROWS = 'made ';

export class AzblobArchive implements Archive {
  readonly name: string;
  readonly prefix: string;
  /** A list begins at its beginning, or where a page left off. */
  readonly leaps = false;
  readonly #settings: AzblobSettings;
  readonly #requests: BlobRequests;

  constructor(settings: AzblobSettings, requests: BlobRequests) {
    const { account, container, prefix = '' } = settings;
    this.prefix = prefix;
    this.name = `azblob://${account}/${container}/${prefix}`;
    this.#settings = settings;
    this.#requests = requests;
  }

  get explained(): string {
    return `${this.name} at ${this.#requests.address}`;
  }

  async list(from: ListFrom, signal: AbortSignal): Promise<ListPage> {
    const query = {
      ...{ restype: 'container', comp: 'list' },
      ...(this.prefix === '' ? {} : { prefix: this.prefix }),
      ...(from !== null && 'token' in from ? { marker: from.token } : {}),
    };
    const listing: Listing = {
      ask: () => this.#requests.send({ key: null, query, headers: {} }, signal),
      read: readBlobs,
      refused: (answer) => this.#refused(answer, null),
      unreadable: (text) => this.#refusal(200, readRefusal(text) ?? { code: '', message: text }),
    };
    return await listed(listing, signal);
  }

  async open(object: StoredObject, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { key, bytes, tag } = object;
    if (from >= bytes) return NO_BYTES;
    const grows = tag.startsWith(GROWS);
    const condition = from > 0 && !grows ? { 'if-match': tag } : {};
    const range = `bytes=${from}-${grows ? bytes - 1 : ''}`;
    const headers = from > 0 || grows ? { range, ...condition } : {};
    const answer = await this.#requests.send({ key, query: {}, headers }, signal);
    if (answer.status !== ('range' in headers ? 206 : 200)) throw await this.#refused(answer, key);
    if (!grows || timeOf(answer.headers['x-ms-creation-time']) === tag.slice(GROWS.length))
      return answer.body;
    // It is another one of that name.
    throw new ObjectChanged();
  }

  restoreHint(key: string): string {
    const { account, container } = this.#settings;
    return `bring them back, each: az storage blob set-tier --tier Hot --account-name ${account} --container-name ${container} --name ${JSON.stringify(key)}`;
  }

  async close(): Promise<void> {
    this.#requests.close();
  }

  async #refused(answer: ApiResponse, key: string | null): Promise<Error> {
    const { status, headers } = answer;
    const text = await saidIn(answer);
    const said = readRefusal(text) ?? { code: headers['x-ms-error-code'] ?? '', message: text };
    if (said.code === 'BlobArchived' || said.code === 'BlobBeingRehydrated') return new ObjectAsleep();
    if (key !== null && status === 404 && said.code !== 'ContainerNotFound') return new ObjectGone();
    // It has become shorter than it was listed, too.
    if (key !== null && (status === 412 || status === 416 || status === 200)) return new ObjectChanged();
    return passing(status, this.#refusal(status, said));
  }

  #refusal(status: number, said: Said): UserError {
    const place = { name: this.name, address: this.#requests.address, kind: 'Azure Blob Storage' };
    return refusedBy(place, status, said, this.#meaningOf(status, said));
  }

  #meaningOf(status: number, { code }: Said): readonly [ErrorCode, string] {
    const isAnonymous = 'anonymous' in this.#settings.auth;
    if (code === 'ContainerNotFound')
      return ['AUDIT_STORE_REFUSED', 'is it the right container? az storage container list'];
    if (isAnonymous && [401, 403, 404, 409].includes(status))
      return ['AUDIT_NO_CREDENTIALS', 'auth: bearer, sharedKey or sas'];
    if (status === 401 || UNKNOWN_LOGINS.has(code))
      return ['AUDIT_NO_CREDENTIALS', 'az login, or auth of the source; is the clock of this machine right?'];
    if (status === 403)
      return [
        'AUDIT_FORBIDDEN',
        'the role Storage Blob Data Reader on the container is all that is needed, or a SAS with read and list',
      ];
    return ['AUDIT_STORE_REFUSED', '--explain prints what is sent'];
  }
}

const UNKNOWN_LOGINS = new Set([
  ...['AuthenticationFailed', 'InvalidAuthenticationInfo', 'NoAuthenticationInformation'],
  'InvalidHeaderValue',
]);

/** Null: it is no such answer, or not a whole one. https://learn.microsoft.com/rest/api/storageservices/list-blobs */
export function readBlobs(xml: string): ListPage | null {
  const answer = readXml(xml);
  const blobs = answer?.children.find(({ name }) => name === 'Blobs');
  if (answer?.name !== 'EnumerationResults' || blobs === undefined) return null;
  const objects: StoredObject[] = [];
  for (const blob of blobs.children) {
    if (blob.name !== 'Blob') continue;
    const object = toObject(blob);
    if (object === null) return null;
    objects.push(object);
  }
  return { objects, next: childText(answer, 'NextMarker') || null };
}

function toObject(blob: Element): StoredObject | null {
  const properties = blob.children.find(({ name }) => name === 'Properties');
  const key = childText(blob, 'Name');
  if (key === null || key === '' || properties === undefined) return null;
  const modified = timeOf(childText(properties, 'Last-Modified') ?? undefined);
  const size = childText(properties, 'Content-Length') ?? '';
  if (modified === null || !/^\d+$/.test(size)) return null;
  const made = timeOf(childText(properties, 'Creation-Time') ?? undefined);
  const grows = childText(properties, 'BlobType') === 'AppendBlob' && made !== null;
  const tag = grows ? `${GROWS}${made}` : `"${(childText(properties, 'Etag') ?? '').replaceAll('"', '')}"`;
  return { key, bytes: Number(size), modifiedUs: Number(modified) * 1000, isInParts: false, tag };
}

/** `Mon, 23 Nov 2026 14:05:33 GMT` → milliseconds since the epoch, as a text. */
function timeOf(text: string | undefined): string | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : String(ms);
}
