/** Which sources there are. To add one: its folder, and its line here. */
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Source } from './source.ts';

export interface SourceParams {
  /** What was given: paths and globs, or one URL. */
  readonly patterns: readonly string[];
  /** Bytes to be read at most; null for no limit. */
  readonly maxBytes: number | null;
}

export type OpenSource = (params: SourceParams, io: Io) => Promise<Source>;

/** By URL scheme; loaded when asked for. */
const SOURCES: Readonly<Record<string, () => Promise<OpenSource>>> = {
  file: async () => (await import('./file/file-source.ts')).openFileSource,
};

export const SOURCE_NAMES: readonly string[] = Object.keys(SOURCES);

/** Throws a UserError for a name that is no source's, and what opening throws. The caller closes what it gets. */
export async function openSource(name: string, params: SourceParams, io: Io): Promise<Source> {
  const load = Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
  if (load === undefined) {
    throw new UserError('AUDIT_UNKNOWN_SOURCE', `there is no source "${name}"`, {
      hint: `known: ${SOURCE_NAMES.join(', ')}; log files are given with --file`,
    });
  }
  return (await load())(params, io);
}
