/**
 * The logins of old kubeconfigs: `auth-provider` oidc, gcp, azure, left to client-node. It does not write renewed OIDC
 * tokens back; where an issuer lets each refresh token be used once, renewing here would log the user's kubectl out. So an
 * expired one is left to kubectl.
 */
import { UserError } from '../../errors.ts';
import type { ClientCertificate } from '../../wire/tls.ts';
import type { AuthProvider } from '../kubeconfig/kubeconfig.ts';
import type { Credentials } from './credentials.ts';

/** What oauth2 takes off an expiry, so that a request still arrives in time. */
const LEEWAY_MS = 10_000;

export function authProviderCredentials(
  provider: AuthProvider,
  userName: string,
  certificate: ClientCertificate | null,
  now: () => number,
): Credentials {
  const origin = `the auth-provider ${JSON.stringify(provider.name)} of user ${JSON.stringify(userName)}`;
  if (!['oidc', 'gcp', 'azure'].includes(provider.name)) {
    throw new UserError('AUDIT_BAD_KUBECONFIG', `${origin} is not known`, {
      hint: 'use a login command: users[].user.exec',
    });
  }
  return {
    origin,
    async current() {
      if (provider.name === 'oidc' && expiryOf(provider.config['id-token'] ?? '') - LEEWAY_MS < now()) {
        throw new UserError('AUDIT_NO_CREDENTIALS', `the login from ${origin} has expired`, {
          hint: 'kubectl auth whoami renews it, and keeps it',
        });
      }
      return { authorization: await authorizationOf(provider, userName, origin), certificate };
    },
    renew: async () => false,
  };
}

/** Milliseconds since the epoch; 0 when there is no token, Infinity when it does not say. */
function expiryOf(token: string): number {
  if (token === '') return 0;
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : null;
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

async function authorizationOf(
  provider: AuthProvider,
  userName: string,
  origin: string,
): Promise<string | null> {
  const { KubeConfig } = await import('./client-node.ts');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'c', server: 'https://unused.invalid', skipTLSVerify: false }],
    users: [{ name: userName, authProvider: { name: provider.name, config: { ...provider.config } } }],
    contexts: [{ name: 'x', cluster: 'c', user: userName }],
    currentContext: 'x',
  });
  const options: { headers: Record<string, string> } = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    // The cause may quote a command line or a token.
    throw new UserError('AUDIT_NO_CREDENTIALS', `the login from ${origin} cannot be renewed`, {
      hint: 'log in again with the tool that wrote the kubeconfig',
      cause,
    });
  }
  return options.headers.Authorization ?? null;
}
