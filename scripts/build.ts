/** Writes the bundle into dist/, for npm. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { thirdPartyNotices } from './third-party.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

const { files, packages } = await bundle();
rmSync(dist, { recursive: true, force: true });
for (const { path, text } of files) {
  mkdirSync(dirname(`${dist}${path}`), { recursive: true });
  writeFileSync(`${dist}${path}`, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
}
writeFileSync(`${dist}THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(packages));
const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
process.stdout.write(`dist: ${files.length} files, ${Math.round(bytes / 1000)} kB\n`);
