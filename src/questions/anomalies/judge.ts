/** From what was counted to findings; which networks are the cluster's is asked of the cluster before. */
import type { LiveFinding, LiveKey } from '../../live.ts';
import { type Network, parseNetwork } from '../../query/networks.ts';
import type { Outcome } from '../question.ts';
import { anomaliesAnswer } from './anomalies-answer.ts';
import type { AnomaliesState } from './anomalies-state.ts';
import { clusterNetworks } from './cluster-networks.ts';
import { localHours } from './days.ts';
import { EvidenceRound } from './evidence-round.ts';
import { type Found, findAnomalies, LEAST_BASE_DAYS } from './find.ts';
import { isBy } from './is-by.ts';
import type { Judged } from './judged.ts';
import { habitsOf } from './span.ts';

export function judge(state: AnomaliesState, canGoOn: boolean): Outcome {
  const key: LiveKey = { kind: 'networks' };
  return {
    kind: 'look',
    keys: [key],
    resume: (live) => judged(state, networksOf(live.get(key)), canGoOn),
  };
}

function networksOf(found: LiveFinding | undefined): Network[] {
  return found?.kind === 'networks' ? found.cidrs.map((cidr) => parseNetwork(cidr)) : [];
}

function judged(state: AnomaliesState, live: readonly Network[], canGoOn: boolean): Outcome {
  const { params, history } = state;
  const local = history.days.map((day) => localHours(day, params.timeZone));
  const habits = habitsOf(history, local);
  const base = state.base();
  const networks = [...live, ...params.knownRanges];
  const [from, to] = state.tested;
  const test = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  const all: Found =
    base.length < LEAST_BASE_DAYS
      ? {
          findings: [],
          weaker: 0,
          calibratedOn: 0,
          learntNetworks: clusterNetworks(habits, 0, networks).learnt + networks.length,
        }
      : findAnomalies(habits, { base, test, networks, budget: params.budget });
  const found = {
    ...all,
    learntNetworks: all.learntNetworks + networks.length,
    findings: all.findings.filter((each) => isBy(each.candidate.habits.actor.seen, params.who)),
  };
  const judgement: Judged = { state, habits, base, found };
  if (!canGoOn || found.findings.length === 0)
    return { kind: 'answer', answer: anomaliesAnswer(judgement, new Map(), []) };
  return { kind: 'ask', round: new EvidenceRound(judgement) };
}
