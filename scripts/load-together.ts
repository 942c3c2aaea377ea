/**
 * An esbuild plugin that makes one file of modules that are always loaded together. esbuild cuts a chunk for each set of
 * entries that share a module, which makes a dozen small files of what a start needs; each costs Node about a millisecond.
 * So that a group's modules are shared by the same entries, whoever needs one of them is made to import all.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

/** A group: some modules and all that they import, but what a group before it has. */
type Groups = readonly (readonly string[])[];

/** `graph`: of a build without this. */
export function loadTogether(folder: string, graph: Metafile, groups: Groups): Plugin {
  const wanted = importsToAdd(graph, groups);
  return {
    name: 'load-together',
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const added = wanted.get(path.slice(folder.length));
        if (added === undefined) return null;
        const lines = added.map((input) => `import ${JSON.stringify(join(folder, input))};`);
        // In front, and on the first line: positions in stacks stay right.
        return { contents: `${lines.join('')}${await readFile(path, 'utf8')}`, loader: 'ts' };
      });
    },
  };
}

/** For each entry, by its path, what it must import besides. */
function importsToAdd(graph: Metafile, groupsByRoots: Groups): ReadonlyMap<string, readonly string[]> {
  const dynamic = dynamicEntries(graph);
  // What is loaded by `import()`, or is the program itself.
  const hasOwnFile = new Set(Object.values(graph.outputs).map(({ entryPoint }) => entryPoint));
  const groups: ReadonlySet<string>[] = [];
  for (const roots of groupsByRoots) {
    const reached = new Set<string>();
    for (const root of roots) reach(graph, root, reached);
    const isFree = (input: string) => !hasOwnFile.has(input) && groups.every((one) => !one.has(input));
    groups.push(new Set([...reached].filter((input) => isOurs(input) && isFree(input))));
  }
  const missingFrom = (entry: string): string[] => {
    const reached = reach(graph, entry);
    const touched = groups.filter((group) => [...group].some((input) => reached.has(input)));
    return touched.flatMap((group) => [...group].filter((input) => !reached.has(input)));
  };
  return new Map([...dynamic].map((entry) => [entry, missingFrom(entry)]));
}

/** Packages stay as they are cut; of Node's modules and of JSON there is nothing to share. */
function isOurs(input: string): boolean {
  return input.startsWith('src/') && input.endsWith('.ts');
}

function dynamicEntries(graph: Metafile): ReadonlySet<string> {
  const imports = Object.values(graph.inputs).flatMap((input) => input.imports);
  return new Set(
    imports.flatMap(({ kind, path, external }) =>
      kind === 'dynamic-import' && external !== true && path.startsWith('src/') ? [path] : [],
    ),
  );
}

/** What loading it loads at once, itself included. */
function reach(graph: Metafile, from: string, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(from)) return reached;
  reached.add(from);
  for (const { kind, path, external } of graph.inputs[from]?.imports ?? []) {
    if (kind !== 'dynamic-import' && external !== true) reach(graph, path, reached);
  }
  return reached;
}
