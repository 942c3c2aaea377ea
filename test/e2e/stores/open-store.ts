/** A store as the program opens it, from its settings. */
import { loadStoreKind } from '../../../src/sources/registry.ts';
import type { Source } from '../../../src/sources/source.ts';
import { openStore as openWith } from '../../../src/sources/store/open-store.ts';
import { FIXED_NOW_MS, fixedIo } from '../../support/fixed-io.ts';

const noCluster = async (): Promise<never> => {
  throw new Error('no cluster');
};

export interface OpenOptions {
  /** Bytes at most; default null: no bound. */
  readonly maxBytes?: number | null;
  /** Milliseconds since the epoch; default: always the same. */
  readonly now?: () => number;
  /** Of the program and of what settings refer to; default: nothing. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function openStore(
  kind: string,
  settings: Readonly<Record<string, unknown>>,
  { maxBytes = null, now = () => FIXED_NOW_MS, env = {} }: OpenOptions = {},
): Promise<Source> {
  const io = { ...fixedIo({ env }), now };
  const known = await loadStoreKind(kind);
  if (known === null) throw new Error(`there is no kind ${kind}`);
  const secrets = { env, signal: io.signal, api: noCluster };
  return openWith(kind, known, known.settings.parse(settings), { io, maxBytes, secrets });
}
