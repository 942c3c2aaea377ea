/** detect, followed: a finding as soon as its request, or the last of those that come together, is there. */
import type { Gap } from '../../event/coverage.ts';
import { redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import { matches } from '../../query/matches.ts';
import { all } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { type Correlator, correlatorOf, type Found, type Hit, hitOf } from '../../rules/correlate.ts';
import { Detector, type Wanted } from '../../rules/detector.ts';
import type { Rule } from '../../rules/rule.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { RowStream, StreamedRow } from '../row-stream.ts';
import { episodeText } from './came-together.ts';
import type { DetectParams } from './detect-params.ts';
import { COLUMNS, findingRow, nameOfRow } from './detect-row.ts';
import { gapsOf, notesOf } from './detect-says.ts';
import { FindingGroup, groupKeyOf } from './finding-group.ts';
import { describedBy, type SeenRequest, seenRequest } from './seen-request.ts';
import { showCommand } from './show-requests.ts';
import { levelWitness } from './unanswered.ts';

/** Requests come in the order of their ends, of several logs: others that were received later may be there before. */
const SLACK_US = 120_000_000;
/** As in detect.ts: how far what was read must go back for something to be new. */
const BASELINE_US = 86_400_000_000;
/** Requests that have begun and not ended, at most. */
const MOST_OPEN = 20_000;
/** Of what is there before and rules hold of, at most. */
const MOST_EARLIER = 100_000;

/** A request that a rule holds of. */
interface Held {
  readonly one: Wanted;
  readonly seen: SeenRequest;
  readonly detail: string | null;
  /** Of a correlation. */
  readonly hit: Hit<SeenRequest> | null;
  readonly isOpen: boolean;
}

export class DetectStream implements RowStream {
  readonly query: Query;
  readonly columns = COLUMNS;
  readonly nameOf = nameOfRow;
  readonly #params: DetectParams;
  readonly #detector: Detector;
  readonly #correlators: ReadonlyMap<Rule, Correlator<SeenRequest>>;
  /** Told when they began: by rule and request. */
  readonly #open = new Set<string>();
  #earlier = new Map<string, readonly Held[]>();
  #dropped = 0;
  /** Of what was read, the earliest. */
  #fromUs = Number.POSITIVE_INFINITY;
  #unheld = new Set<Rule>();

  constructor(params: DetectParams) {
    this.#params = params;
    this.#detector = new Detector(params.rules);
    this.#correlators = new Map(
      params.rules.flatMap((rule) => {
        const correlator = correlatorOf<SeenRequest>(rule, SLACK_US);
        return correlator === null ? [] : [[rule, correlator] as const];
      }),
    );
    const { sinceUs, untilUs } = params.window;
    this.query = {
      window: { sinceUs: sinceUs === null ? null : sinceUs - reachBack(params), untilUs },
      predicate: all(this.#detector.predicate, params.filters),
      isRough: true,
      witness: levelWitness(params.rules),
      fields: REQUEST_FIELDS,
      order: 'oldest',
      limit: null,
      aggregation: null,
    };
  }

  addEarlier(request: AuditRequest): void {
    const held = this.#heldOf(request);
    if (held.length === 0) return;
    if (this.#earlier.size >= MOST_EARLIER && !this.#earlier.has(request.key)) this.#dropped++;
    else this.#earlier.set(request.key, held);
  }

  earlierRows(): readonly StreamedRow[] {
    const inOrder = [...this.#earlier.values()].flat().sort((a, b) => a.seen.atUs - b.seen.atUs);
    this.#earlier = new Map();
    return inOrder.flatMap((held) => this.#tell(held));
  }

  add(requests: readonly AuditRequest[]): readonly StreamedRow[] {
    return requests.flatMap((request) => this.#heldOf(request).flatMap((held) => this.#tell(held)));
  }

  findings() {
    const forgotten = [...this.#correlators.values()].reduce((sum, { forgotten: of }) => sum + of, 0);
    const limits = {
      ...{ unanswered: [], withoutBaseline: this.#unheld.size, cutOff: 0, left: 0 },
      ...{ dropped: forgotten + this.#dropped, unsure: this.#detector.unsure },
    };
    const gaps: Gap[] = gapsOf(limits, null);
    return { gaps, notes: notesOf(this.#params, limits) };
  }

  #heldOf(request: AuditRequest): readonly Held[] {
    const { event, key, isOpen } = request;
    this.#fromUs = Math.min(this.#fromUs, event.receivedUs ?? this.#fromUs);
    const wanted = this.#detector.holding(event);
    if (wanted.length === 0 || !matches(event, this.#params.filters)) return [];
    const seen = seenRequest(request, this.#params);
    return wanted.map((one) => ({
      one,
      seen,
      detail: describedBy(one.rule, request, this.#params.isRevealed),
      hit: hitOf(one.rule, one.step, event, key, seen),
      isOpen,
    }));
  }

  #tell(held: Held): readonly StreamedRow[] {
    const correlator = this.#correlators.get(held.one.rule);
    return correlator === undefined ? this.#single(held) : this.#several(held, correlator);
  }

  #single({ one: { rule }, seen, detail, isOpen }: Held): readonly StreamedRow[] {
    const key = keyOf(rule, seen.key);
    // It was told when it began.
    if (this.#open.delete(key)) return [];
    if (this.#isBefore(seen.atUs) && !isOpen) return [];
    if (isOpen) this.#remember(key);
    const group = new FindingGroup(groupKeyOf(rule, seen), rule);
    group.add(seen, detail);
    return [{ row: findingRow(group, showCommand(group, this.#params)), key, event: seen.event }];
  }

  #several({ one: { rule }, seen, hit }: Held, correlator: Correlator<SeenRequest>): readonly StreamedRow[] {
    if (hit === null) return [];
    return correlator
      .add(hit)
      .filter((found) => found.isNew && !this.#isBefore(found.atUs) && this.#isHeld(rule, found))
      .map((found) => this.#rowOf(rule, found.hits, seen));
  }

  #rowOf(rule: Rule, hits: readonly Hit<SeenRequest>[], of: SeenRequest): StreamedRow {
    const { isRevealed } = this.#params;
    const detail = episodeText({ rule, hits }, (text) => (isRevealed ? text : redactText(text)));
    const items = [...new Map(hits.map((hit) => [hit.id, hit.item])).values()];
    const group = new FindingGroup(groupKeyOf(rule, items[0] ?? of), rule);
    group.addEpisode(items, detail);
    return {
      row: findingRow(group, showCommand(group, this.#params)),
      key: keyOf(rule, of.key),
      event: of.event,
    };
  }

  /** Read only for what it may belong together with. */
  #isBefore(atUs: number): boolean {
    const { sinceUs } = this.#params.window;
    return sinceUs !== null && atUs < sinceUs;
  }

  /** What is new is so against what was read. */
  #isHeld(rule: Rule, { atUs }: Found<SeenRequest>): boolean {
    if (rule.correlation?.kind !== 'first seen') return true;
    const isHeld = this.#fromUs <= atUs - Math.min(rule.correlation.lookBackUs, BASELINE_US);
    if (!isHeld) this.#unheld.add(rule);
    return isHeld;
  }

  #remember(key: string): void {
    this.#open.add(key);
    if (this.#open.size <= MOST_OPEN) return;
    const [oldest] = this.#open;
    if (oldest !== undefined) this.#open.delete(oldest);
  }
}

function keyOf(rule: Rule, key: string): string {
  return `${rule.id} ${key}`;
}

/** Of what comes together; how far back news are held against is read only where it is asked about. */
function reachBack({ rules, historyUs = 0 }: DetectParams): number {
  const within = rules.map(({ correlation }) => (correlation?.kind === 'within' ? correlation.withinUs : 0));
  return Math.max(historyUs, ...within);
}
