/** Whom we trust and as whom we appear on the TLS level (client-go transport/transport.go, TLSConfigFor). */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import { type ErrorCode, UserError } from '../errors.ts';
import type { Towards } from './network-error.ts';

export interface ClientCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Trust {
  /** PEM; null: whom the system trusts. */
  readonly authorities: string | null;
  readonly isInsecure: boolean;
  /** The name that the server's certificate must bear. */
  readonly serverName: string;
}

/** Options for tls.connect, without those about sockets. */
export interface TlsOptions {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
  readonly servername: string;
  readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined;
}

/** Throws a UserError for certificates and keys that are none. */
export function toTlsOptions(
  trust: Trust,
  certificate: ClientCertificate | null,
  { codes, parts }: Towards,
): TlsOptions {
  return {
    secureContext: secureContext(trust, certificate, { code: codes.badSettings, ...parts }),
    rejectUnauthorized: !trust.isInsecure,
    // SNI must not be an address (RFC 6066).
    servername: isIP(trust.serverName) === 0 ? trust.serverName : '',
    // Through a proxy Node would take the proxy's name, or none, for the server's.
    checkServerIdentity: (_host, shown) => checkServerIdentity(trust.serverName, shown),
  };
}

function secureContext(
  trust: Trust,
  certificate: ClientCertificate | null,
  { code, authority, certificate: own }: Towards['parts'] & { readonly code: ErrorCode },
): SecureContext {
  const minVersion = 'TLSv1.2';
  const ca = trust.authorities ?? systemAuthorities();
  // On its own, so that the message says which is wrong. What holds no certificate at all, Node takes for an empty list.
  if (trust.authorities !== null) {
    const { authorities } = trust;
    attempt(code, authority, () => {
      new X509Certificate(authorities);
      return createSecureContext({ ca });
    });
  }
  return attempt(code, own, () =>
    createSecureContext({ ca, minVersion, ...(certificate === null ? {} : certificate) }),
  );
}

/** Node's own list is not what kubectl, curl and the browser trust here: companies add theirs to the system's. */
function systemAuthorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

function attempt<T>(code: ErrorCode, part: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new UserError(code, `${part} is not usable (${reasonOf(cause)})`, {
      hint: 'openssl must be able to read it: openssl x509 -noout -text, openssl pkey -noout',
      cause,
    });
  }
}

/** OpenSSL's reason, which never quotes the file. */
function reasonOf(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return /^ERR_(?:OSSL_)?[A-Z0-9_]+$/.test(code)
    ? code
        .replace(/^ERR_(?:OSSL_)?/, '')
        .toLowerCase()
        .replaceAll('_', ' ')
    : 'not PEM';
}
