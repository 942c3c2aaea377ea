/** From counts to rows: secrets masked, as many rows as are wanted. */
import { redactText } from '../../event/redact.ts';
import type { CountField } from '../../query/count-fields.ts';
import type { GroupCount, GroupCounts } from './group-counts.ts';
import type { Latencies, Latency } from './latencies.ts';
import { groupFields, RowMaker, type TopRow } from './top-row.ts';
import type { View } from './views/view.ts';

export interface Counted {
  readonly now: GroupCounts;
  /** Null: not compared. */
  readonly before: GroupCounts | null;
  /** Null: not measured. */
  readonly latencies: Latencies | null;
}

export interface RowsWanted {
  readonly by: readonly CountField[];
  readonly view: View | null;
  readonly limit: number | null;
  readonly isRevealed: boolean;
}

/** Takes the counts apart. `total`: rows there would be without a limit; `groups`: those of them with requests. */
export function rowsOf(
  { by, view, limit, isRevealed }: RowsWanted,
  { now, before, latencies }: Counted,
): { readonly rows: readonly TopRow[]; readonly groups: number; readonly total: number } {
  if (!isRevealed) for (const counts of [now, before, latencies]) counts?.rename(redactedKey());
  const gone = before === null ? [] : before.without(now);
  const groups = now.size;
  const total = groups + gone.length;
  const rows: TopRow[] = [];
  const maker = new RowMaker(groupFields(by, view), now.total);
  const most = limit ?? total;
  const none: Omit<GroupCount, 'key'> = { count: 0, firstUs: null, lastUs: null, buckets: now.nothing() };
  const latencyOf = (key: string): Latency | null => {
    const latency = latencies?.of(key) ?? null;
    if (latency === null || latency.mostly === null || isRevealed) return latency;
    return { ...latency, mostly: redactText(latency.mostly) };
  };
  for (const group of now.drain(latencies === null ? undefined : (key) => latencies.rankOf(key))) {
    if (rows.length >= most) break;
    const previous = before === null ? null : before.countOf(group.key);
    rows.push(maker.row(group, previous, latencyOf(group.key)));
  }
  for (const { key, count } of gone.slice(0, most - rows.length)) {
    rows.push(maker.row({ ...none, key }, count));
  }
  return { rows, groups, total };
}

/** Texts that look like secrets are masked, and groups that look alike then are one. */
function redactedKey(): (key: string) => string {
  const known = new Map<string, string>();
  const redacted = (text: string): string => {
    const clean = known.get(text) ?? redactText(text);
    known.set(text, clean);
    return clean;
  };
  return (key) =>
    JSON.stringify(
      (JSON.parse(key) as (string | null)[]).map((text) => (text === null ? null : redacted(text))),
    );
}
