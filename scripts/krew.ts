/**
 * Builds what krew installs: the archive, which is npm's own package under another name, and the manifest with its sha256.
 *   node scripts/krew.ts [FOLDER]   default: out
 * The same sources give the same bytes: npm packs with fixed times and owners.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'out'));

mkdirSync(out, { recursive: true });
const [packed = ''] = execFileSync('npm', ['pack', '--silent', '--pack-destination', out], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .slice(-1);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const archive = `kubectl-audit-v${version}.tar.gz`;
renameSync(join(out, packed), join(out, archive));

const manifest = parseDocument(readFileSync(join(root, 'krew-manifest.yaml'), 'utf8'));
const homepage = String(manifest.getIn(['spec', 'homepage']));
manifest.setIn(['spec', 'version'], `v${version}`);
manifest.setIn(['spec', 'platforms', 0, 'uri'], `${homepage}/releases/download/v${version}/${archive}`);
manifest.setIn(
  ['spec', 'platforms', 0, 'sha256'],
  createHash('sha256')
    .update(readFileSync(join(out, archive)))
    .digest('hex'),
);
manifest.commentBefore = null;
// krew wants the file to be named after the plugin.
writeFileSync(
  join(out, `${String(manifest.getIn(['metadata', 'name']))}.yaml`),
  manifest.toString({ lineWidth: 0 }),
);
process.stdout.write(`${join(out, archive)}\n`);
