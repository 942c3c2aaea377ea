/** Who we are to the API server: the contract of the ways to log in. */
import type { ClientCertificate } from '../../wire/tls.ts';

/** What goes with one request. */
export interface Credential {
  /** The Authorization header's value; null for none. */
  readonly authorization: string | null;
  readonly certificate: ClientCertificate | null;
}

export interface Credentials {
  /** For messages: where the login comes from. Never a secret. */
  readonly origin: string;
  /** The one to use now. Rejects with a UserError when there is none to be had. */
  current(): Promise<Credential>;
  /** The server refused this one (401): true when there is another to try. */
  renew(refused: Credential): Promise<boolean>;
}

export const NOBODY: Credential = { authorization: null, certificate: null };
