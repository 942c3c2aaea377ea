import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/event/event.ts';
import { equals, OUTCOME_FIELDS, type Predicate } from '../../src/query/predicate.ts';
import { describeSource } from './describe-source.ts';
import { memorySource } from './memory-source.ts';
import { aQuery, LOG } from './source-cases.ts';

describeSource('memory', async (events) => memorySource(events));
describeSource('memory, pushing all that it can judge event by event', async (events) =>
  memorySource(events, { canPush: isAlikeAtEveryStage, seed: 7 }),
);
describeSource('memory, without order', async (events) => memorySource(events, { order: 'none', seed: 42 }));

describe('the memory source', () => {
  const { signal } = new AbortController();

  async function firstEvent(fields: 'userAgent' | 'annotations'): Promise<AuditEvent> {
    const source = memorySource(LOG);
    const plan = await source.plan(aQuery({ fields: [fields], predicate: equals('verb', 'delete') }), signal);
    for await (const batch of source.read(plan, signal)) {
      const [event] = batch.events;
      if (event !== undefined) return event;
    }
    throw new Error('no event');
  }

  it('throws when a field is read that the query did not ask for', async () => {
    const event = await firstEvent('userAgent');
    expect(event.userAgent).toBeDefined();
    expect(() => event.annotations).toThrow('did not ask for annotations');
    expect(() => event.json).toThrow('did not ask for json');
    expect((await firstEvent('annotations')).annotations).toBeDefined();
  });

  it('cuts its batches elsewhere with another seed', async () => {
    const sizes = async (seed: number) => {
      const source = memorySource(LOG, { seed });
      const counts: number[] = [];
      const plan = await source.plan(aQuery(), signal);
      for await (const { events } of source.read(plan, signal)) counts.push(events.length);
      return counts;
    };
    expect(await sizes(1)).toEqual(await sizes(1));
    expect(await sizes(1)).not.toEqual(await sizes(2));
  });

  it('goes on with what is written while it is followed', async () => {
    const controller = new AbortController();
    const source = memorySource(LOG.slice(0, 1));
    const seen: string[] = [];
    const plan = await source.plan(aQuery({ following: 'since' }), signal);
    source.append(LOG.slice(1, 2));
    for await (const batch of source.read(plan, signal))
      seen.push(...batch.events.map((event) => event.auditID));
    expect(seen).toEqual(['edge-before']);
    for await (const batch of source.follow?.(plan, () => {}, controller.signal) ?? []) {
      seen.push(...batch.events.map((event) => event.auditID));
      if (seen.length === 2) source.append(LOG.slice(2, 3));
      else break;
    }
    expect(seen).toHaveLength(3);
  });
});

/** splitPredicate's contract. A stage before the outcome may lack what is there for good once it is there. */
function isAlikeAtEveryStage(leaf: Predicate): boolean {
  if (leaf.kind === 'not') return isAlikeAtEveryStage(leaf.of) && !OUTCOME_FIELDS.has(fieldOf(leaf.of));
  if (leaf.kind === 'cel' || leaf.kind === 'codeBetween') return false;
  const field = fieldOf(leaf);
  if (!OUTCOME_FIELDS.has(field)) return true;
  return leaf.kind !== 'absent' && /^(?:objectRef|impersonatedUser)\.|^session$/.test(field);
}

function fieldOf(leaf: Predicate) {
  return 'field' in leaf ? leaf.field : 'sourceIPs';
}
