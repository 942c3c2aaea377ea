/** A cluster as the rest of the program sees it: its API server, where we are in it, how things stand, what it serves. */
import { parseResource } from '../event/resource-names.ts';
import { type ResourceType, withServedTypes } from '../event/resource-table.ts';
import type { ApiServer } from '../io.ts';
import type { LiveCluster } from '../live.ts';
import { resourcePath } from './api-path.ts';
import { type Connected, type ConnectIo, connect } from './connect.ts';
import { discoverTypes } from './discovery.ts';
import { cachePath, readCached, writeCached } from './discovery-cache.ts';
import { listAt, textAt } from './json.ts';
import type { ConnectFlags } from './kubeconfig/connect-flags.ts';
import { liveCluster } from './look.ts';

export interface Cluster {
  readonly api: ApiServer;
  /** The flag's or the context's. */
  readonly namespace: string;
  /** Of the kubeconfig; '' when none is chosen. */
  readonly contextName: string;
  /** What the kubeconfig says of it, for telling whose it is. */
  readonly kubeconfig: Pick<Connected, 'contextName' | 'clusterName' | 'server'> & {
    readonly login: Connected['execCommand'];
  };
  readonly live: LiveCluster;
  /** What is served, if `typed` (as a user typed it) is not in the built-in table; else the table. Never rejects but for an abort. */
  typesFor(typed: string, signal: AbortSignal): Promise<readonly ResourceType[] | undefined>;
  /** Names of a type's objects, for completion. Rejects when they cannot be had. */
  names(typed: string, namespace: string | null, signal: AbortSignal): Promise<readonly string[]>;
}

/** Asks nothing yet. Rejects as `connect` does. */
export async function openCluster(flags: ConnectFlags, io: ConnectIo): Promise<Cluster> {
  const { api, namespace, contextName, clusterName, server, execCommand } = await connect(flags, io);
  const types = new ServedTypes(api, cachePath(api.address, io.env), io.now);
  return {
    api,
    namespace,
    contextName,
    kubeconfig: { contextName, clusterName, server, login: execCommand },
    live: liveCluster(api),
    typesFor: (typed, signal) => types.for(typed, signal),
    names: async (typed, inNamespace, signal) => {
      const { resources, group, isNamespaced } = parseResource(typed, await types.for(typed, signal));
      const path = resourcePath({
        group: group ?? '',
        version: await types.versionOf(group ?? '', signal),
        resource: resources[0] ?? typed,
        namespace: isNamespaced === false ? null : (inNamespace ?? namespace),
        name: null,
      });
      if (path === null) return [];
      const { status, json } = await api.send('GET', `${path}?limit=500`, null, signal);
      const items = status === 200 ? listAt(json, 'items') : [];
      return items.flatMap((item) => textAt(item, 'metadata', 'name') ?? []);
    },
  };
}

/** Names can be guessed; a question must not wait for them. */
const DISCOVERY_MS = 5_000;

class ServedTypes {
  readonly #api: ApiServer;
  readonly #path: string | null;
  readonly #now: () => number;

  constructor(api: ApiServer, path: string | null, now: () => number) {
    this.#api = api;
    this.#path = path;
    this.#now = now;
  }

  async for(typed: string, signal: AbortSignal): Promise<readonly ResourceType[] | undefined> {
    if (isKnown(typed, undefined)) return undefined;
    const cached = this.#path === null ? null : await readCached(this.#path, this.#now());
    if (cached !== null && isKnown(typed, withServedTypes(cached))) return withServedTypes(cached);
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(DISCOVERY_MS)]);
    const served = await discoverTypes(this.#api, inTime).catch(() => null);
    signal.throwIfAborted();
    if (served === null) return cached === null ? undefined : withServedTypes(cached);
    if (this.#path !== null) await writeCached(this.#path, served);
    return withServedTypes(served);
  }

  /** The group's preferred version. */
  async versionOf(group: string, signal: AbortSignal): Promise<string> {
    if (group === '') return 'v1';
    const { json } = await this.#api.send('GET', `/apis/${encodeURIComponent(group)}`, null, signal);
    return textAt(json, 'preferredVersion', 'version') ?? 'v1';
  }
}

/** Its name means one type for sure. */
function isKnown(typed: string, types: readonly ResourceType[] | undefined): boolean {
  const { kind, group } = parseResource(typed, types);
  return kind !== null && group !== null;
}
