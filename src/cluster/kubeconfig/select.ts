/**
 * Of all that the kubeconfig files say, the one cluster and the one user that are meant, with the flags laid over them
 * (client-go tools/clientcmd/client_config.go: getContext, getCluster, getAuthInfo). Whether they can be used is
 * validate.ts's to say.
 */
import { UserError } from '../../errors.ts';
import type { ConnectFlags } from './connect-flags.ts';
import {
  type ClusterEntry,
  type Kubeconfig,
  NO_CLUSTER,
  NO_CONTEXT,
  NO_USER,
  type UserEntry,
} from './kubeconfig.ts';

export interface Selection {
  /** '' when no context is chosen. */
  readonly contextName: string;
  readonly clusterName: string;
  readonly userName: string;
  /** '' when neither the flags nor the context name one. */
  readonly namespace: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

/**
 * A name given as a flag must exist, as must the context; a user that only a context names need not (then nobody is
 * logged in). Throws UserError AUDIT_BAD_KUBECONFIG.
 */
export function select(kubeconfig: Kubeconfig, flags: ConnectFlags): Selection {
  const contextName = flags.context || kubeconfig.currentContext;
  const context = kubeconfig.contexts.get(contextName);
  if (context === undefined && contextName !== '') throw unknown('context', contextName, kubeconfig.contexts);
  const meant = context ?? NO_CONTEXT;

  const userName = flags.user || meant.user;
  const user = kubeconfig.users.get(userName);
  if (user === undefined && flags.user) throw unknown('user', userName, kubeconfig.users);

  const clusterName = flags.cluster || meant.cluster;
  const cluster = kubeconfig.clusters.get(clusterName);
  if (cluster === undefined && (flags.cluster || (clusterName !== '' && !flags.server)))
    throw unknown('cluster', clusterName, kubeconfig.clusters);

  return {
    contextName,
    clusterName,
    userName,
    namespace: withoutPrefix(flags.namespace ?? '') || meant.namespace,
    cluster: clusterUnder(cluster ?? NO_CLUSTER, flags),
    user: userUnder(user ?? NO_USER, flags),
  };
}

/** overrides.go, RemoveNamespacesPrefix: `-n ns/prod` is what completion may leave behind. */
function withoutPrefix(namespace: string): string {
  return namespace.replace(/^(?:namespaces|namespace|ns)\/(?=.)/i, '');
}

function clusterUnder(cluster: ClusterEntry, flags: ConnectFlags): ClusterEntry {
  const insecureSkipTlsVerify = flags.insecureSkipTlsVerify === true;
  const certificateAuthority = flags.certificateAuthority ?? '';
  return {
    ...cluster,
    server: flags.server || cluster.server,
    // A name belongs to a server: another server makes it void.
    tlsServerName: flags.tlsServerName || flags.server ? (flags.tlsServerName ?? '') : cluster.tlsServerName,
    // Both say whom to trust, so either replaces all that the file says about it.
    ...(insecureSkipTlsVerify || certificateAuthority !== ''
      ? { insecureSkipTlsVerify, certificateAuthority, certificateAuthorityData: null }
      : {}),
  };
}

function userUnder(user: UserEntry, flags: ConnectFlags): UserEntry {
  return {
    ...user,
    clientCertificate: flags.clientCertificate || user.clientCertificate,
    clientKey: flags.clientKey || user.clientKey,
    token: flags.token || user.token,
    as: flags.as || user.as,
    asUid: flags.asUid || user.asUid,
    asGroups: flags.asGroup && flags.asGroup.length > 0 ? flags.asGroup : user.asGroups,
  };
}

/** Names in a hint; the rest are counted. */
const NAMED = 12;

function unknown(
  what: 'context' | 'cluster' | 'user',
  name: string,
  known: ReadonlyMap<string, unknown>,
): UserError {
  const names = [...known.keys()].sort();
  const more = names.length - NAMED;
  const listed = [...names.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  return new UserError('AUDIT_BAD_KUBECONFIG', `the kubeconfig has no ${what} ${JSON.stringify(name)}`, {
    hint: names.length === 0 ? `it has no ${what}s at all: kubectl config view` : `it has: ${listed}`,
  });
}
