/** What the flags of every question mean, and what is wrong with them. */
import { describe, expect, it } from 'vitest';
import type { FlagValues } from '../../src/commands/flags.ts';
import { whoDidCommand } from '../../src/commands/who-did.ts';
import { fixedIo } from '../support/fixed-io.ts';

async function ask(words: readonly string[], flags: FlagValues): Promise<{ status: number; out: string }> {
  const io = fixedIo();
  const status = await whoDidCommand.run(words, { demo: true, output: 'json', ...flags }, io);
  return { status, out: io.stdout() };
}

async function namespaces(flags: FlagValues): Promise<Set<string | null>> {
  const { out } = await ask(['delete', 'pods'], flags);
  const { rows } = JSON.parse(out) as { rows: { object: { namespace: string | null } }[] };
  return new Set(rows.map((row) => row.object.namespace));
}

describe('flags of every question', () => {
  it('take the demo for its own namespace, unless one is named, or all', async () => {
    expect(await namespaces({})).toEqual(new Set(['prod']));
    expect(await namespaces({ namespace: '' })).toEqual(new Set(['prod']));
    expect((await namespaces({ 'all-namespaces': true })).size).toBeGreaterThan(1);
    expect(await namespaces({ namespace: 'nowhere' })).toEqual(new Set());
  });

  it('limit the rows, and 0 does not', async () => {
    const count = async (limit: string) => JSON.parse((await ask(['touch'], { limit })).out).rows.length;
    expect(await count('2')).toBe(2);
    expect(await count('0')).toBeGreaterThan(50);
  });

  it('tell which older files were not read, and none that were read after all', async () => {
    const notes = async (flags: FlagValues) => {
      const io = fixedIo({ nowMs: Date.parse('2026-11-30T09:00:00Z') });
      const asked = { file: ['demo/audit/cp-1'], namespace: 'prod', output: 'json', ...flags };
      await whoDidCommand.run(['delete', 'cm/no-such-thing'], asked, io);
      const { notes, coverage } = JSON.parse(io.stdout()) as {
        notes: { code: string }[];
        coverage: { events: number };
      };
      return { events: coverage.events, older: notes.filter(({ code }) => code === 'older-files').length };
    };
    expect(await notes({ since: '2026-11-24T14:34:00Z' })).toEqual({ events: 101, older: 1 });
    // Nothing in the last day: then all of it is read.
    expect(await notes({})).toEqual({ events: 451, older: 0 });
  });

  it.each<[FlagValues, string, string]>([
    [{ namespace: 'a', 'all-namespaces': true }, '-n a and -A exclude', 'one of them'],
    [{ namespace: 'pr*' }, '"pr*" is no namespace', 'objectRef.namespace.startsWith'],
    [{ namespace: 'Prod' }, '"Prod" is no namespace', 'lower case'],
    [{ namespace: 'a,b' }, '"a,b" is no namespace', '-A'],
    [{ limit: '' }, '--limit "" is not', '--limit 0'],
    [{ limit: '-1' }, '--limit "-1" is not', '--limit 0'],
    [{ limit: '1.5' }, '--limit "1.5" is not', '--limit 0'],
    [{ limit: 'all' }, '--limit "all" is not', '--limit 0'],
    [{ 'max-bytes': '0' }, '--max-bytes "0"', '500MB'],
    [{ 'max-bytes': 'much' }, '--max-bytes "much"', '2GiB'],
    [{ file: ['x.log'] }, '--demo and "x.log"', 'one of them'],
    [{ demo: false, file: [''] }, 'an empty name', 'variable'],
    [{ demo: false }, 'no cluster is configured', '--file'],
    [{ demo: false, file: ['-'] }, 'standard input is a terminal', 'ssh'],
    [{ demo: false, source: ['x'] }, 'there is no source "x"', '--file'],
    [{ color: 'blue' }, '--color "blue"', 'always'],
  ])('%j: says what is wrong and how to mend it', async (flags, message, hint) => {
    await expect(ask(['delete', 'cm/x'], flags)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });
});
