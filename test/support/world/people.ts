/** People: when they work, on what, with which clients and from where. */

import { DEVELOPERS, EVERYBODYS, OPERATORS, UNUSUAL } from './deeds.ts';
import { Dice } from './dice.ts';
import type { Deed, HourCount } from './request.ts';
import type { WorldSettings } from './settings.ts';

export const HOUR_US = 3_600_000_000;

export interface Person {
  readonly user: string;
  readonly team: number;
  readonly isOperator: boolean;
  /** Of the world; the first day that they are there. */
  readonly joins: number;
  readonly begins: number;
  readonly hours: number;
  /** 0: Monday. */
  readonly weekdays: readonly number[];
  /** Requests of an ordinary hour. */
  readonly pace: number;
  readonly deeds: readonly Deed[];
  readonly namespaces: readonly string[];
  readonly clients: readonly string[];
  readonly networks: readonly string[];
  readonly roams: number;
  readonly drifts: boolean;
}

export function makePerson(number: number, joins: number, settings: WorldSettings): Person {
  const dice = Dice.of(settings.seed, 'person', number);
  const team = number % settings.teams;
  const isOperator = dice.is(0.2);
  const own = isOperator ? OPERATORS : DEVELOPERS;
  const isRoaming = dice.is(0.06);
  return {
    user: `${dice.pick(NAMES)}.${number}@corp.example`,
    team,
    isOperator,
    joins,
    begins: dice.from(7, 10),
    hours: dice.from(7, 9),
    weekdays: dice.is(0.15) ? dice.some([0, 1, 2, 3, 4], 3) : [0, 1, 2, 3, 4],
    pace: dice.lognormal(12, 0.9),
    deeds: [...EVERYBODYS, ...dice.some(own, dice.from(6, 14))],
    namespaces: isOperator
      ? dice.some(namespacesOf(settings), 8)
      : [
          `team-${team}`,
          ...dice.some([`team-${team}-stage`, `team-${(team + 1) % settings.teams}`], dice.from(0, 2)),
        ],
    clients: [
      dice.pick(KUBECTLS),
      ...dice.some(
        ['k9s/v0.32.5', 'Lens/2026.3 (linux)', 'helm/v3.18.0', 'argocd/v2.14'],
        dice.is(0.4) ? 1 : 0,
      ),
    ],
    networks: [
      '198.51.100',
      `203.0.${dice.from(1, 200)}`,
      `81.${dice.from(1, 99)}.${dice.from(1, 250)}`,
    ].slice(0, dice.from(1, 3)),
    roams: isRoaming ? 0.3 : settings.roaming * 0.25,
    drifts: dice.is(0.1),
  };
}

export function namespacesOf({ teams }: WorldSettings): string[] {
  return Array.from({ length: teams }, (_, n) => [`team-${n}`, `team-${n}-stage`]).flat();
}

/** One day's, from local midnight. `isIncident`: something broke this night. */
export function* dayOf(
  person: Person,
  day: number,
  isIncident: boolean,
  settings: WorldSettings,
): Generator<HourCount> {
  if (day < person.joins) return;
  const dice = Dice.of(settings.seed, person.user, day);
  const weekday = day % 7;
  const isHoliday = settings.holidays.includes(day);
  const isWorkday = person.weekdays.includes(weekday) && !isHoliday && dice.is(0.93);
  const hours = new Set<number>();
  const shift = person.drifts ? Math.floor(day / 7) * settings.drift : 0;
  if (isWorkday) {
    const begins = person.begins + shift + (dice.is(0.15) ? dice.from(-1, 1) : 0);
    for (let hour = begins; hour < begins + person.hours; hour++) if (dice.is(0.8)) hours.add(hour);
    if (dice.is(settings.late))
      for (let late = dice.from(1, 4); late > 0; late--) hours.add(begins + person.hours + late - 1);
  } else if (dice.is(isHoliday ? 0.05 : settings.weekend)) {
    const begins = dice.from(9, 18);
    for (let hour = begins; hour < begins + dice.from(1, 3); hour++) hours.add(hour);
  }
  // At home, when the children sleep.
  if (isWorkday && dice.is(settings.late * 0.25)) hours.add(dice.from(20, 22));
  if (isIncident && person.isOperator && dice.is(0.15)) for (let hour = 2; hour < 5; hour++) hours.add(hour);
  if (hours.size === 0) return;
  const busy = dice.lognormal(1, settings.burst);
  const usual = dice.pick(person.networks);
  const network = dice.is(person.roams)
    ? `${dice.from(60, 99)}.${dice.from(1, 250)}.${dice.from(1, 250)}`
    : usual;
  // One in four moves during the day: home, office, train.
  const later = dice.is(0.25) ? dice.pick(person.networks) : network;
  const host = dice.from(2, 250);
  const moves = dice.from(person.begins + 2, person.begins + person.hours);
  const visited = dice.is(settings.curiosity * 0.5) ? [dice.pick(namespacesOf(settings))] : [];
  const tried = dice.is(settings.curiosity)
    ? [dice.pick([...DEVELOPERS, ...OPERATORS.slice(0, 12), ...(dice.is(0.05) ? UNUSUAL : [])])]
    : [];
  const client = dice.is(0.004) ? 'stern/1.32.0' : null;
  const names = Array.from({ length: 6 }, (_, n) => `thing-${(n * 7 + day) % 40}`);
  for (const hour of [...hours].sort((a, b) => a - b)) {
    const hourUs = settings.startUs + (day * 24 + (((hour % 24) + 24) % 24)) * HOUR_US;
    const total = dice.poisson(person.pace * busy * dice.lognormal(1, 0.5));
    const kinds = new Map<string, HourCount>();
    for (let n = 0; n < Math.min(total, 14); n++) {
      // Some deeds are common, most are not.
      const rank = Math.floor(person.deeds.length * dice.part() ** 2);
      const one = tried.length > 0 && dice.is(0.1) ? dice.pick(tried) : person.deeds[rank];
      if (one === undefined) continue;
      const namespace =
        visited.length > 0 && dice.is(0.2) ? dice.pick(visited) : dice.pick(person.namespaces);
      const agent = client ?? dice.pick(person.clients);
      const made = countOf(
        person.user,
        one,
        { hourUs, namespace, ip: `${hour < moves ? network : later}.${host}`, agent: upgraded(agent, day) },
        isPolled(one) ? Math.ceil(total / 14) : 1,
        dice.some(names, dice.from(1, 2)),
      );
      const key = JSON.stringify({ ...made, count: 0, names: [] });
      const known = kinds.get(key);
      kinds.set(key, known === undefined ? made : { ...known, count: known.count + made.count });
    }
    yield* kinds.values();
  }
}

export function countOf(
  user: string,
  { isNamespaced, isNamed, ...what }: Deed,
  where: { readonly hourUs: number; readonly namespace: string; readonly ip: string; readonly agent: string },
  count: number,
  names: readonly string[],
): HourCount {
  const namespace = isNamespaced ? where.namespace : null;
  return { user, as: null, ...what, ...where, namespace, count, names: isNamed ? names : [] };
}

/** What is looked at again and again. Nobody does so by hand with what changes things, or enters them. */
function isPolled({ verb, subresource }: Deed): boolean {
  return (verb === 'get' || verb === 'list' || verb === 'watch') && subresource !== 'exec';
}

/** Clients are updated in the second week. */
function upgraded(agent: string, day: number): string {
  return day >= 9 ? agent.replace('v1.34.1', 'v1.35.0') : agent;
}

const KUBECTLS = [
  'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
  'kubectl/v1.34.1 (darwin/arm64) kubernetes/93248f9',
];
const NAMES = [
  'alice',
  'bob',
  'carol',
  'dana',
  'erin',
  'frank',
  'grace',
  'heidi',
  'ivan',
  'judy',
  'karl',
  'lena',
];
