/** What every source is asked: a small log with hostile values and events at the edges of windows, and predicates over it. */
import { compileWhere } from '../../src/query/cel.ts';
import { parseFilters } from '../../src/query/filters.ts';
import {
  absent,
  all,
  any,
  EVERYTHING,
  equals,
  glob,
  NOTHING,
  not,
  oneOf,
  type Predicate,
} from '../../src/query/predicate.ts';
import type { Query } from '../../src/query/query.ts';
import { type EventJson, HOSTILE } from './arbitrary.ts';

/** 2026-11-22T10:00:00.000000Z: edges of windows are counted from here, in microseconds. */
export const ORIGIN_US = Date.parse('2026-11-22T10:00:00Z') * 1000;

const BASE: EventJson = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  stage: 'ResponseComplete',
  verb: 'get',
  user: { username: 'alice', groups: ['ops', 'system:authenticated'] },
  sourceIPs: ['10.0.3.7'],
  userAgent: 'kubectl/v1.34.1',
  responseStatus: { metadata: {}, code: 200 },
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};

/** One event; `afterUs`: when it was received, `tookUs`: how long it took. */
function event(auditID: string, afterUs: number, over: EventJson = {}, tookUs = 5): EventJson {
  return {
    ...BASE,
    auditID,
    requestURI: '/api/v1/namespaces/prod/pods/api-1',
    objectRef: { resource: 'pods', namespace: 'prod', name: 'api-1', apiVersion: 'v1' },
    requestReceivedTimestamp: timestamp(ORIGIN_US + afterUs),
    stageTimestamp: timestamp(ORIGIN_US + afterUs + tookUs),
    ...over,
  };
}

function timestamp(us: number): string {
  return `${new Date(Math.floor(us / 1e6) * 1000).toISOString().slice(0, 19)}.${String(us % 1e6).padStart(6, '0')}Z`;
}

const DEPLOYMENT = '/apis/apps/v1/namespaces/prod/deployments/api';
const aDeployment = {
  resource: 'deployments',
  namespace: 'prod',
  name: 'api',
  apiGroup: 'apps',
  apiVersion: 'v1',
};

/** Oldest first, as an API server would write it but for the hostile ones' variety. */
export const LOG: readonly EventJson[] = [
  event('edge-before', -1),
  event('edge-at', 0),
  event('edge-after', 1),
  event(
    'watch-across',
    -1_000_000,
    {
      verb: 'watch',
      requestURI: '/api/v1/pods?watch=true',
      objectRef: { resource: 'pods', apiVersion: 'v1' },
    },
    2_000_000,
  ),
  event('del', 1000, {
    verb: 'delete',
    requestURI: DEPLOYMENT,
    objectRef: aDeployment,
    impersonatedUser: { username: 'agent-smith', groups: ['agents'] },
  }),
  event('dry', 2000, { verb: 'delete', requestURI: `${DEPLOYMENT}?dryRun=All`, objectRef: aDeployment }),
  event('refused', 3000, {
    verb: 'delete',
    requestURI: DEPLOYMENT,
    objectRef: aDeployment,
    user: { username: 'system:serviceaccount:ci:runner', groups: ['system:serviceaccounts'] },
    sourceIPs: ['10.0.3.7', '192.168.1.1'],
    userAgent: 'Helm/3.1',
    responseStatus: { metadata: {}, status: 'Failure', reason: 'Forbidden', code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  }),
  event('generated', 4000, {
    verb: 'create',
    requestURI: '/api/v1/namespaces/prod/pods',
    objectRef: { resource: 'pods', namespace: 'prod', apiVersion: 'v1' },
    requestObject: { metadata: { generateName: 'web-' } },
    responseObject: { kind: 'Pod', metadata: { name: 'web-x7', uid: 'u-7' } },
    responseStatus: { metadata: {}, code: 201 },
  }),
  event('exec', 5000, {
    stage: 'RequestReceived',
    requestURI: '/api/v1/namespaces/prod/pods/api-1/exec?command=sh',
    objectRef: { resource: 'pods', namespace: 'prod', name: 'api-1', subresource: 'exec', apiVersion: 'v1' },
    responseStatus: undefined,
    annotations: undefined,
  }),
  event('exec', 5000, {
    stage: 'ResponseStarted',
    requestURI: '/api/v1/namespaces/prod/pods/api-1/exec?command=sh',
    objectRef: { resource: 'pods', namespace: 'prod', name: 'api-1', subresource: 'exec', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 101 },
  }),
  event(
    'exec',
    5000,
    {
      requestURI: '/api/v1/namespaces/prod/pods/api-1/exec?command=sh',
      objectRef: {
        resource: 'pods',
        namespace: 'prod',
        name: 'api-1',
        subresource: 'exec',
        apiVersion: 'v1',
      },
      responseStatus: { metadata: {}, code: 101 },
    },
    900_000,
  ),
  event('unauthenticated', 6000, {
    stage: 'ResponseStarted',
    user: {},
    annotations: undefined,
    responseStatus: { metadata: {}, code: 401 },
  }),
  event('panicked', 7000, { stage: 'Panic', responseStatus: { metadata: {}, code: 500 } }),
  event('probe', 8000, {
    requestURI: '/healthz?verbose',
    objectRef: undefined,
    userAgent: undefined,
    sourceIPs: ['::1'],
  }),
  event('same-id', 9000, { verb: 'list' }),
  event('same-id', 9001, { verb: 'patch' }),
  event('metadata', 10_000, { level: 'Metadata', sourceIPs: ['::ffff:10.1.1.1'] }),
  ...HOSTILE.map((text, i) =>
    event(`hostile-${i}-${text}`, 20_000 + i, {
      user: { username: text, groups: [text] },
      userAgent: text,
      requestURI: `/api/v1/namespaces/prod/configmaps/${encodeURIComponent(text)}`,
      objectRef: { resource: 'configmaps', namespace: 'prod', name: text, apiVersion: 'v1' },
      annotations: { [text]: text },
    }),
  ),
].map((json) => JSON.parse(JSON.stringify(json)) as EventJson);

export async function namedPredicates(): Promise<readonly (readonly [string, Predicate])[]> {
  const isDelete = equals('verb', 'delete');
  return [
    ['everything', EVERYTHING],
    ['nothing', NOTHING],
    ['equals: verb', isDelete],
    ['equals: nothing has it', equals('objectRef.name', 'no such name')],
    ['equals: one of several groups', equals('user.groups', 'ops')],
    ['equals: stage', equals('stage', 'Panic')],
    ['equals: level', equals('level', 'Metadata')],
    ['equals: core group', equals('objectRef.apiGroup', '')],
    ['equals: subresource', equals('objectRef.subresource', 'exec')],
    ['equals: namespace', equals('objectRef.namespace', 'prod')],
    ['equals: a generated name', equals('objectRef.name', 'web-x7')],
    ['equals: impersonated user', equals('impersonatedUser.username', 'agent-smith')],
    ['equals: reason', equals('responseStatus.reason', 'Forbidden')],
    ['equals: requestURI', equals('requestURI', '/healthz?verbose')],
    ['equals: requestPath', equals('requestPath', '/healthz')],
    ['equals: dry run', equals('dryRun', true)],
    ['equals: no dry run', equals('dryRun', false)],
    ['in: verbs', oneOf('verb', ['delete', 'create', 'nothing'])],
    ['in: empty', oneOf('verb', [])],
    ['glob: prefix', glob('user.username', 'system:serviceaccount:*')],
    ['glob: one character', glob('objectRef.name', 'api-?')],
    ['glob: any case', glob('userAgent', '*helm*', true)],
    ['glob: minds the case', glob('userAgent', '*helm*')],
    ['glob: anything there', glob('userAgent', '*')],
    ['codes: one', { kind: 'codeBetween', from: 403, to: 403 }],
    ['codes: a range', { kind: 'codeBetween', from: 200, to: 299 }],
    ['network: IPv4', { kind: 'fromNetwork', cidr: '10.0.0.0/8' }],
    ['network: IPv6', { kind: 'fromNetwork', cidr: '::1/128' }],
    ['absent: user', absent('user.username')],
    ['absent: subresource', absent('objectRef.subresource')],
    ['absent: object', absent('objectRef.resource')],
    ['absent: user agent', absent('userAgent')],
    ['not: equals', not(isDelete)],
    ['not: absent', not(absent('impersonatedUser.username'))],
    ['not: a field that may be absent', not(equals('userAgent', 'Helm/3.1'))],
    ['any: across fields', any(isDelete, equals('objectRef.subresource', 'exec'))],
    [
      'all: nested',
      all(isDelete, not(any(equals('dryRun', true), { kind: 'codeBetween', from: 400, to: 599 }))),
    ],
    ['cel', await compileWhere('verb == "delete" && responseStatus.code != 200')],
    ['cel: own fields only', await compileWhere('objectRef.name.startsWith("api") || size(sourceIPs) > 1')],
    [
      'filters together',
      await parseFilters({ verb: ['delete'], code: ['!2xx'], by: ['sa:ci/*'], fromIp: ['192.168.0.0/16'] }),
    ],
  ];
}

/** Each in the fields that clients choose: as a value, and as the text of a pattern. */
export function hostilePredicates(): readonly (readonly [string, Predicate])[] {
  const fields = ['userAgent', 'user.username', 'objectRef.name'] as const;
  return HOSTILE.flatMap((text, i) =>
    fields.flatMap((field) => [
      [`hostile ${i}: ${field} equals`, equals(field, text)] as const,
      [`hostile ${i}: ${field} glob`, glob(field, `${text.slice(0, 40)}*`)] as const,
    ]),
  );
}

export function aQuery(over: Partial<Query> = {}): Query {
  return {
    window: { sinceUs: null, untilUs: null },
    predicate: EVERYTHING,
    witness: null,
    fields: ['auditID'],
    order: 'newest',
    limit: null,
    aggregation: null,
    ...over,
  };
}
