/** How many requests show that the log would hold a match: counted by the store, but for those that were fetched anyway. */
import { isOutcome } from '../../event/assembler.ts';
import type { Witnessed } from '../../event/batch.ts';
import type { AuditEvent } from '../../event/event.ts';
import { resourceKey, targetOf } from '../../event/target.ts';
import { isReceivedIn } from '../../query/in-window.ts';
import { matches } from '../../query/matches.ts';
import type { Query } from '../../query/query.ts';
import { stagesOf } from '../stage-window.ts';
import { exactCountAsk } from './count-ask.ts';
import type { CountAsk, Counted, Shape } from './store.ts';

/** Those among the events that come anyway: they are counted where requests are put together. */
export class WitnessesFetched {
  readonly #query: Query;
  readonly #counts = new Map<string, number>();

  constructor(query: Query) {
    this.#query = query;
  }

  add(events: readonly AuditEvent[]): void {
    const { witness, window } = this.#query;
    if (witness === null) return;
    for (const event of events) {
      const at = event.receivedUs;
      if (at === null || !isReceivedIn(at, window) || !isOutcome(event) || !matches(event, witness)) continue;
      const key = keyOf(resourceKey(targetOf(event)), event.level);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }

  of(resource: string, level: string): number {
    return this.#counts.get(keyOf(resource, level)) ?? 0;
  }
}

function keyOf(resource: string, level: string): string {
  return `${level} ${resource}`;
}

const BY = ['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource', 'level'] as const;

/** Null: none are wanted, or they have to be fetched. */
export function witnessAsk(query: Query, shape: Shape): CountAsk | null {
  const { witness, window } = query;
  if (witness === null) return null;
  const how = { window, stages: stagesOf(query), by: BY, bucketUs: null, hasSpans: false };
  return exactCountAsk(shape, witness, how);
}

/** But for those that were fetched. */
export function othersOf({ groups }: Counted, fetched: WitnessesFetched): readonly Witnessed[] {
  return groups.flatMap(({ key: [group = null, resource = null, subresource = null, of = null], count }) => {
    const named = resourceKey({ group, resource, subresource });
    const level = of ?? 'Metadata';
    const others = count - fetched.of(named, level);
    return others > 0 ? [{ resource: named, level, count: others, id: null }] : [];
  });
}
