/**
 * The ports through which the world comes in: streams, clock, environment, the API server, bytes at an offset.
 * Types only; cli.ts and cluster/ provide them, commands hand them on.
 */

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

/** The Kubernetes API server, as the kubeconfig reaches it. Requests carry our User-Agent. Provided by cluster/. */
export interface ApiServer {
  /** GET of a path on the server. A status other than 2xx, 304, 404 or 416 rejects with a UserError. */
  get(
    path: string,
    options: { range?: string; headers?: Record<string, string>; signal: AbortSignal },
  ): Promise<{ status: number; headers: Readonly<Record<string, string>>; body: AsyncIterable<Uint8Array> }>;
  /** All pages of a list, as parsed items. */
  list(path: string, options: { signal: AbortSignal; limit?: number }): Promise<readonly unknown[]>;
  /** A TCP connection to a port of a pod, through the API server. The caller destroys it. */
  forward(
    target: { namespace: string; pod: string; port: number },
    signal: AbortSignal,
  ): Promise<{ readable: AsyncIterable<Uint8Array>; write(bytes: Uint8Array): Promise<void>; close(): void }>;
}
