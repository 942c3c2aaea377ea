/** The store that a context stands for by its kubeconfig alone. An explicit configuration goes before it: whoever asks looks there first. */
import { type KubeconfigSays, type ManagedLog, managedLogOf } from '../config/managed-cluster.ts';
import { STORE_KINDS } from '../sources/registry.ts';

/** Null: none that could be asked. */
export function managedStore(says: KubeconfigSays, calledAs: string): ManagedLog | null {
  const managed = managedLogOf(says, calledAs);
  const type = managed?.kind === 'known' ? managed.source.type : managed?.type;
  return type !== undefined && STORE_KINDS.includes(type) ? managed : null;
}
