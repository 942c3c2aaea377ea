/** `what-changed`: from words and flags to the question's parameters; with --at, from its rows to the objects themselves. */
import { UserError } from '../errors.ts';
import { parseObject } from '../query/parse-object.ts';
import { parseTime } from '../query/time-range.ts';
import { findWord, type Word } from '../query/words.ts';
import { type Mode, whatChanged } from '../questions/what-changed/what-changed.ts';
import type { Command } from './command.ts';
import { boolFlag, type FlagName, type FlagValues, listFlag, textFlag } from './flags.ts';
import { printObjects } from './print-objects.ts';
import { runQuestion, type SharedParams } from './run-question.ts';

export const whatChangedCommand: Command = {
  async run(words, flags, io) {
    checkModes(flags);
    const isManifest = boolFlag(flags, 'manifest') === true;
    const printsObjects =
      isManifest || (textFlag(flags, 'at') !== null && textFlag(flags, 'output') === null);
    return runQuestion(
      whatChanged,
      words[0],
      ({ placed, ...shared }) => ({
        ...shared,
        object: parseObject(CHANGED, words, placed),
        mode: modeOf(flags, shared),
        includesNoise: boolFlag(flags, 'all') === true,
      }),
      flags,
      io,
      printsObjects && boolFlag(flags, 'with-live') !== true ? printObjects(isManifest) : undefined,
    );
  },
};

const CHANGED: Word = findWord('change') ?? {
  ...{ name: 'change', means: '', atMetadata: '', verbs: null, through: 'any', to: null, witnessVerbs: null },
};

type Clock = Pick<SharedParams, 'nowUs' | 'localZone'>;

function modeOf(flags: FlagValues, clock: Clock): Mode {
  const at = textFlag(flags, 'at');
  const [from, to] = listFlag(flags, 'between').map((typed) => momentOf(typed, 'between', clock));
  if (from !== undefined && to !== undefined)
    return { kind: 'between', fromUs: Math.min(from, to), toUs: Math.max(from, to) };
  const atUs = at === null ? null : momentOf(at, 'at', clock);
  if (boolFlag(flags, 'with-live') === true) return { kind: 'between', fromUs: atUs, toUs: null };
  return atUs === null ? { kind: 'changes' } : { kind: 'at', atUs };
}

/** Throws AUDIT_BAD_TIME. */
function momentOf(typed: string, flag: 'at' | 'between', { nowUs, localZone }: Clock): number {
  try {
    const us = parseTime(typed, nowUs, localZone, 'until');
    if (us <= nowUs) return us;
  } catch (error) {
    if (!(error instanceof UserError) || error.hint === undefined) throw error;
    throw new UserError(error.code, error.message, { hint: error.hint.replaceAll('--until', `--${flag}`) });
  }
  throw new UserError('AUDIT_BAD_TIME', `--${flag} ${JSON.stringify(typed)} is in the future`, {
    hint: 'how things stand now, the cluster tells: --with-live holds the log against it',
  });
}

/** Throws AUDIT_USAGE for flags that ask for two answers at once. */
function checkModes(flags: FlagValues): void {
  const has = (name: FlagName) => flags[name] !== undefined && flags[name] !== false;
  const clash = (one: FlagName, other: FlagName, why: string) => {
    if (!has(one) || !has(other)) return;
    throw new UserError('AUDIT_USAGE', `--${one} and --${other} exclude each other: ${why}`, {
      hint: 'leave one of them out',
    });
  };
  clash('at', 'between', 'one asks for a moment, the other for what lies between two');
  clash('with-live', 'between', 'one compares with now, the other with a moment');
  clash('manifest', 'output', 'a manifest is a format of its own');
  clash('manifest', 'between', 'a manifest is of one moment');
  clash('manifest', 'with-live', 'a manifest is of one moment');
  if (has('manifest') && !has('at'))
    throw new UserError('AUDIT_USAGE', '--manifest needs a moment', {
      hint: "--at TIME --manifest: the object as it was then, say --at '10 minutes ago' or --at 02:58:10",
    });
  if (has('with-live') && flags.live === false)
    throw new UserError('AUDIT_USAGE', '--with-live asks the cluster, and --no-live forbids it', {
      hint: 'leave one of them out',
    });
}
