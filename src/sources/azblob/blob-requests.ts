/**
 * Requests to a container, as whoever we are: signed with the account's key, with a shared access signature, or with the token that the
 * server is asked with anyway. https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
import { createHmac } from 'node:crypto';
import type { ApiResponse, HttpServer } from '../../io.ts';
import type { StoreMeans } from '../store/store-kind.ts';
import type { AzblobSettings } from './azblob-settings.ts';

/** Of 2021: all that is asked here, and emulators know it. */
const VERSION = '2021-08-06';

export interface BlobRequest {
  /** Null: about the container. */
  readonly key: string | null;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface BlobMeans extends Pick<StoreMeans, 'secret'> {
  /** Of the endpoint: it is signed. */
  readonly basePath: string;
  readonly now: () => number;
}

export class BlobRequests {
  readonly #server: HttpServer;
  readonly #settings: AzblobSettings;
  readonly #means: BlobMeans;

  constructor(server: HttpServer, settings: AzblobSettings, means: BlobMeans) {
    this.#server = server;
    this.#settings = settings;
    this.#means = means;
  }

  get address(): string {
    return this.#server.address;
  }

  /** Rejects as `HttpServer.request`, and when a secret is not to be had. */
  async send({ key, query, headers }: BlobRequest, signal: AbortSignal): Promise<ApiResponse> {
    const { auth, container } = this.#settings;
    const path = `/${encodeURIComponent(container)}${key === null ? '' : `/${encodedPath(key)}`}`;
    const own = {
      ...headers,
      'x-ms-version': VERSION,
      'x-ms-date': new Date(this.#means.now()).toUTCString(),
    };
    const signature = 'sharedKey' in auth ? await this.#signatureOf(auth.sharedKey, path, query, own) : {};
    const token = 'sas' in auth ? (await this.#means.secret(auth.sas, false)).replace(/^\?/, '') : '';
    const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const asked = [...search, ...(token === '' ? [] : [token])].join('&');
    return await this.#server.request({
      ...{ method: 'GET', path: asked === '' ? path : `${path}?${asked}` },
      headers: { ...own, ...signature },
      ...{ body: null, signal },
    });
  }

  close(): void {
    this.#server.close();
  }

  async #signatureOf(
    key: Parameters<StoreMeans['secret']>[0],
    path: string,
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    const { account } = this.#settings;
    const text = signedText(account, `${this.#means.basePath}${path}`, query, headers);
    const secret = Buffer.from(await this.#means.secret(key, false), 'base64');
    const signature = createHmac('sha256', secret).update(text, 'utf8').digest('base64');
    return { authorization: `SharedKey ${account}:${signature}` };
  }
}

/** In this order, empty where there is none; the body is. */
const SIGNED = [
  ...['content-encoding', 'content-language', 'content-length', 'content-md5', 'content-type', 'date'],
  ...['if-modified-since', 'if-match', 'if-none-match', 'if-unmodified-since', 'range'],
] as const;

/** `path`: as it is sent. */
export function signedText(
  account: string,
  path: string,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${headers[name]}\n`);
  const asked = Object.keys(query)
    .sort()
    .map((name) => `\n${name}:${query[name]}`);
  const standard = SIGNED.map((name) => `${headers[name] ?? ''}\n`);
  return `GET\n${standard.join('')}${own.join('')}/${account}${path}${asked.join('')}`;
}

function encodedPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
