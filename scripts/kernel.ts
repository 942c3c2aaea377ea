/** Compiles src/scan/kernel/assembly/ into src/scan/kernel/kernel-wasm.ts. `--check` only compares. */
import asc from 'assemblyscript/asc';
import { root, writeOrCheck } from './write-or-check.ts';

writeOrCheck('src/scan/kernel/kernel-wasm.ts', textOf(await compile()), 'npm run kernel');

async function compile(): Promise<Uint8Array> {
  let wasm: Uint8Array = new Uint8Array(0);
  const { error, stderr } = await asc.main(
    [
      ...['src/scan/kernel/assembly/index.ts', '--outFile', 'kernel.wasm', '--baseDir', root],
      ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert'],
      ...['--runtime', 'stub', '--importMemory', '--enable', 'simd'],
    ],
    {
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (typeof contents !== 'string') wasm = contents;
      },
    },
  );
  if (error !== null) throw new Error(`the kernel does not compile:\n${stderr.toString()}`);
  return wasm;
}

function textOf(wasm: Uint8Array): string {
  const base64 = Buffer.from(wasm).toString('base64');
  return `/** Written by scripts/kernel.ts from assembly/: \`npm run kernel\`. */
export const KERNEL_WASM =
  '${base64}';
`;
}
