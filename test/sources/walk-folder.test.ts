/** A folder in which an API server rotates and compresses while it is looked through. */
import { mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../src/sources/envelope.ts';
import { findFiles } from '../../src/sources/file/find-files.ts';
import { line } from '../scan/scan-text.ts';

const ROTATED = 'audit-2026-01-02T15-04-05.000.log';
const { signal } = new AbortController();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-walk-'));
  for (const name of ['a-first.log', 'audit.log']) writeFileSync(join(folder, name), `${line(name)}\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `change` happens once, when the names are known and the first file is looked at. */
async function foundWhile(change: () => void): Promise<string[]> {
  let isDone = false;
  const found = await findFiles([folder], {
    cwd: folder,
    signal,
    unwrap: (record) => {
      if (!isDone) change();
      isDone = true;
      return unwrap(record);
    },
  });
  expect(found.failures).toEqual([]);
  return found.files.map(({ name }) => name.slice(folder.length + 1)).sort();
}

describe('a log that changes its name while the folder is looked through', () => {
  it('is found when it is put aside', async () => {
    const found = await foundWhile(() => {
      renameSync(join(folder, 'audit.log'), join(folder, ROTATED));
      writeFileSync(join(folder, 'audit.log'), `${line('new')}\n`);
    });
    expect(found).toEqual(['a-first.log', ROTATED, 'audit.log']);
  });

  it('is found when it is put aside and nothing is in the new one yet', async () => {
    const found = await foundWhile(() => {
      renameSync(join(folder, 'audit.log'), join(folder, ROTATED));
      writeFileSync(join(folder, 'audit.log'), '');
    });
    expect(found).toEqual(['a-first.log', ROTATED]);
  });

  it('is found when it is compressed', async () => {
    const found = await foundWhile(() => {
      writeFileSync(join(folder, `${ROTATED}.gz`), gzipSync(readFileSync(join(folder, 'audit.log'))));
      unlinkSync(join(folder, 'audit.log'));
    });
    expect(found).toEqual(['a-first.log', `${ROTATED}.gz`]);
  });

  it('is not waited for without end', async () => {
    let n = 0;
    const { failures } = await findFiles([folder], {
      cwd: folder,
      signal,
      unwrap: (record) => {
        writeFileSync(join(folder, `x-${n++}.log`), `${line('x')}\n`);
        return unwrap(record);
      },
    });
    expect(failures.map(({ text }) => text)).toEqual([expect.stringContaining('kept being renamed')]);
  });
});
