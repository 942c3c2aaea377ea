/** An Io with nothing of the world in it: a fixed clock, UTC, text kept in strings. */
import { join } from 'node:path';
import { ClosedPipe, type Io, type TextSink } from '../../src/io.ts';

export interface FixedIoOptions {
  readonly stdin?: string | Uint8Array;
  readonly nowMs?: number;
  /** Of a terminal; null (the default): output goes to a file or a pipe. */
  readonly columns?: number | null;
  readonly isTTY?: boolean;
  readonly timeZone?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly calledAs?: string;
  readonly demoFolder?: string;
  readonly signal?: AbortSignal;
  /** The reader of standard output goes away after this many characters. */
  readonly outClosesAfter?: number;
}

export interface FixedIo extends Io {
  /** What was written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export const FIXED_NOW_MS = Date.parse('2026-11-22T10:00:00Z');

export function fixedIo(options: FixedIoOptions = {}): FixedIo {
  const columns = options.columns ?? null;
  const isTTY = options.isTTY ?? columns !== null;
  const out = keptSink({ isTTY, columns, closesAfter: options.outClosesAfter ?? Number.POSITIVE_INFINITY });
  const err = keptSink({ isTTY, columns, closesAfter: Number.POSITIVE_INFINITY });
  const nowMs = options.nowMs ?? FIXED_NOW_MS;
  return {
    in: chunksOf(options.stdin),
    inIsTTY: options.stdin === undefined,
    out: out.sink,
    err: err.sink,
    now: () => nowMs,
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    timeZone: options.timeZone ?? 'UTC',
    calledAs: options.calledAs ?? 'kubectl audit',
    cwd: options.cwd ?? process.cwd(),
    demoFolder: options.demoFolder ?? join(import.meta.dirname, '../../demo'),
    stdout: out.text,
    stderr: err.text,
  };
}

function keptSink(options: { isTTY: boolean; columns: number | null; closesAfter: number }): {
  sink: TextSink;
  text: () => string;
} {
  let kept = '';
  return {
    sink: {
      isTTY: options.isTTY,
      columns: options.columns,
      async write(text) {
        kept += text;
        if (kept.length > options.closesAfter) throw new ClosedPipe();
      },
    },
    text: () => kept,
  };
}

/** In uneven pieces: nothing may depend on where a chunk ends. */
async function* chunksOf(stdin: string | Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (stdin === undefined) return;
  const bytes = typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin;
  const sizes = [1, 7, 64, 1000, 65_536];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
