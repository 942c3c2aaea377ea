/** A chain as people read it: `rs/web scaled 3→0 by deployment-controller ← deploy/web scaled 3→0 by alice`. */
import { actorName } from './actor-name.ts';
import type { Cause } from './cause.ts';
import { controllerName } from './controllers.ts';

/** What an entry says, in two orders: `deploy/web restarted by alice (kubectl)`, `alice: deploy/web restarted`. */
export interface CauseWords {
  /** `deploy/web restarted`. */
  readonly what: string;
  readonly full: string;
  readonly brief: string;
}

interface Drawn extends CauseWords {
  /** It made the program that acted, and did not set off what that did. */
  readonly isMaker: boolean;
}

/** Drawn from the fact when the entry was made; not part of the machine output. */
const WORDS = new WeakMap<Cause, Drawn>();

export function putWords(cause: Cause, words: Drawn): Cause {
  WORDS.set(cause, words);
  return cause;
}

export function wordsOf(cause: Cause): string {
  return WORDS.get(cause)?.full ?? '';
}

/** Competing causes told one by one; of more the rest is counted. */
const NAMED = 3;

/** From the nearest on; empty when nothing is known, and for what the request tells of itself. */
export function chainText(causes: readonly Cause[]): string {
  return levels(causes)
    .map((level) => levelText(level, 'full'))
    .join(' ← ');
}

/** The last of the chain only: who set it off, as far as is known; for a program that acted by itself, who made it. */
export function originText(causes: readonly Cause[]): string {
  const every = levels(causes);
  const deeds = every.slice(0, firstMaker(every));
  const all = deeds.length > 0 ? deeds : every;
  const last = all.at(-1);
  if (last === undefined) return '';
  const isSure = all.every((level) => level.every(({ link }) => link === 'proven'));
  return `${isSure || last.some(({ link }) => link === 'likely') ? '' : 'likely '}${levelText(last, 'brief')}`;
}

/** The one actor at the end of the chain, if there is one: not where several may be, nor where it ends at a controller, nor who only made the program that acted. */
export function originOf(causes: readonly Cause[]): string | null {
  const all = levels(causes);
  const actors = new Set((all.slice(0, firstMaker(all)).at(-1) ?? []).map(({ who }) => whoOrNobody(who)));
  const [only] = actors;
  return actors.size === 1 ? (only ?? null) : null;
}

function firstMaker(all: readonly (readonly Cause[])[]): number {
  const at = all.findIndex((level) => level.every((cause) => WORDS.get(cause)?.isMaker === true));
  return at === -1 ? all.length : at;
}

function whoOrNobody(who: Cause['who']): string | null {
  const isMachine = who.as === null && (who.kind === 'component' || who.kind === 'node');
  return isMachine || controllerName(who) !== null ? null : actorName(who);
}

function levels(causes: readonly Cause[]): readonly (readonly Cause[])[] {
  const byDepth = new Map<number, Cause[]>();
  for (const cause of causes) {
    if (!WORDS.has(cause)) continue;
    byDepth.set(cause.depth, [...(byDepth.get(cause.depth) ?? []), cause]);
  }
  return [...byDepth].sort(([a], [b]) => a - b).map(([, level]) => level);
}

function levelText(level: readonly Cause[], form: keyof CauseWords): string {
  const doubt = level.every(({ link }) => link === 'likely') ? 'likely ' : '';
  const named = level.slice(0, NAMED).map((cause) => WORDS.get(cause)?.[form] ?? '');
  const more = level.length > NAMED ? `, or ${level.length - NAMED} others` : '';
  return `${doubt}${named.join(doubt === '' ? ' and ' : ', or ')}${more}`;
}
