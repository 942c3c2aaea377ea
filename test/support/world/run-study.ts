/**
 * `npm run anomalies-study`: how well anomalies finds what is planted in worlds of several seeds, at each strength, and how
 * many findings quiet days give; into docs/questions/anomalies.md. Takes ten minutes. `-- --seeds 1,2,3 --days 20 --budget 1` otherwise;
 * `-- --settings '{"people":300,"late":0.2}'` for other worlds, which is only printed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PLANT_KINDS, type PlantKind, type Strength } from './plants.ts';
import { study } from './study.ts';
import { makeWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '101,102,103' },
    days: { type: 'string', default: '10' },
    budget: { type: 'string', default: '1' },
    settings: { type: 'string' },
  },
});
const STRENGTHS: readonly Strength[] = [1, 2, 3, 4];
const BASELINES = [7, 14];
const seeds = values.seeds.split(',').map(Number);

/** What is planted, from the weakest to the strongest. */
const PLANTED: Readonly<Record<PlantKind, string>> = {
  new: 'a person does what peers do · one thing that nobody does · two, with an unknown client · two that give power, with an unknown client',
  newcomer:
    'an unknown person does what people do · what nobody does · what gives power, from outside · lists all Secrets besides',
  rare: 'a person is active 2 h after the usual end · 3 h after · one hour at 02:00 · three hours of a night',
  rate: "a program's busiest hour times 3 · 6 · 15 · 50",
  network:
    "a person from a colleague's network · one that often travels from a new one · one that does not · with an unknown client besides",
  token:
    "a cloud runner's account from one more network · a fixed runner's from another · a workload's from outside · with curl",
  bulk: '10 Secrets, 8 execs or lists in 3 namespaces · 25, 25, 8 · 60, 60, 14 · 200, 150, 24',
};

const sections = BASELINES.map((baseline) => {
  const recall = new Map<string, [number, number]>();
  const perDay: number[] = [];
  for (const seed of seeds) {
    const world = makeWorld({ seed, ...JSON.parse(values.settings ?? '{}') });
    const from = Math.max(8, baseline);
    const to = Math.min(world.settings.days - 1, from + Number(values.days) - 1);
    const done = study(world, { baseline, budget: Number(values.budget), from, to, strengths: STRENGTHS });
    perDay.push(...done.quiet.map(({ findings }) => findings.length));
    for (const [key, [found, planted]] of done.recall) {
      const known = recall.get(key) ?? [0, 0];
      recall.set(key, [known[0] + found, known[1] + planted]);
    }
    process.stderr.write(`baseline ${baseline} d, seed ${seed} done\n`);
  }
  const mean = perDay.reduce((sum, count) => sum + count, 0) / perDay.length;
  const many = perDay.filter((count) => count > 2).length;
  const rows = PLANT_KINDS.map((kind) => {
    const cells = STRENGTHS.map((strength) => {
      const [found, planted] = recall.get(`${kind} ${strength}`) ?? [0, 0];
      return planted === 0 ? '–' : (found / planted).toFixed(2);
    });
    return `| \`${kind}\` | ${cells.join(' | ')} | ${PLANTED[kind]} |`;
  });
  return [
    `Baseline of ${baseline} days: ${mean.toFixed(2)} findings on a quiet day (${perDay.length} days, ${many} of them with more than two).`,
    '',
    '| Planted | 1 | 2 | 3 | 4 | From the weakest to the strongest |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
});

const text = `${sections.join('\n\n')}\n\nSeeds ${seeds.join(', ')}, a budget of ${values.budget} a day; ${seeds.length} worlds of 120 people and 70 programs, ${values.days} days of each, every one asked about by itself.`;
process.stdout.write(`${text}\n`);
if (values.settings === undefined) {
  const path = new URL('../../../docs/questions/anomalies.md', import.meta.url);
  const page = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    page.replace(
      /(<!-- study -->\n)[\s\S]*?(<!-- \/study -->)/,
      (_all, head: string, tail: string) => `${head}${text}\n${tail}`,
    ),
  );
}
