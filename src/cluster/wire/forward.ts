/**
 * A connection to a port of a pod over a websocket (kubelet, cri-streaming portforward/websocket.go, v4.channel.k8s.io): channel 0
 * carries the bytes, channel 1 what went wrong; each begins with the port's number.
 */
import { Duplex } from 'node:stream';
import type WebSocket from 'ws';
import { UserError } from '../../errors.ts';
import type { ForwardTarget } from '../../io.ts';
import { networkError } from '../../wire/network-error.ts';
import type { Exchange } from './exchange.ts';
import { openSocket } from './socket.ts';

const DATA = 0;
const ERROR = 1;
/** Of the port's number, at the beginning of each channel. */
const HEAD_BYTES = 2;

export async function forwardToPod(
  exchange: Exchange,
  target: ForwardTarget,
  signal: AbortSignal,
): Promise<Duplex> {
  const { namespace, pod, port } = target;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward?ports=${port}`;
  const socket = await openSocket(exchange, path, ['v4.channel.k8s.io'], signal);
  return streamOver(socket, target, exchange, signal);
}

function streamOver(
  socket: WebSocket,
  { namespace, pod, port }: ForwardTarget,
  { towards }: Exchange,
  signal: AbortSignal,
): Duplex {
  const left = new Map([
    [DATA, HEAD_BYTES],
    [ERROR, HEAD_BYTES],
  ]);
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) =>
      socket.send(Buffer.concat([Buffer.of(DATA), chunk]), { binary: true }, (error) => done(error ?? null)),
    // The other side hears of no half-open connection: it goes on until we close.
    final: (done) => done(),
    destroy: (error, done) => {
      signal.removeEventListener('abort', stop);
      socket.terminate();
      done(error);
    },
  });
  const stop = (): void => {
    stream.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal.addEventListener('abort', stop, { once: true });
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? -1;
    const head = Math.min(left.get(channel) ?? 0, message.length - 1);
    left.set(channel, (left.get(channel) ?? 0) - head);
    const payload = message.subarray(1 + head);
    if (payload.length === 0) return;
    if (channel === DATA) {
      if (!stream.push(payload)) socket.pause();
    } else if (channel === ERROR) {
      const said = payload.toString('utf8').trim();
      const text = `port ${port} of pod ${namespace}/${pod} cannot be reached: ${said}`;
      stream.destroy(
        new UserError(towards.codes.unreachable, text, {
          hint: `kubectl -n ${namespace} describe pod ${pod}`,
        }),
      );
    }
  });
  socket.on('error', (error) => stream.destroy(networkError(error, towards)));
  socket.on('close', () => stream.push(null));
  return stream;
}
