/** The pages that people read: the README, what docs/ holds, the demo's story. docs/benchmark.md is made whole by the benchmark. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** From the repository's folder. */
export function pagePaths(): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && name !== 'benchmark.md')
    .map((name) => `docs/${name.replaceAll('\\', '/')}`);
  return ['README.md', 'demo/README.md', ...docs.sort()];
}
