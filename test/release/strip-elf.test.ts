import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stripElf } from '../../scripts/release/strip-elf.ts';

describe('a stripped executable', () => {
  // The Node that runs the tests is one, elsewhere it is of another format.
  it.runIf(process.platform === 'linux')('runs, and is smaller', () => {
    const folder = mkdtempSync(join(tmpdir(), 'strip-'));
    try {
      const node = readFileSync(process.execPath);
      const stripped = stripElf(node);
      const path = join(folder, 'node');
      writeFileSync(path, stripped, { mode: 0o755 });
      const script = 'console.log(process.version, new Intl.NumberFormat("de").format(1234.5))';
      expect(execFileSync(path, ['-e', script], { encoding: 'utf8' })).toBe(`${process.version} 1.234,5\n`);
      expect(stripped.length).toBeLessThan(node.length);
      expect(stripElf(stripped).length).toBeLessThanOrEqual(stripped.length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is refused when it is none', () => {
    expect(() => stripElf(Buffer.alloc(100))).toThrow('no 64-bit little-endian ELF');
  });
});
