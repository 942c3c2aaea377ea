/**
 * An HTTP server that is asked, and not changed: so what gets no answer, or "later", is asked again. Who we are goes with every
 * request, and is renewed once when it is refused.
 */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiResponse, HttpCall, HttpServer } from '../io.ts';
import { answerOf, discard } from './body.ts';
import { isTransient, networkError, type Towards } from './network-error.ts';
import { backOff, MAX_TRIES, retryAfter } from './retry.ts';
import type { Headers, Wire } from './wire.ts';

export interface HttpServerOptions {
  readonly towards: Towards;
  /** Opened when the first request is sent. */
  readonly open: () => Promise<Wire>;
  /** Of this request: what says who we are, signatures included. `isRenewed`: the last ones were refused. */
  readonly headersFor: (call: HttpCall, isRenewed: boolean) => Promise<Headers>;
  /** Whether other credentials may be had than those that were refused. */
  readonly renews: boolean;
  /** Until an answer begins, and for each silence within it; 0: none. */
  readonly timeoutMs: number;
}

export function openHttpServer(options: HttpServerOptions): HttpServer {
  const { towards, timeoutMs } = options;
  let wire: Promise<Wire> | null = null;

  function opened(): Promise<Wire> {
    wire ??= options.open();
    return wire;
  }

  async function send(call: HttpCall): Promise<IncomingMessage> {
    let isRenewed = false;
    for (let tries = 1; ; tries++) {
      const answered = await sendOnce(call, isRenewed, tries);
      if (answered === null) continue;
      if (answered.statusCode === 401 && options.renews && !isRenewed) {
        isRenewed = true;
        discard(answered);
        continue;
      }
      const isSaid = answered.statusCode === 429 ? call.pacesItself === true : call.isBeginning === true;
      if (isSaid) return answered;
      // It only asks: what holds for GET holds for all.
      const waitMs = retryAfter(answered, 'GET', '', tries);
      if (waitMs === null) return answered;
      discard(answered);
      await sleep(waitMs, undefined, { signal: call.signal });
    }
  }

  /** Null: the connection broke, and is worth another try. */
  async function sendOnce(
    call: HttpCall,
    isRenewed: boolean,
    tries: number,
  ): Promise<IncomingMessage | null> {
    const { method, path, body, signal } = call;
    signal.throwIfAborted();
    const own = await options.headersFor(call, isRenewed);
    const to = await opened();
    try {
      const headers = { ...own, ...call.headers };
      return await to.send({ method, path, headers, body, signal, waitMs: timeoutMs });
    } catch (error) {
      signal.throwIfAborted();
      const isLast = tries >= MAX_TRIES || call.isBeginning === true;
      if (isLast || !isTransient(error)) throw networkError(error, towards);
      await sleep(backOff(tries), undefined, { signal });
      return null;
    }
  }

  return {
    address: towards.address,
    async request(call): Promise<ApiResponse> {
      return answerOf(await send(call), timeoutMs, call.signal, towards);
    },
    close() {
      wire?.then((opened) => opened.close()).catch(() => {});
    },
  };
}
