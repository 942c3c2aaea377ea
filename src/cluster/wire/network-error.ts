/** Why no answer came, in words, and whether it is worth another try. */
import { UserError } from '../../errors.ts';

/** Raised by us, so that it can be told from others. */
export class TimeUp extends Error {}

export interface Towards {
  /** Scheme, host and port of the API server. */
  readonly address: string;
  /** Host of the proxy; null when there is none. */
  readonly proxy: string | null;
}

/** Connections that broke without an answer: the next may hold. A refused one is not: nothing listens there. */
export function isTransient(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET'].includes(codeOf(error));
}

export function networkError(error: unknown, { address, proxy }: Towards): UserError {
  if (error instanceof UserError) return error;
  const code = codeOf(error);
  const through = proxy === null ? '' : ` through the proxy ${proxy}`;
  if (/ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)|CERTIFICATE_REQUIRED/i.test(code)) {
    return new UserError('AUDIT_NO_CREDENTIALS', `${address} does not accept the client certificate`, {
      hint: 'log in again; kubectl auth whoami must work first',
      cause: error,
    });
  }
  const [, why, hint] = REASONS.find(([codes]) => codes.test(code)) ?? [null, null, HINT];
  const said =
    error instanceof TimeUp ? error.message : (why ?? (code === '' ? 'the connection failed' : code));
  return new UserError(
    'AUDIT_CLUSTER_UNREACHABLE',
    `the API server ${address} cannot be reached${through}: ${said}`,
    {
      hint,
      cause: error,
    },
  );
}

const HINT =
  'kubectl cluster-info; when the API server is down, its log can still be read on the node, with --file';
const CERTIFICATE_HINT =
  'kubectl config view --minify; is it the right certificate authority, and the right server?';

/** Codes of Node and OpenSSL. */
const REASONS: readonly (readonly [RegExp, string, string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there', HINT],
  [/^(?:ENOTFOUND|EAI_\w+)$/, 'its name cannot be resolved', HINT],
  [/^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/, 'no way there, or no answer', HINT],
  [/^(?:ECONNRESET|EPIPE|ECONNABORTED)$/, 'the connection was closed', HINT],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'its certificate is for another name',
    `${CERTIFICATE_HINT} --tls-server-name`,
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    'its certificate has expired',
    'renew it (kubeadm certs renew), or look at the clock',
  ],
  [/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet', 'look at the clock'],
  [
    /CERT|ISSUER|SIGNATURE|SELF_SIGNED/,
    'its certificate is signed by nobody whom the kubeconfig trusts',
    CERTIFICATE_HINT,
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    'it does not speak TLS',
    'is it http:// instead?',
  ],
  [/^HPE_/, 'it does not speak HTTP', 'is it https:// instead?'],
  [/^Socks|ERR_SOCKS|EPROXY/, 'the proxy does not let us through', 'look at proxy-url and HTTPS_PROXY'],
];

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  // OpenSSL's own word for it stands in the text only: `error:NUMBER:SSL routines:FUNCTION:REASON:…`.
  const reason = code === 'EPROTO' ? /error:\w+:[^:]*:[^:]*:([^:]+):/.exec(error.message)?.[1] : undefined;
  if (reason !== undefined) return reason.toUpperCase().replaceAll(/\W/g, '_');
  if (typeof code === 'string') return code;
  if (/^Socks/.test(error.message) || error.constructor.name === 'SocksClientError') return 'EPROXY';
  return error.cause === undefined ? '' : codeOf(error.cause);
}
