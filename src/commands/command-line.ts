/**
 * A command line as kubectl reads one (spf13/pflag): flags before, between and after words, `-ojson`, `-An prod`,
 * `--name=value`, values that begin with a dash, `--` before words that do. Not yargs': it takes `-ojson` for four flags,
 * `''` for `-`, and the quotes off a value that stands in them. What a value means is each command's.
 */
import { UserError } from '../errors.ts';
import { nearestName } from '../query/nearest.ts';
import { FLAGS, type Flag, type FlagName, type FlagValues } from './flags.ts';

export interface CommandLine {
  /** The question, its verb, its object. */
  readonly words: readonly string[];
  readonly flags: FlagValues;
}

type Value = string | boolean;

const BY_NAME: ReadonlyMap<string, Flag> = new Map(Object.entries(FLAGS));
const BY_LETTER: ReadonlyMap<string, Flag> = new Map(
  (Object.values(FLAGS) as Flag[]).flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag]])),
);

/** Throws AUDIT_USAGE for an unknown flag, a missing value, and a second one where one is meant. */
export function parseCommandLine(argv: readonly string[], calledAs: string): CommandLine {
  const words: string[] = [];
  const values = new Map<FlagName, Value[]>();
  const rest = [...argv];

  function give(flag: Flag, value: Value): void {
    const name = flag.name as FlagName;
    const before = values.get(name) ?? [];
    if (flag.type === 'string' && flag.isList !== true && before.length > 0) {
      throw usage(`--${name} is given more than once`, 'leave one of them out');
    }
    values.set(name, flag.type === 'boolean' ? [value] : [...before, value]);
  }

  /** `attached`: what stands behind the flag in the same argument; null when nothing does. */
  function take(flag: Flag, typed: string, attached: string | null): void {
    if (flag.type === 'boolean') give(flag, attached === null || booleanOf(typed, attached));
    else if (flag.takes === 2) giveTwo(flag, typed, attached);
    else give(flag, attached ?? nextValue(flag, typed));
  }

  /** `--between A B`, `--between=A B`, and `--between A,B` for what holds no spaces. */
  function giveTwo(flag: Flag, typed: string, attached: string | null): void {
    if (values.has(flag.name as FlagName))
      throw usage(`--${flag.name} is given more than once`, 'leave one of them out');
    const first = attached ?? nextValue(flag, typed);
    const both = first.split(',');
    if (both.length === 2) for (const value of both) give(flag, value.trim());
    else {
      give(flag, first);
      give(flag, nextValue(flag, typed));
    }
  }

  function nextValue(flag: Flag, typed: string): string {
    const next = rest.shift();
    if (next !== undefined && next !== '--' && !isFlag(next)) return next;
    throw usage(`${typed} needs a value`, usageOf(flag));
  }

  function long(argument: string): void {
    const equals = argument.indexOf('=');
    const typed = equals < 0 ? argument : argument.slice(0, equals);
    const attached = equals < 0 ? null : argument.slice(equals + 1);
    const flag = BY_NAME.get(typed.slice(2));
    const negated = flag === undefined && attached === null ? negatedBy(typed) : null;
    if (flag !== undefined) take(flag, typed, attached);
    else if (negated !== null) give(negated, false);
    else throw unknown(typed);
  }

  /** Letters behind one dash: switches, and at last one that takes the rest for its value. */
  function letters(argument: string): void {
    for (let at = 1; at < argument.length; at++) {
      const flag = BY_LETTER.get(argument[at] ?? '');
      const typed = `-${argument[at]}`;
      if (flag === undefined) throw unknown(at === 1 ? argument : typed);
      const behind = argument.slice(at + 1);
      const isAttached = behind.startsWith('=') || (flag.type === 'string' && behind !== '');
      take(flag, typed, isAttached ? behind.replace(/^=/, '') : null);
      if (isAttached || flag.type === 'string') return;
    }
  }

  function unknown(typed: string): UserError {
    const near = nearestName(typed.replace(/^-+/, ''), BY_NAME.keys());
    const meant = near === null ? '' : `did you mean --${near}? `;
    return usage(`there is no flag ${JSON.stringify(typed)}`, `${meant}${calledAs} --help lists the flags`);
  }

  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') words.push(...rest.splice(0));
    else if (argument.startsWith('--')) long(argument);
    else if (argument.startsWith('-') && argument !== '-') letters(argument);
    else words.push(argument);
  }
  return { words, flags: flagValues(values) };
}

/** Of a list all that were given, of any other flag its one value. */
function flagValues(values: ReadonlyMap<FlagName, readonly Value[]>): FlagValues {
  const entries = [...values].map(([name, given]) =>
    BY_NAME.get(name)?.isList === true ? [name, given] : [name, given[0]],
  );
  return Object.fromEntries(entries) as FlagValues;
}

/** Unknown flags are taken for values: `--since -2h`. */
function isFlag(argument: string): boolean {
  const [name = ''] = argument.split('=');
  if (!argument.startsWith('--')) return argument.startsWith('-') && BY_LETTER.has(argument[1] ?? '');
  return BY_NAME.has(name.slice(2)) || negatedBy(name) !== null;
}

/** `--no-dry-run`; a flag whose own name begins with `no-` is itself. */
function negatedBy(typed: string): Flag | null {
  const flag = typed.startsWith('--no-') ? BY_NAME.get(typed.slice(5)) : undefined;
  return flag?.type === 'boolean' ? flag : null;
}

function booleanOf(typed: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw usage(`${typed} takes no value, and ${JSON.stringify(value)} is one`, `${typed}, or ${typed}=false`);
}

function usageOf(flag: Flag): string {
  return `--${flag.name} ${flag.value ?? ''}: ${flag.help}`;
}

function usage(message: string, hint: string): UserError {
  return new UserError('AUDIT_USAGE', message, { hint });
}
