/** argv → command → exit status, with all of the world that it needs in an Io. What a process is made of is cli.ts's. */
import type { Argv, Options } from 'yargs';
import { columnsOf } from './commands/columns.ts';
import type { CommandSummary } from './commands/command.ts';
import { type CommandLine, parseCommandLine } from './commands/command-line.ts';
import { FLAGS, type Flag, type FlagName, type FlagValues, helpIn, listFlag } from './commands/flags.ts';
import { hung } from './commands/hung.ts';
import { COMMANDS, findCommand } from './commands/registry.ts';
import { assertQuoted } from './commands/spread-files.ts';
import { ERROR_CODES, errorLines, UserError } from './errors.ts';
import { ClosedPipe, type Io } from './io.ts';
import { escapeTerminal } from './render/escape.ts';
import { VERSION } from './version.ts';

const REPORT_AT = 'https://github.com/kubectl-audit/kubectl-audit/issues';

/** `argv`: behind the program's own name. Whatever is thrown has been printed on `io.err`. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await answered(argv, io);
  } catch (error) {
    return await failed(error, io);
  }
}

async function answered(argv: readonly string[], io: Io): Promise<number> {
  // Asked by shells while a line is still being typed: it need not be a whole one.
  if (argv[0] === '__complete') {
    const { complete } = await import('./commands/complete.ts');
    const { liveNames } = await import('./commands/live-names.ts');
    await io.out.write(await complete(argv.slice(1), liveNames(argv.slice(1, -1), io)));
    return 0;
  }
  const { words, flags } = parseCommandLine(argv, io.calledAs);
  if (flags.version === true) {
    await io.out.write(`${VERSION}\n`);
    return 0;
  }
  // `help`, `help who-did` and `who-did help` too.
  const asked = words.filter((word, at) => word !== 'help' || at > 1);
  if (flags.help === true || asked.length < words.length) {
    const command = asked.length === 0 ? null : findCommand(asked, io.calledAs);
    await io.out.write(`${await helpOf(command, io)}\n`);
    return 0;
  }
  const summary = askedFor({ words, flags }, io.calledAs);
  const command = await summary.load();
  return await command.run(words.slice(1), flags, io);
}

/** The question, which takes all the flags that were given. Throws UserError AUDIT_USAGE, AUDIT_UNKNOWN_COMMAND. */
export function askedFor({ words, flags }: CommandLine, calledAs: string): CommandSummary {
  const summary = findCommand(words, calledAs);
  assertTakes(summary, flags);
  assertQuoted(words.slice(1), listFlag(flags, 'file'));
  return summary;
}

function assertTakes(command: CommandSummary, flags: FlagValues): void {
  const alien = Object.keys(flags).find((name) => !command.flags.some((taken) => taken === name));
  if (alien === undefined) return;
  throw new UserError('AUDIT_USAGE', `${command.name} takes no --${alien}`, {
    hint: command.instead?.[alien as FlagName] ?? 'leave it out, or ask another question',
  });
}

/** yargs draws help, and is loaded for nothing else: the command line is read as kubectl reads its own. */
async function helpOf(command: CommandSummary | null, io: Io): Promise<string> {
  const { default: yargs } = await import('yargs');
  const columns = Math.min(columnsOf(io) ?? 100, 120);
  const parser = yargs().scriptName(io.calledAs).wrap(columns).version(false).help(false).exitProcess(false);
  const described = command === null ? describeAll(parser) : describe(parser, command, columns);
  return await described.getHelp();
}

function describeAll(argv: Argv): Argv {
  return COMMANDS.reduce(
    (all, command) => all.command(command.name, command.summary),
    argv.usage('$0 QUESTION …\n\nAsks Kubernetes audit logs who did it.'),
  )
    .options({ help: optionOf(FLAGS.help), version: optionOf(FLAGS.version) })
    .example('$0 who-did delete deploy/api --demo', 'Try it on the incident that comes with the program')
    .epilog(
      `$0 QUESTION --help lists a question's flags.\n\nExit status: 0 answered, 1 failed, 2 wrong usage, 3 answered, but a gap in what was read could hold a match.`,
    );
}

function describe(argv: Argv, command: CommandSummary, columns: number): Argv {
  let described = argv.usage(`$0 ${command.name} ${command.usage}\n\n${command.summary}`);
  for (const name of command.flags) described = described.option(name, optionOf(FLAGS[name], command.name));
  for (const [sentence, example] of command.examples)
    described = described.example(`$0 ${example}`, sentence);
  if (command.terms === null) return described;
  // yargs would begin later lines at the margin.
  const { heading, of } = command.terms;
  const width = Math.max(...of.map(([term]) => term.length)) + 4;
  const terms = of.flatMap(([term, means]) => hung(term, means, columns, 2, width));
  return described.epilog([`${heading}:`, ...terms].join('\n'));
}

function optionOf(flag: Flag, command = ''): Options {
  return {
    group: `${flag.group}:`,
    describe: helpIn(flag, command),
    ...(flag.short === undefined ? {} : { alias: flag.short }),
  };
}

async function failed(error: unknown, io: Io): Promise<number> {
  if (error instanceof ClosedPipe) return 0;
  if (io.signal.aborted) return 130;
  if (error instanceof UserError) {
    for (const line of errorLines(error)) await io.err.write(`${escapeTerminal(line)}\n`);
    return ERROR_CODES[error.code];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await io.err.write(
    `this is a bug in kubectl-audit ${VERSION}; please report it at ${REPORT_AT}\n${stack.split('\n').map(escapeTerminal).join('\n')}\n`,
  );
  return 1;
}
