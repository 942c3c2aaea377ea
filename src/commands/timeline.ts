/** `timeline`: from words and flags to the question's parameters. */
import { UserError } from '../errors.ts';
import { shellQuoted } from '../event/shell.ts';
import type { ApiServer, Io } from '../io.ts';
import { parseAround } from '../query/around.ts';
import { parseFilters } from '../query/filters.ts';
import { parseObject } from '../query/parse-object.ts';
import { findWord, type Word } from '../query/words.ts';
import { joinedTimelines, type OtherTimeline } from '../questions/timeline/joined-timelines.ts';
import { timeline } from '../questions/timeline/timeline.ts';
import type { TimelineParams } from '../questions/timeline/timeline-params.ts';
import type { Command } from './command.ts';
import { filterFlags } from './filter-flags.ts';
import { boolFlag, type FlagValues, listFlag, textFlag } from './flags.ts';
import { printAnswer } from './print-answer.ts';
import { runQuestion } from './run-question.ts';
import { flagsInGroup, typedAgain } from './typed-again.ts';
import { auditBeside, splitWith } from './with-audit.ts';

export const timelineCommand: Command = {
  async run(words, flags, io) {
    const { audits, moments } = splitWith(listFlag(flags, 'with'));
    const others: OtherTimeline[] = [];
    let status = 0;
    for (const { origin, own } of audits.map((text) => auditBeside(text, flags))) {
      const asked = await askOne(words, own, io, [], async (answer) => {
        others.push({ origin, answer });
      });
      status = Math.max(status, asked);
    }
    const main = await askOne(words, flags, io, moments, (answer, ...how) =>
      printAnswer(joinedTimelines(answer, others), ...how),
    );
    return Math.max(status, main);
  },
};

/** `moments`: of `--with`, what is no audit log. */
async function askOne(
  words: readonly string[],
  flags: FlagValues,
  io: Io,
  moments: readonly string[],
  print: typeof printAnswer,
): Promise<number> {
  const around = aroundOf(flags);
  const more = {
    ...(await actorsOf(flags)),
    wantsAll: boolFlag(flags, 'all') === true,
    sameBeside: typedAgain(flags, ['with']),
    sameWindow: typedAgain(flags, ['since', 'until', 'around']),
    sameQuestion: `${words.map((word) => ` ${shellQuoted(word)}`).join('')}${typedAgain(flags, NARROWING)}`,
  };
  return runQuestion(
    timeline,
    words[0],
    async ({ placed, ...shared }, { cluster }) => ({
      ...shared,
      ...more,
      beside: await momentsOf(moments, flags, { io, api: cluster?.api ?? null, namespace: placed.namespace }),
      ...(around === null ? {} : { window: parseAround(around, shared.nowUs, shared.localZone) }),
      object: parseObject(ANYTHING, words, placed),
    }),
    flags,
    io,
    print,
  );
}

/** Any verb on any object. */
const ANYTHING: Word = findWord('touch') ?? {
  ...{ name: 'touch', means: '', atMetadata: '', verbs: null, through: 'any', to: null, witnessVerbs: null },
};

const NOTHING_BESIDE = { moments: [], gaps: [], notes: [] };

interface Where {
  readonly io: Io;
  readonly api: ApiServer | null;
  readonly namespace: string | null;
}

async function momentsOf(
  given: readonly string[],
  flags: FlagValues,
  { io, api, namespace }: Where,
): Promise<TimelineParams['beside']> {
  if (given.length === 0) return NOTHING_BESIDE;
  const { readMoments } = await import('../moments/read-moments.ts');
  const timeZone = boolFlag(flags, 'utc') === true ? 'UTC' : io.timeZone;
  const { cwd, signal } = io;
  return readMoments(given, { nowMs: io.now(), timeZone, cwd, signal, api, namespace });
}

/** Whose story it is, and what else narrows it. */
async function actorsOf(flags: FlagValues): Promise<Pick<TimelineParams, 'actors' | 'others'>> {
  const { by = [], fromIp = [], ...more } = filterFlags(flags);
  const others = await parseFilters(more);
  if (by.length === 0 && fromIp.length === 0) return { actors: null, others };
  const predicate = await parseFilters({ by, fromIp });
  return { actors: { predicate, isByName: by.length > 0 }, others };
}

const NARROWING = flagsInGroup('Who and what');

function aroundOf(flags: FlagValues): string | null {
  const around = textFlag(flags, 'around');
  const other = (['since', 'until'] as const).find((name) => textFlag(flags, name) !== null);
  if (around === null || other === undefined) return around;
  throw new UserError('AUDIT_USAGE', `--around and --${other} exclude each other`, {
    hint: "--around 'TIME ±30m' is wider than the ten minutes without it",
  });
}
