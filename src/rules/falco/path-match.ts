/** Falco's pmatch: whether a path lies at or under one of several (falcosecurity/libs, userspace/libsinsp/prefix_search.h). */
import { compileGlob } from './fnmatch.ts';

/** A part of a path with a wildcard in it stands for one part, never for several. */
export function compilePaths(prefixes: readonly string[]): (path: string) => boolean {
  const wanted = prefixes.map((prefix) =>
    partsOf(prefix).map((part) => (/[*?[]/.test(part) ? compileGlob(part) : (own: string) => own === part)),
  );
  return (path) => {
    const parts = partsOf(path);
    return wanted.some(
      (tests) => tests.length <= parts.length && tests.every((test, index) => test(parts[index] ?? '')),
    );
  };
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}
