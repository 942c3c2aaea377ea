/** What the program is made of, bundled by esbuild: one entry, and a chunk for each command, source and format loaded on demand. */
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { parseOwn } from '../src/rules/own/load-own.ts';
import type { PackedFile } from '../src/rules/own/packed.ts';
import { packFiles } from '../src/rules/pack-files.ts';
import { leanBuiltins } from './lean-builtins.ts';
import { loadTogether } from './load-together.ts';
import { type Bundled, bundledPackages } from './third-party.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Loaded by every start; by every question; by every question to a file. A thread takes no more than it needs. */
const TOGETHER = [
  ['src/cli.ts'],
  ['src/commands/run-question.ts', 'src/query/parse-object.ts', 'src/questions/who-did/who-did-row.ts'],
  ['src/sources/file/file-source.ts'],
];

const options = {
  absWorkingDir: root,
  // A thread has an entry of its own.
  entryPoints: ['src/cli.ts', 'src/scan/threads/worker.ts'],
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  minify: true,
  // Stacks of bugs that people report must be readable.
  keepNames: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  chunkNames: 'chunks/[name]-[hash]',
  // The notices below hold the whole licences.
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  write: false,
} as const satisfies BuildOptions;

export interface Bundle {
  /** `path`: as in dist/. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Of others. */
  readonly packages: readonly Bundled[];
}

/** `instead`: of some modules others are taken; both by their paths from the root. Writes nothing. */
export async function bundle(instead: ReadonlyMap<string, string> = new Map()): Promise<Bundle> {
  const plugins = [leanStringWidth(), packTexts(), taking(instead)];
  const { metafile: graph } = await build({ ...options, plugins });
  const { metafile, outputFiles } = await build({
    ...options,
    plugins: [...plugins, loadTogether(root, graph, TOGETHER)],
  });
  return {
    files: outputFiles.map(({ path, text }) => ({
      path: relative(`${root}dist`, path),
      text: leanBuiltins(text),
    })),
    packages: bundledPackages(metafile, root),
  };
}

function taking(instead: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'taking-others',
    setup(bundler) {
      bundler.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const other = instead.get(relative(root, resolve(resolveDir, path)));
        return other === undefined ? null : { path: `${root}${other}` };
      });
    },
  };
}

/** The rules that come with the program are in it: as text, and taken apart. */
export function packTexts(): Plugin {
  return {
    name: 'pack-texts',
    setup(bundler) {
      bundler.onLoad({ filter: /[\\/]src[\\/]rules[\\/]pack-files\.ts$/ }, () => ({
        contents: `export const packFiles = () => (${JSON.stringify(packFiles())});`,
        loader: 'js',
      }));
      bundler.onLoad({ filter: /[\\/]src[\\/]rules[\\/]pack-packed\.ts$/ }, () => ({
        contents: `export const packPacked = () => JSON.parse(${JSON.stringify(JSON.stringify(packed()))});`,
        loader: 'js',
      }));
    },
  };
}

function packed(): readonly PackedFile[] {
  return packFiles().map(({ text, file }) => {
    const { rules, places } = parseOwn(text, file);
    return {
      file,
      rules: rules.map(({ tests: _, ...rule }) => rule),
      lines: rules.map((_, n) => places.lineOf(['rules', n])),
    };
  });
}

/**
 * string-width costs 30 of yargs' 43 ms at start-up: it builds an Intl.Segmenter and an emoji pattern. cli-table3 has an
 * older one of its own, loaded with tables only, which stays.
 */
function leanStringWidth(): Plugin {
  return {
    name: 'lean-string-width',
    setup(bundler) {
      bundler.onResolve({ filter: /^string-width$/ }, ({ kind }) =>
        kind === 'import-statement' ? { path: `${root}scripts/string-width.ts` } : null,
      );
    },
  };
}
