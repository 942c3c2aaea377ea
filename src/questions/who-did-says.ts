/** who-did's one sentence, and the commands to try next. */
import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';
import type { NearMiss } from '../answer.ts';
import type { Coverage, Gap } from '../event/coverage.ts';
import { kubectlName } from '../event/resource-names.ts';
import { shellQuoted } from '../event/shell.ts';
import { isOneObject, type ObjectQuery } from '../query/object-query.ts';
import { counts, type Deed } from './deed.ts';
import type { Deeds } from './deeds.ts';
import type { WhoDidParams } from './who-did.ts';
import { whoText } from './who-did-row.ts';

export interface Told {
  readonly params: WhoDidParams;
  /** Newest first. */
  readonly deeds: readonly Deed[];
  readonly found: Deeds;
  readonly coverage: Coverage;
  readonly gaps: readonly Gap[];
  readonly nearMisses: readonly NearMiss[];
  readonly nowUs: number;
  readonly isWidened: boolean;
}

const PAST: Readonly<Record<string, string>> = {
  delete: 'deleted',
  create: 'created',
  change: 'changed',
  scale: 'scaled',
  restart: 'restarted',
  rollout: 'rolled out',
  exec: 'entered (exec)',
  attach: 'attached to',
  'port-forward': 'port-forwarded',
  logs: 'read (logs)',
  debug: 'debugged',
  read: 'read',
  evict: 'evicted',
  drain: 'drained',
  cordon: 'cordoned',
  uncordon: 'uncordoned',
  bind: 'bound',
  approve: 'approved',
  token: 'given a token',
  impersonate: 'impersonated',
  touch: 'touched',
};

export function sentence(told: Told): string {
  const done = told.deeds.filter((deed) => counts(told.params.word, deed));
  const [chief] = done.toSorted(byHumanity);
  if (chief === undefined) return nobody(told);
  return isOneObject(told.params.object) ? aboutOne(told, chief, done) : aboutMany(told, done);
}

/**
 * A person before the controllers that carry out what the person set off; then the newest. For a namespace's end both
 * stand in the log, and the collector is not who did it.
 */
function byHumanity(a: Deed, b: Deed): number {
  const isActor = (deed: Deed) => (isCarriedOut(deed) ? 1 : 0);
  return isActor(a) - isActor(b) || b.fact.atUs - a.fact.atUs;
}

function isCarriedOut(deed: Deed): boolean {
  const user = deed.fact.row.who.user ?? '';
  return user.startsWith('system:serviceaccount:kube-system:') && deed.fact.row.who.as === null;
}

/** Whoever asked for a deletion that a finalizer held did it; whoever removed the finalizer let it happen. */
function aboutOne(told: Told, newest: Deed, done: readonly Deed[]): string {
  const asked = newest.word === 'remove last finalizer' ? askedBefore(newest, done) : undefined;
  const chief = asked ?? newest;
  const release =
    asked === undefined ? '' : `, held until ${whoText(newest.fact.row.who)} removed the last finalizer`;
  const what = objectName(told.params.object);
  const likely = chief.link === 'likely' ? 'most likely ' : '';
  const through = throughWhat(chief);
  const parts = [
    `${what}: ${likely}${past(told)} by ${whoText(chief.fact.row.who)} ${ago(chief, told.nowUs)}${through}${release}`,
  ];
  const others = done.filter((deed) => deed !== chief && deed !== newest && !isCarriedOut(deed));
  if (others.length > 0) {
    const [next] = others;
    const name = next === undefined ? '' : whoText(next.fact.row.who);
    parts.push(others.length === 1 ? `once more by ${name}` : `${others.length} more times, last by ${name}`);
  }
  const again = told.found.removals?.madeAgain.find((fact) => fact.atUs > chief.fact.atUs);
  if (told.params.word.name === 'delete' && again !== undefined) {
    parts.push(`made again at ${short(again.row.when)} by ${whoText(again.row.who)}`);
  }
  return parts.join('; ');
}

function askedBefore(release: Deed, done: readonly Deed[]): Deed | undefined {
  return done.find((deed) => deed.fact.row.did.verb === 'delete' && deed.fact.atUs <= release.fact.atUs);
}

function aboutMany(told: Told, done: readonly Deed[]): string {
  const actors = new Map<string, number>();
  for (const deed of done) {
    const name = whoText(deed.fact.row.who);
    actors.set(name, (actors.get(name) ?? 0) + 1);
  }
  const byCount = [...actors].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const [only] = byCount;
  const named = byCount.slice(0, 3).map(([name, count]) => `${name} ${count}`);
  const rest = byCount.length > 3 ? ` and ${byCount.length - 3} more` : '';
  const what =
    told.params.word.name === 'impersonate'
      ? 'impersonation'
      : `${objectName(told.params.object)}: ${past(told)}`;
  if (byCount.length === 1 && only !== undefined) return `${what} ${times(done.length)} by ${only[0]}`;
  return `${what} ${times(done.length)}: ${named.join(', ')}${rest}`;
}

function nobody(told: Told): string {
  const { coverage, gaps, params } = told;
  const what = `${past(told)} ${objectName(params.object)}`;
  const attempts = told.deeds.filter((deed) => deed.fact.effect !== 'dry run').length;
  const dryRuns = told.deeds.length - attempts;
  const tries = [
    attempts === 0 ? '' : `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} came to nothing`,
    dryRuns === 0 ? '' : `${dryRuns} dry ${dryRuns === 1 ? 'run' : 'runs'} had no effect`,
  ].filter((part) => part !== '');
  const after = tries.length === 0 ? '' : `; ${tries.join(', ')}`;
  if (coverage.events === 0) return `this log cannot tell who ${what}: no event was read`;
  const cannotTell = gaps.some(
    (gap) => gap.code === 'no-witness' || gap.code === 'level-too-low' || gap.code === 'generated-names',
  );
  if (cannotTell) return `this log cannot tell who ${what}${after}`;
  const doubt = coverage.complete && gaps.length === 0 ? '' : ' in what was read, which is not all';
  if (gaps.some((gap) => gap.code === 'unlogged')) {
    return `${objectName(params.object)} was ${past(told)}, but what was read does not hold the request that asked for it${after}`;
  }
  const span = coverage.from === null ? '' : ` between ${short(coverage.from)} and ${short(coverage.to)}`;
  return `nobody ${what}${span}${doubt}${after}`;
}

function past(told: Told): string {
  const { name } = told.params.word;
  return PAST[name] ?? `sent ${name} to`;
}

function throughWhat(deed: Deed): string {
  switch (deed.word) {
    case 'evict':
      return ' (eviction)';
    case 'deletecollection':
      return ' (with a whole collection)';
    case 'delete namespace':
      return ' (with its namespace)';
    case 'delete crd':
      return ' (with its CRD)';
    case 'remove last finalizer':
      return ' (by removing the last finalizer)';
    default:
      return deed.fact.effect === 'open' ? ' (still going on)' : '';
  }
}

function ago(deed: Deed, nowUs: number): string {
  if (deed.fact.row.when === null) return 'at an unknown time';
  return `${formatDistanceStrict(deed.fact.atUs / 1000, nowUs / 1000)} ago`;
}

/** To the second; rows have the rest. */
function short(at: string | null): string {
  return at === null ? 'an unknown time' : at.replace(/\.\d+Z$/, 'Z');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** `shop/deploy/web`, `pods in shop`, `pods in all namespaces`, `/metrics`. */
export function objectName(object: ObjectQuery): string {
  switch (object.kind) {
    case 'path':
      return object.pattern;
    case 'anything':
      return object.namespace === null ? 'anything' : `anything in ${object.namespace}`;
    case 'resource': {
      const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
      const isPlaced = object.namespace !== null && object.isNamespaced !== false;
      if (object.name !== null) return `${isPlaced ? `${object.namespace}/` : ''}${type}/${object.name}`;
      const where =
        object.isNamespaced === false
          ? ''
          : object.namespace === null
            ? ' in all namespaces'
            : ` in ${object.namespace}`;
      return `${object.resources[0] ?? object.typed}${where}`;
    }
  }
}

/** Commands that exist today, most useful first. */
export function nextCommands(told: Told): string[] {
  const { object, word, window } = told.params;
  if (object.kind !== 'resource') return [];
  const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
  const it = shellQuoted(object.name === null ? type : `${type}/${object.name}`);
  const isPlaced = object.namespace !== null && object.isNamespaced !== false;
  const here = isPlaced ? ` -n ${shellQuoted(object.namespace ?? '')}` : '';
  const command = (verb: string, where: string, more = '') =>
    `${told.params.calledAs} who-did ${verb} ${it}${where}${more}${told.params.sameLogs}`;
  if (told.deeds.some((deed) => counts(word, deed))) {
    return word.name === 'touch' || object.name === null ? [] : [command('touch', here)];
  }
  const elsewhere = told.nearMisses.find((miss) => miss.code === 'other-namespace');
  const namespace = elsewhere === undefined ? null : namespaceOf(elsewhere);
  return [
    ...(namespace !== null ? [command(word.name, ` -n ${shellQuoted(namespace)}`)] : []),
    ...(namespace === null && isPlaced ? [command(word.name, ' -A')] : []),
    ...(window.sinceUs !== null && !window.isDefault ? [command(word.name, here, ' --since 30d')] : []),
    ...(word.name === 'touch' ? [] : [command('touch', here)]),
  ];
}

function namespaceOf({ row }: NearMiss): string | null {
  const object = row?.object as { namespace?: string | null } | undefined;
  return object?.namespace ?? null;
}
