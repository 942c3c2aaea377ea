/**
 * One file behind the kubelet's /logs/, as bytes at an offset: Range requests, no HEAD (a kubelet answers it with 405).
 * Observed on v1.34.4 and v1.36.3: 206 with Content-Range, 416 with the size past the end, never a content coding.
 */
import { UserError } from '../../errors.ts';
import type { ApiResponse, ApiServer } from '../../io.ts';
import { type FileFacts, HEAD_BYTES, PassingTrouble, type RemoteFile } from '../rotated-logs/log-folder.ts';
import { refusalOf } from './kubelet-refusal.ts';

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
    try {
      const response = await this.#get(0, HEAD_BYTES, signal);
      const modifiedUs = microsOf(response.headers['last-modified']);
      const hasRanges = response.status !== 200;
      const head = await firstOf(response.body, response.status === 416 ? 0 : HEAD_BYTES);
      const bytes = hasRanges ? sizeIn(response) : Number(response.headers['content-length'] ?? Number.NaN);
      return {
        bytes: bytes !== null && Number.isFinite(bytes) ? bytes : head.length,
        modifiedUs,
        head,
        hasRanges,
        id: null,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw troubleOf(error, this.#at.node);
    }
  }

  async readAt(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.stream(offset, offset + length, signal)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *stream(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (to <= from) return;
    try {
      const response = await this.#get(from, to, signal);
      // A proxy in between that knows no ranges gives the file from its beginning.
      let skip = response.status === 206 ? 0 : from;
      let left = response.status === 416 ? 0 : to - from;
      const isBeyond = response.status === 200 && Number(response.headers['content-length']) > to;
      for await (const chunk of response.body) {
        const wanted = chunk.subarray(Math.min(skip, chunk.length)).subarray(0, left);
        skip -= Math.min(skip, chunk.length);
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
        if (left === 0 && isBeyond) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw troubleOf(error, this.#at.node);
    }
  }

  async close(): Promise<void> {}

  async #get(from: number, to: number, signal: AbortSignal): Promise<ApiResponse> {
    const response = await this.#api.get(this.#url, {
      headers: { range: `bytes=${from}-${to - 1}` },
      signal,
    });
    if (response.status === 200 || response.status === 206 || response.status === 416) return response;
    throw await refusalOf(response, this.#at.node, this.#at.path);
  }
}

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

/** A short answer is read to its end, so that its connection serves the next request. */
async function firstOf(body: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    if (size < length) parts.push(part);
    size += part.length;
    if (size >= SHORT_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, length);
}

const SHORT_BYTES = 64 * 1024;
