/** Bundles src/cli.ts into dist/: one entry, and a chunk for each command, source and format loaded on demand. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { leanBuiltins } from './lean-builtins.ts';
import { loadTogether } from './load-together.ts';
import { thirdPartyNotices } from './third-party.ts';

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

const { metafile: graph } = await build({ ...options, plugins: [leanStringWidth()] });
const { metafile, outputFiles } = await build({
  ...options,
  plugins: [leanStringWidth(), loadTogether(root, graph, TOGETHER)],
});
rmSync(`${root}dist`, { recursive: true, force: true });
for (const { path, text } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, leanBuiltins(text), { mode: text.startsWith('#!') ? 0o755 : 0o644 });
}
writeFileSync(`${root}dist/THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(metafile, root));
const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
process.stdout.write(`dist: ${outputFiles.length} files, ${Math.round(bytes / 1000)} kB\n`);

/**
 * string-width costs 30 of yargs' 43 ms at start-up: it builds an Intl.Segmenter and an emoji pattern. cli-table3 has an
 * older one of its own, loaded with tables only, which stays.
 */
function leanStringWidth(): Plugin {
  return {
    name: 'lean-string-width',
    setup(bundle) {
      bundle.onResolve({ filter: /^string-width$/ }, ({ kind }) =>
        kind === 'import-statement' ? { path: `${root}scripts/string-width.ts` } : null,
      );
    },
  };
}
