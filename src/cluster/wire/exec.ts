/**
 * A command in a container over a websocket (kubelet and apiserver, v5.channel.k8s.io and v4.channel.k8s.io): each message's
 * first byte is its channel. Its output is read as fast as the reader takes it.
 */
import { Readable } from 'node:stream';
import { UserError } from '../../errors.ts';
import type { ExecTarget, RunningCommand } from '../../io.ts';
import { networkError } from '../../wire/network-error.ts';
import type { Exchange } from './exchange.ts';
import { openSocket, parsedOrText } from './socket.ts';
import { toStatus } from './status.ts';

const STDOUT = 1;
const STDERR = 2;
/** Carries one Status when the command is over. */
const ERROR = 3;

/** What is kept of stderr. */
const MAX_STDERR_BYTES = 4096;
/** So that nothing in between takes a quiet command for a dead connection; kubectl's is 5 s. */
const PING_MS = 10_000;

export async function execInContainer(
  exchange: Exchange,
  target: ExecTarget,
  signal: AbortSignal,
): Promise<RunningCommand> {
  const path = execPath(target);
  const socket = await openSocket(exchange, path, ['v5.channel.k8s.io', 'v4.channel.k8s.io'], signal);
  const beat = setInterval(() => socket.ping(), PING_MS);
  const stdout = new Readable({ read: () => socket.resume(), highWaterMark: 1 << 20 });
  const stderr: Buffer[] = [];
  let stderrBytes = 0;
  let verdict: unknown = null;
  let broken: Error | null = null;

  socket.on('message', (message: Buffer) => {
    const channel = message[0];
    const payload = message.subarray(1);
    if (channel === STDOUT && payload.length > 0) {
      if (!stdout.push(payload)) socket.pause();
    } else if (channel === STDERR && stderrBytes < MAX_STDERR_BYTES) {
      stderr.push(payload.subarray(0, MAX_STDERR_BYTES - stderrBytes));
      stderrBytes += payload.length;
    } else if (channel === ERROR) verdict = parsedOrText(payload.toString('utf8'));
  });
  socket.on('error', (error) => {
    broken = error;
  });

  const ended = new Promise<{ exitCode: number; stderr: string }>((resolve, reject) => {
    const stop = () => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    socket.on('close', () => {
      clearInterval(beat);
      signal.removeEventListener('abort', stop);
      const fate = fateOf();
      if (fate instanceof Error) stdout.destroy(fate);
      else stdout.push(null);
      if (fate instanceof Error) reject(fate);
      else resolve({ exitCode: fate, stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
  // Whoever only reads stdout hears of it there.
  ended.catch(() => {});
  stdout.on('error', () => {});
  // A reader who stops early wants no more of the command either.
  stdout.on('close', () => socket.terminate());

  function fateOf(): number | Error {
    if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new Error('aborted');
    if (verdict === null) {
      return broken === null
        ? networkError(Object.assign(new Error('closed'), { code: 'ECONNRESET' }), exchange.towards)
        : networkError(broken, exchange.towards);
    }
    return (
      exitCodeOf(verdict) ??
      new UserError(
        'AUDIT_CLUSTER_UNREACHABLE',
        `the command could not be run in pod ${target.namespace}/${target.pod}: ${toStatus(verdict).message}`,
        { hint: `kubectl -n ${target.namespace} describe pod ${target.pod}` },
      )
    );
  }

  return { stdout, ended };
}

function execPath({ namespace, pod, container, command }: ExecTarget): string {
  const query = new URLSearchParams({ container, stdout: 'true', stderr: 'true' });
  for (const word of command) query.append('command', word);
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query}`;
}

/** Null when the command was never run. */
function exitCodeOf(verdict: unknown): number | null {
  if (typeof verdict === 'object' && verdict !== null && 'status' in verdict && verdict.status === 'Success')
    return 0;
  const { reason, details } = toStatus(verdict);
  const code = details.causes.find((cause) => cause.reason === 'ExitCode')?.message ?? '';
  return reason === 'NonZeroExitCode' && /^\d+$/.test(code) ? Number(code) : null;
}
