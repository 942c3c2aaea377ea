/**
 * The shop sample with answers taken away, as lower levels and cut events leave it: what is claimed of a state must be as
 * the answers have it. A computed state must be so in all, a partial one in what it says.
 */
import { describe, expect, it } from 'vitest';
import type { AuditRequest } from '../../../src/event/request.ts';
import { ObjectHistories } from '../../../src/questions/object-history/object-histories.ts';
import type { Json, State, Step } from '../../../src/questions/object-history/step.ts';
import { eventsOf, requestsOf } from './log-requests.ts';

const requests = requestsOf(eventsOf('test/fixtures/shop/audit.log'));
const whole = new ObjectHistories();
for (const request of requests) whole.add(request);

const PLANS: Readonly<Record<string, (n: number) => boolean>> = {
  'every one but the first': (n) => n > 0,
  'every second': (n) => n % 2 === 1,
  'two of three': (n) => n % 3 > 0,
  'three of four': (n) => n % 4 < 3,
  all: () => true,
};

function withoutAnswer(request: AuditRequest): AuditRequest {
  return { ...request, event: { ...request.event, responseObject: undefined, level: 'Request' } };
}

/** Null is what the server writes for what is not set; what it counts is left out of a state where it is not known. */
function comparable(object: Json, like: Json): Json {
  const { resourceVersion, generation, ...metadata } = object.metadata as Json;
  const claimed = like.metadata as Json;
  const counts = {
    ...('resourceVersion' in claimed ? { resourceVersion } : {}),
    ...('generation' in claimed ? { generation } : {}),
  };
  return withoutNulls({ ...object, metadata: { ...metadata, ...counts } }) as Json;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === null ? [] : [[name, withoutNulls(inner)]])),
  );
}

/** Of a list, items may be missing; the keys that tell them apart may not. */
function isPart(claimed: unknown, truth: unknown): boolean {
  if (Array.isArray(claimed))
    return Array.isArray(truth) && claimed.every((item) => truth.some((one) => isPart(item, one)));
  if (typeof claimed !== 'object' || claimed === null) return claimed === truth || claimed === null;
  if (Object.keys(claimed).length === 0) return true;
  return (
    typeof truth === 'object' &&
    truth !== null &&
    Object.entries(claimed).every(([name, inner]) => isPart(inner, (truth as Json)[name]))
  );
}

function compare(claim: State, truth: State, counts: Map<string, number>): void {
  counts.set(claim.kind, (counts.get(claim.kind) ?? 0) + 1);
  if (truth.kind !== 'exact') return;
  expect(claim.kind).not.toBe('absent');
  if (claim.kind === 'exact' || claim.kind === 'computed')
    expect(withoutNulls(claim.object)).toEqual(comparable(truth.object, claim.object));
  if (claim.kind === 'partial') expect(isPart(claim.object, truth.object)).toBe(true);
}

/** Written down in two steps, and answered in between: which of them ends it depends on what is known. */
const FORCED = 'api-77b4bfc4cf-kfbw5';

describe('shop with answers taken away', () => {
  it.each(Object.keys(PLANS))('%s: nothing is claimed that was not so', (plan) => {
    const counts = new Map<string, number>();
    for (const id of whole.ids()) {
      if (id.name === FORCED) continue;
      const truths = new Map([...whole.steps(id)].map((step): [string, Step] => [step.key, step]));
      const histories = new ObjectHistories();
      const own = requests.filter(({ key, event }) => truths.has(key) && event.verb !== 'deletecollection');
      for (const [n, request] of own.entries())
        histories.add(PLANS[plan]?.(n) === true ? withoutAnswer(request) : request);
      for (const step of histories.steps(id)) {
        const truth = truths.get(step.key);
        if (truth !== undefined) compare(step.after, truth.after, counts);
      }
    }
    expect(counts.get('partial')).toBeGreaterThan(20);
    if (plan !== 'all') expect(counts.get('computed')).toBeGreaterThan(20);
  });

  it('whole: every step of generation is accounted for', () => {
    const unlogged = whole
      .ids()
      .flatMap((id) => [...whole.steps(id)].filter((step) => (step.unlogged ?? 0) > 0));
    expect(unlogged).toEqual([]);
  });

  it('whole: a request left out is a step of generation that is not in the log', () => {
    const id = whole.ids().find(({ resource, name }) => resource === 'deployments' && name === 'web');
    const left = [...whole.steps(id as never)].find(
      ({ kind, subresource, request }) =>
        kind === 'change' && subresource === null && JSON.stringify(request) === '{"spec":{"replicas":3}}',
    );
    const histories = new ObjectHistories();
    for (const request of requests) if (request.key !== left?.key) histories.add(request);
    const steps = [...histories.steps(id as never)].filter((step) => (step.unlogged ?? 0) > 0);
    expect(left).toBeDefined();
    expect(steps).toMatchObject([{ subresource: 'status', unlogged: 1 }]);
  });
});
