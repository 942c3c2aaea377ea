/** A request's path → the object it addresses, as the API server's RequestInfo reads it. Other URLs are null. */

export interface PathRef {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** `path`: decoded, without the query. Must not throw. */
export function parsePath(path: string): PathRef | null {
  const parts = path.split('/').filter((part) => part !== '');
  const root = parts.shift();
  const group = root === 'api' ? '' : root === 'apis' ? parts.shift() : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined || parts.length === 0) return null;
  // Deprecated: /api/v1/watch/…, a prefix before the rest.
  if (parts[0] === 'watch' && parts.length > 1) parts.shift();
  const namespace = parts[0] === 'namespaces' ? (parts[1] ?? null) : null;
  // /namespaces/x/status is the Namespace's own; /namespaces/x/pods are what stands in it.
  const isWithin = namespace !== null && parts[2] !== undefined && !NAMESPACE_SUBRESOURCES.has(parts[2]);
  const [resource, name, subresource] = isWithin ? parts.slice(2) : parts;
  if (resource === undefined) return null;
  return { group, version, resource, subresource: subresource ?? null, namespace, name: name ?? null };
}

const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);
