/** Connections that somebody else makes, a port-forward's: kept open and used again like sockets. */
import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { TlsOptions } from './tls.ts';

export type Dial = () => Promise<Duplex>;

/** A few: each is a connection through the API server. */
const MAX_CONNECTIONS = 4;
const POOL: AgentOptions = { keepAlive: true, maxSockets: MAX_CONNECTIONS, scheduling: 'lifo' };

export class DialledAgent extends HttpAgent {
  readonly #dial: Dial;
  readonly #tls: TlsOptions | null;

  constructor(dial: Dial, tls: TlsOptions | null) {
    super(POOL);
    this.#dial = dial;
    this.#tls = tls;
  }

  /** Of Node's contract: answers through the callback. */
  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): null {
    this.#dial().then(
      (stream) =>
        callback?.(
          null,
          this.#tls === null ? likeSocket(stream) : connectTls({ socket: stream, ...this.#tls }),
        ),
      (error: unknown) =>
        callback?.(error instanceof Error ? error : new Error(String(error)), undefined as never),
    );
    return null;
  }
}

/** What an agent and a request ask of a socket, and a stream has no need of. */
function likeSocket(stream: Duplex): Duplex {
  const same = (): Duplex => stream;
  return Object.assign(stream, {
    ...{ setKeepAlive: same, setNoDelay: same, setTimeout: same, ref: same, unref: same },
    ...{ connecting: false, remoteAddress: undefined },
  });
}
