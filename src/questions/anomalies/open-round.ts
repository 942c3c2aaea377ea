/** Counts leave out what has not ended: connections into pods that are still open are read by themselves. */
import { isOutcome } from '../../event/assembler.ts';
import type { Coverage } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import { groupKeyOf } from '../../query/group-of.ts';
import { type Field, oneOf } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { Outcome, Round } from '../question.ts';
import type { AnomaliesState } from './anomalies-state.ts';
import { wholeHour } from './days.ts';
import { judge } from './judge.ts';
import { CONNECTIONS, NAMED_BY, seenOf } from './seen.ts';

export class OpenRound implements Round {
  readonly query: Query;
  readonly isContext = true;
  readonly #state: AnomaliesState;

  constructor(state: AnomaliesState) {
    this.#state = state;
    const { sinceUs, untilUs } = state.params.tested;
    this.query = {
      window: { sinceUs, untilUs },
      predicate: oneOf('objectRef.subresource', CONNECTIONS),
      witness: null,
      fields: [...new Set<Field>([...NAMED_BY, ...REQUEST_FIELDS])],
      order: 'none',
      limit: null,
      aggregation: null,
    };
  }

  add({ event, receivedUs }: AuditRequest): 'go on' {
    const { history, params, tested } = this.#state;
    if (isOutcome(event) || (receivedUs ?? 0) < params.tested.sinceUs) return 'go on';
    const seen = seenOf(groupKeyOf(event, { by: NAMED_BY }), false);
    const hourUs = wholeHour(receivedUs ?? params.tested.sinceUs);
    history.add(seen, 1, hourUs, tested);
    history.addBulk(seen, 1, hourUs, tested);
    return 'go on';
  }

  end(_coverage: Coverage, canGoOn: boolean): Outcome {
    return judge(this.#state, canGoOn);
  }
}
