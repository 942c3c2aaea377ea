/** The promise of docs/output.md on the configuration file: a file of any earlier release is read, and one of a later form is refused clearly. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/run.ts';
import { STORE_KINDS } from '../../src/sources/registry.ts';
import { fixedIo } from '../support/fixed-io.ts';

const home = mkdtempSync(join(tmpdir(), 'config-'));
const path = join(home, 'kubectl-audit/config.yaml');
beforeAll(() => mkdirSync(join(home, 'kubectl-audit'), { mode: 0o700 }));
afterAll(() => rmSync(home, { recursive: true }));

async function asked(...argv: readonly string[]) {
  const env = { HOME: home, XDG_CONFIG_HOME: home, LOGS_PASSWORD: 'x' };
  const io = fixedIo({ env });
  return { status: await run(argv, io), out: io.stdout(), err: io.stderr() };
}

it('is read as the first release read it, every kind of store in it', async () => {
  copyFileSync(join(import.meta.dirname, 'golden/config-v1.yaml'), path);
  chmodSync(path, 0o600);
  const { status, out, err } = await asked('sources', '-o', 'json');
  expect([status, err]).toEqual([0, '']);
  const { sources } = JSON.parse(out) as { sources: { name: string; type: string }[] };
  const kinds = sources.map(({ type }) => type);
  for (const kind of STORE_KINDS) expect(kinds).toContain(kind);
});

it.each([
  [
    'version: 2\nsources: []\n',
    ':1:1: version: 2 is not known: this program knows version 1',
    'upgrade this one',
  ],
  ['later: {}\nversion: 2\n', ':2:1: version: 2 is not known', 'upgrade this one'],
  ['version: 0\n', ':1:1: version: 0 is not known', 'write "version: 1"'],
  [
    'apiVersion: kubectl-audit/v2\n',
    ':1:1: version: which form the file has is not said',
    'write "version: 1" as its first line',
  ],
])('is refused when it says that it is of another form: %j', async (text, message, hint) => {
  writeFileSync(path, text, { mode: 0o600 });
  const { status, out, err } = await asked('who-did', 'delete', 'deploy/api', '--source', 'prod-logs');
  expect([status, out]).toEqual([2, '']);
  expect(err).toContain(`error: ${path}${message}`);
  expect(err).toContain('[AUDIT_BAD_CONFIG]\nhint: ');
  expect(err).toContain(hint);
});
