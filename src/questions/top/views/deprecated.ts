/**
 * Deprecated APIs that are still in use, by whom. The API server marks each request to one (annotations `k8s.io/deprecated`,
 * and `k8s.io/removed-release` where the release without it is known: apiserver, pkg/endpoints/deprecation).
 */
import { parseCountFields } from '../../../query/count-fields.ts';
import { equals } from '../../../query/predicate.ts';
import type { View } from './view.ts';
import { column, GROUPED_RESOURCE, groupValue, textCell, USER } from './view-columns.ts';

const REMOVED = 'k8s.io/removed-release';

export const deprecated: View = {
  name: 'deprecated',
  counts: { one: 'request to a deprecated API', many: 'requests to deprecated APIs' },
  names: ['resource', 'version', 'user'],
  by: parseCountFields(['group,resource,user,agent']),
  values: [
    { name: 'version', fields: ['objectRef.resource'], of: ({ objectRef }) => objectRef?.version ?? null },
    { name: 'removed', fields: ['annotations'], of: ({ annotations }) => annotations[REMOVED] ?? null },
  ],
  predicate: equals('annotations', 'k8s.io/deprecated=true'),
  where: 'annotations["k8s.io/deprecated"] == "true"',
  bucketUs: null,
  columns: [
    GROUPED_RESOURCE,
    column('VERSION', 'version', { shrink: 0 }),
    { name: 'REMOVED', shrink: 0, cell: (row) => removedCell(groupValue(row, 'removed')) },
    USER,
    column('AGENT', 'agent', { readable: 16, drop: 4 }),
  ],
  notes: (rows) => {
    const removed = [...new Set(rows.map(({ group }) => group.removed).filter((release) => release !== null))]
      .map(String)
      .sort(byRelease);
    const [first] = removed;
    if (first === undefined) return [];
    const text = `before an upgrade to ${first}, whoever is shown with it needs a version of the API that stays; these requests fail there`;
    return [{ code: 'removed-releases', text }];
  },
};

function removedCell(release: string | number | boolean | null) {
  return textCell(release === null ? null : `in ${release}`);
}

/** `1.9` before `1.25`. */
function byRelease(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
