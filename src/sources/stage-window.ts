/** What is wanted of a log, in its own time: that of the stages, not of the receipts. */
import type { Window } from '../query/query.ts';

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
