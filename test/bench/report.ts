/** A benchmark's results: as JSON, and from that as markdown, for the terminal and for docs. */
import type { CaseResult, Figure } from './run-case.ts';

export interface Report {
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly cases: readonly CaseResult[];
}

export function markdown({ machine, versions, runs, cases }: Report): string {
  const head = ['Case', 'Log', 'Against', 'Median', 'Min – max', 'Aim', 'Met'];
  const rows = cases.flatMap((one) => [
    ...one.figures.map((figure) => [one.title, logOf(one), ...cellsOf(figure)]),
    ...one.passedOver.map(({ against, why }) => [
      one.title,
      logOf(one),
      against,
      'not measured',
      why,
      '',
      '',
    ]),
  ]);
  const tools = Object.entries(versions).map(([name, version]) => `${name}: ${version}`);
  return [
    `${machine}. Whole processes, page cache warm; ${runs} runs of each pair in turn, the ratio of each two neighbours, the median of ratios.`,
    table(head, rows),
    `${aimsMet(cases)} ${tools.join(' · ')}`,
  ].join('\n\n');
}

/** How many aims are met, and which are not. */
export function aimsMet(cases: readonly CaseResult[]): string {
  const aims = cases.flatMap(({ name, figures }) =>
    figures.flatMap(({ against, isMet }) =>
      isMet === null ? [] : [{ aim: `${name} against ${against}`, isMet }],
    ),
  );
  const unmet = aims.filter(({ isMet }) => !isMet).map(({ aim }) => aim);
  const met = `${aims.length - unmet.length} of ${aims.length} aims are met`;
  return unmet.length === 0 ? `${met}.` : `${met}; not met: ${unmet.join(', ')}.`;
}

export function docsPage(report: Report): string {
  return [
    '# Benchmark',
    'Made by `npm run bench -- --write-docs`; how it is made, and how to run it: [test/bench](../test/bench/README.md).',
    '`ours / theirs` is to be small, `theirs / ours` large: so many times as long as we takes the other.',
    `${markdown(report)}\n`,
  ].join('\n\n');
}

function logOf({ log, bytes }: CaseResult): string {
  return log === null || bytes === null ? '' : `${log}, ${megabytes(bytes)}`;
}

function cellsOf({ against, unit, spread, bound, isAtLeast, isMet }: Figure): string[] {
  const { median, min, max } = spread;
  const isSmall = unit.includes('/') || !Number.isInteger(bound ?? 0) || unit.startsWith('%');
  const show = (value: number) => (unit === 'bytes' ? megabytes(value) : value.toFixed(isSmall ? 2 : 0));
  const suffix = unit === 'bytes' ? '' : unit.includes('/') ? '×' : ` ${unit}`;
  return [
    unit.includes('/') ? `${against} (${unit})` : against,
    `${show(median)}${suffix}`,
    `${show(min)} – ${show(max)}`,
    bound === null ? '' : `${isAtLeast ? '≥' : '≤'} ${show(bound)}${suffix}`,
    isMet === null ? '' : isMet ? 'yes' : '**no**',
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(Math.abs(bytes) < 1e8 ? 1 : 0)} MB`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
