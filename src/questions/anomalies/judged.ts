/** What was found, and in what. */
import type { AnomaliesState } from './anomalies-state.ts';
import type { Found } from './find.ts';
import type { Habits } from './span.ts';

export interface Judged {
  readonly state: AnomaliesState;
  readonly habits: Habits;
  readonly base: readonly number[];
  readonly found: Found;
}
