/** Which way to log in a user has (client-go rest/transport.go and transport/round_trippers.go: the order of precedence). */
import { readFile } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { ClientCertificate } from '../../wire/tls.ts';
import type { UserEntry } from '../kubeconfig/kubeconfig.ts';
import { type Credentials, NOBODY } from './credentials.ts';
import { type ExecSurroundings, execCredentials } from './exec-credentials.ts';
import { tokenFileCredentials } from './token-file.ts';

/**
 * A certificate goes with whatever else there is. A token or a name and password stop a login command from running. Rejects
 * with a UserError when files cannot be read.
 */
export async function openCredentials(
  user: UserEntry,
  userName: string,
  around: ExecSurroundings,
): Promise<Credentials> {
  const certificate = await certificateOf(user);
  const who = `user ${JSON.stringify(userName)}`;
  if (user.username !== '' || user.password !== '') {
    const basic = Buffer.from(`${user.username}:${user.password}`).toString('base64');
    return fixed(`Basic ${basic}`, certificate, `the name and password of ${who}`);
  }
  if (user.tokenFile !== '') return await tokenFileCredentials(user.tokenFile, user.token, certificate);
  if (user.token !== '') return fixed(`Bearer ${headerText(user.token)}`, certificate, `the token of ${who}`);
  if (user.exec !== null && certificate === null) return execCredentials(user.exec, userName, around);
  if (user.authProvider !== null) {
    const { authProviderCredentials } = await import('./auth-provider.ts');
    return authProviderCredentials(user.authProvider, userName, certificate, around.now);
  }
  if (certificate !== null) return fixed(null, certificate, `the client certificate of ${who}`);
  return { origin: '', current: async () => NOBODY, renew: async () => false };
}

async function certificateOf(user: UserEntry): Promise<ClientCertificate | null> {
  const cert = await textOf(user.clientCertificateData, user.clientCertificate);
  const key = await textOf(user.clientKeyData, user.clientKey);
  return cert === '' || key === '' ? null : { cert, key };
}

async function textOf(bytes: Uint8Array | null, file: string): Promise<string> {
  if (bytes !== null) return Buffer.from(bytes).toString('utf8');
  return file === '' ? '' : await readFile(file, 'utf8');
}

/** Node wants one character a byte; Go sends UTF-8. */
export function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function fixed(
  authorization: string | null,
  certificate: ClientCertificate | null,
  origin: string,
): Credentials {
  // A header with a line break would end the request in a stack; such a token is a slip when pasting.
  if (authorization !== null && /[\r\n\0]/.test(authorization)) {
    throw new UserError('AUDIT_BAD_KUBECONFIG', `${origin} holds a line break`, {
      hint: 'a token is one line without spaces',
    });
  }
  const credential = { authorization, certificate };
  return { origin, current: async () => credential, renew: async () => false };
}
