/** `watch`: detect, followed, with alerts: from flags to receivers, a state, and the question's parameters. */
import { Book } from '../alerts/book.ts';
import { Delivery } from '../alerts/delivery.ts';
import { WatchMetrics } from '../alerts/metrics.ts';
import { type MetricsServer, parseListenAt, serveMetrics } from '../alerts/metrics-server.ts';
import { ReadMarks } from '../alerts/read-marks.ts';
import { SeenFindings } from '../alerts/seen-findings.ts';
import { type Remembered, restoreState, StateFile } from '../alerts/state.ts';
import { statePath } from '../config/state-place.ts';
import { UserError } from '../errors.ts';
import { digest } from '../event/digest.ts';
import type { Io } from '../io.ts';
import { parseDuration } from '../query/duration.ts';
import { all } from '../query/predicate.ts';
import { BASELINE_US, detect } from '../questions/detect/detect.ts';
import { escapeTerminal } from '../render/escape.ts';
import { readRules } from '../rules/read-rules.ts';
import { refuseObject, scopeOf, severe, severityOf } from './asked-rules.ts';
import type { Command } from './command.ts';
import { boolFlag, type FlagName, type FlagValues, listFlag, textFlag } from './flags.ts';
import { newestEventUs } from './newest-event.ts';
import { type OpenedReceiver, openReceivers } from './open-receivers.ts';
import { connectFlags } from './reach-cluster.ts';
import { runQuestion } from './run-question.ts';
import { WatchRun, type WatchRunOptions } from './watch-run.ts';

/** How long an alert stands after its latest finding, and nothing is said of it again. */
const FRESH_MS = 3_600_000;
const LEAST_FRESH_MS = 10_000;
/** A request that was on its way when the first run began is written after that. */
const UNDER_WAY_US = 60_000_000;
/** With --once and without a state: how far back the first run looks. */
const FIRST_ONCE_US = 3_600_000_000;

export const watchCommand: Command = {
  async run(words, flags, io) {
    refuseObject('watch', words);
    if (boolFlag(flags, 'manifest') === true) {
      const { printWatchManifest } = await import('./watch-manifest.ts');
      return await printWatchManifest(flags, io);
    }
    const files = listFlag(flags, 'rules');
    // What is told in passing wakes nobody, unless it is asked for.
    const least = severityOf(flags, 'severity') ?? (files.length === 0 ? 'low' : null);
    const loaded = severe(await readRules(files, { withTests: false }), least);
    const scope = scopeOf(flags);
    const historyUs = loaded.rules.some(({ correlation }) => correlation?.kind === 'first seen')
      ? BASELINE_US
      : 0;
    const failed = new AbortController();
    // With a getter for standard input, which is opened when it is looked at.
    const own: Io = Object.create(io, { signal: { value: AbortSignal.any([io.signal, failed.signal]) } });
    const { run, metricsServer, bug } = await begin(flags, own, historyUs > 0, failed);
    try {
      const status = await runQuestion(
        detect,
        undefined,
        ({ placed: _, filters, ...shared }) => ({
          ...shared,
          filters: all(scope, filters),
          ...{ rules: loaded.rules, ruleNotes: loaded.notes, sameWindow: '', historyUs },
        }),
        { ...flags, follow: true },
        own,
        undefined,
        run,
      );
      if (bug() !== null) throw bug();
      return run.isOnce && !run.isSettled ? 1 : status;
    } finally {
      await run.end();
      await metricsServer?.close();
    }
  },
};

interface Begun {
  readonly run: WatchRun;
  readonly metricsServer: MetricsServer | null;
  /** What nobody can mend; null: nothing. */
  readonly bug: () => unknown;
}

async function begin(
  flags: FlagValues,
  io: Io,
  isHeldAgainstHistory: boolean,
  failed: AbortController,
): Promise<Begun> {
  const say = (text: string): void => {
    io.err.write(`${escapeTerminal(text)}\n`).catch(() => {});
  };
  const listenAt = textFlag(flags, 'metrics');
  const at = listenAt === null ? null : parseListenAt(listenAt);
  const receivers = await openReceivers(listFlag(flags, 'to'), io, secretMeans(flags, io));
  const book = new Book(receivers, freshMsOf(flags));
  const remembered: Remembered = {
    marks: new ReadMarks(),
    seen: new SeenFindings(),
    book,
    beganUs: null,
    isPrimed: false,
  };
  const path = statePathOf(flags, receivers, io);
  const lost = path === null ? null : await restoreState(path, remembered);
  for (const [key, count] of lost ?? [])
    say(`${count} alerts that were owed to ${key} are let go: it is not among --to any more`);
  const isFirst = lost === null;
  const isOnce = boolFlag(flags, 'once') === true;
  if (isFirst)
    remembered.beganUs = textFlag(flags, 'since') === null ? await newestEventUs(flags, io) : io.now() * 1000;
  else if (textFlag(flags, 'since') !== null)
    say(`--since is for the first run: this one goes on where the last one ended, as ${path} says`);
  if (isFirst) remembered.isPrimed = isOnce || textFlag(flags, 'since') !== null;
  const needsBefore = isHeldAgainstHistory || path !== null;
  const begins = beginsOf(remembered, { isFirst, isOnce, needsBefore, flags });
  const file = path === null ? null : new StateFile(path, remembered, io.now);
  const metrics = new WatchMetrics();
  let bug: unknown = null;
  const delivery = new Delivery({
    ...{ receivers, book, now: io.now, chance: Math.random },
    keep: (isDurable) => run.keep(isDurable),
    onDelivered: (delivered) => metrics.delivered(delivered),
    onFailure: (receiver) => metrics.failed(receiver),
    onNews: say,
    isKept: (alert) => run.isKept(alert),
    onBug: (error) => {
      bug = error;
      failed.abort();
    },
  });
  const shared = { isOnce, begins, remembered, file, delivery, metrics, say };
  const run = new WatchRun({ ...shared, now: io.now, signal: io.signal });
  // So that what is written from now on is missed by no later run; and a place that cannot be written is told of now.
  await file?.keep();
  const pending = (): ReadonlyMap<string, number> =>
    new Map(receivers.map(({ name, key }) => [name, book.owedTo(key)]));
  const metricsServer = at === null ? null : await serveMetrics(at, () => metrics.text(pending(), io.now()));
  if (metricsServer !== null) say(`metrics at ${metricsServer.url}`);
  delivery.start();
  return { run, metricsServer, bug: () => bug };
}

interface Beginning {
  readonly isFirst: boolean;
  readonly isOnce: boolean;
  /** What lies before is read: for what is new, or so that a later run knows it. */
  readonly needsBefore: boolean;
  readonly flags: FlagValues;
}

/** Null: as the flags say. */
function beginsOf(
  { marks, beganUs }: Remembered,
  { isFirst, isOnce, needsBefore, flags }: Beginning,
): WatchRunOptions['begins'] {
  const since = (sinceUs: number | null) => ({
    sinceUs,
    untilUs: null,
    isDefault: false,
    begins: 'since' as const,
  });
  if (!isFirst) return since(resumeUs(marks, beganUs));
  if (textFlag(flags, 'since') !== null) return null;
  if (isOnce) return since(beganUs === null ? null : beganUs - FIRST_ONCE_US);
  if (needsBefore && beganUs !== null) return since(beganUs - UNDER_WAY_US);
  return { sinceUs: null, untilUs: null, isDefault: false, begins: 'from now' };
}

/** Not before the first run began: nobody asked for that. */
function resumeUs({ resumeUs: marked, disorderUs }: ReadMarks, beganUs: number | null): number | null {
  if (beganUs === null) return marked;
  const first = beganUs - UNDER_WAY_US - disorderUs;
  return marked === null ? first : Math.max(marked, first);
}

/** What says which logs are watched. */
const WHICH_LOGS: readonly FlagName[] = [
  'file',
  'source',
  'node',
  'log-path',
  'context',
  'cluster',
  'server',
  'kubeconfig',
];

function freshMsOf(flags: FlagValues): number {
  const typed = textFlag(flags, 'resolve-after');
  if (typed === null) return FRESH_MS;
  const ms = parseDuration(typed);
  if (ms !== null && ms >= LEAST_FRESH_MS) return ms;
  throw new UserError(
    'AUDIT_USAGE',
    `--resolve-after ${JSON.stringify(typed)} is no time of ten seconds or more`,
    {
      hint: '--resolve-after 30m',
    },
  );
}

/** Null: none is kept. Where nobody but a terminal is told, it begins anew each time. */
function statePathOf(flags: FlagValues, receivers: readonly OpenedReceiver[], io: Io): string | null {
  const typed = textFlag(flags, 'state');
  if (typed === '')
    throw new UserError('AUDIT_USAGE', '--state names no file', { hint: 'is a variable not set?' });
  if (typed !== null) return typed;
  if (receivers.length === 0 && boolFlag(flags, 'once') !== true) return null;
  const which = WHICH_LOGS.map((name) => listFlag(flags, name));
  return statePath(
    io.env,
    `watch-${digest(JSON.stringify([which, io.env.KUBECONFIG, io.cwd])).replaceAll(/\W/g, '_')}.json`,
  );
}

function secretMeans(flags: FlagValues, io: Io) {
  return {
    ...{ env: io.env, signal: io.signal },
    api: async () => {
      const { openCluster } = await import('../cluster/cluster.ts');
      return (await openCluster(connectFlags(flags), io)).api;
    },
  };
}
