/** The source of the context that is meant, where the configuration says nothing about it and its kubeconfig tells. */
import { type Config, type ConfiguredSource, sourcesOf } from '../../config/config.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { FlagValues } from '../flags.ts';
import { managedStore } from '../managed-store.ts';
import { connectFlags } from '../reach-cluster.ts';

export interface DerivedSource {
  readonly source: ConfiguredSource;
  readonly context: string;
  /** What of the kubeconfig says so. */
  readonly readFrom: string;
}

/** Asks no cluster. Null: there is none; also where there is no kubeconfig. */
export async function derivedSource(
  config: Config,
  flags: FlagValues,
  io: Io,
): Promise<DerivedSource | null> {
  try {
    const { openCluster } = await import('../../cluster/cluster.ts');
    const { contextName: context, kubeconfig } = await openCluster(connectFlags(flags), io);
    const managed = sourcesOf(config, context) === null ? managedStore(kubeconfig, io.calledAs) : null;
    if (managed?.kind !== 'known') return null;
    return { source: managed.source, context, readFrom: managed.readFrom };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
