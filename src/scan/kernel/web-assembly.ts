/** What is used of WebAssembly. Its types come with those of browsers only, and an engine may be without it. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface WasmGlobal {
  readonly value: number;
}

/** Compiled, for any number of instances. */
export type WasmModule = object;

interface WebAssembly {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: object };
}

/** Its constructors throw where there is none. */
export const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssembly };
