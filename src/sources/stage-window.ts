/** What is wanted of a log, in its own time: that of the stages, not of the receipts. */
import type { Query, Window } from '../query/query.ts';
import { asksLongRunning } from './long-running.ts';

/** `sinceUs ≤ stageTimestamp ≤ untilUs`, microseconds; null: no bound. */
export interface StageWindow {
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
}

/**
 * Every event of a request received in the window was written at or after its beginning; the last one, of any but a
 * long-running request, before the server's timeout for it was over. `lastsUs`: that timeout; null: they last as they like.
 */
export function stageWindow({ sinceUs, untilUs }: Window, lastsUs: number | null): StageWindow {
  return { sinceUs, untilUs: untilUs === null || lastsUs === null ? null : untilUs + lastsUs };
}

/**
 * How long a request may last that is not a long-running one, where nothing tells its server's `--request-timeout`: the default
 * is a minute, more is set in some clusters, seldom beyond this.
 */
export const REQUESTS_LAST_US = 10 * 60 * 1_000_000;

/** Of what a question asks for, in a log that does not tell that timeout. */
export function stagesOf(query: Query): StageWindow {
  return stageWindow(query.window, asksLongRunning(query) ? null : REQUESTS_LAST_US);
}
