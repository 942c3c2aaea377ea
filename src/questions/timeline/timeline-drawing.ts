/** A timeline as a drawing: a lane for each actor. */
import type { Drawing, Mark } from '../../answer.ts';
import { actorName } from '../cause-chain/actor-name.ts';
import { type TimelineRow, toneOf, whatOf } from './timeline-row.ts';

/** Beyond, all others share one. */
const MOST_LANES = 24;
const OTHERS = 'others';

/** `placeOfParent`: by a row's place, that of what it stands under. */
export function drawingOf(
  rows: readonly TimelineRow[],
  placeOfParent: (place: number) => number | null,
): Drawing {
  const lanes = new Map<string, number>();
  const laneOf = (name: string): number => {
    const isFull = lanes.size >= MOST_LANES - 1 && !lanes.has(name);
    const own = isFull ? OTHERS : name;
    const lane = lanes.get(own) ?? lanes.size;
    lanes.set(own, lane);
    return lane;
  };
  const marks = rows.map(
    (row, place): Mark => ({
      at: row.when,
      lane: row.origin === 'gap' ? null : laneOf(row.who === null ? row.origin : actorName(row.who)),
      text: whatOf(row, 'what'),
      tone: toneOf(row),
      under: placeOfParent(place),
      isLikely: row.link === 'likely',
    }),
  );
  return { lanes: [...lanes.keys()], marks };
}
