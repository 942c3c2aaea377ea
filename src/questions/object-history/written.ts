/**
 * The object that a write leaves, out of the one before it and what was asked for: what of the request counts on this
 * subresource, what admission did, and what the server keeps for itself.
 */
import type { Schema } from '../schema/schema.ts';
import { applyConfiguration, fieldSetOf } from './apply-patch.ts';
import type { BodyType } from './body-type.ts';
import { applyJsonPatch } from './json-patch.ts';
import { at, isEqual, isList, isMap, mapFrom, withField, withoutField, withPath } from './json-tree.ts';
import type { Head } from './logged.ts';
import { applyMergePatch } from './merge-patch.ts';
import { NOBODY, type Ownership } from './ownership.ts';
import { settle } from './settle.ts';
import { withoutCounts } from './states.ts';
import type { Admission, Json, RequestKind } from './step.ts';
import { applyStrategicPatch } from './strategic-patch.ts';

export interface Write {
  readonly head: Head;
  readonly request: unknown;
  readonly kind: RequestKind;
  readonly admission: readonly Admission[];
  readonly type: BodyType;
  readonly schema: Schema;
  /** Null: not known. */
  readonly hasStatus: boolean | null;
}

export interface Before {
  readonly object: Json;
  /** Nothing is missing from it. */
  readonly isWhole: boolean;
  readonly ownership: Ownership | null;
}

export interface Written {
  readonly object: Json;
  /** Why it is not known whole; empty: it is, if it was before. */
  readonly doubts: readonly string[];
  readonly ownership: Ownership | null;
}

/** Null: what was asked for is not known. Two for a patch that may be of two types, where they do not come to the same. */
export function writtenObjects(before: Before, write: Write): readonly Written[] | null {
  const asked = askedObjects(before, write);
  if (asked === null) return null;
  const written = asked.map((one) => finished(before, one, write));
  const [first, second] = written;
  return first !== undefined && second !== undefined && isEqual(first.object, second.object)
    ? [first]
    : written;
}

interface Asked {
  readonly object: Json;
  readonly doubts: readonly string[];
  /** Undefined: as anybody's write leaves it. */
  readonly ownership?: Ownership | null;
}

function askedObjects(before: Before, write: Write): readonly Asked[] | null {
  const { request, schema } = write;
  const { object } = before;
  switch (write.kind) {
    case 'json patch':
      return isList(request) ? [jsonPatched(before, request)] : null;
    case 'merge patch':
      return isMap(request) ? [{ object: applyMergePatch(object, request), doubts: [] }] : null;
    case 'strategic merge patch':
      return isMap(request) ? [{ object: applyStrategicPatch(object, request, schema), doubts: [] }] : null;
    case 'merge or strategic merge patch':
      return isMap(request)
        ? [
            { object: applyStrategicPatch(object, request, schema), doubts: [] },
            { object: applyMergePatch(object, request), doubts: [] },
          ]
        : null;
    case 'apply':
      return isMap(request) ? [applied(before, request, write)] : null;
    case 'object':
      return isMap(request) ? [{ object: request, doubts: [] }] : null;
    default:
      return null;
  }
}

function jsonPatched({ object, isWhole }: Before, operations: readonly unknown[]): Asked {
  const patched = applyJsonPatch(object, operations, isWhole);
  const doubts = patched.undone.map(
    (path) => `the patch of ${path === '' ? 'the object' : path} cannot be followed`,
  );
  return { object: patched.object, doubts };
}

function applied(before: Before, config: Json, write: Write): Asked {
  const { head, schema, type } = write;
  const application = { config, manager: head.fieldManager ?? '', apiVersion: head.apiVersion };
  const { ownership } = before;
  if (ownership === null) {
    // Whatever this manager owned and leaves out is gone: all that is sure is what it says now.
    const object = mapFrom(
      Object.entries(applyMergePatch({}, config)).concat(
        Object.entries(before.object).filter(([name]) => name === 'status'),
      ),
    );
    return { object, doubts: ['which fields its manager owned before is not known'], ownership: null };
  }
  const result = applyConfiguration(before.object, application, ownership, schema);
  const doubts =
    type.isCustom && hasListOfMaps(config) ? ['which lists of the type have keys is not known'] : [];
  const last = ownership.applied.find((one) => one.manager === application.manager);
  if (last !== undefined && last.apiVersion !== head.apiVersion)
    doubts.push(`its manager applied it as ${last.apiVersion} before`);
  return { object: result.object, doubts, ownership: result.ownership };
}

function hasListOfMaps(value: unknown): boolean {
  if (isList(value)) return value.some((item) => isMap(item) || hasListOfMaps(item));
  return isMap(value) && Object.values(value).some(hasListOfMaps);
}

/** Of an object that was not there before. */
export function createdOwnership({ head, request, schema, kind }: Write): Ownership {
  if (kind !== 'apply' || !isMap(request)) return NOBODY;
  const fields = fieldSetOf(request, schema);
  return {
    applied: [{ manager: head.fieldManager ?? '', apiVersion: head.apiVersion, fields }],
    others: {},
  };
}

function finished(before: Before, asked: Asked, write: Write): Written {
  const { type } = write;
  const doubts = [...asked.doubts];
  const admitted = afterAdmission(asked.object, write, doubts);
  const routed = withServersOwn(before, onSubresource(before, admitted, write, doubts), write);
  const { object, doubts: filled } = settle(withoutCounts(before.object), routed, type.isCustom);
  const places = [...new Set(filled)];
  if (places.length > 0)
    doubts.push(`what the server made of ${places.slice(0, 4).join(', ')} is not in the log`);
  return {
    object: withGeneration(before, special(before.object, object, write, doubts), write),
    doubts,
    ownership: asked.ownership === undefined ? before.ownership : asked.ownership,
  };
}

function afterAdmission(object: Json, { admission }: Write, doubts: string[]): Json {
  let admitted = object;
  for (const { name, mutated, patch } of admission) {
    if (patch !== null) {
      const patched = applyJsonPatch(admitted, patch, true);
      admitted = patched.object;
      if (patched.undone.length > 0) doubts.push(`what webhook ${name} did to it cannot be followed`);
    } else if (mutated === true) doubts.push(`what webhook ${name} did to it is not in the log`);
  }
  return admitted;
}

/** What a request on this subresource may change. */
function onSubresource(
  before: Before,
  asked: Json,
  { head, hasStatus, type }: Write,
  doubts: string[],
): Json {
  const old = before.object;
  switch (head.subresource) {
    case 'status':
      return withPath(withMetadataOf(old, asked, type), ['status'], at(asked, 'status'));
    case 'approval':
      doubts.push('the server stamps conditions with its own time');
      return withPath(old, ['status'], at(asked, 'status'));
    case 'finalize':
      return withPath(old, ['spec', 'finalizers'], at(asked, 'spec', 'finalizers'));
    case null:
    case 'ephemeralcontainers':
    case 'resize':
      break;
    default:
      doubts.push(`what ${head.subresource} changes is not known`);
      return old;
  }
  const status = at(old, 'status');
  if (hasStatus === true) return withPath(asked, ['status'], status);
  if (hasStatus === false || isEqual(status, at(asked, 'status'))) return asked;
  doubts.push(`whether a write of a ${type.kind || 'custom resource'} changes its status is not known`);
  return withoutField(asked, 'status');
}

/** A write of the status leaves the spec, but may well change metadata (StatusStrategy.PrepareForUpdate of each kind). */
function withMetadataOf(old: Json, asked: Json, { kind, isCustom }: BodyType): Json {
  if (isCustom || KEEPS_METADATA.has(kind)) return old;
  const kept = kind === 'Deployment' ? ['labels'] : kind === 'Pod' ? ['ownerReferences'] : [];
  return kept.reduce(
    (object, name) => withPath(object, ['metadata', name], at(old, 'metadata', name)),
    withPath(old, ['metadata'], at(asked, 'metadata')),
  );
}

const KEEPS_METADATA: ReadonlySet<string> = new Set([
  'FlowSchema',
  'PriorityLevelConfiguration',
  'PodCertificateRequest',
  'ResourceClaim',
  'ServiceCIDR',
  'StorageVersion',
  'StorageVersionMigration',
  'ValidatingAdmissionPolicy',
  'VolumeAttachment',
  'APIService',
  'CustomResourceDefinition',
]);

/** The server keeps these, whatever is sent. */
const SERVERS_OWN = [
  'uid',
  'creationTimestamp',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

function withServersOwn({ object }: Before, asked: Json, { head, type }: Write): Json {
  const metadata = at(asked, 'metadata');
  let own: Json = isMap(metadata) ? metadata : {};
  for (const name of ['resourceVersion', 'managedFields', 'generation']) own = withoutField(own, name);
  for (const name of [...SERVERS_OWN, 'name', 'namespace', 'generateName']) {
    const value = at(object, 'metadata', name);
    const keepsSent = value === undefined && (name === 'name' || name === 'namespace');
    if (!keepsSent) own = withPath(own, [name], value);
  }
  const named = type.kind === 'Secret' ? withStringData(asked) : asked;
  const typed = mapFrom(
    [
      ['kind', at(object, 'kind') ?? (type.kind === '' ? undefined : type.kind)],
      ['apiVersion', at(object, 'apiVersion') ?? (head.apiVersion === '' ? undefined : head.apiVersion)],
      ...Object.entries(named).filter(([name]) => name !== 'kind' && name !== 'apiVersion'),
    ].filter((entry): entry is [string, unknown] => entry[1] !== undefined),
  );
  return withField(typed, 'metadata', own);
}

/** Of a Secret, as text: it goes into data. */
function withStringData(secret: Json): Json {
  const texts = at(secret, 'stringData');
  if (!isMap(texts)) return secret;
  const encoded = Object.entries(texts).map(([name, text]): [string, unknown] => [
    name,
    typeof text === 'string' ? Buffer.from(text).toString('base64') : text,
  ]);
  const data = at(secret, 'data');
  const merged = mapFrom([...Object.entries(isMap(data) ? data : {}), ...encoded]);
  return withField(withoutField(secret, 'stringData'), 'data', merged);
}

/** What the server's own code for a kind does beside. */
function special(before: Json, after: Json, { type }: Write, doubts: string[]): Json {
  const isChanged = (...path: string[]) => !isEqual(at(before, ...path), at(after, ...path));
  if (type.isCustom) return after;
  if (type.kind === 'DaemonSet' && isChanged('spec', 'template')) {
    const path = ['metadata', 'annotations', TEMPLATE_GENERATION];
    const generation = Number(at(before, ...path));
    return withPath(after, path, Number.isSafeInteger(generation) ? String(generation + 1) : undefined);
  }
  if (type.kind === 'Service' && SERVICE_FIELDS.some((name) => isChanged('spec', name))) {
    doubts.push('the server chooses addresses and ports of a Service');
    return SERVICE_FIELDS.filter((name) => !isChanged('spec', name)).reduce(
      (service, name) => withPath(service, ['spec', name], undefined),
      after,
    );
  }
  if (type.kind === 'CustomResourceDefinition' && isChanged('spec'))
    doubts.push('the server adds to a CustomResourceDefinition');
  return after;
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const SERVICE_FIELDS = [
  'type',
  'clusterIP',
  'clusterIPs',
  'ipFamilies',
  'ipFamilyPolicy',
  'externalTrafficPolicy',
  'healthCheckNodePort',
  'allocateLoadBalancerNodePorts',
  'loadBalancerClass',
  'ports',
];

/** One more with a change of what is asked for; of a Deployment its annotations count too (apps/deployment, PrepareForUpdate). */
function withGeneration(
  { object: before, isWhole }: Before,
  after: Json,
  { type, head, hasStatus }: Write,
): Json {
  const old = at(before, 'metadata', 'generation');
  if (typeof old !== 'number' || !isWhole || hasStatus === null) return after;
  if (head.subresource === 'status') return withPath(after, ['metadata', 'generation'], old);
  const sum = (object: Json) =>
    mapFrom(
      Object.entries(object).filter(([name]) => !NOT_COUNTED.has(name) && !(name === 'status' && hasStatus)),
    );
  const isAsked = !isEqual(sum(before), sum(after));
  const counts =
    type.kind === 'Deployment'
      ? ['annotations']
      : type.kind === 'EndpointSlice'
        ? ['annotations', 'labels']
        : [];
  const isCounted = counts.some(
    (name) => !isEqual(at(before, 'metadata', name), at(after, 'metadata', name)),
  );
  return withPath(after, ['metadata', 'generation'], old + (isAsked || isCounted ? 1 : 0));
}

const NOT_COUNTED: ReadonlySet<string> = new Set(['metadata', 'apiVersion', 'kind']);
