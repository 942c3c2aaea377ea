/**
 * Commands in the pages that need a cluster, a store or a machine's logs, so that no page can show their output: each is read by the real
 * command line, and is then asked of the demo, with --explain, so that its words, times, filters and formats are read as well. Addresses of
 * stores are added to a configuration.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CommandLine, parseCommandLine } from '../../src/commands/command-line.ts';
import { FLAGS, type Flag, type FlagName, listFlag } from '../../src/commands/flags.ts';
import { askedFor, run } from '../../src/run.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { pagePaths } from './pages.ts';
import { shellWords } from './shell-words.ts';

const home = mkdtempSync(join(tmpdir(), 'commands-'));
afterAll(() => rmSync(home, { recursive: true }));

interface Found {
  readonly page: string;
  /** As it stands there. */
  readonly line: string;
  /** Behind the program's name. */
  readonly argv: readonly string[];
}

/** In fenced blocks that are no consoles, and in the text: `kubectl audit …`, with `…` for any question. */
function commandsOf(page: string): Found[] {
  const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(fence)].flatMap(([, kind, block = '']) =>
    kind === 'console' ? [] : block.split('\n'),
  );
  const inText = [...text.replaceAll(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) =>
    code.replaceAll('\\|', '|'),
  );
  return [...blocks, ...inText].flatMap((line) =>
    shellWords(line.replace(/^\$ /, '').replace(/\s+#\s.*$/, '')).flatMap((words) => {
      const at = words[0] === 'kubectl' && words[1] === 'audit' ? 2 : words[0] === 'kubectl-audit' ? 1 : 0;
      if (at === 0) return [];
      const argv = words.slice(at).flatMap((word) => (word === '…' ? ['who-did', 'touch'] : [word]));
      return [{ page, line, argv: untilRedirection(argv) }];
    }),
  );
}

function untilRedirection(argv: readonly string[]): readonly string[] {
  const end = argv.findIndex((word) => /^(?:>|>>|2>.*|&&|;)$/.test(word) || word.includes('<TAB>'));
  return end < 0 ? argv : argv.slice(0, end);
}

/** All but what only names a question. */
const found = pagePaths()
  .flatMap(commandsOf)
  .filter(({ argv }) => argv.length > 1 || argv[0] === 'sources' || argv[0] === 'anomalies');

describe('commands in the pages that need more than this machine', () => {
  it('are found', () => {
    expect(found.length).toBeGreaterThan(60);
    expect(new Set(found.map(({ page }) => page)).size).toBeGreaterThan(10);
  });

  it.each(found.map((one) => [one.page, one.line, one.argv] as const))(
    '%s: %s',
    async (_page, _line, argv) => {
      const typed = parseCommandLine(argv, 'kubectl audit');
      const { name, flags } = askedFor(typed, 'kubectl audit');
      if (typed.flags.help === true || !flags.includes('demo')) return;
      // What is said of rules themselves reads no log: nothing of it is to be planned.
      const isOfRules = typed.flags['explain-rule'] !== undefined;
      const asked = [...typed.words, ...flagsKept(typed), '--demo', '--explain'];
      const io = fixedIo({ env: { HOME: home }, columns: null });
      expect([await run(asked, io), io.stderr()], `${name}: ${asked.join(' ')}`).toEqual([0, '']);
      expect(io.stdout()).toMatch(isOfRules ? /\n\nseverity +/ : new RegExp(`^question +${name}\n`));
    },
  );

  it('name stores by addresses that can be configured', async () => {
    const addresses = new Set(
      found
        .map(({ argv }) => parseCommandLine(argv, 'kubectl audit'))
        .flatMap(({ words, flags }) =>
          words[0] === 'sources' && words[1] === 'add' ? words.slice(3) : listFlag(flags, 'source'),
        ),
    );
    // Names that stand for one's own are in capitals.
    const full = [...addresses]
      .filter((address) => address.includes('://') && !address.includes('…'))
      .map((address) => address.replace(/^[^?]*/, (own) => own.toLowerCase()));
    expect(full.length).toBeGreaterThan(8);
    for (const [at, address] of full.entries()) {
      const io = fixedIo({ env: { HOME: home, XDG_CONFIG_HOME: home } });
      expect([await run(['sources', 'add', `store-${at}`, address], io), io.stderr()], address).toEqual([
        0,
        '',
      ]);
    }
  });
});

/** All but those that say where from: the demo has one log, and nobody else's clock. */
function flagsKept({ flags }: CommandLine): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag: Flag = FLAGS[name as FlagName];
    const isDropped =
      flag.group === 'Where from' ||
      flag.group === 'Cluster' ||
      ['live', 'with-live', 'follow', 'baseline-file', 'save'].includes(name);
    if (isDropped) return [];
    if (flag.takes === 2) return [`--${name}=${(value as readonly string[]).join(',')}`];
    return [value].flat().map((one) => `--${name}=${one}`);
  });
}
