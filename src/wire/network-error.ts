/** Why no answer came, in words, and whether it is worth another try. */
import { type ErrorCode, UserError } from '../errors.ts';

/** Raised by us, so that it can be told from others. */
export class TimeUp extends Error {}

/** With whom one speaks, for messages. */
export interface Towards {
  /** `the API server https://10.0.0.1:6443`. */
  readonly what: string;
  /** Scheme, host and port. */
  readonly address: string;
  /** Host of the proxy; null when there is none. */
  readonly proxy: string | null;
  /** What says how to connect: `the kubeconfig`. */
  readonly settings: string;
  /** What they call the certificates: of whom is trusted, and our own. */
  readonly parts: { readonly authority: string; readonly certificate: string };
  readonly codes: {
    /** No answer. */
    readonly unreachable: ErrorCode;
    /** What is set about the connection cannot be used. */
    readonly badSettings: ErrorCode;
  };
  readonly hints: {
    readonly unreachable: string;
    /** The server's certificate is not trusted. */
    readonly untrusted: string;
    /** Ours is not. */
    readonly refused: string;
    /** Answered more than can be held. */
    readonly tooMuch: string;
    /** The proxy refuses. */
    readonly proxy: string;
  };
}

/** Connections that broke without an answer: the next may hold. A refused one is not: nothing listens there. */
export function isTransient(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET'].includes(codeOf(error));
}

export function networkError(error: unknown, { what, proxy, settings, codes, hints }: Towards): UserError {
  if (error instanceof UserError) return error;
  const code = codeOf(error);
  const through = proxy === null ? '' : ` through the proxy ${proxy}`;
  if (/ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)|CERTIFICATE_REQUIRED/i.test(code)) {
    return new UserError('AUDIT_NO_CREDENTIALS', `${what} does not accept the client certificate`, {
      hint: hints.refused,
      cause: error,
    });
  }
  const [, why, hint] = REASONS.find(([codes]) => codes.test(code)) ?? [null, null, 'unreachable'];
  const said =
    error instanceof TimeUp
      ? error.message
      : why === UNTRUSTED
        ? `${why} ${settings} trusts`
        : (why ?? (code === '' ? 'the connection failed' : code));
  return new UserError(codes.unreachable, `${what} cannot be reached${through}: ${said}`, {
    hint: typeof hint === 'string' ? hints[hint] : hint.say,
    cause: error,
  });
}

const UNTRUSTED = 'its certificate is signed by nobody whom';

/** One of those towards whom it is, or its own. */
type Hint = keyof Towards['hints'] | { readonly say: string };

/** Codes of Node and OpenSSL. */
const REASONS: readonly (readonly [RegExp, string, Hint])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there', 'unreachable'],
  [/^(?:ENOTFOUND|EAI_\w+)$/, 'its name cannot be resolved', 'unreachable'],
  [/^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/, 'no way there, or no answer', 'unreachable'],
  [/^(?:ECONNRESET|EPIPE|ECONNABORTED)$/, 'the connection was closed', 'unreachable'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another name', 'untrusted'],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired', { say: 'renew it, or look at the clock' }],
  [/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet', { say: 'look at the clock' }],
  [/CERT|ISSUER|SIGNATURE|SELF_SIGNED/, UNTRUSTED, 'untrusted'],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    'it does not speak TLS',
    { say: 'is it http:// instead?' },
  ],
  [/^HPE_/, 'it does not speak HTTP', { say: 'is it https:// instead?' }],
  [/^Socks|ERR_SOCKS|EPROXY/, 'the proxy does not let us through', 'proxy'],
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
