/** `who-did`: from flags to the question's parameters, and from its answer to the exit status. */
import { UserError } from '../errors.ts';
import { shellQuoted } from '../event/shell.ts';
import type { Io } from '../io.ts';
import { parseFilters } from '../query/filters.ts';
import { parseObject } from '../query/parse-object.ts';
import type { Window } from '../query/query.ts';
import { parseWindow } from '../query/time-range.ts';
import { findWord, WORDS, type Word } from '../query/words.ts';
import { type WhoDidParams, whoDid } from '../questions/who-did.ts';
import type { Source } from '../sources/source.ts';
import { ask } from './ask.ts';
import type { Command } from './command.ts';
import { DEMO } from './demo.ts';
import { explain } from './explain.ts';
import { filterFlags } from './filter-flags.ts';
import { boolFlag, type FlagValues, listFlag, numberFlag, textFlag } from './flags.ts';
import { openSources } from './open-sources.ts';
import { type Printing, printAnswer, printingOf } from './print-answer.ts';
import { progressOn } from './progress.ts';

export const whoDidCommand: Command = {
  async run(words, flags, io) {
    const nowUs = (boolFlag(flags, 'demo') === true ? DEMO.nowMs : io.now()) * 1000;
    const printing = printingOf(flags, io, nowUs / 1000);
    const asked = await paramsOf(words, flags, io, nowUs, printing);
    const sources = await openSources(flags, io);
    try {
      const params = { ...asked, window: windowFor(asked.window, sources) };
      if (boolFlag(flags, 'explain') === true) return await explain(whoDid, params, sources, nowUs, io);
      const options = { sources, inputs: {}, nowUs, signal: io.signal, progress: progressOn(io) };
      const answer = await ask(whoDid, params, options);
      await printAnswer(answer, printing, io);
      return answer.coverage.complete ? 0 : 3;
    } finally {
      await Promise.all(sources.map((source) => source.close()));
    }
  },
};

async function paramsOf(
  [verb, ...rest]: readonly string[],
  flags: FlagValues,
  io: Io,
  nowUs: number,
  printing: Printing,
): Promise<WhoDidParams> {
  const word = wordOf(verb, io);
  const subresource = textFlag(flags, 'subresource');
  const isNone = subresource === 'none' || subresource === '-';
  const namespace = namespaceOf(flags);
  const timeZone = boolFlag(flags, 'utc') === true ? 'UTC' : io.timeZone;
  return {
    word,
    object: parseObject(word, rest, { namespace, subresource: isNone ? null : subresource }),
    window: parseWindow(
      { since: textFlag(flags, 'since'), until: textFlag(flags, 'until') },
      nowUs,
      timeZone,
    ),
    filters: await parseFilters(filterFlags(flags)),
    limit: limitOf(flags, printing),
    keepsEvents: printing.needsEvents,
    isRevealed: boolFlag(flags, 'reveal') === true,
    calledAs: io.calledAs,
    sameLogs: sameLogs(flags),
  };
}

function wordOf(verb: string | undefined, io: Io): Word {
  const known = WORDS.map((word) => word.name).join(', ');
  if (verb === undefined) {
    throw new UserError('AUDIT_USAGE', 'who-did what? A verb is missing', {
      hint: `${io.calledAs} who-did delete deploy/api; verbs: ${known}`,
    });
  }
  const word = findWord(verb);
  if (word === null)
    throw new UserError('AUDIT_UNKNOWN_WORD', `"${verb}" is not a verb that who-did knows`, {
      hint: `one of ${known}; or an API verb such as list`,
    });
  return word;
}

/** A log file has no current namespace: without -n every one is asked about. The demo has its own. */
function namespaceOf(flags: FlagValues): string | null {
  const named = textFlag(flags, 'namespace');
  const isAll = boolFlag(flags, 'all-namespaces') === true;
  if (named !== null && isAll)
    throw new UserError('AUDIT_USAGE', `-n ${named} and -A exclude each other`, {
      hint: 'leave one of them out',
    });
  if (named !== null) return named;
  return boolFlag(flags, 'demo') === true && !isAll ? DEMO.namespace : null;
}

/** What can be read only once is read whole, unless a window was given. */
function windowFor(
  window: WhoDidParams['window'],
  sources: readonly Source[],
): Window & { isDefault: boolean } {
  const isReadOnce = sources.some((source) => !source.capabilities.rereads);
  return window.isDefault && isReadOnce ? { sinceUs: null, untilUs: null, isDefault: false } : window;
}

const TERMINAL_LIMIT = 50;

function limitOf(flags: FlagValues, printing: Printing): number | null {
  const limit = numberFlag(flags, 'limit');
  if (limit === null) return printing.isForTerminal ? TERMINAL_LIMIT : null;
  if (!Number.isInteger(limit) || limit < 0)
    throw new UserError('AUDIT_USAGE', `--limit ${limit} is not a number of rows`, {
      hint: '--limit 0 prints them all',
    });
  return limit === 0 ? null : limit;
}

/** For the next commands: the flags that say where from. */
function sameLogs(flags: FlagValues): string {
  if (boolFlag(flags, 'demo') === true) return ' --demo';
  return listFlag(flags, 'file')
    .map((file) => ` --file ${shellQuoted(file)}`)
    .join('');
}
