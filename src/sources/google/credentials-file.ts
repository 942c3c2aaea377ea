/** The file that says who we are to Google. https://google.aip.dev/auth/4110 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';

export type GoogleCredentials = Person | ServiceAccount | OtherCredentials;

export interface Person {
  readonly type: 'authorized_user';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly quotaProject: string | null;
}

export interface ServiceAccount {
  readonly type: 'service_account';
  readonly email: string;
  /** PEM. */
  readonly privateKey: string;
  readonly keyId: string | null;
  readonly tokenUrl: string;
}

/** Of a kind that gcloud makes tokens of: federated identities, and those that act as another. */
export interface OtherCredentials {
  readonly type: 'other';
}

export const TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** Null: there is none. Rejects with a UserError when one that was named cannot be read, or says nothing that is known. */
export async function readCredentialsFile(env: Io['env']): Promise<GoogleCredentials | null> {
  const named = env.GOOGLE_APPLICATION_CREDENTIALS;
  const path = named || usualPath(env);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (!named) return null;
    throw unusable(path, 'cannot be read', 'GOOGLE_APPLICATION_CREDENTIALS names it: is it there?', cause);
  });
  return text === null ? null : parseCredentials(text, path);
}

function usualPath(env: Io['env']): string {
  const folder =
    env.CLOUDSDK_CONFIG ||
    (env.APPDATA
      ? join(env.APPDATA, 'gcloud')
      : join(env.HOME || env.USERPROFILE || '/', '.config', 'gcloud'));
  return join(folder, 'application_default_credentials.json');
}

function parseCredentials(text: string, path: string): GoogleCredentials {
  let json: Readonly<Record<string, unknown>> | null;
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    // Not the parser's words: they may hold a part of the key.
    throw unusable(path, 'is no JSON', 'gcloud auth application-default login');
  }
  const textOf = (key: string): string => {
    const value = json?.[key];
    if (typeof value === 'string' && value !== '') return value;
    throw unusable(path, `has no ${key}`, 'gcloud auth application-default login');
  };
  const optional = (key: string): string | null => {
    const value = json?.[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  switch (textOf('type')) {
    case 'authorized_user':
      return {
        type: 'authorized_user',
        clientId: textOf('client_id'),
        clientSecret: textOf('client_secret'),
        refreshToken: textOf('refresh_token'),
        quotaProject: optional('quota_project_id'),
      };
    case 'service_account':
      return {
        type: 'service_account',
        email: textOf('client_email'),
        privateKey: textOf('private_key'),
        keyId: optional('private_key_id'),
        tokenUrl: checkedUrl(optional('token_uri') ?? TOKEN_URL, path),
      };
    default:
      return { type: 'other' };
  }
}

/** What proves who we are goes nowhere unencrypted. */
function checkedUrl(url: string, path: string): string {
  if (/^https:\/\/[^/?#@]+(?:\/[^?#]*)?$/.test(url)) return url;
  throw unusable(
    path,
    `has a token_uri that is no https:// URL: ${JSON.stringify(url)}`,
    'is it the right file?',
  );
}

function unusable(path: string, why: string, hint: string, cause?: unknown): UserError {
  return new UserError(
    'AUDIT_NO_CREDENTIALS',
    `the credentials in ${JSON.stringify(path)}: the file ${why}`,
    {
      hint,
      cause,
    },
  );
}
