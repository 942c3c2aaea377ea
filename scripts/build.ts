/** Bundles src/cli.ts into dist/: one entry, and a chunk for each command, source and format loaded on demand. */
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { thirdPartyNotices } from './third-party.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
const result = await build({
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
  plugins: [leanStringWidth()],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
writeFileSync(`${root}dist/THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(result.metafile, root));
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(
  `dist: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1000)} kB\n`,
);

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
