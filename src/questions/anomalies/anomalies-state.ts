/** What the question is asked with, and what its rounds have counted so far. */
import type { Coverage } from '../../event/coverage.ts';
import type { Network } from '../../query/networks.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Window } from '../../query/query.ts';
import { daysBefore, daysOf, HOUR_US } from './days.ts';
import { History } from './history.ts';
import { type SavedBaseline, withSaved } from './saved-baseline.ts';

export interface AnomaliesParams {
  /** Under test. Both ends are known, and its beginning is a whole second. */
  readonly tested: { readonly sinceUs: number; readonly untilUs: number };
  /** Days before it. */
  readonly baselineDays: number;
  /** Takes the place of what would be read of them. */
  readonly saved: SavedBaseline | null;
  /** The answer's `kept` is made. */
  readonly keepsHistory: boolean;
  /** False alarms a day that all tests together may raise. */
  readonly budget: number;
  readonly knownRanges: readonly Network[];
  /** Of whom findings are told; what is ordinary is judged of everybody. */
  readonly who: Predicate;
  readonly timeZone: string;
  readonly window: Window & { readonly isDefault: boolean };
  readonly limit: number | null;
  /** For the next commands, each flag after a space: the program, and the logs. */
  readonly calledAs: string;
  readonly sameLogs: string;
}

export class AnomaliesState {
  readonly params: AnomaliesParams;
  /** Read once, in one round. */
  readonly isOnePass: boolean;
  readonly history: History;
  /** Numbers of the days that come before those under test. */
  readonly before: number;
  /** The earliest request of the days before; null: none. */
  earliestUs: number | null = null;
  /** Requests under test that were counted without being told apart, because they have not ended. */
  begun = 0;
  /** Of the window under test. */
  coverage: Coverage | null = null;

  constructor(params: AnomaliesParams, isOnePass: boolean) {
    const { tested, saved } = params;
    this.params = params;
    this.isOnePass = isOnePass;
    const days = daysOf(tested.sinceUs, tested.untilUs);
    const before =
      saved === null ? daysBefore(tested.sinceUs, params.baselineDays) : saved.days.map(({ day }) => day);
    this.before = before.length;
    this.history = new History([...before, ...days]);
    if (saved !== null) withSaved(this.history, saved);
  }

  get baseline(): readonly [number, number] {
    return [0, this.before - 1];
  }

  get tested(): readonly [number, number] {
    return [this.before, this.history.days.length - 1];
  }

  /** Days of the baseline of which the log holds all, but for an hour or two. */
  base(): number[] {
    const { saved } = this.params;
    if (saved !== null) return saved.days.map((_, n) => n);
    const from = this.earliestUs;
    return Array.from({ length: this.before }, (_, n) => n).filter(
      (n) => from !== null && from < (this.history.days[n]?.startUs ?? 0) + SLACK_US,
    );
  }
}

const SLACK_US = 2 * HOUR_US;
