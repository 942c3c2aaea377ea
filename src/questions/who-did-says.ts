/** who-did's one sentence, and the commands to try next. */
import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';
import type { NearMiss } from '../answer.ts';
import type { Coverage, Gap } from '../event/coverage.ts';
import { kubectlName } from '../event/resource-names.ts';
import { isOneObject, type ObjectQuery } from '../query/object-query.ts';
import type { Deed } from './deed.ts';
import type { Deeds } from './deeds.ts';
import { tookEffect } from './effect.ts';
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
  const done = told.deeds.filter((deed) => tookEffect(deed.fact.effect));
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
  const named = byCount.slice(0, 3).map(([name, count]) => `${name} ${count}`);
  const rest = byCount.length > 3 ? ` and ${byCount.length - 3} more` : '';
  const what =
    told.params.word.name === 'impersonate'
      ? 'impersonation'
      : `${objectName(told.params.object)}: ${past(told)}`;
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

/** Commands that exist today, most useful first. `calledAs` brings the flags that say where from. */
export function nextCommands(told: Told): string[] {
  const { object, word, calledAs, window } = told.params;
  if (object.kind !== 'resource') return [];
  const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
  const it = object.name === null ? type : `${type}/${object.name}`;
  const inIt = object.namespace === null || object.isNamespaced === false ? '' : ` -n ${object.namespace}`;
  const next: string[] = [];
  const isFound = told.deeds.some((deed) => tookEffect(deed.fact.effect));
  if (isFound) {
    if (word.name !== 'touch' && object.name !== null)
      next.push(`${calledAs} who-did touch ${quoted(it)}${inIt}`);
    return next;
  }
  const elsewhere = told.nearMisses.find((miss) => miss.code === 'other-namespace');
  const namespace =
    (elsewhere?.row as { object?: { namespace?: string | null } } | null)?.object?.namespace ?? null;
  if (namespace !== null) next.push(`${calledAs} who-did ${word.name} ${quoted(it)} -n ${quoted(namespace)}`);
  else if (object.namespace !== null && object.isNamespaced !== false)
    next.push(`${calledAs} who-did ${word.name} ${quoted(it)} -A`);
  if (!window.isDefault) next.push(`${calledAs} who-did ${word.name} ${quoted(it)}${inIt} --since 30d`);
  if (word.name !== 'touch') next.push(`${calledAs} who-did touch ${quoted(it)}${inIt}`);
  return next;
}

/** Names come from events and from the user: quoted for a shell unless they are plain. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
