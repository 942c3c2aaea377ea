/**
 * Compressed bytes → plain ones, told by their first bytes, not by a name: gzip (of several members) and zstd. A stream
 * that breaks off gives what could be read and says so; what that means is the caller's.
 */
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { UserError } from '../errors.ts';
import { ZstdFrames } from './zstd-frames.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/**
 * What an engine makes at a time. It makes no more before that is taken, however much it was fed: what a hostile archive blows
 * up to stays small. And when it is taken the engine goes on at once, beside whoever works on it: the more it was fed by
 * then, the seldomer it waits (1 GB of gzip: 0.25 s of the caller's time when fed 1 MiB at once, 0.42 with 32 KiB).
 */
const PLAIN_BYTES = 1024 * 1024;

/** Throws a UserError for formats that are not read here; `name` is the file's, for the message. */
export function compressionOf(first: Uint8Array, name: string): Compression {
  if (begins(first, 0x1f, 0x8b)) return 'gzip';
  if (isZstd(first)) return 'zstd';
  if (begins(first, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) throw unsupported('xz', 'xz -dc', name);
  const level = first[3] ?? 0;
  if (begins(first, 0x42, 0x5a, 0x68) && level >= 0x31 && level <= 0x39) {
    throw unsupported('bzip2', 'bzip2 -dc', name);
  }
  return 'none';
}

/** A frame, or one to be skipped: pzstd begins with such. */
function isZstd(first: Uint8Array): boolean {
  if (begins(first, 0x28, 0xb5, 0x2f, 0xfd)) return true;
  return (first[0] ?? 0) >> 4 === 5 && begins(first.subarray(1), 0x2a, 0x4d, 0x18);
}

function begins(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

function unsupported(format: string, command: string, name: string): UserError {
  return new UserError(
    'AUDIT_UNSUPPORTED_COMPRESSION',
    `"${name}" is compressed with ${format}, which is not read`,
    {
      hint: `${command} ${quotedForShell(name)} | kubectl audit … --file -`,
    },
  );
}

function quotedForShell(name: string): string {
  if (name === '-' || name === 'stdin') return 'FILE';
  return /^[\w./:@%+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

/**
 * `onBroken` is called once, after the last readable bytes, with what is wrong. Errors of `chunks` are thrown. The engine
 * works on one piece while the caller works on the one before.
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'zstd',
  onBroken: (why: string) => void,
): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  const input = new Input(compression === 'zstd' ? framesOf(chunks, frames) : chunks);
  try {
    while (true) {
      const engine = compression === 'gzip' ? createGunzip(OPTIONS) : createZstdDecompress(OPTIONS);
      const error = yield* run(engine, input);
      if (error !== null) return onBroken(error.message);
      if (input.isAtEnd) return frames.isWithinFrame ? onBroken('unexpected end of file') : undefined;
      // Node's zstd stops behind a frame that ends within a piece; gunzip goes on by itself.
      const next = await input.peek();
      if (compression === 'zstd' && isZstd(next)) continue;
      // Blocks of a tape are filled up with NULs.
      if (next.every((byte) => byte === 0)) return;
      return onBroken('something else follows the compressed data');
    }
  } finally {
    await input.close();
  }
}

async function* framesOf(chunks: AsyncIterable<Uint8Array>, frames: ZstdFrames): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    frames.push(chunk);
    yield chunk;
  }
}

const OPTIONS = { chunkSize: PLAIN_BYTES, readableHighWaterMark: PLAIN_BYTES };

type Engine = ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>;

/** To the end of the input, or of what this engine takes for the end of its data. Returns its error. */
async function* run(engine: Engine, input: Input): AsyncGenerator<Uint8Array, Error | null> {
  const state: { error: Error | null; isEnded: boolean; wake: () => void } = {
    error: null,
    isEnded: false,
    wake: () => {},
  };
  engine.on('readable', () => state.wake());
  engine.on('end', () => {
    state.isEnded = true;
    state.wake();
  });
  engine.on('error', (error) => {
    state.error = error;
    state.wake();
  });
  const fed = feed(engine, input);
  try {
    while (true) {
      const plain: Buffer | null = engine.read();
      if (plain !== null) {
        yield plain;
        release(plain);
      } else if (state.isEnded || state.error !== null) break;
      else
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
    }
  } finally {
    engine.destroy();
    await fed;
  }
  if (input.error !== null) throw input.error;
  return state.error;
}

/**
 * The engine takes new memory for each piece. Given back at once, the next piece lies in it again; left to the collector, there
 * are some 30 MB of it. A piece that does not fill its memory to the end shares it with the next.
 */
function release({ buffer, byteOffset, length }: Buffer): void {
  const isLast = byteOffset + length === buffer.byteLength;
  if (isLast && buffer.byteLength >= PLAIN_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Never rejects: what goes wrong with the input stands in `input.error`, with the engine in its own event. */
async function feed(engine: Engine, input: Input): Promise<void> {
  const stopped = new Promise<'stopped'>((resolve) => {
    for (const event of ['end', 'error', 'close']) engine.once(event, () => resolve('stopped'));
  });
  let written = 0;
  while (true) {
    const piece = await input.next();
    if (engine.destroyed || engine.readableEnded) return input.unread(piece);
    if (piece === null) {
      if (input.error === null) engine.end();
      else engine.destroy(new Error('the input failed'));
      return;
    }
    written += piece.length;
    const taken = new Promise<'taken'>((resolve) => {
      engine.write(piece, () => resolve('taken'));
    });
    // Data that ends within a piece: the engine leaves the rest of it, and ends by itself.
    const outcome = await Promise.race([taken, stopped]);
    if (outcome === 'stopped' || engine.bytesWritten < written) {
      return input.unread(piece.subarray(piece.length - (written - engine.bytesWritten)));
    }
  }
}

/** The chunks, of which the last can be given back, or the end of it. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = NOTHING;
  #isEnded = false;
  error: unknown = null;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  get isAtEnd(): boolean {
    return this.#isEnded && this.#rest.length === 0;
  }

  /** Null at the end, and when the input fails. */
  async next(): Promise<Uint8Array | null> {
    if (!(await this.#fill(1))) return null;
    const piece = this.#rest;
    this.#rest = NOTHING;
    return piece;
  }

  unread(piece: Uint8Array | null): void {
    if (piece === null || piece.length === 0) return;
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([piece, this.#rest]);
  }

  /** The next bytes, enough of them to tell a format. */
  async peek(): Promise<Uint8Array> {
    await this.#fill(8);
    return this.#rest.subarray(0, 8);
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #fill(size: number): Promise<boolean> {
    try {
      while (this.#rest.length < size && !this.#isEnded) {
        // Asking for a chunk may overwrite the one before.
        if (this.#rest.length > 0) this.#rest = Buffer.from(this.#rest);
        const { value, done } = await this.#chunks.next();
        if (done === true) this.#isEnded = true;
        else this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
      }
    } catch (error) {
      this.error = error;
      this.#isEnded = true;
    }
    return this.#rest.length > 0;
  }
}

const NOTHING = new Uint8Array(0);
