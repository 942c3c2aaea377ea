/**
 * How well deviations are found in generated worlds: each day after the first ones is asked about as it is, which gives the
 * false findings, and with one deviation of each kind in it, which gives the recall, at each strength.
 */
import { DAY_US, daysBefore, daysOf, localHours } from '../../../src/questions/anomalies/days.ts';
import { type Finding, findAnomalies } from '../../../src/questions/anomalies/find.ts';
import { History } from '../../../src/questions/anomalies/history.ts';
import { type Seen, seenOf } from '../../../src/questions/anomalies/seen.ts';
import { habitsOf } from '../../../src/questions/anomalies/span.ts';
import { groupsOf } from './as-groups.ts';
import { PLANT_KINDS, type Plant, type PlantKind, plantIn, type Strength } from './plants.ts';
import type { HourCount } from './request.ts';
import type { World } from './world.ts';

export interface Study {
  /** Findings of each quiet day. */
  readonly quiet: readonly { readonly day: number; readonly findings: readonly Finding[] }[];
  /** `kind strength` → found, of how many. */
  readonly recall: ReadonlyMap<string, readonly [found: number, planted: number]>;
}

export interface StudyOptions {
  readonly baseline: number;
  readonly budget: number;
  readonly from: number;
  readonly to: number;
  readonly strengths: readonly Strength[];
  readonly onPlant?: (plant: Plant, findings: readonly Finding[]) => void;
}

export function study(world: World, options: StudyOptions): Study {
  const days = Array.from({ length: options.to + 1 }, (_, day) =>
    day < options.from - options.baseline ? [] : seenIn(world.day(day)),
  );
  const quiet: { day: number; findings: readonly Finding[] }[] = [];
  const recall = new Map<string, readonly [number, number]>();
  for (let day = options.from; day <= options.to; day++) {
    quiet.push({ day, findings: findingsOn(world, days, day, options, []) });
    for (const strength of options.strengths) {
      const plants = PLANT_KINDS.flatMap((kind) => plantIn(world, day, kind, strength) ?? []);
      const findings = findingsOn(world, days, day, options, plants);
      for (const plant of plants) {
        const [found, planted] = recall.get(`${plant.kind} ${strength}`) ?? [0, 0];
        options.onPlant?.(plant, findings);
        recall.set(`${plant.kind} ${strength}`, [found + (isFound(plant, findings) ? 1 : 0), planted + 1]);
      }
    }
  }
  return { quiet, recall };
}

const FINDING_KINDS: Readonly<Record<PlantKind, readonly string[]>> = {
  new: ['new'],
  newcomer: ['new'],
  rare: ['rare'],
  rate: ['rate'],
  network: ['network', 'new'],
  token: ['token'],
  bulk: ['bulk'],
};

export function isFound({ kind, user }: Plant, findings: readonly Finding[]): boolean {
  return findings.some(
    ({ candidate }) =>
      FINDING_KINDS[kind].includes(candidate.kind) &&
      (candidate.habits.actor.seen.user === user || candidate.folded.includes(user)),
  );
}

/** What a day's requests show, counted once however often they are asked about. */
interface SeenCount {
  readonly seen: Seen;
  readonly count: number;
  readonly hourUs: number;
}

export function seenIn(requests: Iterable<HourCount>): SeenCount[] {
  return [...groupsOf(requests, true)].map(({ key, count, buckets }) => ({
    seen: seenOf(key, false),
    count,
    hourUs: buckets[0]?.fromUs ?? 0,
  }));
}

function findingsOn(
  { settings }: World,
  days: readonly (readonly SeenCount[])[],
  day: number,
  { baseline, budget }: StudyOptions,
  plants: readonly Plant[],
): readonly Finding[] {
  const sinceUs = settings.startUs + day * DAY_US;
  const list = [...daysBefore(sinceUs, baseline), ...daysOf(sinceUs, sinceUs + DAY_US)];
  const history = new History(list);
  const add = (counts: readonly SeenCount[], n: number): void => {
    for (const { seen, count, hourUs } of counts) {
      history.add(seen, count, hourUs, [n, n]);
      history.addBulk(seen, count, hourUs, [n, n]);
    }
  };
  for (let n = 0; n <= baseline; n++) add(days[day - baseline + n] ?? [], n);
  add(seenIn(plants.flatMap((plant) => plant.requests)), baseline);
  const habits = habitsOf(
    history,
    list.map((each) => localHours(each, 'UTC')),
  );
  const base = Array.from({ length: baseline }, (_, n) => n);
  return findAnomalies(habits, { base, test: [baseline], networks: [], budget }).findings;
}
