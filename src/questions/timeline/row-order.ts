/** Requests and what other logs tell → one stream of rows, gaps first; and which row stands under which. */

import { parseMicros } from '../../event/micros.ts';
import type { Moment } from '../../event/moment.ts';
import { momentRow, type TimelineRow } from './timeline-row.ts';
import type { Node } from './tree.ts';

export interface Stream {
  readonly rows: readonly TimelineRow[];
  /** By a row's place, that of what it stands under; null: nothing. */
  placeOfParent(place: number): number | null;
}

/** `requests`: rows of `nodes`, in their order. A request that was put behind its cause stays there. */
export function streamOf(
  gaps: readonly TimelineRow[],
  nodes: readonly Node[],
  requests: readonly TimelineRow[],
  moments: readonly Moment[],
): Stream {
  const byID = new Map(requests.map((row) => [row.auditID, row]));
  const rows: TimelineRow[] = [...gaps];
  const places = new Map<unknown, number>();
  const parents = new Map<TimelineRow, unknown>();
  let next = 0;
  const takeMoments = (untilUs: number): void => {
    for (
      let moment = moments[next];
      moment !== undefined && moment.atUs < untilUs;
      moment = moments[++next]
    ) {
      const above = moment.auditID === null ? null : (byID.get(moment.auditID) ?? null);
      // An alert stands behind the request that it is about, whatever its clock says.
      const row = momentRow(moment, above !== null && places.has(above) ? above : null);
      if (row.parent !== null) parents.set(row, above);
      rows.push(row);
    }
  };
  for (const [n, row] of requests.entries()) {
    takeMoments(parseMicros(row.when ?? '') ?? Number.NEGATIVE_INFINITY);
    const node = nodes[n];
    places.set(row, rows.length);
    places.set(node, rows.length);
    if (node?.parent != null) parents.set(row, node.parent.node);
    rows.push(row);
  }
  takeMoments(Number.POSITIVE_INFINITY);
  return {
    rows,
    placeOfParent: (place) => {
      const row = rows[place];
      const parent = row === undefined ? undefined : parents.get(row);
      return parent === undefined ? null : (places.get(parent) ?? null);
    },
  };
}
