/**
 * What the commands of all questions share: from flags to the parameters that every question takes, through the sources
 * to an answer, and from its coverage to the exit status.
 */
import type { Answer } from '../answer.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { LiveCluster } from '../live.ts';
import { parseFilters } from '../query/filters.ts';
import type { Placed } from '../query/parse-object.ts';
import type { Predicate } from '../query/predicate.ts';
import { type LocalZone, type ParsedWindow, parseWindow } from '../query/time-range.ts';
import type { InputName, Inputs, Question } from '../questions/question.ts';
import type { Source } from '../sources/source.ts';
import { ask, canReread } from './ask.ts';
import type { Planned } from './billed-plans.ts';
import { confirmBill } from './confirm-bill.ts';
import { DEMO } from './demo.ts';
import { explain } from './explain.ts';
import { filterFlags } from './filter-flags.ts';
import { boolFlag, type FlagName, type FlagValues, textFlag } from './flags.ts';
import { openSources } from './open-sources.ts';
import { type Printing, printAnswer, printingOf } from './print-answer.ts';
import { progressOn } from './progress.ts';
import { type Reached, reachCluster } from './reach-cluster.ts';
import {
  beginsOf,
  checkFollowed,
  checkFollowing,
  followedQuery,
  notFollowed,
  runFollowing,
  type Watching,
} from './run-following.ts';
import { flagsInGroup, typedAgain } from './typed-again.ts';

/** Parameters that every question takes. */
export interface SharedParams {
  /** Where the object is, as flags and the kubeconfig say it, and which types there are. */
  readonly placed: Placed;
  readonly window: ParsedWindow;
  readonly filters: Predicate;
  readonly limit: number | null;
  readonly keepsEvents: boolean;
  readonly isRevealed: boolean;
  /** For the next commands: `kubectl audit`, and the flags that say where from, each after a space. */
  readonly calledAs: string;
  readonly sameLogs: string;
  readonly nowUs: number;
  readonly localZone: LocalZone;
}

/**
 * `toParams` adds what is the question's own; it must throw its UserErrors before a source is opened. `typed`: the type as
 * the user named it; undefined for none. `print`: default as -o says. `watching`: with --follow; default: rows are printed, and that is all.
 */
export async function runQuestion<P extends Pick<SharedParams, 'window'>>(
  question: Question<P>,
  typed: string | undefined,
  toParams: (shared: SharedParams, reached: Reached) => P | Promise<P>,
  flags: FlagValues,
  io: Io,
  print: (answer: Answer, printing: Printing, io: Io) => Promise<void> = printAnswer,
  watching: Watching | null = null,
): Promise<number> {
  const nowUs = (boolFlag(flags, 'demo') === true ? DEMO.nowMs : io.now()) * 1000;
  const printing = printingOf(flags, io, nowUs / 1000);
  const isFollowing = boolFlag(flags, 'follow') === true;
  if (isFollowing) checkFollowing(flags, printing);
  const shared = await sharedParams(flags, io, nowUs, printing);
  const reached = await reachCluster(flags, io);
  const placed = await placedIn(reached, typed, flags, io);
  const asked = await toParams({ ...shared, placed }, reached);
  const sources = await openSources(flags, io, reached, watching !== null);
  try {
    if (isFollowing) checkFollowed(sources);
    const { begins, ...window } = watching?.windowFor(sources, asked.window) ?? {
      ...windowFor(asked.window, sources),
      begins: beginsOf(flags),
    };
    const params = { ...asked, window };
    const stream = isFollowing ? question.follow?.(params) : undefined;
    if (isFollowing && stream === undefined) throw notFollowed(question.name);
    if (boolFlag(flags, 'explain') === true) {
      const query =
        stream === undefined
          ? question.begin(params, { rereads: canReread(sources) }, nowUs).query
          : followedQuery(stream, begins);
      return await explain(question.name, query, sources, localZoneOf(flags, io)(), io);
    }
    const confirm = confirming(flags, printing, io);
    if (stream !== undefined) {
      const { limit } = shared;
      const run = { name: question.name, stream, sources, limit, begins, watching, confirm };
      return await runFollowing(run, printing, io);
    }
    const { live } = reached;
    const inputs = await inputsOf(question.needs, live, io.signal);
    const { signal } = io;
    const options = { sources, inputs, live, nowUs, signal, progress: progressOn(io), confirm };
    const answer = await ask(question, params, options);
    await print(answer, printing, io);
    return answer.coverage.complete ? 0 : 3;
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

/** A person is asked, and no program: whoever reads anything but a table is one. */
function confirming(
  flags: FlagValues,
  { format }: Printing,
  io: Io,
): (planned: readonly Planned[]) => Promise<void> {
  const isForPeople = format.name === 'table' || format.name === 'wide';
  return async (planned) => {
    if (isForPeople && boolFlag(flags, 'yes') !== true) await confirmBill(planned, io);
  };
}

async function inputsOf(
  needs: readonly InputName[],
  live: LiveCluster | null,
  signal: AbortSignal,
): Promise<Inputs> {
  if (!needs.includes('rbac')) return {};
  return { rbac: live === null ? null : await live.rbac(signal) };
}

/** Where the object of a question is, as flags and the kubeconfig say it. */
async function placedIn(
  { cluster, isByContext }: Reached,
  typed: string | undefined,
  flags: FlagValues,
  io: Io,
): Promise<Placed> {
  const subresource = textFlag(flags, 'subresource');
  const isNone = subresource === 'none' || subresource === '-';
  const isType = typed !== undefined && typed !== '' && !typed.startsWith('/');
  return {
    // A log file has no current namespace, and may be of any cluster.
    namespace: namespaceOf(flags, isByContext ? (cluster?.namespace ?? null) : null),
    subresource: isNone ? null : subresource,
    types: isType ? await cluster?.typesFor(typed.split('/')[0] ?? '', io.signal) : undefined,
  };
}

async function sharedParams(
  flags: FlagValues,
  io: Io,
  nowUs: number,
  printing: Printing,
): Promise<Omit<SharedParams, 'placed'>> {
  return {
    window: windowOf(flags, nowUs, localZoneOf(flags, io)),
    filters: await parseFilters(filterFlags(flags)),
    limit: limitOf(flags, printing),
    keepsEvents: printing.needsEvents,
    isRevealed: boolFlag(flags, 'reveal') === true,
    calledAs: io.calledAs,
    sameLogs: typedAgain(flags, SAME_LOGS),
    nowUs,
    localZone: localZoneOf(flags, io),
  };
}

/** `current`: the context's; null: all. The demo has its own. `-n ''` says nothing, as with kubectl. */
function namespaceOf(flags: FlagValues, current: string | null): string | null {
  const named = textFlag(flags, 'namespace') || null;
  const isAll = boolFlag(flags, 'all-namespaces') === true;
  if (named !== null && isAll)
    throw new UserError('AUDIT_USAGE', `-n ${named} and -A exclude each other`, {
      hint: 'leave one of them out',
    });
  if (named !== null && !NAMESPACE.test(named))
    throw new UserError('AUDIT_USAGE', `${JSON.stringify(named)} is no namespace's name`, {
      hint: `one name in lower case; for several -A, and --where 'objectRef.namespace.startsWith("team-")'`,
    });
  if (named !== null) return named;
  if (isAll) return null;
  return boolFlag(flags, 'demo') === true ? DEMO.namespace : current;
}

/** An RFC 1123 label, as the API server demands of namespaces. */
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function windowOf(flags: FlagValues, nowUs: number, localZone: LocalZone): ParsedWindow {
  const typed = { since: textFlag(flags, 'since'), until: textFlag(flags, 'until') };
  const isFromNow = boolFlag(flags, 'follow') === true && beginsOf(flags) === 'from now';
  if (!isFromNow) return parseWindow(typed, nowUs, localZone);
  // A bare time is the next such. What is written from now on is wanted whatever the clocks say of it.
  const untilUs = typed.until === null ? null : nextTime(typed.until, nowUs, localZone);
  return { sinceUs: null, untilUs, isDefault: false };
}

function nextTime(until: string, nowUs: number, localZone: LocalZone): number | null {
  try {
    return parseWindow({ since: 'now', until }, nowUs, localZone).untilUs;
  } catch (error) {
    if (!(error instanceof UserError) || !error.message.startsWith('--since')) throw error;
    throw new UserError(
      'AUDIT_BAD_TIME',
      `--until ${JSON.stringify(until)} is past: nothing would be followed`,
      {
        hint: 'say a time to come: --until 18:30; or what was there before, too: --since 2h',
      },
    );
  }
}

/** What can be read only once is read whole, unless a window was given. */
function windowFor(window: ParsedWindow, sources: readonly Source[]): ParsedWindow {
  const isReadOnce = sources.some((source) => !source.capabilities.rereads);
  return window.isDefault && isReadOnce ? { sinceUs: null, untilUs: null, isDefault: false } : window;
}

const TERMINAL_LIMIT = 50;

function limitOf(flags: FlagValues, printing: Printing): number | null {
  const typed = textFlag(flags, 'limit');
  if (typed === null)
    return printing.isForTerminal && boolFlag(flags, 'follow') !== true ? TERMINAL_LIMIT : null;
  if (!/^\d{1,9}$/.test(typed))
    throw new UserError('AUDIT_USAGE', `--limit ${JSON.stringify(typed)} is not a number of rows`, {
      hint: '--limit 20; --limit 0 prints them all',
    });
  return Number(typed) === 0 ? null : Number(typed);
}

function localZoneOf(flags: FlagValues, io: Io): LocalZone {
  return boolFlag(flags, 'utc') === true ? () => 'UTC' : () => io.timeZone;
}

/** Said of one reading, and not of the next. */
const ONCE: readonly FlagName[] = ['explain', 'max-bytes', 'yes'];
/** Which only one question takes. */
const OWN: readonly FlagName[] = ['with'];
const SAME_LOGS: readonly FlagName[] = [
  ...flagsInGroup('Where from').filter((name) => !ONCE.includes(name) && !OWN.includes(name)),
  ...flagsInGroup('Cluster'),
];
