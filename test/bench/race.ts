/** Lets several answer the same question in turns, and holds their answers against each other. */
import { type Contestant, missing } from './contestants.ts';
import { type Measured, measure } from './measure.ts';

export interface Result {
  readonly name: string;
  /** Of all runs, each for itself; null: not run, and why. */
  readonly median: Omit<Measured, 'stdout'> | null;
  readonly why: string;
  readonly hits: number;
}

/** In turns, so that whatever else the machine does meets all of them. */
export async function race(
  contestants: readonly Contestant[],
  lineOf: (contestant: Contestant) => string | null,
  runs: number,
): Promise<Result[]> {
  const measured = new Map<Contestant, Measured[]>();
  const why = new Map<Contestant, string>();
  for (const contestant of contestants) {
    const absent = missing(contestant);
    if (absent.length > 0) why.set(contestant, `not installed: ${absent.join(', ')}`);
    else if (lineOf(contestant) === null) why.set(contestant, 'has nothing to search for');
    else measured.set(contestant, []);
  }
  for (let run = 0; run < runs; run++) {
    for (const [contestant, results] of measured) {
      results.push(await measure(lineOf(contestant) ?? '', contestant.allowed));
    }
  }
  const results = contestants.map((contestant) => {
    const all = measured.get(contestant) ?? [];
    const ids = idsOf(contestant, all);
    return {
      name: contestant.name,
      median: medianOf(all),
      why: why.get(contestant) ?? '',
      hits: ids.length,
      ids,
    };
  });
  const ran = results.filter(({ median }) => median !== null);
  const [first] = ran;
  for (const other of ran) {
    if (first !== undefined && other.ids.join() !== first.ids.join())
      throw new Error(
        `${first.name} finds ${first.hits} requests, ${other.name} ${other.hits}: not the same ones`,
      );
  }
  return results.map(({ ids: _ids, ...result }) => result);
}

/** One request can have several events. */
function idsOf(contestant: Contestant, runs: readonly Measured[]): string[] {
  const [first] = runs;
  return first === undefined ? [] : [...new Set(contestant.idsIn(first.stdout))].sort();
}

export function medianOf(runs: readonly Measured[]): Omit<Measured, 'stdout'> | null {
  if (runs.length === 0) return null;
  const rss = runs.flatMap(({ rssBytes }) => (rssBytes === null ? [] : [rssBytes]));
  return {
    wallMs: middle(runs.map(({ wallMs }) => wallMs)),
    cpuMs: middle(runs.map(({ cpuMs }) => cpuMs)),
    rssBytes: rss.length === 0 ? null : middle(rss),
  };
}

function middle(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
