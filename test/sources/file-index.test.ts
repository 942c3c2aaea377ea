import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { equals } from '../../src/query/predicate.ts';
import { indexFiles } from '../../src/sources/file/index-files.ts';
import { openSource } from '../../src/sources/registry.ts';
import { queryFor } from '../scan/asked.ts';
import { fixedIo } from '../support/fixed-io.ts';

const root = mkdtempSync(join(tmpdir(), 'file-index-'));
const log = join(root, 'audit.log');
const io = fixedIo({ cwd: root, env: { XDG_CACHE_HOME: join(root, 'cache') } });

copyFileSync(new URL('../fixtures/shop/audit.log', import.meta.url), log);
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function read(usesIndex: boolean) {
  const { signal } = new AbortController();
  const source = await openSource('file', { patterns: [log], maxBytes: null, usesIndex }, io);
  const plan = await source.plan(queryFor(equals('verb', 'delete')), signal);
  const deleted: string[] = [];
  for await (const { events } of source.read(plan, signal))
    for (const { auditID, verb } of events) if (verb === 'delete') deleted.push(auditID);
  const notes = source.findings().notes.map(({ code }) => code);
  return { deleted, notes, explained: (await plan.explain()).join('\n') };
}

describe('a log file with an index', () => {
  it('is read by it, and read as if there were none when that is asked for', async () => {
    await indexFiles([log], io);
    const byIndex = await read(true);
    const without = await read(false);
    expect(byIndex.explained).toContain('by its index');
    expect(without.explained).not.toContain('by its index');
    expect(byIndex.deleted.length).toBeGreaterThan(10);
    expect(byIndex.deleted).toEqual(without.deleted);
  });

  it('is not looked at when none is to be used', async () => {
    const folder = join(root, 'cache', 'kubectl-audit', 'index');
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), readFileSync(join(folder, name)).fill(1, 5000));
    expect((await read(true)).notes).toEqual(['damaged-index']);
    expect((await read(false)).notes).toEqual([]);
  });
});
