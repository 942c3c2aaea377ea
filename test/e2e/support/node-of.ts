/** Another Node than our own, from npm into the cache outside the checkout: for what people have on their machines. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = join(
  process.env.KUBECTL_AUDIT_E2E_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-audit/e2e'),
  'node',
);

/** The folder that has it as `node`, for a PATH. `version`: as npm knows it, all of it. */
export function nodeOf(version: string): string {
  const folder = join(cache, version);
  if (existsSync(join(folder, 'bin/node'))) return join(folder, 'bin');
  mkdirSync(cache, { recursive: true });
  // Beside it first: whoever is interrupted leaves no half of one.
  const fresh = mkdtempSync(join(cache, 'fresh-'));
  try {
    const name = `node-linux-${process.arch}@${version}`;
    const archive = execFileSync('npm', ['pack', '--silent', name, '--pack-destination', fresh], {
      encoding: 'utf8',
    });
    execFileSync('tar', ['-xzf', join(fresh, archive.trim()), '-C', fresh, 'package/bin/node']);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(fresh, 'package'), folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return join(folder, 'bin');
}
