/**
 * Takes a question through its rounds: plan, read, assemble, add, end. The one way through; commands only choose the
 * question, its parameters and the sources.
 */
import type { Answer } from '../answer.ts';
import { groupsIn } from '../event/groups.ts';
import type { LiveCluster } from '../live.ts';
import { type Inputs, MAX_ROUNDS, type Outcome, type Question, type Round } from '../questions/question.ts';
import type { Source } from '../sources/source.ts';
import { billedPlans, type Planned } from './billed-plans.ts';
import type { Progress } from './progress.ts';
import { Reading } from './reading.ts';

export interface AskOptions {
  readonly sources: readonly Source[];
  readonly inputs: Inputs;
  /** How things stand now; null: not asked. */
  readonly live: LiveCluster | null;
  readonly nowUs: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Before any of a round is read; rejects when it is not to be. Default: nobody is asked. */
  readonly confirm?: (planned: readonly Planned[]) => Promise<void>;
}

export async function ask<P>(question: Question<P>, params: P, options: AskOptions): Promise<Answer> {
  try {
    return await throughRounds(question, params, options);
  } finally {
    // Also when it failed or was interrupted: what follows begins on a line of its own.
    await options.progress.end();
  }
}

/** Whether a question gets more than one round. */
export function canReread(sources: readonly Source[]): boolean {
  return sources.every(({ capabilities }) => capabilities.rereads && !capabilities.billed);
}

async function throughRounds<P>(question: Question<P>, params: P, options: AskOptions): Promise<Answer> {
  const reading = new Reading(options.progress);
  const rereads = canReread(options.sources);
  let round = question.begin(params, { ...options.inputs, rereads }, options.nowUs);
  for (let n = 1; ; n++) {
    await readRound(round, reading, options);
    const canGoOn = n < MAX_ROUNDS && rereads;
    const outcome = await looked(round.end(reading.coverage(round.query.window), canGoOn), options);
    if (outcome.kind === 'answer') return reading.finish(outcome.answer, round.query.window);
    round = outcome.round;
  }
}

/** Without a live cluster every look finds nothing. */
async function looked(
  outcome: Outcome,
  { live, signal }: AskOptions,
): Promise<Exclude<Outcome, { kind: 'look' }>> {
  let here = outcome;
  while (here.kind === 'look') {
    here = here.resume(live === null ? new Map() : await live.look(here.keys, signal));
  }
  return here;
}

async function readRound(
  round: Round,
  reading: Reading,
  { sources, signal, confirm }: AskOptions,
): Promise<void> {
  const { query } = round;
  const billed = await billedPlans(sources, query, signal);
  await confirm?.(billed);
  let wantsMore = true;
  const pass = reading.begin({
    query,
    isContext: round.isContext === true,
    onMatch: (request) => {
      if (round.add(request) === 'enough') wantsMore = false;
    },
    onBegun: (begun) => round.countBegun?.(begun),
  });
  for (const source of sources) {
    if (!wantsMore) break;
    const known = billed.find((each) => each.source === source)?.plan;
    const plan = known ?? (await source.plan(query, signal));
    for await (const batch of source.read(plan, signal)) {
      pass.take(source, plan, batch);
      round.count?.(groupsIn(batch.passedOver.counted));
      if (!wantsMore) break;
    }
    pass.find(source);
  }
  pass.end();
}
