/** A saved baseline as text, and back. Another version, or what is none, is told of and never guessed at. */
import { type Day, HOUR_US, hoursIn, MAX_DAYS } from './days.ts';
import { DEEDS, MEASURES } from './history.ts';
import type { SavedActor, SavedBaseline, SavedSums } from './saved-baseline.ts';
import { FACETS } from './seen.ts';

const KIND = 'AnomaliesBaseline';
const VERSION = 1;

export function baselineText({ days, actors }: SavedBaseline): string {
  const head = { apiVersion: 'kubectl-audit/v1', kind: KIND, version: VERSION };
  const times = days.map(({ day }) => [day.startUs, day.endUs]);
  // One actor a line: what changed from one day to the next can be seen.
  const lines = actors.map((actor) => JSON.stringify(jsonOf(actor)));
  return `${JSON.stringify({ ...head, days: times }).slice(0, -1)},"actors":[\n${lines.join(',\n')}\n]}\n`;
}

function jsonOf({ seen, days, items }: SavedActor): unknown {
  return {
    user: seen.user,
    session: seen.session,
    as: seen.as,
    // Counts are mostly 0: place and count of those that are not.
    days: [...days].map(([n, { counts, measures }]) => [
      n,
      [...counts].flatMap((count, place) => (count === 0 ? [] : [place, count])),
      measures,
    ]),
    items: Object.fromEntries(items),
  };
}

export type DecodedBaseline =
  | { readonly kind: 'baseline'; readonly saved: SavedBaseline }
  /** In words, after the file's name: `is no baseline: …`. */
  | { readonly kind: 'wrong'; readonly why: string };

export function decodeBaseline(text: string): DecodedBaseline {
  try {
    return { kind: 'baseline', saved: savedOf(JSON.parse(text)) };
  } catch (error) {
    if (error instanceof Wrong) return { kind: 'wrong', why: error.message };
    if (error instanceof SyntaxError) return { kind: 'wrong', why: 'is no baseline: it is not JSON' };
    throw error;
  }
}

class Wrong extends Error {}

function savedOf(json: unknown): SavedBaseline {
  const document = objectOf(json, 'is no baseline');
  if (document.kind !== KIND) throw new Wrong('is no baseline that --save has written');
  if (document.version !== VERSION)
    throw new Wrong(
      `is of version ${JSON.stringify(document.version)}, and this program reads version ${VERSION}`,
    );
  const days = listOf(document.days).map(dayOf);
  for (const [n, day] of days.entries())
    if ((days[n - 1]?.endUs ?? 0) > day.startUs) throw new Wrong('is damaged: its days overlap');
  if (days.length >= MAX_DAYS) throw new Wrong('is damaged: it has too many days');
  return {
    days: days.map((day) => ({ day })),
    actors: listOf(document.actors).map((actor) => actorOf(actor, days)),
  };
}

function dayOf(json: unknown): Day {
  const [startUs, endUs] = listOf(json).map(wholeOf);
  if (startUs === undefined || endUs === undefined || endUs <= startUs || startUs % HOUR_US !== 0)
    throw new Wrong('is damaged: a day has no beginning or end');
  if (endUs - startUs > 40 * HOUR_US) throw new Wrong('is damaged: a day is too long');
  return { startUs, endUs };
}

function actorOf(json: unknown, days: readonly Day[]): SavedActor {
  const actor = objectOf(json, 'is damaged: an actor is none');
  const [user, session, as] = [textOf(actor.user), textOf(actor.session), textOf(actor.as)];
  const seen = { key: JSON.stringify([user, session, as]), user, session, as };
  return {
    seen,
    days: new Map(listOf(actor.days).map((each) => sumsOf(each, days))),
    items: itemsOf(actor.items, days),
  };
}

function sumsOf(json: unknown, days: readonly Day[]): [number, SavedSums] {
  const [n, places, measures] = listOf(json);
  const number = wholeOf(n);
  const day = days[number];
  if (day === undefined) throw new Wrong('is damaged: it counts on a day that it does not have');
  const counts = new Uint32Array((hoursIn(day) + 1) * DEEDS.length);
  const pairs = listOf(places).map(wholeOf);
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const place = pairs[at] ?? 0;
    if (place >= counts.length) throw new Wrong('is damaged: it counts in an hour that a day does not have');
    counts[place] = pairs[at + 1] ?? 0;
  }
  const list = listOf(measures).map(wholeOf);
  if (list.length !== MEASURES.length) throw new Wrong('is damaged: a day lacks numbers');
  return [number, { counts, measures: list }];
}

function itemsOf(json: unknown, days: readonly Day[]): Map<string, number> {
  const most = 2 ** days.length;
  return new Map(
    Object.entries(objectOf(json, 'is damaged: an actor has no habits')).map(([key, bits]) => {
      const number = wholeOf(bits);
      if (number >= most || !FACETS.some((facet) => key.startsWith(`${facet} `)))
        throw new Wrong('is damaged: a habit is none');
      return [key, number];
    }),
  );
}

function objectOf(json: unknown, why: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Wrong(why);
  return json as Record<string, unknown>;
}

function listOf(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw new Wrong('is damaged: a list is missing');
  return json;
}

function wholeOf(json: unknown): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < 0)
    throw new Wrong('is damaged: a number is missing');
  return json;
}

function textOf(json: unknown): string | null {
  if (json !== null && typeof json !== 'string') throw new Wrong('is damaged: a name is none');
  return json;
}
