/** Requests and what other logs tell → one stream of rows, gaps first. */
import { parseMicros } from '../../event/micros.ts';
import type { Moment } from '../../event/moment.ts';
import { momentRow, type TimelineRow } from './timeline-row.ts';

/** `moments`: in the order of time. A request that was put behind its cause stays there, and an alert behind the request that it is about. */
export function streamOf(
  gaps: readonly TimelineRow[],
  requests: readonly TimelineRow[],
  moments: readonly Moment[],
): readonly TimelineRow[] {
  const byID = new Map(requests.map((row) => [row.auditID, row]));
  const rows: TimelineRow[] = [...gaps];
  const placed = new Set<TimelineRow>();
  const waiting = new Map<TimelineRow, Moment[]>();
  let next = 0;
  const takeMoments = (untilUs: number): void => {
    for (let one = moments[next]; one !== undefined && one.atUs < untilUs; one = moments[++next]) {
      const above = one.auditID === null ? null : (byID.get(one.auditID) ?? null);
      if (above === null || placed.has(above)) rows.push(momentRow(one, above));
      else waiting.set(above, [...(waiting.get(above) ?? []), one]);
    }
  };
  for (const row of requests) {
    takeMoments(parseMicros(row.when ?? '') ?? Number.NEGATIVE_INFINITY);
    rows.push(row);
    placed.add(row);
    for (const moment of waiting.get(row) ?? []) rows.push(momentRow(moment, row));
  }
  takeMoments(Number.POSITIVE_INFINITY);
  return rows;
}

/** Several streams as one, each in its own order. */
export function interleaved(streams: readonly (readonly TimelineRow[])[]): readonly TimelineRow[] {
  const heads = streams.map((rows) => ({ rows, at: 0 }));
  const all: TimelineRow[] = [];
  for (;;) {
    let first: (typeof heads)[number] | null = null;
    for (const head of heads) {
      if (head.at < head.rows.length && (first === null || timeAt(head) < timeAt(first))) first = head;
    }
    const row = first?.rows[first.at];
    if (first === null || row === undefined) return all;
    all.push(row);
    first.at++;
  }
}

/** What has no time comes first. */
function timeAt({ rows, at }: { readonly rows: readonly TimelineRow[]; readonly at: number }): number {
  return parseMicros(rows[at]?.when ?? '') ?? Number.NEGATIVE_INFINITY;
}
