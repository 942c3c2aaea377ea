/** The program as the files that go into an executable: the bundle's, each as a plain script, a thread's in one, and the demo. */
import { globSync, readFileSync } from 'node:fs';
import { build, transform } from 'esbuild';
import { bundle } from '../bundle.ts';
import type { Bundled } from '../third-party.ts';
import { root } from '../write-or-check.ts';

export interface ProgramFiles {
  /** What the executable begins with. */
  readonly main: string;
  /** By the names that the program knows them by. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly packages: readonly Bundled[];
}

const INSTEAD = new Map([
  ['src/installed.ts', 'scripts/release/inside/installed.ts'],
  ['src/scan/threads/start-thread.ts', 'scripts/release/inside/start-thread.ts'],
]);
const TARGET = 'node22.19';

export async function programFiles(): Promise<ProgramFiles> {
  const { files, packages } = await bundle(INSTEAD);
  const scripts = await Promise.all(
    files
      .filter(({ path }) => !path.startsWith('scan/'))
      .map(async ({ path, text }) => [path, Buffer.from(await asScript(text))] as const),
  );
  const demo = demoFiles();
  return {
    main: await bundled('scripts/release/inside/main.ts'),
    files: new Map<string, Uint8Array>([
      ...scripts,
      ['thread.js', Buffer.from(await bundled('src/scan/threads/worker.ts'))],
      ['demo.json', Buffer.from(JSON.stringify([...demo.keys()]))],
      ...[...demo].map(([name, bytes]) => [`demo/${name}`, bytes] as const),
    ]),
    packages,
  };
}

/** The logs alone: the rest of it is for people. */
function demoFiles(): ReadonlyMap<string, Uint8Array> {
  const names = globSync('audit/**/*.{log,gz}', { cwd: `${root}demo` }).sort();
  return new Map(names.map((name) => [name.replaceAll('\\', '/'), readFileSync(`${root}demo/${name}`)]));
}

async function asScript(text: string): Promise<string> {
  const { code } = await transform(text.replace(/^#!.*\n/, ''), {
    format: 'cjs',
    target: TARGET,
    minify: true,
    define: { 'import.meta.url': '__url' },
    supported: { 'dynamic-import': false },
    logLevel: 'error',
  });
  return code;
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    ...{ bundle: true, minify: true, keepNames: true, write: false },
    ...{ platform: 'node', format: 'cjs', target: TARGET, legalComments: 'none' },
  });
  return outputFiles[0]?.text ?? '';
}
