/**
 * Falco's fields for source k8s_audit and what each is in an event: the k8saudit plugin's `ka.*` (falcosecurity/plugins,
 * plugins/k8saudit/pkg/k8saudit/{fields,extract}.go), the json plugin's `jevt.*` and `json.*`, and the engine's own `evt.*` as
 * far as they tell of the event and not of Falco. Where a field's code cannot give what its documentation says, it is the
 * documentation that is followed here, and said so.
 */
import type { Field } from '../../query/predicate.ts';
import { TOP_LEVEL } from '../event-fields.ts';
import { asText, at, type Json } from '../json.ts';
import { CONTAINER_LISTS, containerFields } from './container-fields.ts';
import { strings, walk } from './extract.ts';
import { timeFields } from './time-fields.ts';

/** Null: the field is not in the event, and whatever is said of it does not hold. */
export type Values = readonly string[] | readonly bigint[] | null;

export interface FieldKind {
  readonly name: string;
  readonly type: 'text' | 'number';
  readonly isList: boolean;
  /** What stands in brackets behind it. */
  readonly argument: 'none' | 'index' | 'key';
  /** Top-level fields of the event. */
  readonly reads: readonly string[];
  of(json: Json, argument: string | null): Values;
  /** Where in the event it stands, when it is just that; `*`: the argument. */
  readonly path?: readonly string[];
  /** What predicates call it, when it is a list of just that. */
  readonly list?: Field;
  /** The same in every event. */
  readonly constant?: string;
  /** In every event there is one, of this form. */
  readonly form?: RegExp;
}

/** Null: Falco has no such field for this source. */
export function fieldKind(name: string): FieldKind | null {
  return KINDS.get(name) ?? null;
}

/** Those of the engine that cannot be known from a log. */
export function isOfEngine(name: string): boolean {
  return /^evt\.(?:num|plugininfo|hostname|asynctype|reltime(?:\.n?s)?)$/.test(name);
}

export function fieldNames(): readonly string[] {
  return [...KINDS.keys()];
}

/** One value that stands at a path. */
function plain(name: string, ...path: readonly string[]): FieldKind {
  return {
    ...{ name, type: 'text', isList: false, argument: 'none', path, reads: path.slice(0, 1) },
    of: (json) => one(at(json, ...path)),
  };
}

function one(value: unknown): Values {
  return value === undefined ? null : [asText(value)];
}

/** The items of a list that stands at a path. */
function listed(name: string, path: readonly string[], more: Partial<FieldKind> = {}): FieldKind {
  return {
    ...{ name, type: 'text', isList: true, argument: 'none', reads: path.slice(0, 1) },
    of: (json) => {
      const value = at(json, ...path);
      return Array.isArray(value) ? strings(value) : null;
    },
    ...more,
  };
}

/** Gathered from all that a path leads to; `[N]` takes the item of the first list on the way. */
function gathered(
  name: string,
  path: readonly string[],
  toTexts: (found: readonly unknown[]) => Values,
): FieldKind {
  return {
    ...{ name, type: 'text', isList: true, argument: 'index', reads: path.slice(0, 1) },
    of: (json, argument) => toTexts(walk(json, path, argument)),
  };
}

function fixed(name: string, constant: string, argument: 'none' | 'key' = 'none'): FieldKind {
  return { name, type: 'text', isList: false, argument, reads: [], constant, of: () => [constant] };
}

function special(
  name: string,
  reads: readonly string[],
  of: FieldKind['of'],
  more: Partial<FieldKind> = {},
): FieldKind {
  return { name, type: 'text', isList: false, argument: 'none', reads, of, ...more };
}

const annotation = (name: string, key: string): FieldKind => plain(name, 'annotations', key);
const spec = (name: string, ...path: readonly string[]): FieldKind =>
  plain(name, 'requestObject', 'spec', ...path);

/** Each rule's list of them, joined. */
const roleRules = (name: string, key: string): FieldKind =>
  gathered(name, ['requestObject', 'rules', key], (found) =>
    strings(found.flatMap((list) => (Array.isArray(list) ? list : []))),
  );

function subjects(name: string, kind: string, isNamespaced = false): FieldKind {
  return special(
    name,
    ['requestObject'],
    (json) => {
      const list = at(json, 'requestObject', 'subjects');
      if (!Array.isArray(list)) return null;
      const known = list.filter(
        (subject) =>
          at(subject, 'kind') === kind &&
          at(subject, 'name') !== undefined &&
          (!isNamespaced || at(subject, 'namespace') !== undefined),
      );
      return strings(
        known.map((subject) => {
          const own = asText(at(subject, 'name'));
          return isNamespaced ? `${asText(at(subject, 'namespace'))}:${own}` : own;
        }),
      );
    },
    { isList: true },
  );
}

/** The first value of a parameter, percent-decoded. */
function uriParameter(json: Json, key: string | null): Values {
  const uri = at(json, 'requestURI');
  if (typeof uri !== 'string') return null;
  const query = /\?([^#]*)/.exec(uri)?.[1] ?? '';
  const value = new URLSearchParams(query).get(key ?? '');
  return value === null ? null : [value];
}

/** Falco asks whether a volume has that path; `*` at the end asks for a beginning. */
function hasHostPath(json: Json, key: string | null): Values {
  const paths = walk(json, HOST_PATH, null).filter((path) => path !== undefined);
  const wanted = key ?? '';
  const isOne = (path: string): boolean =>
    wanted.endsWith('*') ? path.startsWith(wanted.slice(0, -1)) : path === wanted;
  return at(json, 'requestObject', 'spec', 'volumes') === undefined
    ? null
    : [String(paths.map(asText).some(isOne))];
}

const HOST_PATH: readonly string[] = ['requestObject', 'spec', 'volumes', 'hostPath', 'path'];

/** RFC 6901, its first slash left out or not. */
export function pointerPath(pointer: string): readonly string[] {
  const bare = pointer.startsWith('/') ? pointer.slice(1) : pointer;
  return bare === '' ? [] : bare.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function jsonFields(prefix: 'jevt' | 'json'): readonly FieldKind[] {
  return [
    special(`${prefix}.value`, [], (json, pointer) => one(at(json, ...pointerPath(pointer ?? ''))), {
      argument: 'key',
      path: ['*'],
    }),
    special(`${prefix}.obj`, TOP_LEVEL, (json) => [JSON.stringify(json, null, 2)], { form: /^/ }),
    ...timeFields(prefix),
  ];
}

/** Its name in the answer; only of a pod itself. */
function podName(json: Json): Values {
  const resource = at(json, 'objectRef', 'resource');
  const subresource = at(json, 'objectRef', 'subresource') ?? '';
  return resource === 'pods' && subresource === ''
    ? one(at(json, 'responseObject', 'metadata', 'name'))
    : null;
}

function volumeTypes(found: readonly unknown[]): Values {
  const keys = found.flatMap((volume) =>
    typeof volume === 'object' && volume !== null ? Object.keys(volume).filter((key) => key !== 'name') : [],
  );
  return keys.length === 0 ? null : keys;
}

const CONTAINERS: ReadonlyMap<string, FieldKind> = new Map(
  containerFields('containers').map((kind) => [kind.name, kind]),
);

function ofContainers(field: string, json: Json, index: string | null): Values {
  return CONTAINERS.get(`ka.req.pod.containers.${field}`)?.of(json, index) ?? null;
}

function ofFirstContainer(field: string, json: Json): Values {
  const values = ofContainers(field, json, '0');
  return values === null ? null : [String(values[0])];
}

function isAnyPrivileged(json: Json): Values {
  if (at(json, 'requestObject', 'spec', 'containers') === undefined) return null;
  const values = ofContainers('privileged', json, null) ?? [];
  return [String(values.some((value: string | bigint) => value === 'true'))];
}

const KINDS: ReadonlyMap<string, FieldKind> = new Map(
  [
    plain('ka.auditid', 'auditID'),
    plain('ka.stage', 'stage'),
    annotation('ka.auth.decision', 'authorization.k8s.io/decision'),
    annotation('ka.auth.reason', 'authorization.k8s.io/reason'),
    annotation('ka.auth.openshift.decision', 'authentication.openshift.io/decision'),
    annotation('ka.auth.openshift.username', 'authentication.openshift.io/username'),
    annotation(
      'ka.validations.admission.policy.failure',
      'validation.policy.admission.k8s.io/validation_failure',
    ),
    annotation('ka.security.pod.violations', 'pod-security.kubernetes.io/audit-violations'),
    annotation('ka.cluster.name', 'cluster_name'),
    plain('ka.user.name', 'user', 'username'),
    listed('ka.user.groups', ['user', 'groups'], { list: 'user.groups' }),
    plain('ka.impuser.name', 'impersonatedUser', 'username'),
    plain('ka.verb', 'verb'),
    plain('ka.uri', 'requestURI'),
    special('ka.uri.param', ['requestURI'], uriParameter, { argument: 'key' }),
    plain('ka.target.name', 'objectRef', 'name'),
    plain('ka.target.namespace', 'objectRef', 'namespace'),
    plain('ka.target.resource', 'objectRef', 'resource'),
    plain('ka.target.subresource', 'objectRef', 'subresource'),
    special('ka.target.pod.name', ['objectRef', 'responseObject'], podName),
    listed('ka.req.binding.subjects', ['requestObject', 'subjects']),
    subjects('ka.req.binding.subjects.user_names', 'User'),
    subjects('ka.req.binding.subjects.serviceaccount_names', 'ServiceAccount'),
    subjects('ka.req.binding.subjects.serviceaccount_ns_names', 'ServiceAccount', true),
    subjects('ka.req.binding.subjects.group_names', 'Group'),
    plain('ka.req.binding.role', 'requestObject', 'roleRef', 'name'),
    // What its code gives, whatever stands in brackets; its documentation says N/A.
    fixed('ka.req.binding.subject.has_name', 'true', 'key'),
    plain('ka.req.configmap.name', 'objectRef', 'name'),
    plain('ka.req.configmap.obj', 'requestObject', 'data'),
    ...CONTAINER_LISTS.flatMap(containerFields),
    special('ka.req.container.image', ['requestObject'], (json) => ofFirstContainer('image', json)),
    special('ka.req.container.image.repository', ['requestObject'], (json) =>
      ofFirstContainer('image.repository', json),
    ),
    special('ka.req.container.privileged', ['requestObject'], isAnyPrivileged),
    spec('ka.req.container.host_network', 'hostNetwork'),
    spec('ka.req.pod.host_network', 'hostNetwork'),
    spec('ka.req.pod.host_ipc', 'hostIPC'),
    spec('ka.req.pod.host_pid', 'hostPID'),
    spec('ka.req.pod.run_as_user', 'securityContext', 'runAsUser'),
    spec('ka.req.pod.run_as_group', 'securityContext', 'runAsGroup'),
    spec('ka.req.pod.fs_group', 'securityContext', 'fsGroup'),
    listed('ka.req.pod.supplemental_groups', [
      ...['requestObject', 'spec', 'securityContext', 'supplementalGroups'],
    ]),
    gathered('ka.req.pod.volumes.hostpath', HOST_PATH, strings),
    special('ka.req.volume.hostpath', ['requestObject'], hasHostPath, { argument: 'key' }),
    gathered(
      'ka.req.pod.volumes.flexvolume_driver',
      ['requestObject', 'spec', 'volumes', 'flexVolume', 'driver'],
      strings,
    ),
    gathered('ka.req.pod.volumes.volume_type', ['requestObject', 'spec', 'volumes', ''], volumeTypes),
    listed('ka.req.role.rules', ['requestObject', 'rules']),
    roleRules('ka.req.role.rules.apiGroups', 'apiGroups'),
    roleRules('ka.req.role.rules.nonResourceURLs', 'nonResourceURLs'),
    roleRules('ka.req.role.rules.verbs', 'verbs'),
    roleRules('ka.req.role.rules.resources', 'resources'),
    spec('ka.req.service.type', 'type'),
    gathered('ka.req.service.ports', ['requestObject', 'spec', 'ports', ''], strings),
    plain('ka.resp.name', 'responseObject', 'metadata', 'name'),
    plain('ka.response.code', 'responseStatus', 'code'),
    plain('ka.response.reason', 'responseStatus', 'reason'),
    plain('ka.useragent', 'userAgent'),
    // By its documentation; its code looks for them among a role's rules and never finds any.
    {
      ...gathered('ka.sourceips', ['sourceIPs', ''], strings),
      list: 'sourceIPs' as const,
    },
    ...jsonFields('jevt'),
    ...jsonFields('json'),
    ...timeFields('evt'),
    fixed('evt.source', 'k8s_audit'),
    fixed('evt.pluginname', 'k8saudit'),
    fixed('evt.type', 'pluginevent'),
    fixed('evt.is_async', 'false'),
  ].map((kind) => [kind.name, kind]),
);
