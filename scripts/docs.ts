/**
 * Writes what lists in the code already say into README.md and the pages of docs/, between `<!-- name -->` and `<!-- /name -->` (verbs,
 * how sure a change is, risks, flags, formats), and under each `$ kubectl audit …` of a console block what it prints.
 * docs/detections.md, of the rules that come with the program. And docs/benchmark.md, of the figures that the benchmark left in docs/benchmark.json.
 * `--check` only compares those parts, and fails when one is stale.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLAGS, type Flag } from '../src/commands/flags.ts';
import { COMMANDS } from '../src/commands/registry.ts';
import { WORDS } from '../src/query/words.ts';
import { SIGNS } from '../src/questions/failed-auth/signs.ts';
import { RISKS } from '../src/questions/rbac-diff/risks.ts';
import { VIEW_MEANS } from '../src/questions/top/views/view-means.ts';
import { FORMATS } from '../src/render/registry.ts';
import { docsPage, type Report } from '../test/bench/report.ts';
import { pagePaths } from '../test/docs/pages.ts';
import { playedPage } from '../test/docs/play.ts';
import { detectionsPage } from './detections-page.ts';
import { root, writeOrCheck } from './write-or-check.ts';

const PARTS: Readonly<Record<string, () => string>> = {
  verbs: () =>
    table(
      ['Verb', 'Means', 'When only metadata is logged'],
      WORDS.map((word) => [`\`${word.name}\``, word.means, word.atMetadata]),
    ),
  basis: () => terms('BASIS', termsOf('what-changed')),
  risks: () => terms('RISK', Object.entries(RISKS)),
  signs: () => terms('Sign', Object.entries(SIGNS)),
  views: () => terms('`--view`', Object.entries(VIEW_MEANS)),
  flags: () =>
    table(
      ['Flag', 'Means'],
      (Object.values(FLAGS) as Flag[]).map((flag) => [flagText(flag), flag.help]),
    ),
  formats: () =>
    terms(
      '`-o`',
      FORMATS.map(({ name, summary }) => [name, summary]),
    ),
};

const isCheck = process.argv.includes('--check');
const written = new Set<string>();
for (const path of pagePaths()) {
  const before = readFileSync(join(root, path), 'utf8');
  const withParts = before.replaceAll(
    /(<!-- (\w+) -->\n)[\s\S]*?(<!-- \/\2 -->)/g,
    (all, start: string, name: string, end: string) => {
      const make = PARTS[name];
      if (make === undefined) return all;
      written.add(name);
      return `${start}${make()}\n${end}`;
    },
  );
  // What the commands print is compared by test/docs/console.test.ts.
  writeOrCheck(path, isCheck ? withParts : await playedPage(withParts), 'npm run docs');
}
const missing = Object.keys(PARTS).filter((name) => !written.has(name));
if (missing.length > 0) throw new Error(`no page has the parts ${missing.join(', ')}`);

// Its figures are whoever's last measured on a quiet machine: `npm run bench -- --write-docs`.
if (existsSync(join(root, 'docs/benchmark.json'))) {
  const figures = JSON.parse(readFileSync(join(root, 'docs/benchmark.json'), 'utf8')) as Report;
  writeOrCheck('docs/benchmark.md', docsPage(figures), 'npm run docs');
}

writeOrCheck('docs/detections.md', await detectionsPage(), 'npm run docs');

/** The words that a question's help explains. */
function termsOf(question: string): readonly (readonly [string, string])[] {
  return COMMANDS.find(({ name }) => name === question)?.terms?.of ?? [];
}

function terms(head: string, of: readonly (readonly [string, string])[]): string {
  return table(
    [head, 'Means'],
    of.map(([term, means]) => [`\`${term}\``, means]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function flagText(flag: Flag): string {
  const short = flag.short === undefined ? '' : `\`-${flag.short}\`, `;
  return `${short}\`--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}\``;
}
