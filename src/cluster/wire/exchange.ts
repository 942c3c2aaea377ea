/** One request and its answer, with everything that is to be tried on the way: credentials, renewing them, again. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { discard } from '../../wire/body.ts';
import { isTransient, networkError, type Towards } from '../../wire/network-error.ts';
import { backOff, MAX_TRIES, retryAfter } from '../../wire/retry.ts';
import type { ClientCertificate } from '../../wire/tls.ts';
import type { Call, Headers, Wire } from '../../wire/wire.ts';
import type { Credential, Credentials } from '../credentials/credentials.ts';

export interface Exchanged {
  readonly response: IncomingMessage;
  readonly credential: Credential;
}

export interface Exchange {
  readonly towards: Towards;
  readonly credentials: Credentials;
  /** Any status resolves. Rejects with a UserError when no answer comes, or with the signal's reason. */
  send(call: Call): Promise<Exchanged>;
  /** What a connection of its own needs: options, and headers that log in. */
  dial(): Promise<{ readonly wire: Wire; readonly headers: Headers; readonly credential: Credential }>;
}

export interface ExchangeOptions {
  readonly towards: Towards;
  readonly credentials: Credentials;
  /** Sent with every request. */
  readonly headers: Headers;
  /** A connection as this certificate's owner. */
  readonly open: (certificate: ClientCertificate | null) => Promise<Wire>;
}

export function openExchange({ towards, credentials, headers, open }: ExchangeOptions): Exchange {
  let opened: { certificate: ClientCertificate | null; wire: Promise<Wire> } | null = null;

  /** Another certificate needs other connections; the old ones end with what is running on them. */
  function wireAs(certificate: ClientCertificate | null): Promise<Wire> {
    if (opened?.certificate?.cert !== certificate?.cert || opened === null)
      opened = { certificate, wire: open(certificate) };
    return opened.wire;
  }

  async function dial() {
    const credential = await credentials.current();
    const login = credential.authorization === null ? {} : { authorization: credential.authorization };
    return { wire: await wireAs(credential.certificate), headers: { ...headers, ...login }, credential };
  }

  async function send(call: Call): Promise<Exchanged> {
    let hasRenewed = false;
    for (let tries = 1; ; tries++) {
      call.signal.throwIfAborted();
      const { wire, headers: own, credential } = await dial();
      let response: IncomingMessage;
      try {
        response = await wire.send({ ...call, headers: { ...own, ...call.headers } });
      } catch (error) {
        call.signal.throwIfAborted();
        if (call.method !== 'GET' || tries >= MAX_TRIES || !isTransient(error))
          throw networkError(error, towards);
        await sleep(backOff(tries), undefined, { signal: call.signal });
        continue;
      }
      if (response.statusCode === 401 && !hasRenewed) {
        hasRenewed = true;
        if (await credentials.renew(credential)) {
          discard(response);
          continue;
        }
      }
      const waitMs = retryAfter(response, call.method, call.path, tries);
      if (waitMs === null) return { response, credential };
      discard(response);
      await sleep(waitMs, undefined, { signal: call.signal });
    }
  }

  return { towards, credentials, send, dial };
}
