/** Who matters first in a list of many changes: people, then programs with accounts of their own, then the cluster's own controllers. */
import type { RequestRow } from '../fact/request-row.ts';
import { whoText } from '../who-did/who-did-row.ts';
import type { ChangeRow } from './change-rows.ts';

export type ActorClass = 'people' | 'programs' | 'controllers';

/** Whoever acts as somebody is judged by their login. */
export function classOf({ kind, user }: RequestRow['who']): ActorClass {
  if (kind === 'person' || kind === 'anonymous') return 'people';
  if (kind === 'component' || kind === 'node') return 'controllers';
  return user?.startsWith('system:serviceaccount:kube-system:') === true ? 'controllers' : 'programs';
}

const RANK: Readonly<Record<ActorClass, number>> = { people: 0, programs: 1, controllers: 2 };

/** `rows`: newest first, and so within each class. What the log does not hold may be anybody's. */
export function peopleFirst(rows: readonly ChangeRow[]): ChangeRow[] {
  const rankOf = ({ row, request }: ChangeRow) => (request === null ? 0 : RANK[classOf(row.who)]);
  return rows.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** `214 changes by controllers: replicaset-controller 120, …`; null when there are none. `total`: with those not looked at. */
export function foldedText(rows: readonly ChangeRow[], total: number): string | null {
  if (total === 0) return null;
  const counts = new Map<string, number>();
  for (const { row } of rows) {
    const name = shortName(row.who);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const named = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const texts = named.slice(0, NAMED).map(([name, count]) => `${name} ${count}`);
  const more = named.length > NAMED ? ` and ${named.length - NAMED} others` : '';
  if (total > rows.length)
    return `${total} writes by the cluster's own controllers, not in the table; --not-by, --by tell them apart`;
  const changes = total === 1 ? '1 change' : `${total} changes`;
  return `${changes} by the cluster's own controllers, not in the table: ${texts.join(', ')}${more}; -o wide shows them`;
}

const NAMED = 5;

function shortName(who: RequestRow['who']): string {
  return whoText(who).replace(/^sa:kube-system\//, '');
}
