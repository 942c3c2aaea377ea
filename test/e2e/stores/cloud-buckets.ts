/** Buckets of Google's and containers of Azure's, of emulators: filled as writers would fill them, not with the code under test. */
import { createHmac } from 'node:crypto';
import type { Source } from '../../../src/sources/source.ts';
import type { KeyOf } from './bucket.ts';
import { openStore } from './open-store.ts';
import type { StoreProcess } from './start-store.ts';

export interface CloudObject {
  readonly key: string;
  readonly body: Uint8Array | string;
}

/** How the tests of archives in clouds tell one from another. */
export interface Cloud {
  readonly name: string;
  fill(server: StoreProcess, objects: readonly CloudObject[]): Promise<string>;
  put(server: StoreProcess, bucket: string, object: CloudObject): Promise<void>;
  open(url: string, bucket: string, more?: Readonly<Record<string, unknown>>): Promise<Source>;
  settings(url: string, bucket: string): Readonly<Record<string, unknown>>;
  /** What those refer to. */
  readonly env: Readonly<Record<string, string>>;
  readonly keyOf: KeyOf;
  /** What asks for a list, so that it asks for 50 a page; and settings with which that may be changed on the way. */
  fewAPage(url: string): string;
  readonly unsigned: Readonly<Record<string, unknown>>;
  /** As it refuses. */
  refusal(code: string, message: string): string;
}

let buckets = 0;

async function sent(url: string, init: RequestInit): Promise<void> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url} ${answer.status}: ${await answer.text()}`);
}

async function filled(
  objects: readonly CloudObject[],
  put: (object: CloudObject) => Promise<void>,
): Promise<void> {
  const left = objects.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const object of left) await put(object);
    }),
  );
}

const bodyOf = (body: Uint8Array | string): string | Buffer =>
  typeof body === 'string' ? body : Buffer.from(body);

export const GOOGLE: Cloud = {
  name: 'gcs',
  async fill(server, objects) {
    const bucket = `bucket-${++buckets}`;
    const headers = { 'content-type': 'application/json' };
    await sent(`${server.url}/storage/v1/b?project=p`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: bucket }),
    });
    await filled(objects, (object) => GOOGLE.put(server, bucket, object));
    return bucket;
  },
  async put(server, bucket, { key, body }) {
    const path = `/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(key)}`;
    const headers = { 'content-type': 'application/octet-stream' };
    await sent(`${server.url}${path}`, { method: 'POST', headers, body: bodyOf(body) });
  },
  open(url, bucket, more = {}) {
    return openStore('gcs', { ...this.settings(url, bucket), ...more }, { env: this.env, now: Date.now });
  },
  settings: (endpoint, bucket) => ({ endpoint, bucket, auth: { bearer: { env: 'TOKEN' } } }),
  env: { TOKEN: 'a-token' },
  keyOf: ({ pathname }) => {
    const [, key] = /^\/storage\/v1\/b\/[^/]+\/o\/(.*)$/.exec(pathname) ?? [];
    return key === undefined ? null : decodeURIComponent(key);
  },
  fewAPage: (url) => url.replace('maxResults=1000', 'maxResults=50'),
  unsigned: {},
  refusal: (reason, message) =>
    JSON.stringify({ error: { code: 0, message, errors: [{ reason, message }] } }),
};

const ACCOUNT = 'devstoreaccount1';
/** Of all emulators: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** For all, for a day. https://learn.microsoft.com/rest/api/storageservices/create-account-sas */
function signature(permissions: string): string {
  const version = '2021-08-06';
  const until = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const text = [ACCOUNT, permissions, 'b', 'sco', '', until, '', '', version, '', ''].join('\n');
  const sig = createHmac('sha256', Buffer.from(KEY, 'base64')).update(text, 'utf8').digest('base64');
  return new URLSearchParams({
    sv: version,
    ss: 'b',
    srt: 'sco',
    sp: permissions,
    se: until,
    sig,
  }).toString();
}

const pathOf = (container: string, key: string) =>
  `/${ACCOUNT}/${container}/${key.split('/').map(encodeURIComponent).join('/')}`;

export const AZURE: Cloud = {
  name: 'azblob',
  async fill(server, objects) {
    const container = `container-${++buckets}`;
    await sent(`${server.url}/${ACCOUNT}/${container}?restype=container&${signature('rwdlac')}`, {
      method: 'PUT',
    });
    await filled(objects, (object) => AZURE.put(server, container, object));
    return container;
  },
  async put(server, container, { key, body }) {
    const headers = { 'x-ms-blob-type': 'BlockBlob' };
    const url = `${server.url}${pathOf(container, key)}?${signature('rwdlac')}`;
    await sent(url, { method: 'PUT', headers, body: bodyOf(body) });
  },
  open(url, container, more = {}) {
    return openStore(
      'azblob',
      { ...this.settings(url, container), ...more },
      { env: this.env, now: Date.now },
    );
  },
  settings: (url, container) => ({
    ...{ account: ACCOUNT, container, endpoint: `${url}/${ACCOUNT}` },
    auth: { sharedKey: { env: 'KEY' } },
  }),
  env: { KEY, SAS: signature('rl') },
  keyOf: ({ pathname, searchParams }) =>
    searchParams.has('comp') ? null : decodeURIComponent(pathname.split('/').slice(3).join('/')),
  fewAPage: (url) => url.replace('comp=list', 'comp=list&maxresults=50'),
  unsigned: { auth: { sas: { env: 'SAS' } } },
  refusal: (code, message) =>
    `\u{feff}<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
};

/** As diagnostic settings write: a blob that grows. */
export async function append(
  server: StoreProcess,
  container: string,
  { key, body }: CloudObject,
  isNew: boolean,
): Promise<void> {
  const url = `${server.url}${pathOf(container, key)}`;
  const headers = { 'x-ms-blob-type': 'AppendBlob' };
  if (isNew) await sent(`${url}?${signature('rwdlac')}`, { method: 'PUT', headers });
  await sent(`${url}?comp=appendblock&${signature('rwdlac')}`, { method: 'PUT', body: bodyOf(body) });
}

/** Into cold storage. */
export async function archive(server: StoreProcess, container: string, key: string): Promise<void> {
  const url = `${server.url}${pathOf(container, key)}?comp=tier&${signature('rwdlac')}`;
  await sent(url, {
    method: 'PUT',
    headers: { 'x-ms-access-tier': 'Archive', 'x-ms-version': '2021-08-06' },
  });
}

/** Most cases ask the same log: it is filled in once. */
export function onceFor<T>(
  fill: (jsons: readonly T[]) => Promise<string>,
): (jsons: readonly T[]) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (jsons) => {
    const text = JSON.stringify(jsons);
    const bucket = known.get(text) ?? fill(jsons);
    known.set(text, bucket);
    return bucket;
  };
}
