/** What a login command prints: an ExecCredential (client.authentication.k8s.io). */
import type { UserError } from '../../errors.ts';
import type { Credential } from './credentials.ts';

export interface ExecCredential {
  readonly credential: Credential;
  /** Milliseconds since the epoch; Infinity when it does not expire. */
  readonly expiresAt: number;
}

/** `fail` words an error about the command. Nothing of what it printed goes into one. */
export function decodeExecCredential(
  text: string,
  apiVersion: string,
  fail: (what: string) => UserError,
): ExecCredential {
  const printed = parse(text);
  if (printed === null) throw fail('printed no ExecCredential');
  if (printed.apiVersion !== apiVersion || printed.kind !== 'ExecCredential') {
    throw fail(`printed another version than ${apiVersion}, which the kubeconfig says`);
  }
  const { status } = printed;
  if (typeof status !== 'object' || status === null) throw fail('printed a credential without a status');
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status as Status;
  const [hasToken, hasCert, hasKey] = [token, cert, key].map(
    (part) => typeof part === 'string' && part !== '',
  );
  if (!hasToken && !hasCert && !hasKey) throw fail('printed neither a token nor a certificate');
  if (hasCert !== hasKey) throw fail('printed a certificate or a key, but not both');
  const expires = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Infinity;
  return {
    credential: {
      authorization: hasToken ? `Bearer ${token}` : null,
      certificate: hasCert ? { cert: String(cert), key: String(key) } : null,
    },
    expiresAt: Number.isNaN(expires) ? Infinity : expires,
  };
}

interface Status {
  readonly token?: unknown;
  readonly clientCertificateData?: unknown;
  readonly clientKeyData?: unknown;
  readonly expirationTimestamp?: unknown;
}

function parse(text: string): { apiVersion?: unknown; kind?: unknown; status?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
