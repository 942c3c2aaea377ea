/**
 * How things stand now: what a question may ask about the live cluster, and what comes of it. Types only; asking is
 * cluster/'s, and only questions decide what it means beside what the log says.
 */

export type LiveKey = ObjectKey | BodyKey | SchemaKey | AddressKey | NetworksKey | RightKey | AccountKey;

export interface ObjectKey {
  readonly kind: 'object';
  /** '' for the core group. */
  readonly group: string;
  /** As the log has it: `v1`. */
  readonly version: string;
  readonly resource: string;
  /** Null for cluster-scoped objects. */
  readonly namespace: string | null;
  readonly name: string;
}

/** The object itself, whole, as `kubectl get -o json` prints it. */
export interface BodyKey {
  readonly kind: 'body';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** What the cluster's OpenAPI (v3) says of a type: for custom resources, whose lists no built-in table knows. */
export interface SchemaKey {
  readonly kind: 'schema';
  readonly group: string;
  readonly version: string;
  /** `Widget`. */
  readonly objectKind: string;
}

export interface AddressKey {
  readonly kind: 'address';
  readonly ip: string;
}

/** The networks that the cluster's nodes and pods have their addresses from. */
export interface NetworksKey {
  readonly kind: 'networks';
}

/** May this user do that? As a SubjectAccessReview asks it; `path` for non-resource URLs, the others null then. */
export interface RightKey {
  readonly kind: 'right';
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly group: string | null;
  readonly resource: string | null;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly path: string | null;
}

export interface AccountKey {
  readonly kind: 'account';
  readonly namespace: string;
  readonly name: string;
}

export type LiveFinding =
  | LiveObject
  | { readonly kind: 'gone' }
  /** Not redacted. */
  | { readonly kind: 'body'; readonly json: unknown }
  /** `definition`: of the type; `components`: what its `$ref`s point to (`#/components/schemas/…`). */
  | { readonly kind: 'schema'; readonly definition: unknown; readonly components: unknown }
  /** `of`: `pod ci/runner-8`, `node cp-1`, `service prod/api`, `load balancer prod/web`; null: nothing in the cluster has it. */
  | { readonly kind: 'address'; readonly of: string | null; readonly since: string | null }
  /** Of nodes, each its address; of pods, each node's network. */
  | { readonly kind: 'networks'; readonly cidrs: readonly string[] }
  /** `through`: the binding and role that allow it, as the authorizer words it; null when it does not say. */
  | { readonly kind: 'right'; readonly isAllowed: boolean; readonly through: string | null }
  /** Workloads that run under the account: `deploy/api`, `pod/debug`. */
  | { readonly kind: 'account'; readonly usedBy: readonly string[] }
  /** May not be read, did not answer in time, or was not asked. */
  | { readonly kind: 'unknown'; readonly why: string };

export interface LiveObject {
  readonly kind: 'object';
  readonly uid: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly isTerminating: boolean;
  /** Null for kinds that know no readiness. */
  readonly isReady: boolean | null;
  /** `3/3 ready`, `Running, not ready`; null where isReady is. */
  readonly readiness: string | null;
  /** The controller that owns it: `ReplicaSet api-7675c5784c`. */
  readonly owner: string | null;
  /** What will put it back or take it away: `Argo CD application prod/api`, `Helm release prod/api`. */
  readonly managedBy: string | null;
}

export interface LiveCluster {
  /** Read-only, bounded in requests and time; an answer for each key, `unknown` where there is none. Never throws but for an abort. */
  look(keys: readonly LiveKey[], signal: AbortSignal): Promise<ReadonlyMap<LiveKey, LiveFinding>>;
  /** Every role and binding. Read-only, in pages, bounded in time. Never throws but for an abort. */
  rbac(signal: AbortSignal): Promise<RbacSnapshot>;
}

/** The RBAC objects of a cluster as they stand now, each as the API server gives it. */
export interface RbacSnapshot {
  /** Null: could not be read; why is in `missing`. */
  readonly roles: readonly unknown[] | null;
  readonly clusterRoles: readonly unknown[] | null;
  readonly roleBindings: readonly unknown[] | null;
  readonly clusterRoleBindings: readonly unknown[] | null;
  /** In words, one for each that could not be read. */
  readonly missing: readonly string[];
}
