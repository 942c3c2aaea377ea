/** A websocket to the API server, with our credentials: for commands in containers, and ports of pods. */
import type WebSocket from 'ws';
import { networkError } from '../../wire/network-error.ts';
import type { Exchange } from './exchange.ts';
import { refusal } from './refusal.ts';

/** Dialling, the handshakes, and the kubelet's own start of what was asked for. */
const OPEN_MS = 60_000;
/** Of an answer in place of the upgrade. */
const MAX_REFUSAL_CHARACTERS = 65_536;

/** Open, paused. A 401 is tried once more with renewed credentials. Rejects with a UserError when the server does not let it through. */
export async function openSocket(
  exchange: Exchange,
  path: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<WebSocket> {
  const { default: Socket } = await import('ws');
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const { wire, headers, credential } = await exchange.dial();
    const url = `${exchange.towards.address.replace(/^http/, 'ws')}${wire.basePath}${path}`;
    const { protocol: _, host: __, port: ___, ...options } = wire.options;
    const socket = new Socket(url, [...protocols], {
      ...options,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : [...value],
        ]),
      ),
      perMessageDeflate: false,
      handshakeTimeout: OPEN_MS,
    });
    const refused = await opened(socket, exchange, signal);
    if (refused === null) return socket;
    if (refused.status === 401 && tries === 1 && (await exchange.credentials.renew(credential))) continue;
    const { address } = exchange.towards;
    throw refusal({
      address,
      method: 'GET',
      path,
      ...refused,
      credential,
      origin: exchange.credentials.origin,
    });
  }
}

/** Null when it is open; else what was answered in place of the upgrade. */
function opened(
  socket: WebSocket,
  { towards }: Exchange,
  signal: AbortSignal,
): Promise<{ status: number; json: unknown } | null> {
  return new Promise((resolve, reject) => {
    const stop = () => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    const settle = () => signal.removeEventListener('abort', stop);
    socket.once('open', () => {
      settle();
      socket.pause();
      resolve(null);
    });
    socket.once('unexpected-response', (_request, response) => {
      let said = '';
      const isLate = setTimeout(() => response.destroy(), OPEN_MS);
      // Not the socket's `terminate`: it has given the answer away.
      const leave = () => response.destroy();
      signal.addEventListener('abort', leave, { once: true });
      response.setEncoding('utf8');
      response.on('error', () => {});
      response.on('data', (text: string) => {
        said += text;
        if (said.length > MAX_REFUSAL_CHARACTERS) response.destroy();
      });
      response.on('close', () => {
        clearTimeout(isLate);
        signal.removeEventListener('abort', leave);
        settle();
        socket.terminate();
        if (signal.aborted) reject(signal.reason);
        else resolve({ status: response.statusCode ?? 0, json: parsedOrText(said) });
      });
    });
    socket.on('error', (error) => {
      settle();
      reject(signal.aborted ? signal.reason : networkError(error, towards));
    });
  });
}

/** JSON; what is none, as its text. */
export function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
