/** Programs: operators that never rest, jobs at their hours, pipelines that come in bursts, and the cluster's own parts. */
import { CI, LISTED, PROGRAMS } from './deeds.ts';
import { Dice } from './dice.ts';
import { countOf, HOUR_US, namespacesOf } from './people.ts';
import { type Deed, deed, type HourCount } from './request.ts';
import type { WorldSettings } from './settings.ts';

export interface Program {
  readonly user: string;
  readonly kind: 'operator' | 'job' | 'pipeline' | 'runner' | 'backup' | 'component' | 'node';
  readonly joins: number;
  readonly namespace: string;
  readonly deeds: readonly Deed[];
  /** Requests an hour. */
  readonly pace: number;
  readonly hours: readonly number[];
  readonly agent: string;
  /** Outside the cluster: its networks. Null: inside. */
  readonly outside: readonly string[] | null;
}

export function makeProgram(number: number, joins: number, settings: WorldSettings): Program {
  const dice = Dice.of(settings.seed, 'program', number);
  const kind: Program['kind'] =
    number === 0
      ? 'backup'
      : number % 11 === 1
        ? 'pipeline'
        : number % 17 === 5
          ? 'runner'
          : dice.is(0.2)
            ? 'job'
            : 'operator';
  const team = number % settings.teams;
  const name = `${dice.pick(['ledger', 'mailer', 'search', 'billing', 'cache', 'scaler', 'router'])}-${number}`;
  const namespace =
    kind === 'pipeline' || kind === 'runner' ? 'ci' : kind === 'backup' ? 'backup' : `team-${team}`;
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    kind,
    joins,
    namespace,
    deeds:
      kind === 'pipeline' || kind === 'runner'
        ? CI
        : kind === 'backup'
          ? LISTED
          : dice.some(PROGRAMS, dice.from(3, 9)),
    pace: kind === 'operator' ? dice.lognormal(60, 1.2) : dice.lognormal(40, 0.6),
    hours:
      kind === 'job'
        ? dice.some(
            Array.from({ length: 24 }, (_, hour) => hour),
            dice.from(1, 4),
          )
        : kind === 'backup'
          ? [2]
          : [],
    agent:
      kind === 'pipeline'
        ? 'helm/v3.18.0'
        : kind === 'runner'
          ? 'kubectl/v1.34.1 (linux/amd64)'
          : `${name}/v0.${number}.0 (linux/amd64) kubernetes/$Format`,
    outside: kind === 'runner' ? (dice.is(0.5) ? ['192.0.2'] : []) : null,
  };
}

export function components({ nodes }: WorldSettings): Program[] {
  const own = ['get', 'list', 'watch', 'update', 'create'].map((verb) => deed(`${verb} core/pods`));
  const system = ['kube-controller-manager', 'kube-scheduler', 'apiserver'].map(
    (name): Program => ({
      user: `system:${name}`,
      ...{ kind: 'component', joins: 0, namespace: 'kube-system', deeds: own, pace: 400, hours: [] },
      ...{ agent: `${name}/v1.34.1 (linux/amd64) kubernetes/93248f9/leader-election`, outside: null },
    }),
  );
  const kubelets = Array.from(
    { length: nodes },
    (_, n): Program => ({
      user: `system:node:node-${n}`,
      ...{ kind: 'node', joins: 0, namespace: 'kube-node-lease', pace: 90, hours: [], outside: null },
      deeds: [
        'update coordination.k8s.io/leases',
        'patch core/pods/status',
        'get core/configmaps',
        'get core/secrets',
        'watch core/pods',
      ].map(deed),
      agent: 'kubelet/v1.34.1 (linux/amd64) kubernetes/93248f9',
    }),
  );
  return [...system, ...kubelets];
}

export interface Today {
  readonly day: number;
  /** Hour → teams that deploy then. */
  readonly deploys: ReadonlyMap<number, readonly number[]>;
}

export function* programDay(
  program: Program,
  { day, deploys }: Today,
  settings: WorldSettings,
): Generator<HourCount> {
  if (day < program.joins) return;
  const dice = Dice.of(settings.seed, program.user, day);
  const ip = addressOf(program, dice, settings);
  const busy = dice.lognormal(1, settings.burst / 3);
  // A new version does something more.
  const later = day >= 9 && dice.is(0.002) ? [dice.pick(PROGRAMS)] : [];
  for (let hour = 0; hour < 24; hour++) {
    const hourUs = settings.startUs + (day * 24 + hour) * HOUR_US;
    const teams = deploys.get(hour) ?? [];
    const pace = paceOf(program, hour, teams, dice) * busy * settings.machines;
    if (pace === 0) continue;
    const deeds = [...program.deeds, ...later];
    for (const one of deeds) {
      const count = dice.poisson((pace / deeds.length) * dice.lognormal(1, 0.25));
      if (count === 0) continue;
      const namespace =
        program.namespace === 'ci'
          ? `team-${teams.length > 0 ? dice.pick(teams) : dice.from(0, settings.teams - 1)}`
          : program.kind === 'component'
            ? dice.pick(namespacesOf(settings))
            : program.namespace;
      yield countOf(program.user, one, { hourUs, namespace, ip, agent: program.agent }, count, [
        `own-${dice.from(1, 3)}`,
      ]);
    }
  }
}

function paceOf({ kind, hours, pace }: Program, hour: number, teams: readonly number[], dice: Dice): number {
  switch (kind) {
    case 'job':
    case 'backup':
      return hours.includes(hour) ? pace : 0;
    case 'pipeline':
    case 'runner':
      return teams.length > 0 && dice.is(0.5)
        ? pace * teams.length * dice.lognormal(1, 0.5)
        : hour >= 8 && hour < 19 && dice.is(0.4)
          ? pace * 0.3
          : 0;
    default:
      return pace * (1 + 0.5 * teams.length) * (hour >= 8 && hour < 19 ? 1.3 : 1);
  }
}

function addressOf({ kind, outside }: Program, dice: Dice, { nodes }: WorldSettings): string {
  if (kind === 'node' || kind === 'component') return `10.0.0.${dice.from(1, nodes + 3)}`;
  if (outside === null) return `10.42.${dice.from(0, nodes - 1)}.${dice.from(2, 250)}`;
  if (outside.length > 0) return `${dice.pick(outside)}.${dice.from(2, 250)}`;
  // Runners of a cloud: another machine each day.
  return `${dice.from(13, 52)}.${dice.from(1, 250)}.${dice.from(1, 250)}.${dice.from(2, 250)}`;
}
