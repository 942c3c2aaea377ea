/** A chain as people read it: `rs/web scaled 3→0 by deployment-controller ← deploy/web scaled 3→0 by alice`. */
import { actorName } from './actor-name.ts';
import type { Cause } from './cause.ts';
import { controllerName } from './controllers.ts';

/** What an entry says, in two orders: `deploy/web restarted by alice (kubectl)`, `alice: deploy/web restarted`. */
export interface CauseWords {
  readonly full: string;
  readonly brief: string;
}

/** Drawn from the fact when the entry was made; not part of the machine output. */
const WORDS = new WeakMap<Cause, CauseWords>();

export function putWords(cause: Cause, words: CauseWords): Cause {
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

/** The last of the chain only: who set it off, as far as is known. */
export function originText(causes: readonly Cause[]): string {
  const all = levels(causes);
  const last = all.at(-1);
  if (last === undefined) return '';
  const isSure = all.every((level) => level.every(({ link }) => link === 'proven'));
  return `${isSure || last.some(({ link }) => link === 'likely') ? '' : 'likely '}${levelText(last, 'brief')}`;
}

/** The one actor at the end of the chain, if there is one: not where several may be, nor where it ends at a controller. */
export function originOf(causes: readonly Cause[]): string | null {
  const actors = new Set((levels(causes).at(-1) ?? []).map(({ who }) => whoOrNobody(who)));
  const [only] = actors;
  return actors.size === 1 ? (only ?? null) : null;
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
