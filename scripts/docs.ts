/**
 * Writes the parts of README.md that lists in the code already say, between `<!-- name -->` and `<!-- /name -->` (verbs, how
 * sure a change is, risks, flags, formats, error codes), and under each `$ kubectl audit …` of a console block what it prints.
 * And docs/benchmark.md, of the figures that the benchmark left in docs/benchmark.json.
 * `--check` only compares, and fails when a part is stale.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLAGS, type Flag } from '../src/commands/flags.ts';
import { COMMANDS } from '../src/commands/registry.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { WORDS } from '../src/query/words.ts';
import { RISKS } from '../src/questions/rbac-diff/risks.ts';
import { FORMATS } from '../src/render/registry.ts';
import { docsPage, type Report } from '../test/bench/report.ts';
import { root, writeOrCheck } from './write-or-check.ts';

/** Under the name that kubectl calls, so that answers offer commands as they were typed. */
const folder = mkdtempSync(join(tmpdir(), 'docs-'));
const asPlugin = join(folder, 'kubectl-audit');
symlinkSync(join(root, 'src/cli.ts'), asPlugin);
process.on('exit', () => rmSync(folder, { recursive: true }));

const PARTS: Readonly<Record<string, () => string>> = {
  verbs: () =>
    table(
      ['Verb', 'Means', 'When only metadata is logged'],
      WORDS.map((word) => [`\`${word.name}\``, word.means, word.atMetadata]),
    ),
  basis: () =>
    table(
      ['BASIS', 'Means'],
      termsOf('what-changed').map(([name, means]) => [`\`${name}\``, means]),
    ),
  risks: () =>
    Object.keys(RISKS)
      .map((risk) => `\`${risk}\``)
      .join(' · '),
  flags: () =>
    table(
      ['Flag', 'Means'],
      (Object.values(FLAGS) as Flag[]).map((flag) => [flagText(flag), flag.help]),
    ),
  formats: () =>
    table(
      ['`-o`', 'Gives'],
      FORMATS.map((format) => [`\`${format.name}\``, format.summary]),
    ),
  errors: () =>
    Object.entries(ERROR_CODES)
      .map(([code, status]) => `\`${code}\` ${status}`)
      .join(' · '),
};

let after = readFileSync(join(root, 'README.md'), 'utf8');
for (const [name, make] of Object.entries(PARTS)) {
  const part = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!part.test(after)) throw new Error(`README.md has no part "${name}"`);
  after = after.replace(part, (_all, start: string, end: string) => `${start}${make()}\n${end}`);
}
after = after.replaceAll(
  /```console\n([\s\S]*?)```/g,
  (_all, block: string) => `\`\`\`console\n${played(block)}\`\`\``,
);
writeOrCheck('README.md', after, 'npm run docs');

// Its figures are whoever's last measured on a quiet machine: `npm run bench -- --write-docs`.
if (existsSync(join(root, 'docs/benchmark.json'))) {
  const figures = JSON.parse(readFileSync(join(root, 'docs/benchmark.json'), 'utf8')) as Report;
  writeOrCheck('docs/benchmark.md', docsPage(figures), 'npm run docs');
}

/** The words that a question's help explains. */
function termsOf(question: string): readonly (readonly [string, string])[] {
  return COMMANDS.find(({ name }) => name === question)?.terms?.of ?? [];
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

/** Runs a block's commands, 100 columns wide and in UTC, from the sources, with `kubectl audit` as their name. */
function played(block: string): string {
  const commands = block.split('\n').filter((line) => line.startsWith('$ '));
  return commands.map((line) => `${line}\n${outputOf(line.slice(2))}\n`).join('\n');
}

function outputOf(command: string): string {
  const script = command.replace(/^kubectl audit/, `"${process.execPath}" "${asPlugin}"`);
  const env = { PATH: process.env.PATH ?? '', COLUMNS: '100', TZ: 'UTC' };
  const run = spawnSync('sh', ['-c', script], { cwd: root, env, encoding: 'utf8' });
  if (run.status !== 0 && run.status !== 3)
    throw new Error(`${command} ended with ${run.status}: ${run.stderr}`);
  return `${run.stdout}${run.stderr}`.trimEnd();
}
