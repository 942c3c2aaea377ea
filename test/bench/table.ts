/** Results as markdown. */
import type { Result } from './race.ts';

/** Times as multiples of the first's, which is us; CPU's is the one to trust on a machine that does other things too. */
export function answersTable(results: readonly Result[]): string {
  const ours = results[0]?.median ?? { wallMs: Number.NaN, cpuMs: Number.NaN };
  return table(
    ['', 'wall s', 'CPU s', 'peak MB', '× our wall', '× our CPU', 'requests found'],
    results.map(({ name, median, why, hits }) =>
      median === null
        ? [name, why, '', '', '', '', '']
        : [
            name,
            (median.wallMs / 1000).toFixed(2),
            (median.cpuMs / 1000).toFixed(2),
            megabytes(median.rssBytes),
            (median.wallMs / ours.wallMs).toFixed(2),
            (median.cpuMs / ours.cpuMs).toFixed(2),
            String(hits),
          ],
    ),
  );
}

export function startUpTable(results: readonly Result[]): string {
  const bare = results[0]?.median?.wallMs ?? Number.NaN;
  return table(
    ['', 'wall ms', 'CPU ms', 'peak MB', 'ms more than bare node'],
    results.flatMap(({ name, median }) =>
      median === null
        ? []
        : [
            [
              name,
              median.wallMs.toFixed(0),
              median.cpuMs.toFixed(0),
              megabytes(median.rssBytes),
              (median.wallMs - bare).toFixed(0),
            ],
          ],
    ),
  );
}

function megabytes(bytes: number | null): string {
  return bytes === null ? '?' : (bytes / 1e6).toFixed(0);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
