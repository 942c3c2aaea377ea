/**
 * Who we are to Google's services: what GOOGLE_APPLICATION_CREDENTIALS or gcloud's own file says, else the account of the machine, else
 * whoever is logged in with gcloud. https://cloud.google.com/docs/authentication/application-default-credentials
 */
import { UserError } from '../../errors.ts';
import type { HttpServer, Io } from '../../io.ts';
import type { Login } from '../../reach/reach-server.ts';
import { type ReachSettings, reachOf } from '../../reach/reach-settings.ts';
import { Renewed } from '../renewed.ts';
import type { StoreMeans } from '../store/store-kind.ts';
import { readCredentialsFile } from './credentials-file.ts';
import { tokenOfGcloud } from './gcloud.ts';
import { tokenFor } from './grants.ts';
import { tokenOfMachine } from './metadata-server.ts';

export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the epoch; null: not known. */
  readonly expiresMs: number | null;
  /** Whom a person's requests are counted for; null: nobody else. */
  readonly quotaProject: string | null;
}

export interface GoogleMeans extends Pick<Io, 'env' | 'signal' | 'now'> {
  /** What gives tokens for credentials. */
  readonly serverAt: (url: string) => Promise<HttpServer>;
}

/** Google's own servers are reached by the store's proxy, and trusted as everybody trusts them, whatever is set for the store. */
export function loginMeans(
  { proxy, timeout }: Pick<ReachSettings, 'proxy' | 'timeout'>,
  { io, serverAt }: Pick<StoreMeans, 'io' | 'serverAt'>,
): GoogleMeans {
  const reach = reachOf({
    ...(proxy === undefined ? {} : { proxy }),
    ...(timeout === undefined ? {} : { timeout }),
  });
  return { ...io, serverAt: (url) => serverAt({ url, ...reach }) };
}

export class GoogleLogin implements Login {
  readonly #means: GoogleMeans;
  readonly #scope: string;
  readonly #token: Renewed<AccessToken>;

  /** `scope`: what the token is for, where that can be said. */
  constructor(means: GoogleMeans, scope: string) {
    this.#means = means;
    this.#scope = scope;
    this.#token = new Renewed(
      () => this.#ask(),
      ({ expiresMs }) => expiresMs,
      means.now,
    );
  }

  async headersFor(isRenewed: boolean): Promise<Readonly<Record<string, string>>> {
    const { token, quotaProject } = await this.#token.get(isRenewed);
    return {
      authorization: `Bearer ${token}`,
      ...(quotaProject === null ? {} : { 'x-goog-user-project': quotaProject }),
    };
  }

  async #ask(): Promise<AccessToken> {
    const credentials = await readCredentialsFile(this.#means.env);
    if (credentials !== null) return await tokenFor(credentials, this.#means, this.#scope);
    const token =
      (await tokenOfMachine(this.#means)) ??
      (await tokenOfGcloud(this.#means, 'config config-helper --format json'));
    if (token !== null) return token;
    throw new UserError('AUDIT_NO_CREDENTIALS', 'no credentials for Google Cloud were found', {
      hint: 'gcloud auth application-default login, or GOOGLE_APPLICATION_CREDENTIALS=FILE',
    });
  }
}
