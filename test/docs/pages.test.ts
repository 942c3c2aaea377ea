/** Pages hang together: links lead somewhere, every page is found from the index, and lists are whole. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/errors.ts';
import { pagePaths } from './pages.ts';

const INDEX = 'docs/README.md';

interface Link {
  /** From the repository's folder. */
  readonly path: string;
  /** '' for none. */
  readonly anchor: string;
}

function linksOf(page: string): Link[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)].map(
    ([, path = '', anchor = '']) => ({
      path: path === '' ? page : normalize(join(dirname(page), path)).replace(/\/$/, ''),
      anchor,
    }),
  );
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the pages', () => {
  it.each(pagePaths())('%s: links lead somewhere', (page) => {
    for (const { path, anchor } of linksOf(page)) {
      expect([path, existsSync(path)]).toEqual([path, true]);
      if (anchor !== '') expect([anchor, anchorsOf(path).has(anchor)]).toEqual([anchor, true]);
    }
  });

  it('are all found from the index', () => {
    const reached = new Set<string>();
    const open = [INDEX];
    for (let page = open.pop(); page !== undefined; page = open.pop()) {
      if (reached.has(page) || !page.endsWith('.md') || !page.startsWith('docs/')) continue;
      reached.add(page);
      open.push(...linksOf(page).map(({ path }) => path));
    }
    const docs = pagePaths().filter((page) => page.startsWith('docs/'));
    expect(docs.filter((page) => !reached.has(page))).toEqual([]);
  });
});

describe('docs/troubleshooting.md', () => {
  const page = readFileSync('docs/troubleshooting.md', 'utf8');

  it('has every error code once, with its exit status and a mend', () => {
    for (const [code, status] of Object.entries(ERROR_CODES)) {
      const said = page.split('\n').filter((line) => line.startsWith(`**\`${code}\`**`));
      expect([code, said.length]).toEqual([code, 1]);
      expect(said[0]).toMatch(new RegExp(`^\\*\\*\`${code}\`\\*\\* \\(${status}\\): \\S.{40,}$`));
    }
    const known = [...page.matchAll(/`(AUDIT_[A-Z_]+)`/g)].map(([, code = '']) => code);
    expect(known.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });

  it('has every kind of gap', () => {
    const { definitions } = JSON.parse(readFileSync('docs/answer.schema.json', 'utf8')) as {
      definitions: { GapCode: { enum: string[] } };
    };
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    for (const code of definitions.GapCode.enum)
      expect([code, rows.filter((row) => row.split('|')[1]?.includes(`\`${code}\``)).length]).toEqual([
        code,
        1,
      ]);
  });
});

describe('docs/architecture.md', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');

  it('names each folder of the source, and nothing that is not there', () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) expect(page).toContain(`| \`src/${name}\` |`);
    const paths = [...page.matchAll(/`((?:src|test)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    for (const [, folder = '', contracts = ''] of page.matchAll(/^\| `(src\/\w+)` \|[^|]*\|([^|]*)\|$/gm))
      for (const [, file = ''] of contracts.matchAll(/`([\w./-]+\.ts)`/g))
        expect([file, existsSync(file.startsWith('src/') ? file : join(folder, file))]).toEqual([file, true]);
  });
});
