/** who-did's one sentence. */
import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';
import type { NearMiss } from '../../answer.ts';
import type { Coverage, Gap } from '../../event/coverage.ts';
import { isOneObject } from '../../query/object-query.ts';
import type { Word } from '../../query/words.ts';
import type { Cause } from '../cause-chain/cause.ts';
import type { Effect } from '../fact/effect.ts';
import { objectName } from '../object-name.ts';
import { because, originsOf } from './because.ts';
import { alternativesTo, beginningsOf, chiefOf } from './chief-deed.ts';
import { counts, type Deed } from './deed.ts';
import type { Deeds } from './deeds.ts';
import { Tally } from './tally.ts';
import type { WhoDidParams } from './who-did.ts';
import { whoText } from './who-did-row.ts';

export interface Told {
  readonly params: WhoDidParams;
  /** Newest first. */
  readonly deeds: readonly Deed[];
  readonly found: Deeds;
  /** Counts of all, where `deeds` are only the newest. */
  readonly tally: Tally | null;
  readonly coverage: Coverage;
  readonly gaps: readonly Gap[];
  readonly nearMisses: readonly NearMiss[];
  readonly nowUs: number;
  /** What set a deed off, nearest first. */
  readonly causesOf: (deed: Deed) => readonly Cause[];
  /** Requests that did it, but that --by, --code, --where … left out. */
  readonly passedOver: number;
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
  const { word } = told.params;
  const isPart = (deed: Deed) => word.name === 'drain' && deed.word !== 'drain';
  const done = told.deeds.filter((deed) => counts(word, deed) && !isPart(deed));
  const [newest] = done;
  if (newest === undefined) return nobody(told);
  return isAboutOne(told, done) ? aboutOne(told, newest, done) : aboutMany(told, done);
}

/** Asked about all namespaces, one name may be several objects. */
function isAboutOne({ params: { object, word } }: Told, deeds: readonly Deed[]): boolean {
  if (object.kind !== 'resource' || !isOneObject(object)) return false;
  const isPlaced = object.namespace !== null || object.isNamespaced === false;
  return isPlaced || word.name === 'impersonate' || namespacesOf(deeds).size <= 1;
}

function namespacesOf(deeds: readonly Deed[]): ReadonlySet<string> {
  const namespaces = deeds.map(({ fact, word }) =>
    word === 'delete namespace' ? fact.target.name : fact.target.namespace,
  );
  return new Set(namespaces.filter((namespace) => namespace !== null));
}

/** `done`: newest first. */
function aboutOne(told: Told, newest: Deed, done: readonly Deed[]): string {
  const begunBy = told.found.removals?.begunBy;
  const beginnings = beginningsOf(told, done);
  const chief = chiefOf(told, newest, beginnings);
  const either = [chief, ...alternativesTo(told, chief, beginnings)];
  const others = beginnings.filter((deed) => !either.includes(deed));
  const parts = [
    `${objectName(told.params.object)}: ${doubt(told, chief)}${past(told)} ${either.length > NAMED ? byOneOf(either) : either.map((deed) => byWhom(told, deed)).join(', or ')}${because(told, either)}${after(told, newest, chief)}`,
  ];
  const again = done.find((deed) => begunBy?.get(deed.fact.key) === chief && isAskedAgain(deed, chief));
  if (again !== undefined) parts.push(`asked for again by ${whoText(again.fact.row.who)}`);
  parts.push(...moreBy(others.filter((deed) => deed.link !== 'likely')));
  parts.push(...moreBy(others.filter((deed) => deed.link === 'likely')).map((text) => `perhaps ${text}`));
  const remade = told.found.removals?.madeAgain.find((fact) => fact.atUs > chief.fact.atUs);
  if (told.params.word.name === 'delete' && remade !== undefined) {
    parts.push(`made again at ${short(remade.row.when)} by ${whoText(remade.row.who)}`);
  }
  return parts.join('; ');
}

/** `others`: newest first. */
function moreBy(others: readonly Deed[]): readonly string[] {
  const [next] = others;
  if (next === undefined) return [];
  const name = whoText(next.fact.row.who);
  return [others.length === 1 ? `once more by ${name}` : `${others.length} more times, last by ${name}`];
}

/** Somebody else's delete of what was going already. */
function isAskedAgain({ fact }: Deed, chief: Deed): boolean {
  return fact.row.did.verb === 'delete' && whoText(fact.row.who) !== whoText(chief.fact.row.who);
}

function doubt(told: Told, chief: Deed): string {
  if (chief.link !== 'likely') return '';
  return told.found.removals?.isSeen === false ? 'if it was there, ' : 'most likely ';
}

/** Alternatives told one by one. */
const NAMED = 3;

function byOneOf(either: readonly Deed[]): string {
  const names = [...new Set(either.map((deed) => whoText(deed.fact.row.who)))];
  const more = names.length > NAMED ? ' or others' : '';
  return `by ${names.slice(0, NAMED).join(' or ')}${more}, in one of ${either.length} requests`;
}

function byWhom(told: Told, deed: Deed): string {
  return `by ${whoText(deed.fact.row.who)} ${ago(deed, told.nowUs)}${throughWhat(deed, told.params.word)}`;
}

/** Whoever asked for a deletion that a finalizer held did it; whoever removed the finalizer let it happen. */
function after(told: Told, newest: Deed, chief: Deed): string {
  if (told.params.word.name !== 'delete') return '';
  if (told.found.removals?.held.has(chief.fact.key) === true)
    return ', but held by a finalizer: its end is not in the log';
  if (newest === chief || newest.word !== 'remove last finalizer') return '';
  return `, held until ${whoText(newest.fact.row.who)} removed the last finalizer`;
}

function aboutMany(told: Told, all: readonly Deed[]): string {
  const begun = beginningsOf(told, all);
  const done = begun.length === 0 ? all : begun;
  const tally = told.tally ?? tallyOf(told, done);
  const byCount = tally.actors;
  const [only] = byCount;
  const named = byCount.slice(0, 3).map(([name, count]) => `${name ?? 'others'} ${count}`);
  const rest = byCount.length > 3 ? ` and ${byCount.length - 3} more` : '';
  const what =
    told.params.word.name === 'impersonate'
      ? 'impersonation'
      : `${objectName(told.params.object)}: ${done.every((deed) => deed.link === 'likely') ? 'most likely ' : ''}${past(told)}`;
  const origins = originsOf(told, done);
  if (byCount.length === 1 && only !== undefined)
    return `${what} ${times(tally.done)} by ${only[0]}${origins}`;
  return `${what} ${times(tally.done)}: ${named.join(', ')}${rest}${origins}`;
}

function tallyOf({ params }: Told, done: readonly Deed[]): Tally {
  const tally = new Tally(params.word);
  for (const deed of done) tally.add(deed);
  return tally;
}

function nobody(told: Told): string {
  const { coverage, gaps, params } = told;
  const what = `${active(params.word.name)} ${objectName(params.object)}`;
  const tail = cameToNothing(told);
  if (coverage.events === 0) return `this log cannot tell who ${what}: no event was read`;
  if (told.passedOver > 0) {
    const which =
      told.passedOver === 1 ? '1 request that did is' : `${told.passedOver} requests that did are`;
    return `none of those asked about ${what}; ${which} left out by the filters${tail}`;
  }
  if (gaps.some((gap) => CANNOT_TELL.has(gap.code))) return `this log cannot tell who ${what}${tail}`;
  if (gaps.some((gap) => gap.code === 'unlogged')) {
    return `${objectName(params.object)} was ${past(told)}, but what was read does not hold the request that asked for it${tail}`;
  }
  const doubt = coverage.complete && gaps.length === 0 ? '' : ' in what was read, which is not all';
  const span = coverage.from === null ? '' : ` between ${short(coverage.from)} and ${short(coverage.to)}`;
  // Without a kind of request to look for there is no witness that it would be logged.
  const subject = coverage.witness === null ? 'in this log nobody' : 'nobody';
  return `${subject} ${what}${span}${doubt}${tail}`;
}

/** Where it is not the passive's form. */
const ACTIVE: Readonly<Record<string, string>> = { token: 'took a token of' };

const CANNOT_TELL: ReadonlySet<Gap['code']> = new Set([
  'no-witness',
  'level-too-low',
  'bodies-cut',
  'generated-names',
  'outcome-unknown',
]);

function cameToNothing({ deeds }: Told): string {
  const of = (isOne: (deed: Deed) => boolean) => deeds.filter(isOne).length;
  const dryRuns = of((deed) => deed.fact.effect === 'dry run');
  const unknown = of((deed) => deed.fact.effect === 'unknown');
  const attempts = deeds.length - dryRuns - unknown;
  const tries = [
    attempts === 0 ? '' : `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} came to nothing`,
    dryRuns === 0 ? '' : `${dryRuns} dry ${dryRuns === 1 ? 'run' : 'runs'} had no effect`,
    unknown === 0 ? '' : `of ${unknown} ${unknown === 1 ? 'request' : 'requests'} the outcome is not known`,
  ].filter((part) => part !== '');
  return tries.length === 0 ? '' : `; ${tries.join(', ')}`;
}

function active(word: string): string {
  return ACTIVE[word] ?? PAST[word] ?? `sent ${word} to`;
}

function past(told: Told): string {
  const { name } = told.params.word;
  return PAST[name] ?? `sent ${name}`;
}

function throughWhat(deed: Deed, asked: Word): string {
  switch (deed.word) {
    case 'evict':
      return asked.name === 'evict' ? '' : ' (eviction)';
    case 'deletecollection':
      return deed.fact.selector === null
        ? ' (with a whole collection)'
        : ` (with a whole collection, selector ${deed.fact.selector})`;
    case 'delete namespace':
      return ' (with its namespace)';
    case 'delete crd':
      return ' (with its CRD)';
    case 'remove last finalizer':
      return ' (by removing the last finalizer)';
    default:
      return HOW[deed.fact.effect] ?? '';
  }
}

/** Of what counts whatever came of it. */
const HOW: Readonly<Partial<Record<Effect, string>>> = {
  open: ' (still going on)',
  refused: ' (refused)',
  failed: ' (failed)',
  'not found': ' (not found)',
  'dry run': ' (dry run)',
  unknown: ' (outcome unknown)',
};

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
