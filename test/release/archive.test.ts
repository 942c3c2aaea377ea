import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { toArchive } from '../../scripts/release/archive.ts';
import { archiveFaults } from './krew-rules.ts';

const ENTRIES = [
  { name: 'kubectl-audit', bytes: Buffer.alloc(1000, 'x'), isExecutable: true },
  { name: 'LICENSE', bytes: Buffer.from('Apache License') },
];

describe('an archive', () => {
  it('unpacks to what went in, as krew wants it', async () => {
    const archive = await toArchive(ENTRIES, 1_700_000_000);
    const list = execFileSync('tar', ['-tvz', '--utc', '-f', '-'], { input: archive, encoding: 'utf8' });
    const lines = list.trim().split('\n');
    expect(lines.map((line) => line.split(/\s+/))).toEqual([
      ['-rwxr-xr-x', '0/0', '1000', '2023-11-14', '22:13', 'kubectl-audit'],
      ['-rw-r--r--', '0/0', '14', '2023-11-14', '22:13', 'LICENSE'],
    ]);
    expect(archiveFaults(ENTRIES.map(({ name }) => ({ type: '-', name })))).toEqual([]);
    const file = execFileSync('tar', ['-xzO', '-f', '-', 'LICENSE'], { input: archive, encoding: 'utf8' });
    expect(file).toBe('Apache License');
  });

  it('is the same twice', async () => {
    const [one, other] = [await toArchive(ENTRIES, 5), await toArchive(ENTRIES, 5)];
    expect(one.equals(other)).toBe(true);
    expect(one.equals(await toArchive(ENTRIES, 6))).toBe(false);
  });
});
