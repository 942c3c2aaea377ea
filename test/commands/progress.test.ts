import { describe, expect, it } from 'vitest';
import { type ProgressState, progressOn } from '../../src/commands/progress.ts';
import { fixedIo } from '../support/fixed-io.ts';

const STATE: ProgressState = {
  bytes: 121e6,
  of: 325e6,
  atUs: Date.parse('2026-11-22T10:00:00Z') * 1000,
  matches: 1,
};

/** Shows progress at these milliseconds, and ends it. */
async function shownAt(times: readonly number[], isTTY = true): Promise<string> {
  let nowMs = 0;
  const io = { ...fixedIo({ isTTY, columns: isTTY ? 80 : null }), now: () => nowMs };
  const progress = progressOn(io);
  for (const time of times) {
    nowMs = time;
    progress.show(STATE);
  }
  await progress.end();
  return io.stderr();
}

describe('progress', () => {
  it('is silent for a second', async () => {
    expect(await shownAt([0, 500, 999])).toBe('');
  });

  it('rewrites one line, not too often, and clears it', async () => {
    const line = 'read 121 MB of 325 MB (37 %), 121 MB/s, at 2026-11-22T10:00:00Z, 1 match';
    expect(await shownAt([0, 1000, 1100])).toBe(`\r\u001b[2K${line}\r\u001b[2K`);
    expect((await shownAt([0, 1000, 1100, 1200])).split('\u001b[2K')).toHaveLength(4);
  });

  it('fits the terminal', async () => {
    const io = { ...fixedIo({ columns: 40 }) };
    let nowMs = 0;
    const progress = progressOn({ ...io, now: () => nowMs });
    nowMs = 2000;
    progress.show(STATE);
    await progress.end();
    expect(io.stderr().split('\r\u001b[2K')[1]).toHaveLength(39);
  });

  it('says nothing where no terminal is', async () => {
    expect(await shownAt([0, 5000], false)).toBe('');
  });
});
