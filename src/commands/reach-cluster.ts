/**
 * Which cluster a question is about, and what of it is wanted: its audit logs when no others are given, and how things
 * stand now. From kubectl's own flags; a file of logs says nothing of the cluster it is from, so that must be said.
 */
import type { Cluster } from '../cluster/cluster.ts';
import { type ConfiguredSource, NODE, sourcesOf } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { LiveCluster } from '../live.ts';
import type { ClusterReach } from '../sources/registry.ts';
import { boolFlag, type FlagName, type FlagValues, listFlag, textFlag } from './flags.ts';
import { managedStore } from './managed-store.ts';

export interface Reached {
  /** Null: none is needed. */
  readonly cluster: Cluster | null;
  /** The control plane's own files are read; null: they are not. */
  readonly logs: ClusterReach | null;
  /** Log stores that are read: names in the configuration file, URLs, and what the kubeconfig stands for. */
  readonly stores: readonly (string | ConfiguredSource)[];
  /** Why there is nothing to be read, though no logs were named; null: there is. */
  readonly refusal: UserError | null;
  /** No logs were named: those are read that belong to the context, and its namespace is the one that is meant. */
  readonly isByContext: boolean;
  /** Null: how things stand now is not asked. */
  readonly live: LiveCluster | null;
}

/** Asks the cluster nothing yet. */
export async function reachCluster(flags: FlagValues, io: Io): Promise<Reached> {
  const isDemo = boolFlag(flags, 'demo') === true;
  const hasLogs = isDemo || listFlag(flags, 'file').length > 0 || listFlag(flags, 'source').length > 0;
  const wantsLive = wantsLiveCluster(flags, isDemo, hasLogs);
  const [alien] = hasLogs ? NODE_FLAGS.filter((name) => flags[name] !== undefined) : [];
  if (alien !== undefined) {
    throw new UserError('AUDIT_USAGE', `--${alien} is about the nodes' logs, and other logs are given`, {
      hint: 'leave one of them out',
    });
  }
  const given = listFlag(flags, 'source');
  const isByContext = !hasLogs;
  const named = { stores: given, isByContext, logs: null, refusal: null };
  if (hasLogs && !wantsLive) return { ...named, cluster: null, live: null };
  const { openCluster } = await import('../cluster/cluster.ts');
  const readsStdin = listFlag(flags, 'file').includes('-');
  const cluster = await openCluster(connectFlags(flags), readsStdin ? { ...io, inIsTTY: false } : io);
  const live = wantsLive ? cluster.live : null;
  if (hasLogs) return { ...named, cluster, live };
  // What is about the nodes asks for their logs, whatever the file says.
  const isAboutNodes = NODE_FLAGS.some((name) => flags[name] !== undefined);
  const { stores, refusal } = isAboutNodes ? NODES_ALONE : await sourcesOfContext(cluster, io);
  const isNode = stores.includes(NODE);
  return {
    ...{ cluster, live, isByContext, refusal },
    logs: isNode ? nodeReach(cluster, flags) : null,
    stores: stores.filter((name) => name !== NODE),
  };
}

const NODES_ALONE = { stores: [NODE], refusal: null };

/** What the configuration file says; else what the kubeconfig stands for; else the nodes. */
async function sourcesOfContext(
  { contextName, kubeconfig }: Cluster,
  io: Io,
): Promise<Pick<Reached, 'stores' | 'refusal'>> {
  const { readConfig } = await import('../config/config-file.ts');
  const configured = sourcesOf(await readConfig(io.env), contextName);
  if (configured !== null) return { stores: configured, refusal: null };
  const managed = managedStore(kubeconfig, io.calledAs);
  if (managed === null) return NODES_ALONE;
  return managed.kind === 'known'
    ? { stores: [managed.source], refusal: null }
    : { stores: [], refusal: managed.refusal };
}

/** A context named beside log files says whose they are. */
function wantsLiveCluster(flags: FlagValues, isDemo: boolean, hasLogs: boolean): boolean {
  // What is to be compared with how things stand now has to ask for it.
  const asked = boolFlag(flags, 'with-live') === true ? true : boolFlag(flags, 'live');
  if (isDemo && asked === true) {
    throw new UserError('AUDIT_USAGE', 'the demo is of a cluster that is gone: --live cannot ask it', {
      hint: 'leave --live out',
    });
  }
  if (isDemo || asked === false) return false;
  return asked === true || !hasLogs || CLUSTER_CHOICE.some((name) => flags[name] !== undefined);
}

const CLUSTER_CHOICE: readonly FlagName[] = ['kubeconfig', 'context', 'cluster', 'server'];
const NODE_FLAGS: readonly FlagName[] = ['node', 'log-path', 'via', 'image'];

function nodeReach(cluster: Cluster, flags: FlagValues): ClusterReach {
  return {
    api: cluster.api,
    nodes: listFlag(flags, 'node'),
    logPath: textFlag(flags, 'log-path'),
    via: parseVia(textFlag(flags, 'via') ?? 'proxy'),
    image: textFlag(flags, 'image'),
  };
}

const WAYS: readonly ClusterReach['via'][] = ['proxy', 'pod', 'stdout'];

function parseVia(typed: string): ClusterReach['via'] {
  const way = WAYS.find((one) => one === typed);
  if (way !== undefined) return way;
  throw new UserError('AUDIT_USAGE', `--via ${JSON.stringify(typed)} is no way to a node's log`, {
    hint: `one of ${WAYS.join(', ')}`,
  });
}

export function connectFlags(flags: FlagValues) {
  return {
    kubeconfig: textFlag(flags, 'kubeconfig'),
    context: textFlag(flags, 'context'),
    cluster: textFlag(flags, 'cluster'),
    user: textFlag(flags, 'user'),
    namespace: textFlag(flags, 'namespace'),
    server: textFlag(flags, 'server'),
    tlsServerName: textFlag(flags, 'tls-server-name'),
    certificateAuthority: textFlag(flags, 'certificate-authority'),
    insecureSkipTlsVerify: boolFlag(flags, 'insecure-skip-tls-verify'),
    clientCertificate: textFlag(flags, 'client-certificate'),
    clientKey: textFlag(flags, 'client-key'),
    token: textFlag(flags, 'token'),
    as: textFlag(flags, 'as'),
    asUid: textFlag(flags, 'as-uid'),
    asGroup: listFlag(flags, 'as-group'),
    requestTimeout: textFlag(flags, 'request-timeout'),
  };
}
