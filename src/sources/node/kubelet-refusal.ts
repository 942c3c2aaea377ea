/** An answer that is no file: who refused, the API server or the kubelet behind it, why, and what mends it. */
import { UserError } from '../../errors.ts';
import type { ApiResponse } from '../../io.ts';
import { FileGone, PassingTrouble } from '../rotated-logs/log-folder.ts';

/** Reads the rest of the answer, or its beginning when it is long. `path`: on the node. */
export async function refusalOf(
  response: ApiResponse,
  node: string,
  path: string,
): Promise<UserError | FileGone> {
  const body = await beginningOf(response);
  const status = statusOf(body);
  const said = (status?.message ?? body.trim().split('\n', 1)[0] ?? '').slice(0, SHOWN_CHARACTERS);
  switch (response.status) {
    case 401:
      return status === null ? unknownToKubelet(node, said) : unknownToServer(said);
    case 403:
      return status === null ? refusedByKubelet(node, said) : refusedByServer(node, said);
    case 404:
      return status?.kind === 'nodes'
        ? new UserError('AUDIT_NO_AUDIT_LOG', `there is no node "${node}"`, {
            hint: 'kubectl get nodes names them',
          })
        : new FileGone(`there is no ${path} on ${node}`);
    case 405:
      return new UserError('AUDIT_NO_AUDIT_LOG', `the kubelet of ${node} serves no logs: ${said}`, {
        hint: 'set enableSystemLogHandler: true in its configuration, or read with --via pod',
      });
    default:
      return response.status >= 500 || response.status === 429
        ? new PassingTrouble(
            'AUDIT_CLUSTER_UNREACHABLE',
            `${node} cannot be read: ${response.status} ${said}`,
          )
        : new UserError('AUDIT_NO_AUDIT_LOG', `${node} answered ${response.status} for ${path}: ${said}`);
  }
}

/** The API server's own refusal is a Status object; the kubelet's is a line of text. */
function refusedByServer(node: string, said: string): UserError {
  return new UserError(
    'AUDIT_FORBIDDEN',
    `reading the log of ${node} needs the right "get nodes/proxy": ${said}`,
    {
      hint: 'it is no harmless right: who has it can run commands in every container of the node; --via pod needs another',
    },
  );
}

function unknownToServer(said: string): UserError {
  return new UserError('AUDIT_NO_CREDENTIALS', `the API server does not know who is asking: ${said}`, {
    hint: 'log in again; kubectl auth whoami must work first',
  });
}

function unknownToKubelet(node: string, said: string): UserError {
  return new UserError(
    'AUDIT_NO_AUDIT_LOG',
    `the kubelet of ${node} does not know the API server itself: ${said}`,
    {
      hint: "the kubelet's client certificate authority must have signed the API server's --kubelet-client-certificate",
    },
  );
}

function refusedByKubelet(node: string, said: string): UserError {
  return new UserError(
    'AUDIT_NO_AUDIT_LOG',
    `the kubelet of ${node} refuses the API server itself: ${said}`,
    {
      hint: "the API server's --kubelet-client-certificate needs the right to get nodes/log: ClusterRole system:kubelet-api-admin",
    },
  );
}

const SHOWN_CHARACTERS = 300;
const MOST_BYTES = 16 * 1024;

async function beginningOf({ body }: ApiResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size >= MOST_BYTES) break;
    }
  } catch {
    // What came until then says enough.
  }
  return Buffer.concat(parts).toString('utf8', 0, MOST_BYTES);
}

function statusOf(body: string): { readonly message: string; readonly kind: string } | null {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null || !('kind' in json) || json.kind !== 'Status') return null;
    const message = 'message' in json && typeof json.message === 'string' ? json.message : '';
    const details = 'details' in json && typeof json.details === 'object' ? json.details : null;
    const kind =
      details !== null && 'kind' in details && typeof details.kind === 'string' ? details.kind : '';
    return { message, kind };
  } catch {
    return null;
  }
}
