#!/usr/bin/env node
/** argv → command → exit status. The only file that touches `process`. */
import { basename } from 'node:path';
import type { Argv, Options } from 'yargs';
import { columnsOf } from './commands/columns.ts';
import type { CommandSummary } from './commands/command.ts';
import { parseCommandLine } from './commands/command-line.ts';
import { FLAGS, type Flag, type FlagName, type FlagValues, listFlag } from './commands/flags.ts';
import { hung } from './commands/hung.ts';
import { COMMANDS, findCommand } from './commands/registry.ts';
import { assertQuoted } from './commands/spread-files.ts';
import { ERROR_CODES, errorLines, UserError } from './errors.ts';
import { calledPath, demoFolder } from './installed.ts';
import { ClosedPipe, type Io, type TextSink } from './io.ts';
import { escapeTerminal } from './render/escape.ts';
import { VERSION } from './version.ts';

const REPORT_AT = 'https://github.com/kubectl-audit/kubectl-audit/issues';

const interrupted = new AbortController();
let isInputOpen = false;

async function main(argv: readonly string[]): Promise<number> {
  const io = realIo();
  try {
    return await run(argv, io);
  } catch (error) {
    return await failed(error, io);
  }
}

async function run(argv: readonly string[], io: Io): Promise<number> {
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
  const summary = findCommand(words, io.calledAs);
  assertTakes(summary, flags);
  assertQuoted(words.slice(1), listFlag(flags, 'file'));
  const command = await summary.load();
  return await command.run(words.slice(1), flags, io);
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
  for (const name of command.flags) described = described.option(name, optionOf(FLAGS[name]));
  for (const [sentence, example] of command.examples)
    described = described.example(`$0 ${example}`, sentence);
  if (command.terms === null) return described;
  // yargs would begin later lines at the margin.
  const { heading, of } = command.terms;
  const width = Math.max(...of.map(([term]) => term.length)) + 4;
  const terms = of.flatMap(([term, means]) => hung(term, means, columns, 2, width));
  return described.epilog([`${heading}:`, ...terms].join('\n'));
}

function optionOf(flag: Flag): Options {
  return {
    group: `${flag.group}:`,
    describe: flag.help,
    ...(flag.short === undefined ? {} : { alias: flag.short }),
  };
}

async function failed(error: unknown, io: Io): Promise<number> {
  if (error instanceof ClosedPipe) return 0;
  if (interrupted.signal.aborted) return 130;
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

function realIo(): Io {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupted.abort();
      // Whoever waits for a pipe that says nothing would wait on.
      if (isInputOpen) process.stdin.destroy();
      // A second one ends the program at once: nothing is left to clean up but open files.
      process.once(signal, () => process.exit(130));
    });
  }
  return {
    // What it takes to open it, 3 to 8 ms, is for those who look at it.
    get in() {
      isInputOpen = true;
      return process.stdin;
    },
    get inIsTTY() {
      isInputOpen = true;
      return process.stdin.isTTY === true;
    },
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    now: () => Date.now(),
    env: process.env,
    signal: interrupted.signal,
    // 17 ms, for those who print or read local times.
    get timeZone() {
      return localZone();
    },
    calledAs: calledAs(calledPath(process.argv, process.argv0)),
    cwd: process.cwd(),
    get demoFolder() {
      return demoFolder();
    },
  };
}

/** An empty or a wrong TZ has no name, or one that Intl itself refuses, and the clock shows UTC. */
function localZone(): string {
  const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone ?? 'UTC' }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

function sinkOf(stream: NodeJS.WriteStream): TextSink {
  // Without a listener, a closed pipe ends the process with a stack.
  stream.on('error', () => {});
  return {
    isTTY: stream.isTTY === true,
    columns: stream.isTTY === true ? stream.columns : null,
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (error === null || error === undefined) resolve();
          else reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new ClosedPipe() : error);
        });
      }),
  };
}

/** kubectl runs `kubectl-audit who-did` for `kubectl audit who-did`, and an underscore for each dash of the name. */
function calledAs(script: string): string {
  const name = basename(script);
  const plugin = /^kubectl-([\w]+)(?:\.exe)?$/.exec(name)?.[1];
  return plugin === undefined ? 'kubectl-audit' : `kubectl ${plugin.replaceAll('_', '-')}`;
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
  // What is piped in may go on for ever, and nobody reads it any more.
  if (isInputOpen) process.stdin.destroy();
});
