/** `top`: from words and flags to the question's parameters. */
import { UserError } from '../errors.ts';
import { shellQuoted } from '../event/shell.ts';
import { DEFAULT_COUNT, parseCountFields } from '../query/count-fields.ts';
import { isMinutesOrMonths, parseDuration } from '../query/duration.ts';
import { parseObject } from '../query/parse-object.ts';
import { findWord, type Word } from '../query/words.ts';
import { offsetAt } from '../query/zone.ts';
import { top } from '../questions/top/top.ts';
import { parseView } from '../questions/top/views/registry.ts';
import type { View } from '../questions/top/views/view.ts';
import type { Command } from './command.ts';
import { boolFlag, type FlagName, type FlagValues, listFlag, textFlag } from './flags.ts';
import { checkSuggesting, printPolicy } from './print-policy.ts';
import { runQuestion } from './run-question.ts';
import { flagsInGroup, typedAgain } from './typed-again.ts';

export const topCommand: Command = {
  async run(words, flags, io) {
    const typed = listFlag(flags, 'count');
    const view = viewOf(flags, typed);
    const isSuggesting = boolFlag(flags, 'suggest-policy') === true;
    if (isSuggesting) checkSuggesting(view, words, flags);
    let namespace: string | null = null;
    const by = view?.by ?? parseCountFields(typed.length === 0 ? DEFAULT_COUNT : typed);
    checkFormat(
      textFlag(flags, 'output'),
      by.map(({ name }) => name),
    );
    const more = {
      by,
      view,
      bucketUs: bucketOf(flags) ?? view?.bucketUs ?? null,
      comparesPrevious: comparesPrevious(flags),
      sameWindow: typedAgain(flags, ['since', 'until']),
      sameObject: words.map((word) => ` ${shellQuoted(word)}`).join(''),
      sameFilters: filtersOf(flags),
      where: textFlag(flags, 'where'),
    };
    return runQuestion(
      top,
      words[0],
      ({ placed, ...shared }) => {
        namespace = placed.namespace;
        return {
          ...shared,
          ...more,
          object: parseObject(ANYTHING, words, placed),
          bucketFromUs: midnightUs(shared.nowUs, shared.localZone()),
        };
      },
      // Rules come of all rows: who acts in another's name may be in the last.
      isSuggesting ? { ...flags, limit: textFlag(flags, 'limit') ?? '0' } : flags,
      io,
      isSuggesting ? printPolicy(() => namespace) : undefined,
    );
  },
};

/** Any verb on any object. */
const ANYTHING: Word = findWord('touch') ?? {
  ...{ name: 'touch', means: '', atMetadata: '', verbs: null, through: 'any', to: null, witnessVerbs: null },
};

/** Throws AUDIT_USAGE. Null: none was asked for. */
function viewOf(flags: FlagValues, count: readonly string[]): View | null {
  const typed = textFlag(flags, 'view');
  if (typed === null) return null;
  const view = parseView(typed);
  if (count.length > 0)
    throw new UserError(
      'AUDIT_USAGE',
      `--view ${view.name} says by itself what is counted, and --count too`,
      {
        hint: 'leave one of them out',
      },
    );
  return view;
}

function filtersOf(flags: FlagValues): ReadonlyMap<string, string> {
  const names = flagsInGroup('Who and what').filter((name) => flags[name] !== undefined);
  return new Map(names.map((name: FlagName) => [name, typedAgain(flags, [name])]));
}

const SECOND_MS = 1000;

/** Throws AUDIT_USAGE. Null: none was asked for. */
function bucketOf(flags: FlagValues): number | null {
  const typed = textFlag(flags, 'bucket');
  if (typed === null) return null;
  const widthMs = parseDuration(typed);
  if (widthMs !== null && widthMs >= SECOND_MS && !typed.includes('-')) return widthMs * 1000;
  const why = widthMs === null ? 'is no length of time' : 'is shorter than a second';
  const months = isMinutesOrMonths(typed) ? '; minutes are m, in lower case; a month is 30d' : '';
  throw new UserError('AUDIT_USAGE', `--bucket ${JSON.stringify(typed)} ${why}`, {
    hint: `--bucket 5m, --bucket 1h, --bucket 1d${months}`,
  });
}

function comparesPrevious(flags: FlagValues): boolean {
  const typed = textFlag(flags, 'compare');
  if (typed === null || typed === 'previous') return typed !== null;
  throw new UserError('AUDIT_USAGE', `--compare ${JSON.stringify(typed)} is not known`, {
    hint: '--compare previous: with the time before, as long as the one asked about',
  });
}

/** Throws AUDIT_BAD_FORMAT for what counts have none of. */
function checkFormat(format: string | null, names: readonly string[]): void {
  if (format === 'raw')
    throw new UserError(
      'AUDIT_BAD_FORMAT',
      'top counts events, and keeps none of them: -o raw has nothing to print',
      {
        hint: 'who-did touch -o raw prints events; next, under top’s table, says which flags show those of the first row',
      },
    );
  if (format === 'name' && !names.includes('resource'))
    throw new UserError(
      'AUDIT_BAD_FORMAT',
      `-o name prints objects, and --count ${names.join(',')} has none`,
      {
        hint: '--count group,resource,name -o name',
      },
    );
}

/** The zone's offset of now holds for all buckets: a day on which clocks change begins an hour off. */
function midnightUs(nowUs: number, timeZone: string): number {
  return -offsetAt(Math.floor(nowUs / 1000), timeZone) * 1000;
}
