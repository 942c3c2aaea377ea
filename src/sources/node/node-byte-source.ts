/**
 * One file behind the kubelet's /logs/, as bytes at an offset: Range requests, no HEAD (a kubelet answers it with 405).
 * Observed on v1.34.4 and v1.36.3: 206 with Content-Range, 416 with the size past the end, never a content coding.
 */
import { UserError } from '../../errors.ts';
import type { ApiResponse, ApiServer } from '../../io.ts';
import { refusalOf } from './kubelet-refusal.ts';
import { type FileFacts, HEAD_BYTES, PassingTrouble, type RemoteFile } from './log-folder.ts';

export class NodeByteSource implements RemoteFile {
  readonly name: string;
  readonly #api: ApiServer;
  readonly #url: string;
  readonly #at: { readonly node: string; readonly path: string };

  /** `url`: encoded. `at`: where the file lies, for messages. */
  constructor(api: ApiServer, url: string, at: { readonly node: string; readonly path: string }) {
    this.name = `${at.node}:${at.path}`;
    this.#api = api;
    this.#url = url;
    this.#at = at;
  }

  async size(signal: AbortSignal): Promise<number> {
    return (await this.stat(signal)).bytes;
  }

  /** Size, time and first bytes in one request. */
  async stat(signal: AbortSignal): Promise<FileFacts> {
    return this.#request(0, HEAD_BYTES, signal, async (response) => {
      const modifiedUs = microsOf(response.headers['last-modified']);
      if (response.status === 416)
        return { bytes: sizeIn(response) ?? 0, modifiedUs, head: NO_BYTES, hasRanges: true };
      const head = await firstOf(response.body, HEAD_BYTES);
      if (response.status === 206)
        return { bytes: sizeIn(response) ?? head.length, modifiedUs, head, hasRanges: true };
      const bytes = Number(response.headers['content-length'] ?? Number.NaN);
      return { bytes: Number.isFinite(bytes) ? bytes : head.length, modifiedUs, head, hasRanges: false };
    });
  }

  async readAt(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.stream(offset, offset + length, signal)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *stream(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (to <= from) return;
    const own = new AbortController();
    try {
      const response = await this.#get(from, to, AbortSignal.any([signal, own.signal]));
      if (response.status === 416) return;
      // A proxy in between that knows no ranges gives the file from its beginning.
      let skip = response.status === 206 ? 0 : from;
      let left = to - from;
      for await (const chunk of response.body) {
        const wanted = chunk.subarray(Math.min(skip, chunk.length)).subarray(0, left);
        skip -= Math.min(skip, chunk.length);
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
        if (left === 0) break;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw troubleOf(error, this.#at.node);
    } finally {
      own.abort();
    }
  }

  async close(): Promise<void> {}

  /** One request whose answer is dropped when `use` has seen enough of it. */
  async #request<T>(
    from: number,
    to: number,
    signal: AbortSignal,
    use: (response: ApiResponse) => Promise<T>,
  ): Promise<T> {
    const own = new AbortController();
    try {
      return await use(await this.#get(from, to, AbortSignal.any([signal, own.signal])));
    } catch (error) {
      signal.throwIfAborted();
      throw troubleOf(error, this.#at.node);
    } finally {
      own.abort();
    }
  }

  async #get(from: number, to: number, signal: AbortSignal): Promise<ApiResponse> {
    const response = await this.#api.get(this.#url, {
      headers: { range: `bytes=${from}-${to - 1}` },
      signal,
    });
    if (response.status === 200 || response.status === 206 || response.status === 416) return response;
    throw await refusalOf(response, this.#at.node, this.#at.path);
  }
}

const NO_BYTES = new Uint8Array(0);

/** A connection that broke gives Node's own errors; those of our own making stand. */
function troubleOf(error: unknown, node: string): unknown {
  if (error instanceof PassingTrouble) return error;
  if (error instanceof UserError)
    return error.code === 'AUDIT_CLUSTER_UNREACHABLE'
      ? new PassingTrouble(error.code, error.message, {
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          cause: error,
        })
      : error;
  if (!isBrokenConnection(error)) return error;
  return new PassingTrouble(
    'AUDIT_CLUSTER_UNREACHABLE',
    `the connection to ${node} broke: ${error.message}`,
    { cause: error },
  );
}

function isBrokenConnection(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    'code' in error ||
    error.name === 'AbortError' ||
    error.message === 'aborted' ||
    error.message === 'terminated'
  );
}

/** `bytes 0-99/227549`; past the end a star stands for the range. */
function sizeIn({ headers }: ApiResponse): number | null {
  const size = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  return size === undefined ? null : Number(size);
}

/** Whole seconds. */
function microsOf(header: string | undefined): number | null {
  const ms = Date.parse(header ?? '');
  return Number.isNaN(ms) ? null : ms * 1000;
}

async function firstOf(body: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size >= length) break;
  }
  return Buffer.concat(parts).subarray(0, length);
}
