/** From the user's flags and kubeconfig to an API server that can be asked. Asks nothing itself. */
import type { ApiServer, Io } from '../io.ts';
import { VERSION } from '../version.ts';
import { proxyFor } from '../wire/proxy.ts';
import type { Trust } from '../wire/tls.ts';
import { openWire } from '../wire/wire.ts';
import { createApiServer } from './api-server.ts';
import { NOBODY } from './credentials/credentials.ts';
import { openCredentials } from './credentials/open-credentials.ts';
import type { ConnectFlags } from './kubeconfig/connect-flags.ts';
import type { ClusterEntry, LoginCommand } from './kubeconfig/kubeconfig.ts';
import { parseRequestTimeout } from './kubeconfig/request-timeout.ts';
import { resolveKubeconfig } from './kubeconfig/resolve.ts';
import type { Selection } from './kubeconfig/select.ts';
import { parseServerUrl } from './kubeconfig/server-url.ts';
import { readTrust } from './kubeconfig/trust.ts';
import { openExchange } from './wire/exchange.ts';
import { impersonationHeaders } from './wire/impersonation.ts';
import { towardsApiServer } from './wire/towards.ts';

export interface Connected {
  readonly api: ApiServer;
  /** The flag's, the context's, the service account's; `default` when none says. */
  readonly namespace: string;
  /** '' when no context is chosen (in a pod, or with --server alone). */
  readonly contextName: string;
  /** '' in a pod. */
  readonly clusterName: string;
  /** As the kubeconfig has it. */
  readonly server: string;
  /** The kubeconfig's name for the user; '' in a pod. */
  readonly user: string;
  /** A login command, for telling EKS, GKE and AKS; null when there is none. Arguments and environment may hold secrets. */
  readonly execCommand: Pick<LoginCommand, 'command' | 'args' | 'env'> | null;
}

/** What is needed of Io. `inIsTTY` must be false when something else reads standard input. */
export type ConnectIo = Pick<Io, 'env' | 'cwd' | 'err' | 'inIsTTY' | 'now' | 'signal'>;

/**
 * Resolves as kubectl would. Rejects with UserError AUDIT_BAD_KUBECONFIG, AUDIT_USAGE (--request-timeout) or
 * AUDIT_NO_CREDENTIALS (a token file that is not there). Login commands run at the first request.
 */
export async function connect(flags: ConnectFlags, io: ConnectIo): Promise<Connected> {
  const timeoutMs = parseRequestTimeout(flags.requestTimeout || '0');
  const selection = await resolveKubeconfig(flags, io);
  const { cluster, user, userName } = selection;
  const server = parseServerUrl(cluster.server);
  const proxy = proxyFor(server, cluster.proxyUrl, io.env);
  const trust = await readTrust(cluster, server.host);
  // As kubectl: nothing that proves who one is goes over an open line.
  const credentials = server.isTls
    ? await openCredentials(user, userName, {
        env: io.env,
        cwd: io.cwd,
        err: io.err,
        isInteractive: io.inIsTTY,
        now: io.now,
        signal: io.signal,
        clusterInfo: toClusterInfo(cluster, trust),
      })
    : { origin: '', current: async () => NOBODY, renew: async () => false };
  const towards = towardsApiServer(server.address, proxy?.host ?? null);
  const exchange = openExchange({
    towards,
    credentials,
    headers: { 'user-agent': `kubectl-audit/${VERSION}`, ...impersonationHeaders(user) },
    open: (certificate) => openWire(server, proxy, trust, certificate, towards),
  });
  return { api: createApiServer(exchange, timeoutMs), ...described(selection) };
}

/** ExecCredential's spec.cluster (client-go pkg/apis/clientauthentication/v1/types.go, rest/exec.go). */
function toClusterInfo(cluster: ClusterEntry, { authorities }: Trust): Readonly<Record<string, unknown>> {
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === '' ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.insecureSkipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(authorities === null
      ? {}
      : { 'certificate-authority-data': Buffer.from(authorities, 'utf8').toString('base64') }),
    ...(cluster.proxyUrl === '' ? {} : { 'proxy-url': cluster.proxyUrl }),
    ...(cluster.disableCompression ? { 'disable-compression': true } : {}),
    ...(cluster.execExtension === undefined ? {} : { config: cluster.execExtension }),
  };
}

function described(selection: Selection): Omit<Connected, 'api'> {
  const { namespace, contextName, clusterName, userName, cluster, user } = selection;
  const { exec } = user;
  const execCommand = exec === null ? null : { command: exec.command, args: exec.args, env: exec.env };
  return { namespace, contextName, clusterName, server: cluster.server, user: userName, execCommand };
}
