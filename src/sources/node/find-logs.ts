/**
 * Where the audit logs of a cluster's API servers lie, with nothing configured: their pods say so in their flags; else the
 * usual folders of the control plane's nodes are looked through. Reads no event.
 */
import { UserError } from '../../errors.ts';
import type { ClusterReach } from '../registry.ts';
import { type Asked, askForAnyNodes, askForNodes, askForPods } from './control-plane.ts';
import type { ClusterNode, ServerPod } from './kube-objects.ts';
import { isServed } from './kubelet-folder.ts';
import { logOfPod } from './log-of-pod.ts';
import { type NodeLog, nodeLogAt, pathOf } from './node-log.ts';
import { distributionOf, managedClusterOf, OPENSHIFT_LOGS, outsideMend } from './other-ways.ts';
import { LOOKED_IN, lookForLogs, presentLogs } from './usual-folders.ts';

export interface FoundLogs {
  readonly logs: readonly NodeLog[];
  /** Nodes of the control plane whose log is not among them, each with why: gaps. */
  readonly misses: readonly Miss[];
}

export interface Miss {
  readonly node: string;
  readonly error: UserError;
}

/** Throws a UserError, with the mend, when there is no log that could be read. */
export async function findLogs(
  reach: ClusterReach,
  calledAs: string,
  signal: AbortSignal,
): Promise<FoundLogs> {
  const search = new Search(reach, calledAs, signal);
  const { logs, misses } = await search.run();
  const [miss] = misses;
  if (logs.length === 0) throw miss?.error ?? new UserError('AUDIT_NO_AUDIT_LOG', 'no audit log was found');
  return { logs: distinct(logs), misses };
}

class Search {
  readonly #reach: ClusterReach;
  readonly #calledAs: string;
  readonly #signal: AbortSignal;
  readonly #logs: NodeLog[] = [];
  readonly #misses: Miss[] = [];

  constructor(reach: ClusterReach, calledAs: string, signal: AbortSignal) {
    this.#reach = reach;
    this.#calledAs = calledAs;
    this.#signal = signal;
  }

  async run(): Promise<FoundLogs> {
    const { nodes, logPath, api } = this.#reach;
    if (logPath !== null && nodes.length > 0) {
      for (const node of nodes) this.#add(nodeLogAt(node, logPath));
      return this.#found();
    }
    const [nodesAsked, podsAsked] = await Promise.all([
      nodes.length > 0 ? NOBODY_ASKED : askForNodes(api, this.#signal),
      askForPods(api, this.#signal),
    ]);
    const pods = podsAsked.found.filter((pod) => nodes.length === 0 || nodes.includes(pod.node));
    const named = [...nodes, ...nodesAsked.found.map((node) => node.name), ...pods.map((pod) => pod.node)];
    const all = [...new Set(named)];
    if (all.length === 0) throw await this.#noControlPlane(nodesAsked, podsAsked);
    await Promise.all(
      all.map((node) =>
        this.#searchNode(
          node,
          pods.filter((pod) => pod.node === node),
          nodesAsked.found.find((each) => each.name === node) ?? null,
          podsAsked.refusal,
        ),
      ),
    );
    return this.#found();
  }

  async #searchNode(
    node: string,
    pods: readonly ServerPod[],
    seen: ClusterNode | null,
    refusal: UserError | null,
  ): Promise<void> {
    try {
      const { logPath } = this.#reach;
      const distribution = seen === null ? null : distributionOf(seen);
      if (logPath !== null) return this.#add(nodeLogAt(node, logPath));
      if (distribution !== null && !distribution.isServed && this.#reach.via === 'proxy') {
        throw new UserError(
          'AUDIT_NO_AUDIT_LOG',
          `${node} runs ${distribution.name}, whose kubelet does not serve the audit log`,
          {
            hint: `${distribution.mend.replace('NODE', node)} | ${this.#calledAs} … --file -${
              distribution.path === null ? '' : `; or --via pod --log-path ${distribution.path}`
            }`,
          },
        );
      }
      if (distribution?.name === 'OpenShift' && this.#reach.via === 'proxy') {
        const logs = await presentLogs(this.#reach.api, node, OPENSHIFT_LOGS, this.#signal);
        if (logs.length > 0) return this.#add(...logs);
      }
      const found = pods.map((pod) => logOfPod(pod, this.#reach.via, this.#calledAs));
      const errors = found.filter((each) => each instanceof UserError);
      const logs = found.flatMap((each) => (each === null || each instanceof UserError ? [] : [each]));
      if (logs.length > 0) return this.#add(...logs);
      if (errors[0] !== undefined) throw errors[0];
      if (distribution?.path != null) return this.#add(nodeLogAt(node, distribution.path));
      await this.#lookThrough(node, refusal);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      this.#misses.push({ node, error });
    }
  }

  /** No pod tells: they may not be listed, or the API server is none. */
  async #lookThrough(node: string, refusal: UserError | null): Promise<void> {
    if (this.#reach.via !== 'proxy') {
      throw new UserError('AUDIT_NO_AUDIT_LOG', `no API server pod on ${node} says where its audit log is`, {
        hint: `say it: ${this.#calledAs} … --node ${node} --log-path /var/log/kubernetes/audit/audit.log`,
        ...(refusal === null ? {} : { cause: refusal }),
      });
    }
    const logs = await lookForLogs(this.#reach.api, node, this.#signal);
    if (logs.length > 0) return this.#add(...logs);
    const why =
      refusal === null
        ? 'it runs no API server pod that would tell'
        : `what would tell may not be read (${refusal.message})`;
    throw new UserError(
      'AUDIT_NO_AUDIT_LOG',
      `no audit log was found on ${node}: ${why}, and there is none in ${LOOKED_IN}`,
      {
        hint: `say where it is: ${this.#calledAs} … --node ${node} --log-path PATH; the API server's flag --audit-log-path names it`,
      },
    );
  }

  #add(...logs: readonly NodeLog[]): void {
    for (const log of logs) {
      if (this.#reach.via === 'proxy' && !isServed(`${log.folder}/`)) {
        const error = new UserError(
          'AUDIT_NO_AUDIT_LOG',
          `the API server on ${log.node} writes ${pathOf(log)}, and a kubelet serves /var/log only`,
          { hint: outsideMend(log, this.#calledAs) },
        );
        this.#misses.push({ node: log.node, error });
      } else this.#logs.push(log);
    }
  }

  #found(): FoundLogs {
    const byName = (a: { node: string }, b: { node: string }): number => (a.node < b.node ? -1 : 1);
    return { logs: this.#logs.sort(byName), misses: this.#misses.sort(byName) };
  }

  /** Neither nodes nor pods: they may not be listed, or the control plane is somebody else's. */
  async #noControlPlane(nodes: Asked<ClusterNode>, pods: Asked<ServerPod>): Promise<UserError> {
    const refusal = nodes.refusal ?? pods.refusal;
    if (refusal !== null) {
      const rights = [
        ...(nodes.refusal === null ? [] : ['list nodes']),
        ...(pods.refusal === null ? [] : ['list pods in kube-system']),
      ];
      return new UserError(
        'AUDIT_FORBIDDEN',
        `finding the audit log needs the right to ${rights.join(' and to ')}: ${refusal.message}`,
        {
          hint: `name the node, and the right to get nodes/proxy is enough: ${this.#calledAs} … --node NODE [--log-path /var/log/…/audit.log]`,
          cause: refusal,
        },
      );
    }
    const some = await askForAnyNodes(this.#reach.api, this.#signal);
    const managed = managedClusterOf(some, this.#calledAs);
    if (managed !== null) {
      return new UserError(
        'AUDIT_NO_AUDIT_LOG',
        `this is ${managed.name}: its API server, and its audit log, are the provider's, on no node of this cluster`,
        { hint: managed.mend },
      );
    }
    const [distribution] = some.flatMap((node) => distributionOf(node) ?? []);
    return new UserError(
      'AUDIT_NO_AUDIT_LOG',
      `no node of this cluster is a control plane's${distribution === undefined ? '' : ` (it runs ${distribution.name})`}, and no pod is an API server's`,
      {
        hint:
          distribution === undefined
            ? `if you know the node: ${this.#calledAs} … --node NODE --log-path PATH; or bring the log: … | ${this.#calledAs} … --file -`
            : `${distribution.mend} | ${this.#calledAs} … --file -`,
      },
    );
  }
}

const NOBODY_ASKED: Asked<ClusterNode> = { found: [], refusal: null };

function distinct(logs: readonly NodeLog[]): NodeLog[] {
  return [...new Map(logs.map((log) => [`${log.node}:${pathOf(log)}`, log])).values()];
}
