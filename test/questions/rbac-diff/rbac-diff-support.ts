/** Roles and bindings changed by hand, as an API server would have logged it, and rbac-diff asked about it. */
import type { Answer } from '../../../src/answer.ts';
import { ask } from '../../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import type { RbacSnapshot } from '../../../src/live.ts';
import { EVERYTHING } from '../../../src/query/predicate.ts';
import { type RbacDiffParams, rbacDiff } from '../../../src/questions/rbac-diff/rbac-diff.ts';
import type {
  ObjectRow,
  RbacDiffRow,
  RefusedRow,
  RightRow,
} from '../../../src/questions/rbac-diff/rbac-diff-row.ts';
import { inVerbOrder } from '../../../src/questions/rbac-diff/right-words.ts';
import { type Subject, subjectText } from '../../../src/questions/rbac-diff/subject.ts';
import { memorySource } from '../../support/memory-source.ts';
import { eventOf, type Scene } from '../story.ts';

export type Json = Readonly<Record<string, unknown>>;

const API = '/apis/rbac.authorization.k8s.io/v1';
const KINDS: Readonly<Record<string, string>> = {
  roles: 'Role',
  clusterroles: 'ClusterRole',
  rolebindings: 'RoleBinding',
  clusterrolebindings: 'ClusterRoleBinding',
};

let version = 100;

/** `prod/roles/x`, `clusterroles/y`. */
function placed(place: string): { resource: string; namespace: string | null; name: string; path: string } {
  const parts = place.split('/');
  const [namespace, resource, name] = parts.length === 3 ? parts : [null, ...parts];
  const path = namespace == null ? `${API}/${resource}` : `${API}/namespaces/${namespace}/${resource}`;
  return { resource: resource ?? '', namespace: namespace ?? null, name: name ?? '', path };
}

export function rbacObject(place: string, content: Json, over: Json = {}): Json {
  const { resource, namespace, name } = placed(place);
  return {
    kind: KINDS[resource],
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: {
      ...{ name, ...(namespace === null ? {} : { namespace }), uid: `uid-${place}` },
      ...{ resourceVersion: String(++version), creationTimestamp: '2026-11-01T00:00:00Z' },
      ...over,
    },
    ...content,
  };
}

/** Second of the story. */
type When = number;

export function created(at: When, place: string, content: Json, user = 'alice', over: Json = {}): Scene {
  const { path } = placed(place);
  const made = { creationTimestamp: new Date(Date.parse('2026-11-24T08:00:00Z') + at * 1000).toISOString() };
  const answer = rbacObject(place, content, { ...made, ...over });
  return {
    verb: 'create',
    uri: path,
    at,
    user,
    code: 201,
    body: { ...answer },
    answer,
    ref: { name: placed(place).name },
  };
}

/** A PUT of the whole object. */
export function replaced(at: When, place: string, content: Json, user = 'alice', over: Json = {}): Scene {
  const answer = rbacObject(place, content, over);
  return {
    verb: 'update',
    uri: `${placed(place).path}/${placed(place).name}`,
    at,
    user,
    body: answer,
    answer,
  };
}

/** Rules applied by the controller that gathers them. */
export function gathered(at: When, place: string, content: Json, given: Json): Scene {
  const { path, name } = placed(place);
  const body = {
    kind: 'ClusterRole',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { name },
    ...given,
  };
  return {
    verb: 'patch',
    uri: `${path}/${name}?fieldManager=clusterrole-aggregation-controller&force=true`,
    ...{ at, user: 'system:serviceaccount:kube-system:clusterrole-aggregation-controller', body },
    answer: rbacObject(place, { ...content, ...given }),
  };
}

/** Answered by a Status, as deletions of roles and bindings are. */
export function deleted(at: When, place: string, user = 'alice'): Scene {
  const { path, name } = placed(place);
  const answer = {
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
    details: { name, uid: `uid-${place}` },
  };
  return { verb: 'delete', uri: `${path}/${name}`, at, user, answer };
}

export const binding = (role: string, ...subjects: readonly string[]): Json => {
  const [kind = '', name = ''] = role.split('/');
  return {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: subjects.map(subjectOf),
  };
};

/** `alice`, `group:dev`, `sa:ci/runner`. */
function subjectOf(text: string): Json {
  const [, namespace, account] = /^sa:([^/]*)\/(.+)$/.exec(text) ?? [];
  if (account !== undefined)
    return { kind: 'ServiceAccount', name: account, ...(namespace === '' ? {} : { namespace }) };
  if (text.startsWith('group:')) return { kind: 'Group', name: text.slice(6) };
  return { kind: 'User', name: text };
}

/** `get,list secrets`, `* *.*`, `get /metrics`, `get secrets "a,b"`, `update deployments.apps/scale`. */
export function rules(...texts: readonly string[]): Json {
  return { rules: texts.map(ruleOf) };
}

function ruleOf(text: string): Json {
  const [verbs = '', what = '', names] = text.split(' ');
  if (what.startsWith('/') || what === 'URLs')
    return { verbs: verbs.split(','), nonResourceURLs: what === 'URLs' ? ['*'] : what.split(',') };
  const types = what.split(',').map((one) => {
    const [type = '', sub] = one.split('/');
    const dot = type.indexOf('.');
    const resource = dot < 0 ? type : type.slice(0, dot);
    return {
      resource: sub === undefined ? resource : `${resource}/${sub}`,
      group: dot < 0 ? '' : type.slice(dot + 1),
    };
  });
  return {
    verbs: verbs.split(','),
    apiGroups: [...new Set(types.map(({ group }) => group))],
    resources: types.map(({ resource }) => resource),
    ...(names === undefined ? {} : { resourceNames: names.replaceAll('"', '').split(',') }),
  };
}

export function snapshot(
  objects: readonly Json[],
  missing: readonly (keyof RbacSnapshot)[] = [],
): RbacSnapshot {
  const of = (kind: string, list: keyof RbacSnapshot) =>
    missing.includes(list) ? null : objects.filter((object) => object.kind === kind);
  return {
    roles: of('Role', 'roles'),
    clusterRoles: of('ClusterRole', 'clusterRoles'),
    roleBindings: of('RoleBinding', 'roleBindings'),
    clusterRoleBindings: of('ClusterRoleBinding', 'clusterRoleBindings'),
    missing: missing.map((list) => `${list}: not allowed`),
  };
}

export const WHOLE: RbacDiffParams = {
  namespace: null,
  subject: null,
  isNet: false,
  window: { sinceUs: null, untilUs: null, isDefault: false },
  filters: EVERYTHING,
  includesAll: false,
  isFolded: false,
  limit: null,
  keepsEvents: false,
  isRevealed: false,
  calledAs: 'kubectl audit',
  sameLogs: '',
  sameWindow: '',
};

/** Microseconds of a second of the story. */
export function us(at: When): number {
  return (Date.parse('2026-11-24T08:00:00Z') + at * 1000) * 1000;
}

export interface RbacDiff extends Omit<Answer, 'rows'> {
  readonly rows: readonly RbacDiffRow[];
  /** `+ carol: get,list secrets in prod via x → Role/y by alice`, oldest first. */
  readonly rights: readonly string[];
  readonly objects: readonly ObjectRow[];
  readonly refused: readonly RefusedRow[];
  readonly codes: readonly string[];
}

export async function askRbac(
  scenes: readonly Scene[],
  params: Partial<RbacDiffParams> = {},
  rbac: RbacSnapshot | null = null,
): Promise<RbacDiff> {
  return await askEvents(
    scenes.map((scene, n) => eventOf(scene, n)),
    params,
    rbac,
  );
}

export async function askEvents(
  events: readonly Json[],
  params: Partial<RbacDiffParams> = {},
  rbac: RbacSnapshot | null = null,
  nowUs: number = us(3600),
): Promise<RbacDiff> {
  const answer = await ask(
    rbacDiff,
    { ...WHOLE, ...params },
    {
      sources: [memorySource(events)],
      inputs: { rbac },
      live: null,
      nowUs,
      signal: new AbortController().signal,
      progress: NO_PROGRESS,
    },
  );
  const rows = answer.rows as unknown as readonly RbacDiffRow[];
  return {
    ...answer,
    rows,
    rights: rows.flatMap((row) => (row.kind === 'right' ? [rightText(row)] : [])).reverse(),
    objects: rows.filter((row) => row.kind === 'object'),
    refused: rows.filter((row) => row.kind === 'refused'),
    codes: answer.coverage.gaps.map(({ code }) => code).filter((code) => code !== 'log-starts-late'),
  };
}

export function rightText(row: RightRow): string {
  const { subject, op, namespace, via, by } = row;
  const who = by === null ? 'nobody known' : (by.as ?? by.user);
  const role = via.role === null ? '?' : `${via.role.kind}/${via.role.name}`;
  const place = namespace === null ? '' : ` in ${namespace}`;
  return `${op === 'gained' ? '+' : '-'} ${subjectText(subject as Subject)}: ${whatText(row)}${place} via ${via.binding.name} → ${role} by ${who}`;
}

function whatText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: RightRow): string {
  if (verbs === null) return 'unknown';
  const list = inVerbOrder(verbs).join(',');
  const group = (apiGroups ?? []).map((one) => (one === '' ? '' : `.${one}`)).join('|');
  const names = resourceNames === null ? '' : ` "${resourceNames.join(',')}"`;
  const what = resources === null ? [] : [`${resources.join(',')}${group}${names}`];
  return `${list} ${[...what, ...(nonResourceURLs ?? [])].join(' ')}`;
}
