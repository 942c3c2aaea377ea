/** Whoever is logged in with gcloud, which renews its tokens by itself. */
import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import type { Io } from '../../io.ts';
import type { AccessToken } from './google-login.ts';

/** The first prints JSON that says when the token ends, the second the token alone. */
export type TokenCommand =
  | 'config config-helper --format json'
  | 'auth application-default print-access-token';

const PRINTS_WITHIN_MS = 60_000;

/** Null: there is no gcloud, or nobody is logged in. */
export async function tokenOfGcloud(
  { env, signal }: Pick<Io, 'env' | 'signal'>,
  command: TokenCommand,
): Promise<AccessToken | null> {
  try {
    const options = { env: { ...env }, signal, timeout: PRINTS_WITHIN_MS, encoding: 'utf8' } as const;
    // By a shell, since it is a .cmd on Windows; nothing that anybody chose stands in it.
    const { stdout } = await promisify(exec)(`gcloud ${command}`, options);
    return tokenIn(stdout.trim());
  } catch {
    // Not what it printed: that may be part of a token.
    signal.throwIfAborted();
    return null;
  }
}

function tokenIn(printed: string): AccessToken | null {
  if (!printed.startsWith('{'))
    return /^[\x21-\x7e]+$/.test(printed) ? { token: printed, expiresMs: null, quotaProject: null } : null;
  const { credential } = JSON.parse(printed) as Readonly<Record<string, unknown>>;
  const { access_token: token, token_expiry: expiry } = (credential ?? {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof token !== 'string' || token === '') return null;
  const expiresMs = Date.parse(String(expiry));
  return { token, expiresMs: Number.isNaN(expiresMs) ? null : expiresMs, quotaProject: null };
}
