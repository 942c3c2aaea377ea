/**
 * Container log lines of the kubelet (CRI: time, stream, P or F, text), whose runtimes split long lines at 16 KiB: the
 * parts of a line kept until its last one. What the joined text is, is records.ts's.
 */
import { Clip } from './clip.ts';

const CRI =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::\S{0,40})? /;
/** Longest prefix that CRI matches. */
const PREFIX_BYTES = 96;

export interface CriLine {
  readonly time: string;
  readonly stream: string;
  /** Another part follows. */
  readonly isPartial: boolean;
  readonly prefixBytes: number;
}

/** Null for a line that has no such prefix. */
export function parseCriPrefix(bytes: Buffer, start: number, end: number): CriLine | null {
  const first = bytes[start] ?? 0;
  if (first < 0x30 || first > 0x39) return null;
  const parts = CRI.exec(bytes.toString('latin1', start, Math.min(end, start + PREFIX_BYTES)));
  if (parts === null) return null;
  const [prefix, time = '', stream = '', tag] = parts;
  return { time, stream, isPartial: tag === 'P', prefixBytes: prefix.length };
}

/** The parts of lines that are not at their end, for each stream. */
export class PartialLines {
  readonly #maxBytes: number;
  readonly #open = new Map<string, { readonly clip: Clip; readonly line: number }>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  add(stream: string, bytes: Buffer, start: number, end: number, line: number): void {
    const open = this.#open.get(stream) ?? { clip: new Clip(this.#maxBytes), line };
    open.clip.push(bytes, start, end);
    this.#open.set(stream, open);
  }

  has(stream: string): boolean {
    return this.#open.has(stream);
  }

  take(stream: string): { readonly clip: Clip; readonly line: number } | null {
    const open = this.#open.get(stream) ?? null;
    this.#open.delete(stream);
    return open;
  }

  streams(): string[] {
    return [...this.#open.keys()];
  }
}
