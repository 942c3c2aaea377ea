/** `--follow`: what it goes with, the rows to standard output, and what becomes of the logs meanwhile to standard error. */
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Query } from '../query/query.ts';
import type { ParsedWindow } from '../query/time-range.ts';
import type { RowStream, StreamedRow } from '../questions/row-stream.ts';
import { coverageLines } from '../render/coverage-lines.ts';
import { escapeTerminal } from '../render/escape.ts';
import { FORMATS } from '../render/registry.ts';
import type { EventBatch, Source } from '../sources/source.ts';
import type { Planned } from './billed-plans.ts';
import { boolFlag, type FlagName, type FlagValues, textFlag } from './flags.ts';
import { type FollowOptions, follow } from './follow.ts';
import { type Printing, renderOptionsOf } from './print-answer.ts';
import { progressOn } from './progress.ts';

/** What asks for more than one request by itself can tell, or for what was. */
const ALIEN: Readonly<Partial<Record<FlagName, string>>> = {
  demo: 'the demo is a recorded incident: nothing more is written to it',
  live: 'how things stand now is not asked for each row',
  last: 'the last one is yet to come',
  effects: 'what a request leads to comes after it, as rows of their own',
};

/** Throws a UserError for what does not go with --follow. */
export function checkFollowing(flags: FlagValues, { format }: Printing): void {
  for (const [name, why] of Object.entries(ALIEN)) {
    if (boolFlag(flags, name as FlagName) !== true) continue;
    throw new UserError('AUDIT_USAGE', `--${name} and --follow exclude each other: ${why}`, {
      hint: 'leave one of them out',
    });
  }
  if (format.loadRows === null) {
    const others = FORMATS.filter(({ loadRows }) => loadRows !== null).map(({ name }) => name);
    throw new UserError('AUDIT_BAD_FORMAT', `-o ${format.name} needs all rows before it prints the first`, {
      hint: `with --follow: -o jsonl, a row a line; or ${others.filter((name) => name !== 'jsonl').join(', ')}`,
    });
  }
}

/** Throws a UserError for a source that cannot be followed. */
export function checkFollowed(sources: readonly Source[]): void {
  const still = sources.find(({ capabilities }) => !capabilities.follows);
  if (still === undefined) return;
  throw new UserError('AUDIT_USAGE', `"${still.name}" cannot be followed`, {
    hint: 'leave --follow out; or follow the log where it is written: --file, or the nodes of a cluster',
  });
}

export function notFollowed(question: string): UserError {
  return new UserError(
    'AUDIT_USAGE',
    `${question} cannot be followed: it tells nothing of one request alone`,
    {
      hint: 'follow the requests: who-did touch --follow',
    },
  );
}

export function beginsOf(flags: FlagValues): FollowOptions['begins'] {
  return textFlag(flags, 'since') === null ? 'from now' : 'since';
}

/** As it is planned with. */
export function followedQuery(stream: RowStream, begins: FollowOptions['begins']): Query {
  return { ...stream.query, following: begins };
}

/** What is done with the rows of what is followed besides printing them. */
export interface Watching {
  /** Where in the logs it begins, once they are found; `typed`: the window that flags say. */
  windowFor(
    sources: readonly Source[],
    typed: ParsedWindow,
  ): ParsedWindow & { readonly begins: FollowOptions['begins'] };
  readonly isOnce: boolean;
  /** Those of the rows that are news, in their order. */
  take(rows: readonly StreamedRow[]): Promise<readonly StreamedRow[]>;
  onRead(batch: EventBatch): void;
  /** All is taken that was there before. */
  onCaughtUp(): Promise<void>;
  /** Nothing more is taken. */
  end(): Promise<void>;
}

export interface FollowingRun {
  readonly name: string;
  readonly stream: RowStream;
  readonly sources: readonly Source[];
  readonly limit: number | null;
  readonly begins: FollowOptions['begins'];
  readonly watching: Watching | null;
  readonly confirm: (planned: readonly Planned[]) => Promise<void>;
}

/** Resolves to the exit status: 130 when it was interrupted, as it always is without an --until or a --limit. */
export async function runFollowing(
  { name, stream, sources, limit, begins, watching, confirm }: FollowingRun,
  printing: Printing,
  io: Io,
): Promise<number> {
  const options = renderOptionsOf(printing, io);
  const renderer = await printing.format.loadRows?.();
  if (renderer === undefined) throw new Error('checkFollowing() comes first');
  const printer = renderer(stream, options);
  const say = async (text: string): Promise<void> => io.err.write(`${escapeTerminal(text)}\n`);
  const { answer, isInterrupted } = await follow(name, stream, {
    ...{ sources, limit, confirm, now: io.now, signal: io.signal, progress: progressOn(io) },
    begins,
    ...(watching === null ? {} : watchingOptions(watching)),
    onReady: async () => {
      if (watching?.isOnce !== true)
        await say(`following ${sources.map((source) => source.name).join(', ')}; Ctrl-C ends it`);
      if (printer.header !== '') await io.out.write(printer.header);
    },
    onRows: async (rows) => {
      const fresh = (await watching?.take(rows)) ?? rows;
      for (const { row, event } of fresh) await io.out.write(printer.line(row, event));
    },
    // Nobody waits for it, and a closed standard error is no reason to stop.
    onNews: ({ text }) => void say(text).catch(() => {}),
  });
  await watching?.end();
  const end = printer.end(answer);
  if (end !== null) await io.out.write(end);
  else {
    for (const { text } of answer.notes) await say(text);
    for (const line of coverageLines(answer, options)) await io.err.write(`${line}\n`);
  }
  if (isInterrupted) return 130;
  return answer.coverage.complete ? 0 : 3;
}

function watchingOptions(watching: Watching): Pick<FollowOptions, 'isOnce' | 'onRead' | 'onCaughtUp'> {
  return {
    isOnce: watching.isOnce,
    onRead: (batch) => watching.onRead(batch),
    onCaughtUp: () => watching.onCaughtUp(),
  };
}
