/** The samples' requests counted by top, and once more in the plainest way: every line parsed, one after the other. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/commands/command-line.ts';
import type { FlagValues } from '../../../src/commands/flags.ts';
import { topCommand } from '../../../src/commands/top.ts';
import { whoDidCommand } from '../../../src/commands/who-did.ts';
import type { TopAnswer } from '../../../src/questions/top/top-row.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { NOW } from '../../support/run-command.ts';
import type { Json } from '../failed-auth/failed-auth-support.ts';
import { at, brief, recounted } from './top-support.ts';

const SHOP = ['test/fixtures/shop/audit.log'];
const SERVERS = ['test/fixtures/two-servers/cp-1/audit.log', 'test/fixtures/two-servers/cp-2/audit.log'];

function eventsOf(files: readonly string[]): Json[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json),
  );
}

async function top(flags: FlagValues, ...words: string[]): Promise<TopAnswer> {
  const io = fixedIo({ nowMs: NOW });
  await topCommand.run(words, { output: 'json', since: '3d', ...flags }, io);
  return JSON.parse(io.stdout()) as TopAnswer;
}

describe.each([
  ['the shop sample', SHOP],
  ['the sample of two servers', SERVERS],
])('top over %s', (_name, file) => {
  const events = eventsOf(file);
  const ofEvent = {
    user: (event: Json) => at(event, 'user', 'username'),
    verb: (event: Json) => at(event, 'verb'),
    resource: (event: Json) => at(event, 'objectRef', 'resource'),
    subresource: (event: Json) => at(event, 'objectRef', 'subresource'),
    code: (event: Json) => at(event, 'responseStatus', 'code'),
    ip: (event: Json) => (event.sourceIPs as string[] | undefined)?.at(-1) ?? null,
    agent: (event: Json) => at(event, 'userAgent'),
    level: (event: Json) => at(event, 'level'),
  } as const;
  type Name = keyof typeof ofEvent;

  it.each<readonly [string]>([
    ['user,verb,resource'],
    ['resource,subresource,code'],
    ['ip,agent'],
    ['level'],
  ])('counts by %s what is there', async (count) => {
    const names = count.split(',') as Name[];
    const { rows, coverage } = await top({ file, count: [count] });
    expect(brief(rows).sort()).toEqual(
      recounted(events, (event) => names.map((name) => ofEvent[name](event))),
    );
    const total = rows.reduce((sum, row) => sum + row.count, 0);
    expect(total).toBe(coverage.requests);
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 3);
    expect(rows.flatMap(({ buckets }) => buckets).reduce((sum, n) => sum + n, 0)).toBe(total);
    expect(rows.map((row) => row.count)).toEqual(rows.map((row) => row.count).toSorted((a, b) => b - a));
  });

  it.each<readonly [FlagValues]>([
    [{}],
    [{ count: ['verb,resource,name,code'], code: ['>=400'] }],
    [{ count: ['user,namespace,agent'], by: ['sa:*/*'], where: 'objectRef.resource != "leases"' }],
    [{ count: ['group,subresource,reason'], verb: ['create'] }],
    [{ count: ['path'], where: '!has(objectRef.resource)' }],
    [{ count: ['uri,level,stage'] }],
    [{ count: ['as,dryRun'], 'all-namespaces': true, verb: ['patch,delete'] }],
  ])('offers a command that shows the requests of the first row: %j', async (flags) => {
    const { rows, next } = await top({ file, ...flags });
    const [row] = rows;
    const { words, flags: typed } = parseCommandLine(typedWords(next[0] ?? ''), 'kubectl audit');
    const io = fixedIo({ nowMs: NOW });
    await whoDidCommand.run(words.slice(1), { ...typed, output: 'json' }, io);
    const shown = JSON.parse(io.stdout()) as { rows: { until: string | null }[] };
    expect(row?.count).toBeGreaterThan(0);
    expect(shown.rows.filter(({ until }) => until !== null)).toHaveLength(row?.count ?? 0);
  });
});

/** A command as a shell splits it: words, and quotes around some. */
function typedWords(command: string): string[] {
  const words = command.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words
    .map((word) => word.replaceAll(/'([^']*)'|\\'/g, (all, inner?: string) => inner ?? all.slice(1)))
    .slice(2);
}
