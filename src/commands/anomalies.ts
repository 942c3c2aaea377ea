/** `anomalies`: from flags, and a baseline that was kept, to the question's parameters; from its answer to one to keep. */
import type { Answer } from '../answer.ts';
import { type Kept, readKept, writeKept } from '../config/kept-file.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { parseDuration } from '../query/duration.ts';
import { parseFilters } from '../query/filters.ts';
import { parseNetwork } from '../query/networks.ts';
import type { ParsedWindow } from '../query/time-range.ts';
import { anomalies } from '../questions/anomalies/anomalies.ts';
import type { AnomaliesParams } from '../questions/anomalies/anomalies-state.ts';
import { decodeBaseline } from '../questions/anomalies/baseline-text.ts';
import { DAY_US, daysOf, MAX_DAYS, wholeHour } from '../questions/anomalies/days.ts';
import { KEPT_DAYS, type SavedBaseline, savedBefore } from '../questions/anomalies/saved-baseline.ts';
import type { Command } from './command.ts';
import { type FlagValues, listFlag, textFlag } from './flags.ts';
import { type Printing, printAnswer } from './print-answer.ts';
import { runQuestion } from './run-question.ts';

export const anomaliesCommand: Command = {
  async run(words, flags, io) {
    checkUsage(words, flags);
    const save = textFlag(flags, 'save');
    const kept = await keptBaseline(flags);
    const own = {
      baselineDays: baselineDaysOf(flags),
      keepsHistory: save !== null,
      budget: budgetOf(flags),
      knownRanges: listFlag(flags, 'known-range').flatMap((text) => text.split(',').map(parseNetwork)),
      who: await whoOf(flags),
    };
    const print = async (answer: Answer, printing: Printing, to: Io): Promise<void> => {
      await printAnswer(answer, printing, to);
      if (save !== null && answer.kept !== undefined) await writeKept(save, answer.kept, baselineAt(save));
    };
    return runQuestion(
      anomalies,
      undefined,
      ({ window, limit, calledAs, sameLogs, nowUs, localZone }): AnomaliesParams => {
        const tested = testedOf(window, nowUs, kept, flags);
        const saved = kept === null ? null : savedBefore(kept, wholeHour(tested.sinceUs), KEPT_DAYS);
        checkDays(tested, saved === null ? own.baselineDays : saved.days.length, flags);
        return { ...own, tested, saved, window, limit, calledAs, sameLogs, timeZone: localZone() };
      },
      flags,
      io,
      print,
    );
  },
};

const DEFAULT_DAYS = 7;

function checkUsage(words: readonly string[], flags: FlagValues): void {
  const [word] = words;
  if (word !== undefined)
    throw new UserError('AUDIT_USAGE', `anomalies takes no object: ${JSON.stringify(word)}`, {
      hint: 'whose: --by alice; what was done to an object: who-did touch TYPE/NAME',
    });
  if (textFlag(flags, 'output') === 'raw')
    throw new UserError(
      'AUDIT_BAD_FORMAT',
      'anomalies counts events, and keeps none of them: -o raw has nothing to print',
      {
        hint: 'the command in SHOW (-o wide), or `show` of -o json, prints the events of a row with -o raw',
      },
    );
  if (textFlag(flags, 'baseline') !== null && textFlag(flags, 'baseline-file') !== null)
    throw new UserError('AUDIT_USAGE', '--baseline reads the days before, and --baseline-file has them', {
      hint: 'leave one of them out',
    });
}

/** Throws AUDIT_USAGE. */
function baselineDaysOf(flags: FlagValues): number {
  const typed = textFlag(flags, 'baseline');
  if (typed === null) return DEFAULT_DAYS;
  const ms = parseDuration(typed);
  const days = ms === null ? null : (ms * 1000) / DAY_US;
  if (days !== null && Number.isInteger(days) && days >= 1 && days <= KEPT_DAYS) return days;
  throw new UserError(
    'AUDIT_USAGE',
    `--baseline ${JSON.stringify(typed)} is no number of days from 1 to ${KEPT_DAYS}`,
    {
      hint: '--baseline 7d, --baseline 4w: days before the window under test',
    },
  );
}

const DEFAULT_BUDGET = 1;
const MOST_BUDGET = 1000;

/** Throws AUDIT_USAGE. */
function budgetOf(flags: FlagValues): number {
  const typed = textFlag(flags, 'false-alarms');
  if (typed === null) return DEFAULT_BUDGET;
  const budget = /^\d{1,4}(?:\.\d{1,3})?$/.test(typed) ? Number(typed) : 0;
  if (budget > 0 && budget <= MOST_BUDGET) return budget;
  throw new UserError('AUDIT_USAGE', `--false-alarms ${JSON.stringify(typed)} is no number of them a day`, {
    hint: '--false-alarms 1 (the default), --false-alarms 0.2 for fewer and surer findings, --false-alarms 10 for more',
  });
}

/** Of whom findings are told. Counts have names, and no groups. Throws a UserError for what is none. */
async function whoOf(flags: FlagValues): Promise<AnomaliesParams['who']> {
  const by = listFlag(flags, 'by');
  const notBy = listFlag(flags, 'not-by');
  const group = [...by, ...notBy].find((text) =>
    text.split(',').some((name) => name.trim().startsWith('group:')),
  );
  if (group !== undefined)
    throw new UserError(
      'AUDIT_USAGE',
      `${JSON.stringify(group)}: anomalies counts by names, and does not know groups`,
      {
        hint: "--by alice, --by 'sa:ci/*', --humans",
      },
    );
  return await parseFilters({ by, notBy, humans: flags.humans === true });
}

/** Throws AUDIT_BAD_BASELINE. Null: none is named. */
async function keptBaseline(flags: FlagValues): Promise<SavedBaseline | null> {
  const path = textFlag(flags, 'baseline-file');
  if (path === null) return null;
  const kept = baselineAt(path);
  const text = await readKept(path, kept);
  if (text === null)
    throw new UserError(kept.code, `${JSON.stringify(path)} is not there`, { hint: kept.hints.make });
  const decoded = decodeBaseline(text);
  if (decoded.kind === 'baseline') return decoded.saved;
  throw new UserError('AUDIT_BAD_BASELINE', `${JSON.stringify(path)} ${decoded.why}`, {
    hint: `anomalies --save ${path} writes a new one, from the days that the log holds`,
  });
}

function baselineAt(path: string): Kept {
  return {
    code: 'AUDIT_BAD_BASELINE',
    what: 'a baseline',
    danger: 'whoever wrote it decides what is ordinary',
    hints: {
      make: `anomalies --save ${path} writes one`,
      place: 'name a file in a folder that is yours: --save ~/.cache/baseline.json',
    },
  };
}

/** A baseline that ended longer ago is not gone on with by itself: the days between would be under test too. */
const GOES_ON_DAYS = 3;

/**
 * Whole hours unless they were typed: a window that begins in the middle of an hour is counted in smaller parts, and what is kept
 * has to be gone on with. A kept baseline is gone on with where it ended.
 */
function testedOf(
  { sinceUs, untilUs }: ParsedWindow,
  nowUs: number,
  kept: SavedBaseline | null,
  flags: FlagValues,
): AnomaliesParams['tested'] {
  const isSaving = textFlag(flags, 'save') !== null;
  const until = untilUs ?? (isSaving ? wholeHour(nowUs) : nowUs);
  const keptUntil = kept?.days.at(-1)?.day.endUs ?? null;
  const goesOn = keptUntil !== null && keptUntil >= until - GOES_ON_DAYS * DAY_US ? keptUntil : null;
  const isTyped = textFlag(flags, 'since') !== null;
  const since = isTyped && sinceUs !== null ? wholeSecond(sinceUs) : (goesOn ?? wholeHour(until - DAY_US));
  if (since < until) return { sinceUs: since, untilUs: until };
  throw new UserError(
    'AUDIT_BAD_BASELINE',
    'the baseline holds all of the time up to now: nothing is left to be held against it',
    {
      hint: '--since 24h tests that time against the days before it',
    },
  );
}

function wholeSecond(us: number): number {
  return Math.floor(us / 1_000_000) * 1_000_000;
}

function checkDays({ sinceUs, untilUs }: AnomaliesParams['tested'], before: number, flags: FlagValues): void {
  const days = daysOf(sinceUs, untilUs).length;
  if (days + before <= MAX_DAYS) return;
  const since = textFlag(flags, 'since');
  throw new UserError(
    'AUDIT_USAGE',
    `${since === null ? 'the window' : `--since ${JSON.stringify(since)}`} is ${days} days, and the baseline ${before}: more than ${MAX_DAYS} together`,
    { hint: 'ask about fewer days at a time: --since 24h' },
  );
}
