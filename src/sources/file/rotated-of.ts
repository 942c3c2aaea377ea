/** Of log files that are named by themselves: what was rotated away of them, and lies beside them. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { rotationOf } from '../rotated-logs/rotation.ts';

/** As the user would write them. Of patterns and folders, and of what cannot be listed, nothing. */
export async function rotatedOf(paths: readonly string[], cwd: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const live = basename(path);
    if (/[*?[{]/.test(path) || !rotationOf(live).isLive) continue;
    const folder = dirname(path);
    const names = await readdir(resolve(cwd, folder)).catch(() => []);
    for (const name of names.sort()) {
      const { liveName, isLive } = rotationOf(name);
      // As a pattern it would mean something else.
      if (!isLive && liveName === live && !/[*?[{]/.test(name)) found.push(join(folder, name));
    }
  }
  return found;
}
