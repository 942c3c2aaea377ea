/** Tokens for credentials: a person's refresh token, a service account's signature. https://google.aip.dev/auth/4112, /4113 */
import { createSign } from 'node:crypto';
import { UserError } from '../../errors.ts';
import { askStore, type Refusals, textOf } from '../store/ask-store.ts';
import { type GoogleCredentials, type ServiceAccount, TOKEN_URL } from './credentials-file.ts';
import { tokenOfGcloud } from './gcloud.ts';
import type { AccessToken, GoogleMeans } from './google-login.ts';

/** Rejects with a UserError that tells no secret. */
export async function tokenFor(
  credentials: GoogleCredentials,
  means: GoogleMeans,
  scope: string,
): Promise<AccessToken> {
  switch (credentials.type) {
    case 'authorized_user': {
      const form = {
        grant_type: 'refresh_token',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        refresh_token: credentials.refreshToken,
      };
      return { ...(await granted(TOKEN_URL, form, means)), quotaProject: credentials.quotaProject };
    }
    case 'service_account': {
      const assertion = signedClaim(credentials, scope, Math.floor(means.now() / 1000));
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
      return { ...(await granted(credentials.tokenUrl, form, means)), quotaProject: null };
    }
    case 'other': {
      const token = await tokenOfGcloud(means, 'auth application-default print-access-token');
      if (token !== null) return token;
      throw new UserError(
        'AUDIT_NO_CREDENTIALS',
        'the credentials for Google Cloud are of a kind that gcloud makes tokens of, and it gave none',
        { hint: 'gcloud auth application-default print-access-token' },
      );
    }
  }
}

const CLAIM_LASTS_S = 3600;
/** Of an answer with a token. */
const MOST_BYTES = 256 * 1024;

/** A JWT. https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
function signedClaim(
  { email, privateKey, keyId, tokenUrl }: ServiceAccount,
  scope: string,
  nowS: number,
): string {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === null ? {} : { kid: keyId }) };
  const claim = { iss: email, scope, aud: tokenUrl, iat: nowS, exp: nowS + CLAIM_LASTS_S };
  const text = `${encoded(header)}.${encoded(claim)}`;
  try {
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  } catch {
    // Not OpenSSL's words, which may be about the key.
    throw new UserError('AUDIT_NO_CREDENTIALS', `the private key of ${email} cannot be used`, {
      hint: 'the key file of a service account holds it in PEM, as it was downloaded',
    });
  }
}

async function granted(
  url: string,
  form: Readonly<Record<string, string>>,
  { serverAt, now, signal }: GoogleMeans,
): Promise<Omit<AccessToken, 'quotaProject'>> {
  const { origin, pathname } = new URL(url);
  const server = await serverAt(origin);
  try {
    const call = {
      method: 'POST',
      path: pathname,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      signal,
    } as const;
    const { body } = await askStore(server, call, REFUSALS);
    const { text } = await textOf(body, MOST_BYTES, server, REFUSALS);
    const { access_token: token, expires_in: lastsS } = jsonOf(text);
    if (typeof token !== 'string') throw noToken(`${server.address} gave no token`);
    return { token, expiresMs: typeof lastsS === 'number' ? now() + lastsS * 1000 : null };
  } catch (error) {
    // A login that has ended is a 400 there.
    if (error instanceof UserError && error.code === 'AUDIT_STORE_REFUSED') throw noToken(error.message);
    throw error;
  } finally {
    server.close();
  }
}

/** Of what could not be understood, nothing is told: it may hold a token. */
function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function noToken(message: string): UserError {
  return new UserError('AUDIT_NO_CREDENTIALS', message, {
    hint: 'gcloud auth application-default login; of a service account: is its key still valid, and the clock right?',
  });
}

const REFUSALS: Refusals = {
  kind: "Google's login",
  reasonIn: (said) => {
    try {
      const { error, error_description: more } = JSON.parse(said) as Readonly<Record<string, unknown>>;
      return [error, more].filter((part) => typeof part === 'string').join(': ') || null;
    } catch {
      return null;
    }
  },
};
