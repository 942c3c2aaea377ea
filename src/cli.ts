#!/usr/bin/env node
/** argv → command → exit status. The only file that touches `process`. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs, { type Argv, type Options } from 'yargs';
import type { CommandSummary } from './commands/command.ts';
import { FLAGS, type Flag, type FlagName, type FlagValues } from './commands/flags.ts';
import { COMMANDS } from './commands/registry.ts';
import { ERROR_CODES, errorLines, UserError } from './errors.ts';
import { ClosedPipe, type Io, type TextSink } from './io.ts';
import { escapeTerminal } from './render/escape.ts';
import { formatNames } from './render/registry.ts';
import { VERSION } from './version.ts';

const REPORT_AT = 'https://github.com/kubectl-audit/kubectl-audit/issues';

const interrupted = new AbortController();

async function main(argv: readonly string[]): Promise<number> {
  const io = realIo();
  try {
    return await run(argv, io);
  } catch (error) {
    return await failed(error, io);
  }
}

async function run(argv: readonly string[], io: Io): Promise<number> {
  let chosen: { command: CommandSummary; words: string[]; flags: FlagValues } | null = null;
  let help: string | null = null;
  const parser = COMMANDS.reduce(
    (all, command) =>
      all.command(
        [`${command.name} [words..]`],
        command.summary,
        (one) => describe(one, command),
        (parsed) => {
          // A lone `-` arrives as '' (yargs 18).
          const words = ((parsed.words as unknown[] | undefined) ?? []).map((word) =>
            word === '' ? '-' : String(word),
          );
          chosen = { command, words, flags: parsed as unknown as FlagValues };
        },
      ),
    base(io),
  );
  await parser.parseAsync([...argv], {}, (error, _parsed, output) => {
    if (error instanceof UserError) throw error;
    if (output !== '') help = output;
  });
  if (help !== null) {
    await io.out.write(`${help}\n`);
    return 0;
  }
  const found = chosen as { command: CommandSummary; words: string[]; flags: FlagValues } | null;
  if (found === null) throw new UserError('AUDIT_USAGE', 'no question', { hint: `${io.calledAs} --help` });
  const command = await found.command.load();
  return await command.run(found.words, found.flags, io);
}

function base(io: Io): Argv {
  return yargs()
    .scriptName(io.calledAs)
    .usage('$0 QUESTION …\n\nAsks Kubernetes audit logs who did it.')
    .parserConfiguration({
      'camel-case-expansion': false,
      'strip-dashed': false,
      'boolean-negation': true,
      'parse-positional-numbers': false,
    })
    .version(VERSION)
    .help('help')
    .alias('help', 'h')
    .recommendCommands()
    .strict()
    .demandCommand(1, 'ask a question')
    .wrap(Math.min(io.out.columns ?? 100, 120))
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof Error && !(error.name === 'YError')) throw error;
      throw usageError(message ?? error?.message ?? 'ask a question', io);
    })
    .epilog(
      `Exit status: 0 answered, 1 failed, 2 wrong usage, 3 answered, but a gap in what was read could hold a match.`,
    );
}

function describe(argv: Argv, command: CommandSummary): Argv {
  let described = argv
    .usage(`$0 ${command.name} ${command.usage}\n\n${command.summary}`)
    .positional('words', {
      type: 'string',
      array: true,
      describe: 'the verb, and what it was done to',
      hidden: true,
    });
  for (const name of command.flags) described = described.option(name, optionOf(FLAGS[name], name));
  for (const [sentence, example] of command.examples)
    described = described.example(`$0 ${example}`, sentence);
  return described.epilog(`${command.more}

Formats for -o: ${formatNames().join(', ')}.`);
}

function optionOf(flag: Flag, name: FlagName): Options {
  return {
    type: flag.type,
    group: `${flag.group}:`,
    describe: name === 'output' ? 'table, wide, json, …; see below' : flag.help,
    ...(flag.short === undefined ? {} : { alias: flag.short }),
    ...(flag.isList === true
      ? { array: false, coerce: asList }
      : { coerce: (value: unknown) => single(value, name) }),
    ...(flag.value === undefined ? {} : { requiresArg: true }),
  };
}

/** yargs gives a repeated flag as a list, a single one as it is. */
function asList(value: unknown): unknown {
  return value === undefined ? undefined : Array.isArray(value) ? value.map(String) : [String(value)];
}

function single(value: unknown, name: string): unknown {
  if (!Array.isArray(value)) return value;
  throw new UserError('AUDIT_USAGE', `--${name} is given more than once`);
}

function usageError(message: string, io: Io): UserError {
  const said = USAGE.find(([pattern]) => pattern.test(message));
  const text = said === undefined ? message : message.replace(said[0], said[1]);
  return new UserError('AUDIT_USAGE', text, { hint: `${io.calledAs} --help lists questions and flags` });
}

/** yargs' sentences, in ours. */
const USAGE: readonly (readonly [RegExp, string])[] = [
  [/^Unknown (?:argument|command)s?: (.*)$/, 'there is no flag or argument "$1"'],
  [/^Did you mean (.*)\?$/, 'there is no such question; did you mean $1?'],
  [/^Not enough arguments following: (\w)$/, '-$1 needs a value'],
  [/^Not enough arguments following: (.*)$/, '--$1 needs a value'],
];

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
      // A second one ends the program at once: nothing is left to clean up but open files.
      process.once(signal, () => process.exit(130));
    });
  }
  return {
    in: process.stdin,
    inIsTTY: process.stdin.isTTY === true,
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    now: () => Date.now(),
    env: process.env,
    signal: interrupted.signal,
    timeZone: process.env.TZ === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone,
    calledAs: calledAs(process.argv[1] ?? ''),
    cwd: process.cwd(),
    demoFolder: fileURLToPath(new URL('../demo', import.meta.url)),
  };
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

process.exitCode = await main(process.argv.slice(2));
