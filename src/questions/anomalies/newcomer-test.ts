/**
 * Who was never seen before. Most are new colleagues and the service accounts of what was deployed: they are told of in one
 * finding together. Those who do what newcomers do not do, or come from networks that nobody called from, are told apart.
 */

import { actorName } from './actor-name.ts';
import { BulkBefore, bulkScoreOf } from './bulk-test.ts';
import { ALL_OF_IT, type Candidate } from './candidate.ts';
import { scoreOf } from './odds.ts';
import type { Popularity } from './popularity.ts';
import { isRisky } from './risky.ts';
import { type ActorHabits, activeOn, type Span } from './span.ts';

const RISKY = 0.7;
const FOREIGN = 1;

export function testNewcomers(span: Span, popularity: Popularity): Candidate[] {
  const before = new BulkBefore(span);
  return activeOn(span)
    .filter(({ active, class: of }) => (active & span.baseBits) === 0 && of !== 'nobody')
    .map((habits): Candidate => {
      const today = habits.items.filter(({ days }) => (days & span.testBit) !== 0);
      const actions = today.filter(({ facet }) => facet === 'action');
      const odd = actions
        .map((item) => ({
          item,
          score: scoreOf(popularity.shareAsRare(habits.class, item)) + (isRisky(item.value) ? RISKY : 0),
        }))
        .sort((a, b) => b.score - a.score || (a.item.value < b.item.value ? -1 : 1));
      const foreign = today.filter(
        ({ facet, value }) =>
          facet === 'network' && !span.networks.isKnown(value) && popularity.callersFrom(value) === 0,
      );
      const [chief] = odd;
      const networks = today.filter(({ facet }) => facet === 'network').map(({ value }) => value);
      return {
        family: 'newcomer',
        kind: 'new',
        habits,
        score: (chief?.score ?? 0) + bulkScoreOf(habits, span, before) + (foreign.length > 0 ? FOREIGN : 0),
        value: `new: ${actorName(habits.actor.seen)}${chief === undefined ? '' : `; ${chief.item.value}`}${networks.length === 0 ? '' : `; from ${networks.slice(0, 2).join(', ')}`}`,
        baseline: 'never seen before',
        why:
          foreign.length > 0
            ? 'an actor that nobody knows, from a network that nobody called from'
            : 'an actor that nobody knows, and that does what is not usual for one',
        evidence: ALL_OF_IT,
        folded: [],
      };
    });
}

/** Those who are like other newcomers, in one. Null: there are none. */
export function foldNewcomers(plain: readonly Candidate[]): Candidate | null {
  const [first, ...others] = [...plain].sort(
    (a, b) => b.score - a.score || (a.habits.actor.seen.key < b.habits.actor.seen.key ? -1 : 1),
  );
  if (first === undefined) return null;
  const all = [first, ...others];
  const count = (of: ActorHabits['class'], one: string, many: string): string[] => {
    const number = all.filter(({ habits }) => habits.class === of).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  const kinds = [
    ...count('person', 'person', 'people'),
    ...count('program', 'service account', 'service accounts'),
    ...count('system', 'component', 'components'),
  ];
  return {
    ...first,
    value: others.length === 0 ? first.value : `new: ${kinds.join(', ')}`,
    why: 'nobody knows them; they do what newcomers do: new colleagues, or what was deployed',
    folded: others.map(({ habits }) => actorName(habits.actor.seen)),
  };
}
