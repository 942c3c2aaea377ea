/**
 * What is created, deleted and scaled, by namespace and type, a bucket a day: the growth that an audit log shows. Deeds that
 * took effect, by the outcome alone, so that a source can count them.
 */
import { parseCountFields } from '../../../query/count-fields.ts';
import { absent, all, any, equals, glob, not, oneOf, type Predicate } from '../../../query/predicate.ts';
import type { GroupValue } from '../top-row.ts';
import type { View } from './view.ts';
import { column, groupValue, RESOURCE, textCell } from './view-columns.ts';

const DAY_US = 24 * 3600 * 1_000_000;

const NO_SUBRESOURCE = absent('objectRef.subresource');
const subresource = (name: string): Predicate => equals('objectRef.subresource', name);
const CHANGES = oneOf('verb', ['update', 'patch']);

/** Answered, and stored nowhere. */
const UNSTORED = oneOf('objectRef.apiGroup', ['authentication.k8s.io', 'authorization.k8s.io']);
/** They vanish by themselves, and no log says when. */
const EVENTS = equals('objectRef.resource', 'events');
/** A kubelet's last delete completes the one that somebody else asked for. */
const COMPLETED = all(
  equals('verb', 'delete'),
  equals('objectRef.resource', 'pods'),
  glob('user.username', 'system:node:*'),
);

export const trends: View = {
  name: 'trends',
  counts: {
    one: 'creation, deletion, eviction or scaling',
    many: 'creations, deletions, evictions and scalings',
  },
  names: ['verb', 'resource', 'subresource', 'namespace'],
  by: parseCountFields(['namespace,group,resource,verb,subresource']),
  values: [],
  predicate: all(
    { kind: 'codeBetween', from: 200, to: 299 },
    equals('dryRun', false),
    any(
      all(equals('verb', 'create'), NO_SUBRESOURCE),
      // Server-side apply and some updates create too: that is what 201 says.
      all(CHANGES, NO_SUBRESOURCE, { kind: 'codeBetween', from: 201, to: 201 }),
      all(oneOf('verb', ['delete', 'deletecollection']), NO_SUBRESOURCE),
      all(equals('verb', 'create'), subresource('eviction')),
      all(CHANGES, subresource('scale')),
    ),
    not(any(UNSTORED, EVENTS, COMPLETED)),
  ),
  where: null,
  bucketUs: DAY_US,
  columns: [
    column('NAMESPACE', 'namespace'),
    RESOURCE,
    { name: 'DID', shrink: 0, cell: (row) => textCell(deedOf(row)) },
  ],
  notes: (rows) => [
    ...(rows.some(({ group }) => group.verb === 'deletecollection')
      ? [
          {
            code: 'collections',
            text: 'deleted together: one request for any number of objects, which is not told here',
          },
        ]
      : []),
    {
      code: 'trends',
      text: 'requests that took effect: not what was scaled by a change of the object itself (apply), nor Events, reviews, and the deletes by which kubelets complete those of others; an object that is deleted twice counts twice',
    },
  ],
};

function deedOf(row: unknown): GroupValue {
  const verb = groupValue(row, 'verb');
  switch (groupValue(row, 'subresource')) {
    case 'eviction':
      return 'evicted';
    case 'scale':
      return 'scaled';
    default:
      if (verb === 'deletecollection') return 'deleted together';
      return verb === 'delete' ? 'deleted' : 'created';
  }
}
