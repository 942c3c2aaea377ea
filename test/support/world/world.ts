/**
 * Weeks of a company's cluster, from a seed: people with daily and weekly habits, programs, deploys, holidays, new colleagues
 * and services, nights on which something broke. Nothing in it is an attack; plants.ts adds those.
 */
import { Dice } from './dice.ts';
import { dayOf, makePerson, type Person } from './people.ts';
import { components, makeProgram, type Program, programDay } from './programs.ts';
import type { HourCount } from './request.ts';
import { ORDINARY, type WorldSettings } from './settings.ts';

export interface World {
  readonly settings: WorldSettings;
  readonly people: readonly Person[];
  readonly programs: readonly Program[];
  /** One local day's requests. */
  day(day: number): readonly HourCount[];
}

export function makeWorld(over: Partial<WorldSettings> = {}): World {
  const settings = { ...ORDINARY, ...over };
  const dice = Dice.of(settings.seed, 'world');
  const later = (count: number): number[] =>
    Array.from({ length: count }, () => dice.from(1, Math.max(1, settings.days - 1)));
  const weeks = settings.days / 7;
  const hires = later(Math.round(settings.hiresPerWeek * weeks));
  const services = later(Math.round(settings.servicesPerWeek * weeks));
  const people = [...new Array<number>(settings.people).fill(0), ...hires].map((joins, n) =>
    makePerson(n, joins, settings),
  );
  const programs = [
    ...[...new Array<number>(settings.programs).fill(0), ...services].map((joins, n) =>
      makeProgram(n, joins, settings),
    ),
    ...components(settings),
  ];
  const made = new Map<number, readonly HourCount[]>();
  return {
    settings,
    people,
    programs,
    day(day) {
      const known = made.get(day);
      if (known !== undefined) return known;
      const today = Dice.of(settings.seed, 'day', day);
      const isIncident = today.is(settings.incidents / 7);
      const deploys = deploysOf(day, today, settings);
      const requests = [
        ...people.flatMap((person) => [...dayOf(person, day, isIncident, settings)]),
        ...programs.flatMap((program) => [...programDay(program, { day, deploys }, settings)]),
      ];
      made.set(day, requests);
      return requests;
    },
  };
}

function deploysOf(
  day: number,
  dice: Dice,
  { teams, deploysPerDay, holidays }: WorldSettings,
): Map<number, number[]> {
  const deploys = new Map<number, number[]>();
  if (day % 7 >= 5 || holidays.includes(day)) return deploys;
  for (let team = 0; team < teams; team++) {
    for (let n = dice.poisson(deploysPerDay); n > 0; n--) {
      const hour = dice.from(9, 17);
      deploys.set(hour, [...(deploys.get(hour) ?? []), team]);
    }
  }
  return deploys;
}
