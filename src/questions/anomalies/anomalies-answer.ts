/** From findings and their requests to the answer. */
import type { AnswerDraft } from '../question.ts';
import { anomalyRow, COLUMNS, nameOfRow } from './anomalies-row.ts';
import { gapsOf, nextCommands, notesOf, sentence, type Told } from './anomalies-says.ts';
import { baselineText } from './baseline-text.ts';
import { type Requests, showCommand } from './evidence.ts';
import type { Finding } from './find.ts';
import type { Judged } from './judged.ts';
import { LEAST_RATE_DAYS } from './rate-test.ts';
import { toSaved } from './saved-baseline.ts';
import { bitsOf, countBits } from './span.ts';

export function anomaliesAnswer(
  judgement: Judged,
  requests: ReadonlyMap<Finding, Requests>,
  explained: readonly string[],
): AnswerDraft {
  const { state, found } = judgement;
  const { params, coverage } = state;
  if (coverage === null) throw new Error('an answer before the first round has ended');
  const { sinceUs, untilUs } = params.tested;
  const rows = found.findings.map((finding) => {
    const show = `${params.calledAs} ${showCommand(finding.candidate, sinceUs, untilUs)}${params.sameLogs}`;
    return anomalyRow(finding, requests.get(finding) ?? null, show);
  });
  const told: Told = { params, rows, coverage, explained, ...countsOf(judgement, requests) };
  const shown = params.limit === null ? rows : rows.slice(0, params.limit);
  return {
    question: 'anomalies',
    says: sentence(told),
    rows: shown,
    columns: COLUMNS,
    nameOf: nameOfRow,
    nearMisses: [],
    notes: notesOf(told),
    now: [],
    next: nextCommands(told),
    total: rows.length,
    events: [],
    gaps: gapsOf(told),
    ...(params.keepsHistory ? { kept: keptOf(judgement) } : {}),
  };
}

/** The baseline, and the days under test. */
function keptOf(judgement: Judged): string {
  return baselineText(toSaved(judgement.state.history, [...judgement.base, ...testedDays(judgement)]));
}

function testedDays({ state }: Judged): number[] {
  const [from, to] = state.tested;
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

type Counts = Omit<Told, 'params' | 'rows' | 'coverage' | 'explained'>;

function countsOf(judgement: Judged, requests: ReadonlyMap<Finding, Requests>): Counts {
  const { state, habits, base, found } = judgement;
  const baseBits = bitsOf(base);
  const testBits = bitsOf(testedDays(judgement));
  const active = habits.actors.filter((each) => (each.active & testBits) !== 0);
  const settling = active.filter((each) => countBits(each.active & baseBits) < LEAST_RATE_DAYS);
  const [first, last] = [base[0], base.at(-1)].map((n) =>
    n === undefined ? undefined : state.history.days[n],
  );
  return {
    baseDays: base.length,
    baseFromUs: first?.startUs ?? null,
    baseToUs: last?.endUs ?? null,
    actors: active.length,
    settling: settling.length,
    weaker: found.weaker,
    calibratedOn: found.calibratedOn,
    varied: active.filter(({ actor }) => actor.isVaried).length,
    hasMoreActors: state.history.hasMore,
    networksKnown: found.learntNetworks > 0,
    withoutIds: found.findings.filter((each) => (requests.get(each)?.count ?? 0) === 0).length,
    isOnePass: state.isOnePass,
    begun: state.begun,
  };
}
