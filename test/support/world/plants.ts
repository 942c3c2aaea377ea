/**
 * Deviations that are put into a day of a world: of each kind, from hardly to be told (1) to what nobody should miss (4). Whom
 * they are planted on is chance's, among those who can show such a thing.
 */
import { DANGEROUS, DEVELOPERS, UNUSUAL } from './deeds.ts';
import { Dice } from './dice.ts';
import { countOf, HOUR_US, namespacesOf, type Person } from './people.ts';
import type { Program } from './programs.ts';
import { deed, type HourCount } from './request.ts';
import type { World } from './world.ts';

export const PLANT_KINDS = ['new', 'newcomer', 'rare', 'rate', 'network', 'token', 'bulk'] as const;
export type PlantKind = (typeof PLANT_KINDS)[number];
export type Strength = 1 | 2 | 3 | 4;

export interface Plant {
  readonly kind: PlantKind;
  readonly strength: Strength;
  readonly user: string;
  readonly requests: readonly HourCount[];
}

/** `number`: of several of the kind on the same day. Null: nobody can show it (nobody works on a holiday). */
export function plantIn(
  world: World,
  day: number,
  kind: PlantKind,
  strength: Strength,
  number = 0,
): Plant | null {
  const { settings } = world;
  const dice = Dice.of(settings.seed, 'plant', day, kind, strength, number);
  const today = world.day(day);
  const isThere = new Set(today.map(({ user }) => user));
  const settled = <T extends { readonly user: string; readonly joins: number }>(
    all: readonly T[],
    isMeant: (one: T) => boolean,
  ): T | null => {
    const fit = all.filter((one) => one.joins <= day - 7 && isMeant(one));
    return fit.length === 0 ? null : dice.pick(fit);
  };
  const worksToday = ({ user }: { user: string }) => isThere.has(user);
  const planted = (user: string, requests: readonly HourCount[]): Plant => ({
    kind,
    strength,
    user,
    requests,
  });
  const at = (hour: number): number => settings.startUs + (day * 24 + hour) * HOUR_US;
  switch (kind) {
    case 'new': {
      const person = settled(world.people, (one) => worksToday(one) && !one.isOperator);
      if (person === null) return null;
      const common = DEVELOPERS.filter((one) => !person.deeds.includes(one));
      const deeds =
        [dice.some(common, 1), dice.some(UNUSUAL, 1), dice.some(UNUSUAL, 2), dice.some(DANGEROUS, 2)][
          strength - 1
        ] ?? [];
      const where = { ...placeOf(person, dice), hourUs: at(person.begins + 2) };
      const agent = strength >= 3 ? 'python-requests/2.32.3' : where.agent;
      return planted(
        person.user,
        deeds.map((one) => countOf(person.user, one, { ...where, agent }, strength, ['planted'])),
      );
    }
    case 'newcomer': {
      const user = `visitor-${day}-${number}@elsewhere.example`;
      const deeds =
        [DEVELOPERS.slice(0, 3), UNUSUAL.slice(0, 2), DANGEROUS.slice(1, 3), DANGEROUS.slice(0, 3)][
          strength - 1
        ] ?? [];
      const ip = strength >= 3 ? `45.${dice.from(1, 250)}.7.9` : '198.51.100.77';
      const where = { hourUs: at(14), namespace: 'team-1', ip, agent: 'kubectl/v1.34.1 (linux/amd64)' };
      return planted(
        user,
        deeds.map((one) => countOf(user, one, where, 3, ['planted'])),
      );
    }
    case 'rare': {
      const person = settled(
        world.people,
        (one) => worksToday(one) && one.weekdays.length === 5 && one.begins >= 7,
      );
      if (person === null) return null;
      const ends = person.begins + person.hours;
      const hours = [[ends + 2], [ends + 3], [2], [1, 2, 3]][strength - 1] ?? [3];
      const where = placeOf(person, dice);
      const deeds = person.deeds.slice(0, 4);
      return planted(
        person.user,
        hours.flatMap((hour) =>
          deeds.map((one) => countOf(person.user, one, { ...where, hourUs: at(hour % 24) }, 3, ['thing-1'])),
        ),
      );
    }
    case 'rate': {
      const program = settled(world.programs, ({ kind: of }) => of === 'operator');
      if (program === null) return null;
      const factor = [3, 6, 15, 50][strength - 1] ?? 50;
      const [first] = program.deeds;
      if (first === undefined) return null;
      const where = {
        hourUs: at(11),
        namespace: program.namespace,
        ip: inCluster(dice),
        agent: program.agent,
      };
      return planted(program.user, [
        countOf(program.user, first, where, Math.max(30, Math.round(program.pace * factor)), ['own-1']),
      ]);
    }
    case 'network': {
      const person = settled(world.people, (one) => worksToday(one) && (strength < 3 || one.roams < 0.1));
      if (person === null) return null;
      const [other] = world.people.filter((one) => one !== person && one.networks.length > 1);
      const network =
        strength === 1
          ? (other?.networks[1] ?? '198.51.100')
          : `${dice.from(101, 120)}.${dice.from(1, 250)}.${dice.from(1, 250)}`;
      const place = placeOf(person, dice);
      const agent = strength === 4 ? 'curl/8.5.0' : place.agent;
      const where = { ...place, agent, ip: `${network}.5`, hourUs: at(person.begins + 1) };
      return planted(
        person.user,
        person.deeds.slice(0, strength).map((one) => countOf(person.user, one, where, 2, ['thing-1'])),
      );
    }
    case 'token': {
      const program = settled(world.programs, ({ kind: of, outside }) =>
        strength === 1
          ? outside !== null && outside.length === 0
          : strength === 2
            ? outside !== null && outside.length > 0
            : of === 'operator',
      );
      if (program === null) return null;
      const where = {
        hourUs: at(13),
        namespace: program.namespace,
        ip: `${dice.from(101, 120)}.${dice.from(1, 250)}.3.4`,
        agent: strength === 4 ? 'curl/8.5.0' : program.agent,
      };
      return planted(
        program.user,
        program.deeds.slice(0, strength).map((one) => countOf(program.user, one, where, 2, ['own-1'])),
      );
    }
    case 'bulk': {
      const person = settled(world.people, (one) => worksToday(one) && !one.isOperator);
      if (person === null) return null;
      return planted(person.user, bulkOf(person, strength, at(person.begins + 3), dice, world));
    }
  }
}

/** Of three ways by chance: Secrets one by one, connections into pods, lists of all types. */
function bulkOf(person: Person, strength: Strength, hourUs: number, dice: Dice, world: World): HourCount[] {
  const where = { ...placeOf(person, dice), hourUs };
  if (dice.is(0.4)) {
    const count = [10, 25, 60, 200][strength - 1] ?? 200;
    const names = Array.from({ length: count }, (_, n) => `secret-${n}`);
    return [countOf(person.user, deed('get core/secrets'), where, count, names)];
  }
  if (dice.is(0.5)) {
    const count = [8, 25, 60, 150][strength - 1] ?? 150;
    return [countOf(person.user, deed('create core/pods/exec'), where, count, ['pod-1', 'pod-2'])];
  }
  const count = [3, 8, 14, 24][strength - 1] ?? 24;
  return dice
    .some(namespacesOf(world.settings), count)
    .map((namespace) => countOf(person.user, deed('list core/secrets'), { ...where, namespace }, 1, []));
}

function placeOf(person: Person, dice: Dice): { namespace: string; ip: string; agent: string } {
  const [agent = 'kubectl'] = person.clients;
  return { namespace: dice.pick(person.namespaces), ip: `${dice.pick(person.networks)}.9`, agent };
}

function inCluster(dice: Dice): string {
  return `10.42.0.${dice.from(2, 250)}`;
}

export function isOutside({ outside }: Program): boolean {
  return outside !== null;
}
