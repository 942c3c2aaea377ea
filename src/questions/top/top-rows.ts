/** From counts to rows: secrets masked, as many rows as are wanted. */
import { redactText } from '../../event/redact.ts';
import type { CountField } from '../../query/count-fields.ts';
import type { GroupCount, GroupCounts } from './group-counts.ts';
import { RowMaker, type TopRow } from './top-row.ts';

export interface Counted {
  readonly now: GroupCounts;
  /** Null: not compared. */
  readonly before: GroupCounts | null;
}

export interface RowsWanted {
  readonly by: readonly CountField[];
  readonly limit: number | null;
  readonly isRevealed: boolean;
}

/** Takes the counts apart. `total`: rows there would be without a limit; `groups`: those of them with requests. */
export function rowsOf(
  { by, limit, isRevealed }: RowsWanted,
  { now, before }: Counted,
): { readonly rows: readonly TopRow[]; readonly groups: number; readonly total: number } {
  if (!isRevealed) for (const counts of [now, before]) counts?.rename(redactedKey());
  const gone = before === null ? [] : before.without(now);
  const groups = now.size;
  const total = groups + gone.length;
  const rows: TopRow[] = [];
  const maker = new RowMaker(by, now.total);
  const most = limit ?? total;
  const none: Omit<GroupCount, 'key'> = { count: 0, firstUs: null, lastUs: null, buckets: now.nothing() };
  for (const group of now.drain()) {
    if (rows.length >= most) break;
    rows.push(maker.row(group, before === null ? null : before.countOf(group.key)));
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
