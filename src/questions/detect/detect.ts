/**
 * detect: rules held against a window. One request is enough for most; those that others belong to are kept and looked at together in
 * the end (came-together.ts), for which what lies just before the window is read too; and for what is new, the days before.
 */
import type { Coverage } from '../../event/coverage.ts';
import { parseMicros } from '../../event/micros.ts';
import { redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { LiveFinding, LiveKey } from '../../live.ts';
import { matches } from '../../query/matches.ts';
import { all, any, EVERYTHING } from '../../query/predicate.ts';
import type { Query, Window } from '../../query/query.ts';
import { Detector, type Wanted } from '../../rules/detector.ts';
import type { Rule } from '../../rules/rule.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { AnswerDraft, Inputs, Outcome, Question, Round } from '../question.ts';
import { CameTogether, episodeText, reachOf } from './came-together.ts';
import type { DetectParams } from './detect-params.ts';
import { columnsFor, type FindingRow, findingRow, nameOfRow } from './detect-row.ts';
import { gapsOf, type Limits, nextCommands, notesOf, sentence } from './detect-says.ts';
import { DetectStream } from './detect-stream.ts';
import type { FindingGroup } from './finding-group.ts';
import { FindingGroups } from './finding-groups.ts';
import { type FindingKeys, keysFor, nowLines, nowOf } from './finding-now.ts';
import { describedBy, seenRequest } from './seen-request.ts';
import { showCommand } from './show-requests.ts';
import { levelWitness, unansweredBy } from './unanswered.ts';

export const detect: Question<DetectParams> = {
  name: 'detect',
  needs: [],
  begin: (params: DetectParams, _inputs: Inputs, _nowUs: number): Round =>
    new WindowRound(params, new Found(params)),
  follow: (params: DetectParams) => new DetectStream(params),
};

/** Something is new where the log goes back so far before it, or as far as the rule looks, if that is less. */
export const BASELINE_US = 86_400_000_000;

/** What all rounds found together. */
class Found {
  readonly params: DetectParams;
  readonly detector: Detector;
  readonly groups = new FindingGroups();
  readonly together = new CameTogether();
  /** The log is known to go back to then; null: it is not known how far. */
  reachesUs: number | null = null;
  cutOff = 0;

  constructor(params: DetectParams) {
    this.params = params;
    this.detector = new Detector(params.rules);
  }

  holding({ event }: AuditRequest, detector: Detector): readonly Wanted[] {
    const wanted = detector.holding(event);
    return wanted.length > 0 && matches(event, this.params.filters) ? wanted : [];
  }

  add(request: AuditRequest, isBefore: boolean): void {
    const wanted = this.holding(request, this.detector);
    if (wanted.length === 0) return;
    const seen = seenRequest(request, this.params);
    for (const one of wanted) {
      if (one.rule.correlation !== null) this.together.add(one, request, seen);
      else if (!isBefore)
        this.groups.add(one.rule, seen, describedBy(one.rule, request, this.params.isRevealed));
    }
  }
}

/** What is asked about. */
class WindowRound implements Round {
  readonly query: Query;
  readonly #found: Found;

  constructor(params: DetectParams, found: Found) {
    this.#found = found;
    const { sinceUs, untilUs } = params.window;
    this.query = queryFor(found.detector, params, { sinceUs, untilUs }, levelWitness(params.rules));
  }

  add(request: AuditRequest): 'go on' {
    this.#found.add(request, false);
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const { sinceUs } = this.query.window;
    if (sinceUs === null) {
      this.#found.reachesUs = coverage.from === null ? null : parseMicros(coverage.from);
      return answer(this.#found, coverage);
    }
    const rules = this.#found.together.reachingBefore(sinceUs);
    if (rules.length === 0) return answer(this.#found, coverage);
    if (canGoOn) return { kind: 'ask', round: new BeforeRound(this.#found, rules, sinceUs) };
    this.#found.cutOff = rules.filter(({ correlation }) => correlation?.kind === 'within').length;
    return answer(this.#found, coverage);
  }
}

/** What lies before, of rules that it matters to. */
class BeforeRound implements Round {
  readonly query: Query;
  readonly isContext = true;
  readonly #found: Found;
  readonly #detector: Detector;
  readonly #rules: readonly Rule[];
  readonly #sinceUs: number;

  constructor(found: Found, rules: readonly Rule[], sinceUs: number) {
    this.#found = found;
    this.#rules = rules;
    this.#sinceUs = sinceUs;
    this.#detector = new Detector(rules);
    const backUs = Math.max(...rules.map(({ correlation }) => reachOf(correlation)));
    const window = { sinceUs: sinceUs - backUs, untilUs: sinceUs };
    this.query = queryFor(this.#detector, found.params, window, null);
  }

  add(request: AuditRequest): 'go on' {
    const wanted = this.#found.holding(request, this.#detector);
    if (wanted.length === 0) return 'go on';
    const seen = seenRequest(request, this.#found.params);
    for (const one of wanted) this.#found.together.add(one, request, seen);
    return 'go on';
  }

  end(coverage: Coverage, canGoOn: boolean): Outcome {
    const isAboutNew = this.#rules.some(({ correlation }) => correlation?.kind === 'first seen');
    if (!isAboutNew || !canGoOn) return answer(this.#found, coverage);
    return { kind: 'ask', round: new ReachRound(this.#found, this.#sinceUs) };
  }
}

/** Whether the log goes back far enough: any request of that time will do. */
class ReachRound implements Round {
  readonly query: Query;
  readonly isContext = true;
  readonly #found: Found;

  constructor(found: Found, sinceUs: number) {
    this.#found = found;
    this.query = {
      ...queryFor(found.detector, found.params, { sinceUs: null, untilUs: sinceUs - BASELINE_US }, null),
      ...{ predicate: EVERYTHING, order: 'newest', limit: 1 },
    };
  }

  add({ receivedUs }: AuditRequest): 'enough' {
    this.#found.reachesUs = receivedUs;
    return 'enough';
  }

  end(coverage: Coverage): Outcome {
    return answer(this.#found, coverage);
  }
}

function queryFor(
  detector: Detector,
  params: DetectParams,
  window: Window,
  witness: Query['witness'],
): Query {
  return {
    window,
    predicate: all(detector.predicate, params.filters),
    isRough: true,
    witness: witness === null ? null : any(witness),
    fields: REQUEST_FIELDS,
    order: 'none',
    limit: null,
    aggregation: null,
  };
}

function answer(found: Found, coverage: Coverage): Outcome {
  const withoutBaseline = tellEpisodes(found);
  const { params, groups, together, detector } = found;
  const sorted = groups.groups();
  const limits: Limits = {
    unanswered: unansweredBy(params.rules, coverage.levels),
    withoutBaseline,
    cutOff: found.cutOff,
    dropped: together.dropped,
    unsure: detector.unsure,
    left: groups.left,
  };
  const shown = params.limit === null ? sorted.length : Math.min(params.limit, sorted.length);
  const keys = keysFor(sorted.slice(0, shown));
  return {
    kind: 'look',
    keys: keys.keys,
    resume: (live) => ({ kind: 'answer', answer: draft(found, sorted, shown, limits, keys, live, coverage) }),
  };
}

/** Those that end in the window. Gives back how many rules have nothing to hold what is new against. */
function tellEpisodes({ params, groups, together, reachesUs }: Found): number {
  const sinceUs = params.window.sinceUs ?? Number.NEGATIVE_INFINITY;
  const clean = (text: string): string => (params.isRevealed ? text : redactText(text));
  const unheld = new Set<Rule>();
  for (const episode of together.episodes()) {
    const { rule, hits, lastUs } = episode;
    if (lastUs < sinceUs) continue;
    if (rule.correlation?.kind === 'first seen') {
      const neededUs = lastUs - Math.min(rule.correlation.lookBackUs, BASELINE_US);
      if (reachesUs === null || reachesUs > neededUs) {
        unheld.add(rule);
        continue;
      }
    }
    const seen = hits.map(({ item }) => item);
    groups.addEpisode(rule, seen, episodeText(episode, clean));
  }
  return unheld.size;
}

function draft(
  { params }: Found,
  groups: readonly FindingGroup[],
  shown: number,
  limits: Limits,
  keys: FindingKeys,
  live: ReadonlyMap<LiveKey, LiveFinding>,
  coverage: Coverage,
): AnswerDraft {
  const rows = groups.map(
    (group): FindingRow => findingRow(group, showCommand(group, params), nowOf(group, keys, live)),
  );
  return {
    question: 'detect',
    says: sentence(rows, params, limits, coverage),
    rows: rows.slice(0, shown),
    columns: columnsFor(rows.slice(0, shown)),
    nameOf: nameOfRow,
    nearMisses: [],
    notes: notesOf(params, limits),
    now: nowLines(keys, live),
    next: nextCommands(rows, params),
    total: rows.length,
    events: groups
      .slice(0, shown)
      .flatMap((group) => group.newest().flatMap(({ event }) => (event === null ? [] : [event]))),
    gaps: gapsOf(limits, coverage),
  };
}
