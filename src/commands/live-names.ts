/** Names for completion: the cluster's, asked briefly, and the kubeconfig's own. */
import type { Cluster } from '../cluster/cluster.ts';
import type { Io } from '../io.ts';
import { parseCommandLine } from './command-line.ts';
import type { LiveNames } from './complete.ts';
import type { FlagValues } from './flags.ts';
import { reachCluster } from './reach-cluster.ts';

/** Somebody waits with a finger on the key. */
const PATIENCE_MS = 2_000;

/** `argv`: the words before the cursor, of which those that can be read say which cluster is meant. */
export function liveNames(argv: readonly string[], io: Io): LiveNames {
  let opened: Promise<Cluster> | null = null;
  const names = async (type: string, namespace: string | null): Promise<readonly string[]> => {
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(PATIENCE_MS)]);
    opened ??= openCluster(argv, io);
    return await (await opened).names(type, namespace, signal);
  };
  return {
    namespaces: () => names('namespaces', null),
    nodes: () => names('nodes', null),
    objects: names,
  };
}

async function openCluster(argv: readonly string[], io: Io): Promise<Cluster> {
  const flags = clusterFlags(argv, io);
  // A login that would ask something must not: the terminal is the shell's.
  const { cluster } = await reachCluster(flags, { ...io, inIsTTY: false });
  if (cluster === null) throw new Error('no cluster is meant');
  return cluster;
}

/** A line that is still being typed may not be readable: then the current context is meant. */
function clusterFlags(argv: readonly string[], io: Io): FlagValues {
  try {
    const {
      file: _file,
      demo: _demo,
      source: _source,
      live: _live,
      ...flags
    } = parseCommandLine(argv, io.calledAs).flags;
    return flags;
  } catch {
    return {};
  }
}
