/** A timeline as a drawing: a lane for each actor. */
import type { Drawing, Mark } from '../../answer.ts';
import { actorName } from '../cause-chain/actor-name.ts';
import { aboveOf, type TimelineRow, toneOf, whatOf } from './timeline-row.ts';

/** Beyond, all others share one. */
const MOST_LANES = 24;
const OTHERS = 'others';

export function drawingOf(rows: readonly TimelineRow[]): Drawing {
  const lanes = new Map<string, number>();
  const laneOf = (name: string): number => {
    const isFull = lanes.size >= MOST_LANES - 1 && !lanes.has(name);
    const own = isFull ? OTHERS : name;
    const lane = lanes.get(own) ?? lanes.size;
    lanes.set(own, lane);
    return lane;
  };
  const places = new Map(rows.map((row, place) => [row, place]));
  const marks = rows.map((row): Mark => {
    const above = aboveOf(row);
    return {
      at: row.when,
      lane: row.origin === 'gap' ? null : laneOf(nameOf(row)),
      text: whatOf(row, 'what'),
      tone: toneOf(row),
      under: above === null ? null : (places.get(above) ?? null),
      isLikely: row.link === 'likely',
    };
  });
  return { lanes: [...lanes.keys()], marks };
}

/** The same name in another cluster is another lane. */
function nameOf({ who, origin }: TimelineRow): string {
  if (who === null) return origin;
  return origin === 'audit' ? actorName(who) : `${actorName(who)} (${origin})`;
}
