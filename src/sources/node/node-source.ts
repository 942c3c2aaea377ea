/**
 * The audit logs on the control plane's nodes, through the API server: found, narrowed to the window, read the newest part
 * first and within an allowance, nodes side by side. A node that fails is a gap, and not the end.
 */
import { UserError } from '../../errors.ts';
import { type EventBatch, emptyBatch } from '../../event/batch.ts';
import type { Io } from '../../io.ts';
import { EVERYTHING } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { sieveOf } from '../../scan/sieve.ts';
import { withFollowed } from '../joined-findings.ts';
import { asksLongRunning, asksOpenOnes, STILL_RUNNING } from '../long-running.ts';
import { mapBounded } from '../map-bounded.ts';
import type { ClusterReach, SourceParams } from '../registry.ts';
import { FileGone, type LogFolder } from '../rotated-logs/log-folder.ts';
import type { Capabilities, Findings, News, Source, SourcePlan } from '../source.ts';
import { type StageWindow, stageWindow } from '../stage-window.ts';
import { Allowance } from './allowance.ts';
import { explainPlan } from './explain-plan.ts';
import { type FoundLogs, findLogs } from './find-logs.ts';
import { FollowedNodes, planBefore } from './followed-nodes.ts';
import { openKubeletFolder } from './kubelet-folder.ts';
import { type LogPlan, planLog } from './log-plan.ts';
import { LogReader, type PieceReader } from './log-reader.ts';
import { type NodeLog, pathOf } from './node-log.ts';
import { NodeTally, withSshLine } from './node-tally.ts';
import { openPodFolder } from './pod-folder.ts';
import { outputUrl, PodOutputReader } from './pod-output.ts';
import { NODES_AT_ONCE, readSideBySide } from './side-by-side.ts';

export async function openNodeSource(
  { maxBytes }: SourceParams,
  io: Io,
  cluster: ClusterReach | null,
): Promise<Source> {
  if (cluster === null) {
    throw new UserError(
      'AUDIT_NO_SOURCE',
      "the nodes' logs are read through a cluster, and none is configured",
      {
        hint: 'give a kubeconfig, or a log with --file',
      },
    );
  }
  const { logPath } = cluster;
  if (logPath !== null && !/^\/.*[^/]$/.test(logPath)) {
    throw new UserError('AUDIT_USAGE', `--log-path "${logPath}" is not the absolute path of a file`, {
      hint: 'say it as it is on the node: --log-path /var/log/kubernetes/audit/audit.log',
    });
  }
  return new NodeSource(cluster, maxBytes, io);
}

/** One log of a plan: narrowed, or why it cannot be read, or its pod's output where the files may not be read. */
type Planned =
  | { readonly kind: 'files'; readonly name: string; readonly log: NodeLog; readonly plan: LogPlan }
  | { readonly kind: 'failure'; readonly name: string; readonly log: NodeLog; readonly error: UserError }
  | { readonly kind: 'output'; readonly name: string; readonly log: NodeLog };

interface Reading {
  readonly found: FoundLogs;
  readonly planned: readonly Planned[];
  /** Null: what is there is all that is wanted. */
  readonly followed: FollowedNodes | null;
  /** Requests that were still running when the window began could be wanted, and their first event lies before it. */
  readonly missesOpenOnes: boolean;
}

class NodeSource implements Source {
  readonly name: string;
  /**
   * Pieces come newest first, but each in the log's own order, and nodes in turn: no order is declared. What is read is
   * widened by the slack that the log shows.
   */
  readonly capabilities: Capabilities = {
    order: 'none',
    slackUs: 'measured',
    rereads: true,
    billed: false,
    follows: true,
  };
  readonly #reach: ClusterReach;
  readonly #maxBytes: number | null;
  readonly #io: Io;
  readonly #readings = new WeakMap<SourcePlan, Reading>();
  readonly #folders = new Map<string, LogFolder>();
  #found: Promise<FoundLogs> | null = null;
  #tally: NodeTally;
  #followed: FollowedNodes | null = null;
  #deadline: { readonly deadlineSeconds?: number } = {};

  constructor(reach: ClusterReach, maxBytes: number | null, io: Io) {
    this.name = `nodes of ${reach.api.address}`;
    this.#reach = reach;
    this.#maxBytes = maxBytes;
    this.#io = io;
    this.#tally = new NodeTally(io.calledAs);
  }

  async plan(query: Query, signal: AbortSignal): Promise<SourcePlan> {
    signal.throwIfAborted();
    const found = await this.#find(signal);
    const isLongRunning = asksLongRunning(query);
    const stagesIn = (log: NodeLog): StageWindow =>
      stageWindow(query.window, isLongRunning ? null : log.requestTimeoutUs);
    const names = namesOf(found.logs);
    const followed = query.following === undefined ? null : this.#openFollowed();
    const planned = await mapBounded(found.logs, NODES_AT_ONCE, (log) => {
      const name = names.get(log) ?? log.node;
      const window = stagesIn(log);
      if (followed === null) return this.#planLog(log, name, window, signal);
      return this.#planFollowed(followed, log, name, query.following === 'since' ? window : null, signal);
    });
    const failures = planned.filter((each) => each.kind === 'failure');
    const [failure] = failures;
    if (failure !== undefined && failures.length === planned.length) {
      throw withSshLine(failure.error, failure.log, this.#io.calledAs);
    }
    const missesOpenOnes = query.window.sinceUs !== null && asksOpenOnes(query);
    const reading: Reading = { found, planned, missesOpenOnes, followed };
    const allowance = new Allowance(this.#maxBytes, this.#io.now);
    const steps = planned.flatMap((each) => (each.kind === 'files' ? each.plan.steps : []));
    const bytes = steps.reduce((sum, step) => sum + step.to - step.from, 0);
    const isSizeKnown = planned.every((each) => each.kind !== 'output');
    const plan: SourcePlan = {
      query,
      pushed: EVERYTHING,
      residual: query.predicate,
      estimate: { bytes: isSizeKnown ? Math.min(bytes, allowance.leftBytes) : null, parts: steps.length },
      explain: async () => [
        ...planned.flatMap((each) => explainOne(each, stagesIn(each.log))),
        ...found.misses.map(({ node, error }) => `leave ${node}: ${error.message}`),
        ...(followed === null ? [] : followed.explained),
        `${allowance.limit}, the newest first`,
      ],
    };
    this.#readings.set(plan, reading);
    return plan;
  }

  async *read(plan: SourcePlan, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const reading = this.#readings.get(plan);
    if (reading === undefined) throw new Error('read() of a plan that is not of this source');
    signal.throwIfAborted();
    const tally = new NodeTally(this.#io.calledAs);
    this.#tally = tally;
    for (const miss of reading.found.misses) tally.addMiss(miss);
    const readers = this.#readersOf(plan.query, reading, tally);
    // So that a log of which nothing is read is named too.
    for (const { name } of reading.planned) yield emptyBatch(name);
    const allowance = new Allowance(this.#maxBytes, this.#io.now);
    yield* readSideBySide(readers, allowance, signal);
    for (const reader of readers) {
      if (!reader.isDone)
        tally.addOverBudget(reader.name, reader.reachedUs, reader.leftBytes, allowance.limit);
    }
    if (reading.missesOpenOnes) tally.addNote(STILL_RUNNING);
    tally.end(reading.planned.length);
  }

  async *follow(
    plan: SourcePlan,
    onNews: (news: News) => void,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    const reading = this.#readings.get(plan);
    if (reading === undefined || reading.followed === null)
      throw new Error('follow() of a plan that is not of this source, or does not follow');
    this.#followed = reading.followed;
    yield* reading.followed.follow(sieveOf(plan.query, true), reading.found.misses, onNews, signal);
  }

  findings(): Findings {
    return withFollowed(this.#tally.findings(), this.#followed);
  }

  /** Removes what was put on the nodes. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled([...this.#folders.values()].map((folder) => folder.close()));
    this.#folders.clear();
    for (const each of closed) if (each.status === 'rejected') throw each.reason;
  }

  /** Asked once: where a log lies does not change between two rounds. A failure is asked for again. */
  #find(signal: AbortSignal): Promise<FoundLogs> {
    this.#found ??= findLogs(this.#reach, this.#io.calledAs, signal).catch((error: unknown) => {
      this.#found = null;
      throw error;
    });
    return this.#found;
  }

  async #planLog(log: NodeLog, name: string, window: StageWindow, signal: AbortSignal): Promise<Planned> {
    try {
      return {
        kind: 'files',
        name,
        log,
        plan: await planLog(this.#folderOf(log), log, name, window, signal),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FileGone) {
        const hint = `say where it is: ${this.#io.calledAs} … --node ${log.node} --log-path PATH`;
        return {
          kind: 'failure',
          name,
          log,
          error: new UserError('AUDIT_NO_AUDIT_LOG', error.message, { hint }),
        };
      }
      if (!(error instanceof UserError)) throw error;
      if (log.output !== undefined && error.code === 'AUDIT_FORBIDDEN') return { kind: 'output', name, log };
      return { kind: 'failure', name, log, error };
    }
  }

  #openFollowed(): FollowedNodes {
    this.#deadline = { deadlineSeconds: FOLLOWING_POD_SECONDS };
    return new FollowedNodes({
      folderOf: (log) => this.#folderOf(log),
      isByPod: this.#reach.via === 'pod',
      now: this.#io.now,
    });
  }

  /** `window`: of what is there already; null: none of it is wanted. */
  async #planFollowed(
    followed: FollowedNodes,
    log: NodeLog,
    name: string,
    window: StageWindow | null,
    signal: AbortSignal,
  ): Promise<Planned> {
    // Following begins first: what is written, or rotated away, while the rest is planned is not in between.
    const begun = await followed.add(log, name, signal);
    if (begun instanceof UserError) return { kind: 'failure', name, log, error: begun };
    if (window === null)
      return { kind: 'files', name, log, plan: { log, name, steps: [], skipped: [], troubles: [] } };
    const planned = await this.#planLog(log, name, window, signal);
    return planned.kind === 'files' ? { ...planned, plan: planBefore(planned.plan, begun) } : planned;
  }

  #readersOf(query: Query, { planned }: Reading, tally: NodeTally): PieceReader[] {
    const { window } = query;
    const mayRepeat = planned.length > 1 || query.following !== undefined;
    const options = { sieve: sieveOf(query, mayRepeat), tally };
    const readers: PieceReader[] = [];
    for (const each of planned) {
      if (each.kind === 'failure') tally.addFailure(each.log, each.name, each.error, null);
      else if (each.kind === 'files') {
        tally.addPlan(each.plan);
        readers.push(new LogReader(each.plan, options));
      } else if (each.log.output !== undefined) {
        const { log, name } = each;
        readers.push(
          new PodOutputReader(this.#reach.api, log, each.log.output, name, window.sinceUs, options),
        );
      }
    }
    return readers;
  }

  #folderOf(log: NodeLog): LogFolder {
    const key = `${log.node}:${log.folder}`;
    const known = this.#folders.get(key);
    if (known !== undefined) return known;
    const { api, via, image } = this.#reach;
    const folder =
      via === 'pod'
        ? openPodFolder(api, { node: log.node, path: log.folder, image, ...this.#deadline })
        : openKubeletFolder(api, log.node, log.folder);
    this.#folders.set(key, folder);
    return folder;
  }
}

/** When its time is up, a pod is made anew; one that was forgotten does not stay longer. */
const FOLLOWING_POD_SECONDS = 3600;

/** By the node alone where it has one log. */
function namesOf(logs: readonly NodeLog[]): Map<NodeLog, string> {
  return new Map(
    logs.map((log) => [
      log,
      logs.filter((each) => each.node === log.node).length === 1 ? log.node : `${log.node}:${pathOf(log)}`,
    ]),
  );
}

function explainOne(planned: Planned, window: StageWindow): string[] {
  if (planned.kind === 'files') return explainPlan(planned.plan, window);
  if (planned.kind === 'failure') return [`cannot read ${planned.name}: ${planned.error.message}`];
  const { output } = planned.log;
  return output === undefined ? [] : [`read ${outputUrl(output, window.sinceUs)}`];
}
