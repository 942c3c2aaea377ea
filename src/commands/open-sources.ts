/** From the flags that say where from to open sources: log files, stores, the demo, else the cluster's own logs. */
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { openSource } from '../sources/registry.ts';
import type { Source } from '../sources/source.ts';
import { parseSize } from './bytes.ts';
import { boolFlag, type FlagValues, listFlag, textFlag } from './flags.ts';
import type { Reached } from './reach-cluster.ts';

/** `readsRotated`: as the registry's. */
export async function openSources(
  flags: FlagValues,
  io: Io,
  reached: Pick<Reached, 'logs' | 'stores' | 'cluster' | 'refusal'>,
  readsRotated = false,
): Promise<Source[]> {
  const given = [...listFlag(flags, 'file'), ...listFlag(flags, 'source')];
  const isDemo = boolFlag(flags, 'demo') === true;
  if (isDemo && given.length > 0) {
    throw new UserError('AUDIT_USAGE', `--demo and ${JSON.stringify(given[0])} are two logs, not one`, {
      hint: 'leave one of them out',
    });
  }
  if (given.includes('')) {
    throw new UserError('AUDIT_USAGE', 'an empty name of a log', { hint: 'is a variable not set?' });
  }
  const files = isDemo ? [`${io.demoFolder}/audit`] : listFlag(flags, 'file');
  if (files.includes('-') && io.inIsTTY) {
    throw new UserError('AUDIT_STDIN_IS_TERMINAL', 'standard input is a terminal, and --file - reads it', {
      hint: `ssh NODE sudo cat /var/log/kubernetes/audit/audit.log | ${io.calledAs} … --file -`,
    });
  }
  if (reached.refusal !== null) throw reached.refusal;
  const size = textFlag(flags, 'max-bytes');
  const maxBytes = size === null ? null : parseSize(size, '--max-bytes');
  const opened: Source[] = [];
  const usesIndex = boolFlag(flags, 'index') !== false;
  try {
    if (reached.logs !== null)
      opened.push(await openSource('node', { patterns: [], maxBytes }, io, reached.logs));
    if (files.length > 0)
      opened.push(await openSource('file', { patterns: files, maxBytes, usesIndex, readsRotated }, io, null));
    if (reached.stores.length > 0) {
      const { openStores } = await import('./open-stores.ts');
      opened.push(...(await openStores(reached.stores, { flags, io, cluster: reached.cluster, maxBytes })));
    }
  } catch (error) {
    await Promise.allSettled(opened.map((source) => source.close()));
    throw error;
  }
  return opened;
}
