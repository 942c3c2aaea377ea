/**
 * What discovery told, kept in a file for as long as kubectl keeps its own: a CRD that was made since is found by asking
 * again when a name is not among what was kept. Losing the file loses nothing.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ResourceType } from '../event/resource-table.ts';

const KEPT_MS = 6 * 60 * 60 * 1000;

/** Null when there is no place for it. */
export function cachePath(address: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const root = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (env.HOME ? join(env.HOME, '.cache') : '');
  if (root === '') return null;
  const name = createHash('sha256').update(address).digest('hex').slice(0, 32);
  return join(root, 'kubectl-audit', 'discovery', `${name}.json`);
}

export async function readCached(path: string, nowMs: number): Promise<readonly ResourceType[] | null> {
  try {
    const { mtimeMs } = await stat(path);
    if (nowMs - mtimeMs > KEPT_MS || mtimeMs > nowMs + 60_000) return null;
    const types: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(types) && types.every(isType) ? types : null;
  } catch {
    return null;
  }
}

export async function writeCached(path: string, types: readonly ResourceType[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Beside it first: another of us may be reading.
    const beside = `${path}.${randomUUID()}`;
    await writeFile(beside, JSON.stringify(types), { mode: 0o600 });
    await rename(beside, path);
  } catch {
    // A cache that cannot be written costs two requests the next time.
  }
}

function isType(value: unknown): value is ResourceType {
  const type = value as Partial<ResourceType> | null;
  return (
    typeof type?.group === 'string' &&
    typeof type.resource === 'string' &&
    typeof type.kind === 'string' &&
    typeof type.isNamespaced === 'boolean' &&
    Array.isArray(type.shortNames)
  );
}
