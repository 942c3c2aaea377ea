/**
 * The ports through which the world comes in: streams, clock, environment, the API server, bytes at an offset.
 * Types only; cli.ts and cluster/ provide them, commands hand them on.
 */

import type { Duplex } from 'node:stream';

/** Where text goes. `write` resolves when the stream can take more; it rejects with ClosedPipe when the reader is gone. */
export interface TextSink {
  readonly isTTY: boolean;
  /** Columns of the terminal; null when it is not a terminal. */
  readonly columns: number | null;
  write(text: string): Promise<void>;
}

/** The reader of our output went away (`| head`): a success, not a failure. */
export class ClosedPipe extends Error {}

export interface Io {
  /** Standard input as bytes; read at most once. `inIsTTY` is true when nobody pipes anything in. */
  readonly in: AsyncIterable<Uint8Array>;
  readonly inIsTTY: boolean;
  readonly out: TextSink;
  readonly err: TextSink;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and by SIGTERM. */
  readonly signal: AbortSignal;
  /** IANA name of the local time zone. */
  readonly timeZone: string;
  /** What the user typed to call us: `kubectl audit` or `kubectl-audit`. */
  readonly calledAs: string;
  readonly cwd: string;
  /** Where the recorded incident lies that comes with the program. */
  readonly demoFolder: string;
}

/** Bytes at an offset, wherever they are: a local file, a node's log behind the API server, an object in a bucket. */
export interface ByteSource {
  readonly name: string;
  /** Bytes, as far as known when asked; a live file may have grown since. Null when it cannot be known. */
  size(signal: AbortSignal): Promise<number | null>;
  /** At most `length` bytes from `offset`; fewer only at the end; empty past it. Must not be called in parallel. */
  readAt(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * The Kubernetes API server, as the kubeconfig reaches it. Requests carry our User-Agent. Provided by cluster/. Paths are
 * given encoded, with their query. A request that gets no answer (refused connection, bad certificate, no credentials)
 * rejects with a UserError; an answer of any status resolves.
 */
export interface ApiServer {
  /** Scheme, host and port, for messages. */
  readonly address: string;
  /** The body must be read to its end, or the signal aborted. No content coding is asked for. */
  get(path: string, options: ApiGetOptions): Promise<ApiResponse>;
  /** A request with a JSON body (or none: null) and its whole answer, parsed; null for an empty one. */
  send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<ApiAnswer>;
  /** All pages of a list. Rejects with a UserError (AUDIT_FORBIDDEN …) for any status but 200. */
  list(path: string, signal: AbortSignal): Promise<readonly unknown[]>;
  /** Any request and its answer as it comes: for what lies behind the API server. The body must be read to its end, or the signal aborted. */
  request(call: HttpCall): Promise<ApiResponse>;
  /** A connection to a port of a pod. Rejects with a UserError when it is not let through. */
  forward(target: ForwardTarget, signal: AbortSignal): Promise<Duplex>;
  /** Runs a command in a container, without a terminal and without input. Rejects with a UserError when it cannot be started. */
  exec(target: ExecTarget, signal: AbortSignal): Promise<RunningCommand>;
}

/**
 * An HTTP server, however it is reached: straight (wire/), or through the API server (cluster/). Credentials are its own
 * affair. A request that gets no answer rejects with a UserError; an answer of any status resolves.
 */
export interface HttpServer {
  /** For messages: `https://logs.corp:3100`, `service monitoring/loki:3100`. No secrets. */
  readonly address: string;
  /** The body must be read to its end, or the signal aborted. */
  request(call: HttpCall): Promise<ApiResponse>;
  close(): void;
}

/** It only asks, whatever the method: it may be sent again when it was not answered. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Encoded, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text; null for none. */
  readonly body: string | null;
  readonly signal: AbortSignal;
  /** The caller waits by itself when there were too many requests: 429 is an answer then. Default: it is sent again a few times. */
  readonly pacesItself?: true;
  /** It begins something: what got no answer, or only a gateway's, is not sent again. */
  readonly isBeginning?: true;
}

export interface ApiGetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly json: unknown;
}

export interface ForwardTarget {
  readonly namespace: string;
  readonly pod: string;
  /** Of the container: not the one that a Service has for it. */
  readonly port: number;
}

export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
}

/** `ended`, and reading `stdout`, reject with a UserError when the container could not run the command: said only after the start. */
export interface RunningCommand {
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Resolves after stdout has ended: the exit status, and what it said on stderr (its first 4 KiB). */
  readonly ended: Promise<{ readonly exitCode: number; readonly stderr: string }>;
}
