/** What fills the log, and whether an audit policy could leave it out. Which rule that is, suggest-policy.ts says. */
import { parseCountFields } from '../../../query/count-fields.ts';
import { EVERYTHING } from '../../../query/predicate.ts';
import type { TopRow } from '../top-row.ts';
import { policyFor } from './policy-for.ts';
import type { View } from './view.ts';
import { column, groupValue, RESOURCE, USER } from './view-columns.ts';

export const noise: View = {
  name: 'noise',
  counts: { one: 'request', many: 'requests' },
  names: ['user', 'verb', 'resource', 'subresource'],
  by: parseCountFields(['user,as,verb,group,resource,subresource,level']),
  values: [],
  predicate: EVERYTHING,
  where: null,
  bucketUs: null,
  columns: [
    USER,
    column('AS', 'as', { readable: 12, wide: (rows) => rows.every((row) => groupValue(row, 'as') === null) }),
    column('VERB', 'verb', { shrink: 0 }),
    RESOURCE,
    {
      name: 'LEVEL',
      shrink: 0,
      drop: 4,
      cell: (row) => ({ kind: 'text', text: String(groupValue(row, 'level')) }),
    },
  ],
  more: [
    {
      name: 'POLICY',
      readable: 20,
      cell: (row) => {
        const { level, why } = policyFor((row as TopRow).group);
        return { kind: 'text', text: level === null ? `keep: ${why}` : level };
      },
    },
  ],
  notes: () => [
    {
      code: 'counted-in-requests',
      text: 'shares are of requests: each is one to three events in the log (its stages), and bytes are not told apart',
    },
  ],
};
