import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billedPlans } from '../../src/commands/billed-plans.ts';
import { confirmBill } from '../../src/commands/confirm-bill.ts';
import { explain } from '../../src/commands/explain.ts';
import { type FixedIo, fixedIo } from '../support/fixed-io.ts';
import { memorySource } from '../support/memory-source.ts';
import { aQuery } from '../support/source-cases.ts';

/** Somebody at a terminal who types this. */
function terminal(typed: string, env: Readonly<Record<string, string>> = {}): FixedIo {
  return { ...fixedIo({ isTTY: true, columns: 200, stdin: typed, env }), inIsTTY: true };
}

const costing = (name: string, billedBytes: number | null) => memorySource([], { name, billedBytes });

async function confirmed(io: FixedIo, ...sources: readonly ReturnType<typeof costing>[]): Promise<string> {
  await confirmBill(await billedPlans(sources, aQuery(), io.signal), io);
  return io.stderr();
}

describe('before a large bill', () => {
  it.each(['y\n', 'Y\n', 'yes\n', ' y \n'])('goes on after %j', async (typed) => {
    expect(await confirmed(terminal(typed), costing('logs', 42e9))).toBe(
      'logs (42.00 GB) will look through 42.00 GB for this, which is paid for. Go on? [y/N] ',
    );
  });

  it.each(['\n', 'n\n', 'no\n', 'yesterday\n', 'n', ''])('reads nothing after %j', async (typed) => {
    await expect(confirmed(terminal(typed), costing('logs', 42e9))).rejects.toMatchObject({
      code: 'AUDIT_NOT_CONFIRMED',
    });
  });

  it('asks about all of it at once', async () => {
    const said = await confirmed(terminal('y\n'), costing('a\u001b[2J', 6e9), costing('b', 5e9));
    expect(said).toContain('(6.00 GB), b (5.00 GB) will look through 11.00 GB');
    expect(said).not.toContain('\u001b[2J');
  });

  it('asks nothing about what is little, free, or not known', async () => {
    const sources = [costing('little', 10e9), costing('unknown', null), memorySource([])];
    expect(await confirmed(terminal(''), ...sources)).toBe('');
  });

  it('asks nobody who is not there', async () => {
    const piped = { ...terminal('n\n'), inIsTTY: false };
    expect(await confirmed(piped, costing('logs', 42e9))).toBe('');
    const silent = { ...fixedIo({ stdin: 'n\n' }), inIsTTY: true };
    expect(await confirmed(silent, costing('logs', 42e9))).toBe('');
  });

  it('asks above what the configuration says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bill-'));
    try {
      const path = join(folder, 'config.yaml');
      await writeFile(path, 'version: 1\nconfirmAbove: 1TB\n', { mode: 0o600 });
      const env = { KUBECTL_AUDIT_CONFIG: path };
      expect(await confirmed(terminal('', env), costing('logs', 42e9))).toBe('');
      await expect(confirmed(terminal('', env), costing('logs', 1.1e12))).rejects.toThrow('nothing was read');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is shown by --explain', async () => {
    const io = fixedIo();
    await explain('who-did', aQuery(), [costing('logs', 42e9), costing('more', 1e9)], 'UTC', io);
    const text = io.stdout().replaceAll(/\s+/g, ' ');
    expect(text).toContain('cost 42.00 GB in 1 part, paid for by what is read');
    expect(text).toContain('paid for 43.00 GB: more than 10.00 GB is asked about first');
  });
});
