/** The API server behind its port (io.ts): raw requests, whole answers, lists page by page, commands in and ports of containers. */
import type { Duplex } from 'node:stream';
import { UserError } from '../errors.ts';
import type {
  ApiAnswer,
  ApiGetOptions,
  ApiResponse,
  ApiServer,
  ExecTarget,
  ForwardTarget,
  HttpCall,
  RunningCommand,
} from '../io.ts';
import { answerOf, bodyOf } from '../wire/body.ts';
import { wholeText } from '../wire/whole-text.ts';
import type { Credential } from './credentials/credentials.ts';
import type { Exchange } from './wire/exchange.ts';
import { listPages } from './wire/list-pages.ts';
import { refusal } from './wire/refusal.ts';

/**
 * `timeoutMs` is --request-timeout; 0: none. It bounds `send` and each page of `list` as a whole, as kubectl's does. In
 * `get` it bounds the wait for the answer's beginning and each silence after it, not the whole: a log of gigabytes that
 * keeps coming is no failure. It does not bound a running command.
 */
export function createApiServer(exchange: Exchange, timeoutMs: number): ApiServer {
  const { towards } = exchange;

  function get(path: string, { headers = {}, signal }: ApiGetOptions): Promise<ApiResponse> {
    const accept = { accept: 'application/json, */*' };
    return request({ method: 'GET', path, headers: { ...accept, ...headers }, body: null, signal });
  }

  async function request({ method, path, headers = {}, body, signal }: HttpCall): Promise<ApiResponse> {
    const { response } = await exchange.send({ method, path, headers, body, signal, waitMs: timeoutMs });
    return answerOf(response, timeoutMs, signal, towards);
  }

  async function ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<ApiAnswer & { credential: Credential }> {
    const isLate = timeoutMs === 0 ? null : AbortSignal.timeout(timeoutMs);
    const either = isLate === null ? signal : AbortSignal.any([signal, isLate]);
    try {
      const { response, credential } = await exchange.send({
        method,
        path,
        headers: {
          accept: 'application/json',
          ...(body === null ? {} : { 'content-type': 'application/json' }),
        },
        body: body === null ? null : JSON.stringify(body),
        signal: either,
        waitMs: 0,
      });
      const status = response.statusCode ?? 0;
      const said = await wholeText(bodyOf(response, 0, either, towards), towards);
      return { status, json: parsed(said, status, response.headers['content-type'] ?? ''), credential };
    } catch (error) {
      signal.throwIfAborted();
      if (isLate?.aborted !== true) throw error;
      throw new UserError(
        'AUDIT_CLUSTER_UNREACHABLE',
        `${towards.what} did not answer within ${timeoutMs / 1000} s`,
        { hint: 'give it longer with --request-timeout', cause: error },
      );
    }
  }

  return {
    address: towards.address,
    get,
    request,
    async send(method, path, body, signal) {
      const { status, json } = await ask(method, path, body, signal);
      return { status, json };
    },
    list: (path, signal) =>
      listPages(path, async (page) => {
        const { status, json, credential } = await ask('GET', page, null, signal);
        const origin = exchange.credentials.origin;
        return {
          status,
          json,
          refuse: () =>
            refusal({
              address: towards.address,
              method: 'GET',
              path: page,
              status,
              json,
              credential,
              origin,
            }),
        };
      }),
    async forward(target: ForwardTarget, signal: AbortSignal): Promise<Duplex> {
      const { forwardToPod } = await import('./wire/forward.ts');
      return await forwardToPod(exchange, target, signal);
    },
    async exec(target: ExecTarget, signal: AbortSignal): Promise<RunningCommand> {
      const { execInContainer } = await import('./wire/exec.ts');
      return await execInContainer(exchange, target, signal);
    },
  };

  /** JSON; or, where something else than the API server answers, a Status that holds the text. */
  function parsed(said: string, status: number, type: string): unknown {
    if (said === '') return null;
    try {
      return JSON.parse(said) as unknown;
    } catch (cause) {
      const message = said.slice(0, 500);
      if (status >= 300) return { kind: 'Status', status: 'Failure', code: status, message };
      throw new UserError(
        'AUDIT_CLUSTER_UNREACHABLE',
        `what answers at ${towards.address} is no API server: it sent ${type === '' ? 'no JSON' : JSON.stringify(type)}`,
        { hint: 'kubectl config view --minify; is a login page or a proxy in between?', cause },
      );
    }
  }
}
