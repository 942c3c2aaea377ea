/** What somebody did within an hour: alike requests, counted. */

export interface HourCount {
  /** A whole hour, microseconds since the epoch. */
  readonly hourUs: number;
  readonly user: string;
  readonly as: string | null;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly ip: string;
  readonly agent: string;
  readonly count: number;
  /** Of the objects; of several, the requests are spread over them. Empty: none is named. */
  readonly names: readonly string[];
}

export interface Deed {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly isNamespaced: boolean;
  readonly isNamed: boolean;
}

/** `patch apps/deployments/scale`; with a `*` behind it: of all namespaces. */
export function deed(text: string): Deed {
  const [verb = '', path = '', scope] = text.split(' ');
  const parts = path.split('/');
  const [group = '', resource = '', subresource = null] = parts.length === 1 ? ['', ...parts] : parts;
  return {
    verb,
    group: group === 'core' ? '' : group,
    resource,
    subresource,
    isNamespaced: scope !== '*' && !CLUSTER.has(resource),
    isNamed: verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection',
  };
}

const CLUSTER: ReadonlySet<string> = new Set([
  ...['nodes', 'namespaces', 'persistentvolumes', 'clusterroles', 'clusterrolebindings', 'storageclasses'],
  ...['customresourcedefinitions', 'certificatesigningrequests', 'validatingwebhookconfigurations'],
  ...['mutatingwebhookconfigurations', 'apiservices'],
]);
