/** Which sources there are. To add one: its folder, and its line here. */
import { UserError } from '../errors.ts';
import type { ApiServer, Io } from '../io.ts';
import type { Source } from './source.ts';
import type { StoreKind } from './store/store-kind.ts';

export interface SourceParams {
  /** What was given: paths and globs, or one URL. */
  readonly patterns: readonly string[];
  /** Bytes to be read at most; null for the source's own default. */
  readonly maxBytes: number | null;
  /** Whether a log file's index is looked for. Default yes. */
  readonly usesIndex?: boolean;
  /** Of a log file that is named by itself, what was rotated away of it is read too. Default no. */
  readonly readsRotated?: boolean;
}

/** What the sources that lie in the cluster are told. */
export interface ClusterReach {
  readonly api: ApiServer;
  /** --node: these nodes only; empty: the control plane's, found by asking. */
  readonly nodes: readonly string[];
  /** --log-path: the path on the node; null: found by asking. */
  readonly logPath: string | null;
  /** --via: the kubelet's /logs/ through the API server; a pod of our own; the API server pod's standard output. */
  readonly via: 'proxy' | 'pod' | 'stdout';
  /** --image of the pod; null for the pinned one. */
  readonly image: string | null;
}

/** `cluster`: how the cluster is reached; null when none is asked. */
export type OpenSource = (params: SourceParams, io: Io, cluster: ClusterReach | null) => Promise<Source>;

/** By URL scheme; loaded when asked for. */
const SOURCES: Readonly<Record<string, () => Promise<OpenSource>>> = {
  file: async () => (await import('./file/file-source.ts')).openFileSource,
  node: async () => (await import('./node/node-source.ts')).openNodeSource,
};

/** By the word that settings say as `type`, and that stands first in an ad hoc URL; loaded when asked for. */
const STORES: Readonly<Record<string, () => Promise<unknown>>> = {
  azblob: async () => (await import('./azblob/azblob.ts')).azblob,
  azure: async () => (await import('./azure/azure.ts')).azure,
  clickhouse: async () => (await import('./clickhouse/clickhouse.ts')).clickHouse,
  cloudwatch: async () => (await import('./cloudwatch/cloudwatch.ts')).cloudWatch,
  elasticsearch: async () => (await import('./opensearch/opensearch.ts')).elasticsearch,
  gcl: async () => (await import('./gcl/gcl.ts')).gcl,
  gcs: async () => (await import('./gcs/gcs.ts')).gcs,
  loki: async () => (await import('./loki/loki.ts')).loki,
  opensearch: async () => (await import('./opensearch/opensearch.ts')).openSearch,
  s3: async () => (await import('./s3/s3.ts')).s3,
  splunk: async () => (await import('./splunk/splunk.ts')).splunk,
  victorialogs: async () => (await import('./victorialogs/victorialogs.ts')).victoriaLogs,
};

export const STORE_KINDS: readonly string[] = Object.keys(STORES);

/** Null: there is no such kind. Settings are checked by the kind's own schema before it opens them. */
export async function loadStoreKind(kind: string): Promise<StoreKind | null> {
  const load = Object.hasOwn(STORES, kind) ? STORES[kind] : undefined;
  return load === undefined ? null : ((await load()) as StoreKind);
}

export const SOURCE_NAMES: readonly string[] = Object.keys(SOURCES);

/** Throws a UserError for a name that is no source's, and what opening throws. The caller closes what it gets. */
export async function openSource(
  name: string,
  params: SourceParams,
  io: Io,
  cluster: ClusterReach | null = null,
): Promise<Source> {
  const load = Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
  if (load === undefined) {
    throw new UserError('AUDIT_UNKNOWN_SOURCE', `there is no source "${name}"`, {
      hint: `known: ${SOURCE_NAMES.join(', ')}; log files are given with --file`,
    });
  }
  return (await load())(params, io, cluster);
}
