/** The nodes' logs, followed: each asked for what is new at a gentle pace, by one request as a rule. */

import { UserError } from '../../errors.ts';
import type { EventBatch } from '../../event/batch.ts';
import type { Sieve } from '../../scan/sieve.ts';
import { type FollowedFindings, joined } from '../joined-findings.ts';
import { Merged } from '../merged.ts';
import { FollowedLog } from '../rotated-logs/followed-log.ts';
import type { LogFolder } from '../rotated-logs/log-folder.ts';
import { scanFollowed } from '../rotated-logs/scan-followed.ts';
import type { News } from '../source.ts';
import type { Miss } from './find-logs.ts';
import { impatient } from './impatient-folder.ts';
import type { FileStep, LogPlan } from './log-plan.ts';
import { type NodeLog, rotationIn } from './node-log.ts';

/** Each look at a log is a request to the API server, which is logged itself. */
export const POLL_MS = 2_000;
/** Through a pod each look runs a command. */
const POD_POLL_MS = 5_000;
/** While a node does not answer, the interval grows to this. */
const MOST_POLL_MS = 30_000;

export interface FollowNodesOptions {
  readonly folderOf: (log: NodeLog) => LogFolder;
  readonly isByPod: boolean;
  readonly now: () => number;
  /** Default POLL_MS; another is for tests. */
  readonly pollMs?: number;
}

export class FollowedNodes {
  readonly #options: FollowNodesOptions;
  readonly #logs: FollowedLog[] = [];
  #onNews: (news: News) => void = () => {};

  constructor(options: FollowNodesOptions) {
    this.#options = options;
  }

  /** Begins at the log's end. Returns the error of one that cannot be read yet, and is followed from when it can. */
  async add(log: NodeLog, name: string, signal: AbortSignal): Promise<FollowedLog | UserError> {
    if (log.kind === 'pod output') return outputNotFollowed(log);
    const { isByPod, now, folderOf } = this.#options;
    const pollMs = this.#options.pollMs ?? (isByPod ? POD_POLL_MS : POLL_MS);
    const folder = folderOf(log);
    // Its time may be up: the next request makes another.
    const onFailure = isByPod ? () => folder.close() : async () => {};
    const followed = new FollowedLog(
      impatient(folder, onFailure),
      { liveName: log.liveName, rotationOf: (fileName) => rotationIn(log, fileName) },
      {
        ...{ name, pollMs, mostPollMs: Math.max(pollMs, MOST_POLL_MS), now },
        onNews: (text) => this.#onNews({ source: name, text }),
      },
    );
    try {
      await followed.settle(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      followed.settleLater();
      this.#logs.push(followed);
      return error;
    }
    this.#logs.push(followed);
    return followed;
  }

  get explained(): string[] {
    return this.#logs.map((log) => log.explained);
  }

  async *follow(
    sieve: Sieve | null,
    misses: readonly Miss[],
    onNews: (news: News) => void,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch> {
    this.#onNews = onNews;
    for (const { node, error } of misses)
      onNews({ source: node, text: `${node} is not followed: ${error.message}` });
    const merged = new Merged<EventBatch>(signal);
    for (const log of this.#logs) {
      const onText = (text: string): void => onNews({ source: log.name, text });
      merged.add((own) => scanFollowed(log, { sieve, onNews: onText }, own));
    }
    yield* merged.items();
  }

  findings(): FollowedFindings {
    return joined(this.#logs.map((log) => log.findings()));
  }
}

/** What of a plan lies before following begins. */
export function planBefore(plan: LogPlan, followed: FollowedLog): LogPlan {
  const steps = plan.steps.flatMap((step): FileStep[] => {
    const end = followed.endOfKnown(step.file.fileName, step.file.facts.head);
    const to = end === null ? step.from : Math.min(step.to, end);
    return step.from < to ? [{ ...step, to }] : [];
  });
  return { ...plan, steps };
}

function outputNotFollowed({ node, output }: NodeLog): UserError {
  return new UserError(
    'AUDIT_USAGE',
    `the output of the API server on ${node} cannot be followed by itself`,
    {
      hint:
        output === undefined
          ? 'pipe it in: … | kubectl audit … --file - --follow'
          : `kubectl logs -f --since 1s -n ${output.namespace} ${output.pod} | kubectl audit … --file - --follow`,
    },
  );
}
