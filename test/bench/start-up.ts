/** What a start costs: the program's help and the demo's answer, against a Node that does nothing. */
import { fileURLToPath } from 'node:url';
import { type Measured, measure } from './measure.ts';
import { medianOf, type Result } from './race.ts';

const program = fileURLToPath(new URL('../../bin/kubectl-audit.js', import.meta.url));

const LINES: Readonly<Record<string, string>> = {
  'bare node': `'${process.execPath}' -e 0`,
  '--help': `'${process.execPath}' '${program}' --help`,
  'who-did delete deploy/api --demo': `'${process.execPath}' '${program}' who-did delete deploy/api --demo`,
};

export async function startUp(runs: number): Promise<Result[]> {
  const measured = new Map<string, Measured[]>(Object.keys(LINES).map((name) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const [name, results] of measured) results.push(await measure(LINES[name] ?? ''));
  }
  return [...measured].map(([name, all]) => ({ name, median: medianOf(all), why: '', hits: 0 }));
}
