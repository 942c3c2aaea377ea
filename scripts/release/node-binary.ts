/** Node for a platform, from npm: a third party packs it, so it is taken only when it is what was pinned. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { NODE_VERSION, type Platform } from './platforms.ts';

/** Outside the checkout, so that another release need not fetch it again. */
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-audit', 'release');

/** The executable and its licence, which the package for Windows lacks: null there. Throws when it is another one than was pinned. */
export function nodeBinary(platform: Platform): { readonly bytes: Buffer; readonly license: string | null } {
  const archive = packed(platform.package);
  const bytes = fileIn(archive, `package/${platform.path}`);
  const found = bytes === null ? 'nothing' : createHash('sha256').update(bytes).digest('hex');
  if (bytes === null || found !== platform.sha256) {
    // Half of one, say: the next time it is fetched again.
    rmSync(archive, { force: true });
    throw new Error(
      `${platform.package}@${NODE_VERSION}: ${platform.path} has sha256 ${found}, not ${platform.sha256}; ${archive} was removed: try again`,
    );
  }
  return { bytes, license: fileIn(archive, 'package/LICENSE')?.toString() ?? null };
}

/** npm checks what it fetches against the registry's own sum. */
function packed(name: string): string {
  const archive = join(CACHE, `${name}-${NODE_VERSION}.tgz`);
  if (!existsSync(archive)) {
    mkdirSync(CACHE, { recursive: true });
    const spec = `${name}@${NODE_VERSION}`;
    execFileSync('npm', ['pack', '--silent', spec, '--pack-destination', CACHE], { stdio: 'pipe' });
  }
  return archive;
}

function fileIn(archive: string, path: string): Buffer | null {
  try {
    return execFileSync('tar', ['-xzOf', archive, path], { maxBuffer: 2 ** 30, stdio: 'pipe' });
  } catch {
    return null;
  }
}
