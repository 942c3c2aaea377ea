/**
 * What somebody does who never did it: a deed, a namespace, a client, a network. How surprising that is depends on how often
 * this actor does new things at all (Good and Turing: the share of habits that were seen on one day only), and on how many
 * of its like have the habit. From networks that nobody called from, people are findings of kind `network`, and programs,
 * whose tokens are meant for the cluster, of kind `token`.
 */
import { ALL_OF_IT, type Candidate, type Evidence } from './candidate.ts';
import type { FindingKind } from './finding-kinds.ts';
import type { Item } from './history.ts';
import { chanceOfNew, scoreOf } from './odds.ts';
import type { Popularity } from './popularity.ts';
import { isRisky } from './risky.ts';
import type { Facet } from './seen.ts';
import { type ActorHabits, activeOn, countBits, type Span } from './span.ts';

/** More of the same day are not independent: somebody works on something else. */
const FOR_EACH_MORE = 0.15;
const MOST_MORE = 6;
/** What gives power is asked about sooner. */
const RISKY = 0.7;
/** A new network, on a day on which the actor calls from a known one too, and one from which it does something new. */
const ELSEWHERE_TOO = 0.7;
const NEW_HABIT_TOO = 0.7;
/** Of each further facet that is new. */
const FURTHER = 0.25;
/** Whoever is known for fewer days does much for the first time. */
const SETTLED_DAYS = 3;

export function testHabits(span: Span, popularity: Popularity): Candidate[] {
  return activeOn(span).flatMap((habits) => {
    const days = countBits(habits.active & span.baseBits);
    if (days === 0 || habits.actor.isVaried || habits.class === 'nobody') return [];
    const habit = newHabits(habits, days, span, popularity);
    return [...habit, ...newNetworks(habits, days, span, popularity, habit.length > 0)];
  });
}

interface NewFacet {
  readonly facet: Facet;
  readonly items: readonly Item[];
  readonly chief: Item;
  readonly score: number;
}

function newHabits(habits: ActorHabits, days: number, span: Span, popularity: Popularity): Candidate[] {
  const found = (['action', 'namespace', 'client', 'network'] as const).flatMap((facet): NewFacet[] => {
    const items = newItems(habits, facet, span).filter(
      ({ value }) =>
        (facet !== 'network' || !isForeign(value, habits, span, popularity)) &&
        // What was made today is new to all: components and operators go there by themselves.
        (facet !== 'namespace' || (habits.class !== 'system' && popularity.isNamespace(value))),
    );
    const isMachine = habits.class !== 'person';
    if (items.length === 0 || (facet === 'network' && isMachine)) return [];
    const rates = popularity.ratesOf(habits, facet);
    const common = days < SETTLED_DAYS ? Math.max(1, rates.common) : rates.common;
    const chance = chanceOfNew(rates.once, days, common);
    const scored = items.map((item) => ({ item, score: oddness(item, habits, popularity) }));
    const [chief] = scored.sort((a, b) => b.score - a.score || (a.item.value < b.item.value ? -1 : 1));
    if (chief === undefined) return [];
    const more = FOR_EACH_MORE * Math.min(items.length - 1, MOST_MORE);
    return [{ facet, items, chief: chief.item, score: scoreOf(chance / (1 + chance)) + chief.score + more }];
  });
  const [chief, ...further] = found.sort((a, b) => b.score - a.score);
  if (chief === undefined) return [];
  return [
    {
      family: 'habit',
      kind: 'new',
      habits,
      score: chief.score + FURTHER * further.length,
      value: found.map(({ facet, items, chief: one }) => newText(facet, one, items.length)).join('; '),
      baseline: `never in ${daysText(days)} on which it was active`,
      why: whyNew(chief, habits, popularity),
      evidence: evidenceOf(chief.facet, chief.chief.value),
      folded: [],
    },
  ];
}

function oddness(item: Item, habits: ActorHabits, popularity: Popularity): number {
  const risk = item.facet === 'action' && isRisky(item.value) ? RISKY : 0;
  return scoreOf(popularity.shareAsRare(habits.class, item)) + risk;
}

function newNetworks(
  habits: ActorHabits,
  days: number,
  span: Span,
  popularity: Popularity,
  hasNewHabit: boolean,
): Candidate[] {
  const items = newItems(habits, 'network', span).filter(({ value }) =>
    isForeign(value, habits, span, popularity),
  );
  const [chief] = items;
  if (chief === undefined) return [];
  const rates = popularity.foreignRatesOf(habits);
  const isPerson = habits.class === 'person';
  const chance = chanceOfNew(rates.once, days, rates.common);
  const kind: FindingKind = isPerson ? 'network' : 'token';
  // Who travels calls from there only, and does what it always does.
  const isElsewhereToo = habits.items.some(
    ({ facet, days: on }) => facet === 'network' && (on & span.testBit) !== 0 && (on & span.baseBits) !== 0,
  );
  const besides = (isElsewhereToo ? ELSEWHERE_TOO : 0) + (hasNewHabit ? NEW_HABIT_TOO : 0);
  return [
    {
      family: kind,
      kind,
      habits,
      score: scoreOf(chance) + FOR_EACH_MORE * Math.min(items.length - 1, MOST_MORE) + besides,
      value: newText('network', chief, items.length),
      baseline: isPerson
        ? `nobody called from it; this actor called from ${networksText(habits, span)} in ${daysText(days)}`
        : `called from ${networksText(habits, span)} in ${daysText(days)}; no node or pod is known in it`,
      why: isPerson
        ? 'a login used from a network that nobody used before: somebody on the move, or stolen credentials'
        : 'credentials that are meant for inside the cluster, used from elsewhere: stolen, or handed out',
      evidence: evidenceOf('network', chief.value),
      folded: [],
    },
  ];
}

/** Not the cluster's, and, of a person, nobody's. */
function isForeign(
  prefix: string,
  { class: of }: ActorHabits,
  { networks }: Span,
  popularity: Popularity,
): boolean {
  return !networks.isKnown(prefix) && (of !== 'person' || popularity.callersFrom(prefix) === 0);
}

function newItems({ items }: ActorHabits, facet: Facet, { baseBits, testBit }: Span): Item[] {
  return items.filter(
    (item) => item.facet === facet && (item.days & testBit) !== 0 && (item.days & baseBits) === 0,
  );
}

const FACET_WORDS: Readonly<Record<Facet, string>> = {
  action: '',
  namespace: 'in namespace ',
  client: 'with ',
  network: 'from ',
};

export function newText(facet: Facet, { value }: Item, count: number): string {
  return `${FACET_WORDS[facet]}${value}${count > 1 ? ` and ${count - 1} more` : ''}`;
}

function whyNew({ facet, chief }: NewFacet, habits: ActorHabits, popularity: Popularity): string {
  const others = popularity.actorsWith(habits.class, chief);
  const who = habits.class === 'person' ? 'people' : 'accounts';
  const shared = others === 0 ? `none of the other ${who} had done so` : `${others} of the other ${who} had`;
  if (facet === 'action' && isRisky(chief.value))
    return `a deed that gives power or secrets, for the first time; ${shared}`;
  return `a habit that this actor never had; ${shared}`;
}

function networksText({ items }: ActorHabits, { baseBits }: Span): string {
  const before = items.filter(({ facet, days }) => facet === 'network' && (days & baseBits) !== 0);
  const [first] = before;
  if (first === undefined) return 'no known network';
  return before.length === 1 ? first.value : `${before.length} other networks`;
}

function evidenceOf(facet: Facet, value: string): Evidence {
  return { ...ALL_OF_IT, facet, value };
}

export function daysText(days: number): string {
  return days === 1 ? 'one day' : `${days} days`;
}
