/** A token in a file that somebody renews, as the kubelet does (client-go transport/token_source.go). */
import { readFile } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { ClientCertificate } from '../../wire/tls.ts';
import type { Credential, Credentials } from './credentials.ts';

/** A minute, less the ten seconds that client-go leaves for the request. */
const READ_AGAIN_MS = 50_000;

/** `fallback` is a token beside the file: used when the file cannot be read; '' for none. */
export async function tokenFileCredentials(
  file: string,
  fallback: string,
  certificate: ClientCertificate | null,
): Promise<Credentials> {
  let current: Credential | null = null;
  let readAt = 0;
  async function read(): Promise<Credential> {
    const token = (await tokenIn(file)) ?? (current === null ? fallback : null);
    if (token === '') {
      throw new UserError('AUDIT_NO_CREDENTIALS', `the token file ${file} is empty or cannot be read`, {
        hint: `ls -l ${file}`,
      });
    }
    const authorization = token === null ? (current?.authorization ?? null) : `Bearer ${token}`;
    if (authorization !== current?.authorization) current = { authorization, certificate };
    readAt = performance.now();
    return current ?? { authorization, certificate };
  }
  await read();
  return {
    origin: `the token file ${file}`,
    current: async () =>
      current !== null && performance.now() - readAt < READ_AGAIN_MS ? current : await read(),
    renew: async (refused) => (await read()) !== refused,
  };
}

/** Null when there is none to be read. */
async function tokenIn(file: string): Promise<string | null> {
  try {
    const token = (await readFile(file, 'utf8')).trim();
    return token === '' ? null : token;
  } catch {
    return null;
  }
}
