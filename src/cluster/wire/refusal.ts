/** An answer that is no success, as an error with its mend: not logged in, not allowed, not there. */
import { X509Certificate } from 'node:crypto';
import { UserError } from '../../errors.ts';
import { reasonOr, shortened } from '../../wire/refusal-words.ts';
import type { Credential } from '../credentials/credentials.ts';
import { toStatus } from './status.ts';

export interface Refused {
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly json: unknown;
  /** What the request was sent with, and where it came from; null when that is not known. */
  readonly credential: Credential;
  readonly origin: string;
}

/** Names and messages in it are the server's: to be escaped for the terminal, like every error. */
export function refusal(refused: Refused): UserError {
  const { address, method, path, status, json } = refused;
  const { message } = toStatus(json);
  if (status === 401 || (status === 403 && refused.origin === '' && isNobody(message)))
    return notLoggedIn(refused);
  if (status === 403) return notAllowed(message, method, path);
  if (status === 407) {
    return new UserError('AUDIT_NO_CREDENTIALS', 'the proxy wants a name and a password', {
      hint: 'proxy-url: http://NAME:PASSWORD@HOST:PORT',
    });
  }
  return new UserError(
    'AUDIT_CLUSTER_UNREACHABLE',
    `the API server ${address} answered ${status} to ${method} ${withoutQuery(path)}: ${reasonOr(status, message)}`,
    {
      hint:
        status >= 300 && status < 400
          ? 'is that an API server, or a login page before it?'
          : 'kubectl cluster-info',
    },
  );
}

/** Servers let strangers in under this name, to refuse them later. */
function isNobody(message: string): boolean {
  return message.includes('User "system:anonymous"');
}

function notLoggedIn({ address, credential, origin }: Refused): UserError {
  const expired = credential.certificate === null ? null : expiryOf(credential.certificate.cert);
  const why =
    origin === ''
      ? 'the kubeconfig has no credentials for it'
      : expired !== null
        ? `${origin} expired on ${expired}`
        : `it does not accept ${origin}: expired, or revoked`;
  return new UserError('AUDIT_NO_CREDENTIALS', `not logged in to ${address}: ${why}`, {
    hint: 'log in again; kubectl auth whoami must work first',
  });
}

/** The day, when it is over. */
function expiryOf(cert: string): string | null {
  try {
    const until = new X509Certificate(cert).validToDate;
    return until.getTime() < Date.now() ? until.toISOString().slice(0, 10) : null;
  } catch {
    return null;
  }
}

/** apiserver pkg/endpoints/handlers/responsewriters/errors.go, forbiddenMessage. */
const RESOURCE =
  /User "(.*?)" cannot ([\w-]+) resource "(.*?)" in API group "(.*?)"(?: in the namespace "(.*?)")?/;
const URL_PATH = /User "(.*?)" cannot ([\w-]+) path "(.*?)"/;

function notAllowed(message: string, method: string, path: string): UserError {
  const [, user, verb, resource, group, namespace] = RESOURCE.exec(message) ?? [];
  if (resource !== undefined) {
    const what = group === '' ? resource : `${resource}.${group}`;
    const where =
      namespace === undefined ? 'in the whole cluster' : `in the namespace ${JSON.stringify(namespace)}`;
    return new UserError('AUDIT_FORBIDDEN', `${JSON.stringify(user)} may not ${verb} ${what} ${where}`, {
      hint: `a Role needs it: verbs [${verb}], resources [${resource}], apiGroups ["${group}"]`,
    });
  }
  const [, caller, verbOfPath, url] = URL_PATH.exec(message) ?? [];
  if (url !== undefined) {
    return new UserError('AUDIT_FORBIDDEN', `${JSON.stringify(caller)} may not ${verbOfPath} ${url}`, {
      hint: `a ClusterRole needs it: verbs [${verbOfPath}], nonResourceURLs [${JSON.stringify(url)}]`,
    });
  }
  return new UserError(
    'AUDIT_FORBIDDEN',
    `not allowed: ${method} ${withoutQuery(path)}${message === '' ? '' : `: ${shortened(message)}`}`,
    { hint: 'kubectl auth can-i --list' },
  );
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/s, '');
}
