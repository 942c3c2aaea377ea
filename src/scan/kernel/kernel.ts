/**
 * The compiled kernel (assembly/) with a memory of its own, in which the chunks of a file may lie. Compiled when it is first
 * wanted; where WebAssembly or its SIMD is missing, there is none.
 */

import type { PassedStages } from '../../event/passed-stages.ts';
import { KERNEL_WASM } from './kernel-wasm.ts';
import { CHUNK_BYTES, CHUNKS_AT, PAGES, PROGRAM_AT, WINDOW_AT } from './layout.ts';
import type { Program } from './program.ts';
import { type TakenOut, takeOutCounted, takeOutStages } from './take-out.ts';
import { writeTexts } from './texts.ts';
import { type WasmGlobal, type WasmModule, WebAssembly } from './web-assembly.ts';

export type Full = 'counted' | 'told';

/** What is passed over at a time. */
export interface PassedLines {
  /** Where the first line begins that was not. */
  readonly to: number;
  readonly lines: number;
  readonly outcomes: number;
  /** Earliest and latest requestReceivedTimestamp among them, microseconds; only where there are lines. */
  readonly fromUs: number;
  readonly toUs: number;
  /** The line there has to be decoded: the prefilter would say so too. */
  readonly isWanted: boolean;
  /** What has to be taken out before it can go on: all that was counted and told, or what was told alone. */
  readonly full: Full | null;
}

/** Rows made of lines: assembly/rows.ts says where they lie, and what stands in them. */
export interface IndexedLines {
  /** Where the first line begins that was not. */
  readonly to: number;
  readonly rows: number;
  /** Where the list ends of entries that came up. */
  readonly newsEnd: number;
  readonly stoppedFor: 'line' | 'room' | 'entries';
}

const STOPS = ['line', 'room', 'entries'] as const;
const FULL: readonly (Full | null)[] = [null, 'counted', 'told'];

interface Exports {
  passOver(start: number, end: number, maxLineBytes: number, sieve: number): number;
  clear(): void;
  clearStages(): void;
  beginRows(): void;
  indexLines(start: number, end: number, maxLineBytes: number): number;
  readonly rows: WasmGlobal;
  readonly newsEnd: WasmGlobal;
  readonly stoppedFor: WasmGlobal;
  readonly lines: WasmGlobal;
  readonly outcomes: WasmGlobal;
  readonly fromUs: WasmGlobal;
  readonly toUs: WasmGlobal;
  readonly isWanted: WasmGlobal;
  readonly full: WasmGlobal;
  readonly groupsEnd: WasmGlobal;
  readonly bucketsStart: WasmGlobal;
}

export class Kernel {
  readonly #bytes: Buffer;
  readonly #exports: Exports;
  #program: Program | null = null;
  /** For chunks that lie elsewhere: they are copied here. */
  readonly window: Buffer;
  readonly chunks: readonly [Buffer, Buffer];

  constructor(module: WasmModule) {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    this.#bytes = Buffer.from(memory.buffer);
    writeTexts(this.#bytes);
    const [first, second] = CHUNKS_AT;
    this.window = this.#slice(WINDOW_AT);
    this.chunks = [this.#slice(first), this.#slice(second)];
    owners.set(memory.buffer, this);
  }

  /** Judges by the program from the line on that begins at `start`; both are places in `bytes`, which lie in the memory. */
  passOver(program: Program, bytes: Buffer, start: number, end: number, maxLineBytes: number): PassedLines {
    if (program !== this.#program) this.#load(program);
    const base = bytes.byteOffset;
    const { passOver, lines, outcomes, fromUs, toUs, isWanted, full } = this.#exports;
    const to = passOver(base + start, base + end, maxLineBytes, program.start) - base;
    return {
      to,
      lines: lines.value,
      outcomes: outcomes.value,
      fromUs: fromUs.value,
      toUs: toUs.value,
      isWanted: isWanted.value === 1,
      full: FULL[full.value] ?? null,
    };
  }

  /** What was counted and told by the program since it was last asked for. Null: by another one, and it is lost. */
  takeOut(program: Program): TakenOut | null {
    if (program !== this.#program) return null;
    const { groupsEnd, bucketsStart } = this.#exports;
    const counted = takeOutCounted(this.#bytes, [groupsEnd.value, bucketsStart.value], program);
    const stages = takeOutStages(this.#bytes);
    this.#exports.clear();
    return { ...counted, stages };
  }

  /** As `takeOut`: what was counted stays, so that what is alike goes on being one. */
  takeOutStages(program: Program): readonly PassedStages[] {
    if (program !== this.#program) return [];
    const stages = takeOutStages(this.#bytes);
    this.#exports.clearStages();
    return stages;
  }

  /** What `indexLines` does begins, or has ended: its entries are forgotten, and so is what was counted. */
  clearRows(): void {
    this.#program = null;
    this.#exports.clear();
    this.#exports.beginRows();
  }

  /** As `passOver`. What it tells of is to be read before the next call. */
  indexLines(bytes: Buffer, start: number, end: number, maxLineBytes: number): IndexedLines {
    const base = bytes.byteOffset;
    const { indexLines, rows, newsEnd, stoppedFor } = this.#exports;
    const to = indexLines(base + start, base + end, maxLineBytes) - base;
    const why = STOPS[stoppedFor.value] ?? 'line';
    return { to, rows: rows.value, newsEnd: newsEnd.value, stoppedFor: why };
  }

  get memory(): Buffer {
    return this.#bytes;
  }

  #load(program: Program): void {
    this.#bytes.set(program.bytes, PROGRAM_AT);
    this.#program = program;
    this.#exports.clear();
  }

  #slice(at: number): Buffer {
    return this.#bytes.subarray(at, at + CHUNK_BYTES);
  }
}

/** The kernel in whose memory a chunk lies. */
export function kernelOf(chunk: Uint8Array): Kernel | null {
  return owners.get(chunk.buffer) ?? null;
}

const owners = new WeakMap<ArrayBufferLike, Kernel>();

/** Those that nobody has at the moment: a memory costs more to make than to keep. */
const idle: Kernel[] = [];
let compiled: WasmModule | null | undefined;

/** For its caller alone, until it is given back. Null: this engine does not run it. */
export function borrowKernel(): Kernel | null {
  if (compiled === undefined) compiled = compile();
  return idle.pop() ?? (compiled === null ? null : instantiate(compiled));
}

export function giveBackKernel(kernel: Kernel): void {
  if (!idle.includes(kernel)) idle.push(kernel);
}

function compile(): WasmModule | null {
  try {
    return new WebAssembly.Module(Buffer.from(KERNEL_WASM, 'base64'));
  } catch {
    return null;
  }
}

function instantiate(module: WasmModule): Kernel | null {
  try {
    return new Kernel(module);
  } catch {
    // No memory for it: address space is limited.
    return null;
  }
}
