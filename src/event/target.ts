/**
 * What a request was about: the object by its effective names, the URL, and what the query asked for besides. Fills in
 * what objectRef leaves out. What came of the request is outcome.ts's.
 */
import type { AuditEvent, ObjectRef } from './event.ts';
import { type PathRef, parsePath } from './request-path.ts';

/** `object` of the machine output (PRODUCT §4). A non-resource URL has only a name: its path. */
export type Target = {
  readonly group: string | null;
  readonly resource: string | null;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly uid: string | null;
};

/** Asked for one event again and again: by each leaf of a predicate, the coverage and the row. Events never change. */
export function targetOf(event: AuditEvent): Target {
  if (lastFound === null || lastEvent !== event) {
    lastFound = findTarget(event);
    lastEvent = event;
  }
  return lastFound;
}

let lastEvent: AuditEvent | null = null;
let lastFound: Target | null = null;

function findTarget(event: AuditEvent): Target {
  const path = requestPath(event);
  const ref = event.objectRef ?? (event.cut?.lost.includes('objectRef') === true ? parsePath(path) : null);
  if (ref === null) {
    const name = path === '' ? null : path;
    return { group: null, resource: null, subresource: null, namespace: null, name, uid: null };
  }
  const isNamespace = ref.group === '' && ref.resource === 'namespaces';
  return {
    group: ref.group,
    resource: ref.resource,
    subresource: ref.subresource,
    // The server repeats a Namespace's own name as its namespace, but not on creation: neither is where it stands.
    namespace: isNamespace ? null : ref.namespace,
    name: ref.name ?? nameElsewhere(event, ref, path),
    uid: uidOf(event, ref),
  };
}

/** What coverage counts levels by: `apps/deployments`, `pods/exec`, `configmaps`. */
export function resourceKey({
  group,
  resource,
  subresource,
}: Pick<Target, 'group' | 'resource' | 'subresource'>): string {
  if (resource === null) return 'nonresource';
  return [group, resource, subresource].filter((part) => part !== null && part !== '').join('/');
}

/** Percent-decoded, as the API server sees and authorizes it, without the query. Malformed escapes stay as they are. */
export function requestPath(event: AuditEvent): string {
  const end = event.requestURI.search(/[?#]/);
  const path = end < 0 ? event.requestURI : event.requestURI.slice(0, end);
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function queryOf(event: AuditEvent): URLSearchParams {
  const at = event.requestURI.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : event.requestURI.slice(at + 1));
}

export function fieldManagerOf(event: AuditEvent): string | null {
  if (!event.requestURI.includes('fieldManager=')) return null;
  return nonEmpty(queryOf(event).get('fieldManager'));
}

/**
 * Nothing was to be stored. Only where the server honours it: reads, connections (exec and the like) and the issuing of
 * tokens take effect whatever the query says, and a DELETE with a body is decided by the body alone (apiserver
 * handlers/delete.go; serviceaccount/storage/token.go, v1.34). When a DELETE's body is not logged, the query is believed.
 */
export function isDryRun(event: AuditEvent): boolean {
  if (!WRITES.has(event.verb)) return false;
  if (CONNECTIONS.has(event.objectRef?.subresource ?? '')) return false;
  const body = event.requestObject;
  if (asksDryRun(body) || asksDryRun(field(body, 'deleteOptions'))) return true;
  const isLabelled =
    Object.hasOwn(event.annotations, GKE_DRY_RUN) && event.annotations[GKE_DRY_RUN] !== 'false';
  if (isLabelled) return true;
  const isDecidedByBody = event.verb.startsWith('delete') && body !== undefined && body !== null;
  if (isDecidedByBody) return false;
  return event.requestURI.includes('dryRun') && queryOf(event).getAll('dryRun').includes('All');
}

const GKE_DRY_RUN = 'command.gke.io/dryRun';
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** Subresources of which there are no dry runs. */
export const CONNECTIONS: ReadonlySet<string> = new Set([
  'exec',
  'attach',
  'portforward',
  'proxy',
  'log',
  'token',
]);

function asksDryRun(options: unknown): boolean {
  // Only options have it: a dryRun field of a custom resource is its own affair.
  const kind = field(options, 'kind');
  if (kind !== undefined && kind !== 'DeleteOptions') return false;
  const dryRun = field(options, 'dryRun');
  return Array.isArray(dryRun) && dryRun.includes('All');
}

/** The URL's name, else, for a creation, the one the server made (generateName) or the body asked for. */
function nameElsewhere(event: AuditEvent, ref: ObjectRef | PathRef, path: string): string | null {
  const inPath = parsePath(path);
  if (inPath?.name != null && inPath.resource === ref.resource) return inPath.name;
  if (event.verb !== 'create' || ref.subresource !== null) return null;
  const made = isObject(event.responseObject) ? text(event.responseObject, 'metadata', 'name') : null;
  return made ?? text(event.requestObject, 'metadata', 'name');
}

/**
 * The object's, as the server told it; else, when the request went through, as the client did: a body may claim any uid,
 * and a creation's is thrown away.
 */
function uidOf(event: AuditEvent, ref: ObjectRef | PathRef): string | null {
  const { responseObject: answer, requestObject: body, responseStatus } = event;
  const told =
    nonEmpty(responseStatus?.details?.uid) ??
    (field(answer, 'kind') === 'Status' ? text(answer, 'details', 'uid') : null) ??
    (isObject(answer) && isOwnBody(ref.subresource) ? text(answer, 'metadata', 'uid') : null);
  if (told !== null) return told;
  if ((responseStatus?.code ?? 0) >= 400) return null;
  if (event.verb === 'create' && ref.subresource === null) return null;
  const claimed = 'uid' in ref ? ref.uid : null;
  return (
    claimed ??
    text(body, 'preconditions', 'uid') ??
    text(field(body, 'deleteOptions'), 'preconditions', 'uid')
  );
}

/** Subresources whose body is the object itself, or carries its uid (Scale does). */
function isOwnBody(subresource: string | null): boolean {
  return subresource === null || OWN_BODIES.has(subresource);
}

const OWN_BODIES: ReadonlySet<string> = new Set([
  'status',
  'scale',
  'approval',
  'finalize',
  'ephemeralcontainers',
  'resize',
]);

/** Neither a Status, nor a Table, nor a list. */
function isObject(body: unknown): boolean {
  const kind = field(body, 'kind');
  if (kind === 'Status' || kind === 'Table' || (typeof kind === 'string' && kind.endsWith('List')))
    return false;
  return field(body, 'metadata') !== undefined && !Array.isArray(field(body, 'items'));
}

function text(body: unknown, parent: string, name: string): string | null {
  return nonEmpty(field(field(body, parent), name));
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function nonEmpty(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
