/** Holds rules to the tests in their files: events in, findings out. */
import { Assembler, isOutcome } from '../event/assembler.ts';
import type { AuditEvent } from '../event/event.ts';
import type { AuditRequest } from '../event/request.ts';
import { groupKeyOf } from '../query/group-of.ts';
import type { Field } from '../query/predicate.ts';
import { byTimeOfHit, correlatorOf, type Hit, hitOf } from './correlate.ts';
import { Detector } from './detector.ts';
import type { Rule, RuleTest } from './rule.ts';

export interface TestResult {
  readonly rule: Rule;
  readonly test: RuleTest;
  /** What went wrong; null: nothing. */
  readonly failure: string | null;
}

export function runRuleTests(rules: readonly Rule[]): readonly TestResult[] {
  return rules.flatMap((rule) =>
    (rule.tests ?? []).map((test) => ({ rule, test, failure: failureOf(rule, test) })),
  );
}

/** The request that told each finding of the events, in the order of time. A request is told of once. */
export function findingsIn(
  rule: Rule,
  { before, events }: Pick<RuleTest, 'before' | 'events'>,
): AuditEvent[] {
  const detector = new Detector([rule]);
  const hits: Hit<AuditRequest>[] = [];
  const found: AuditEvent[] = [];
  for (const request of requestsOf([...before, ...events])) {
    const isKnown = before.includes(request.event);
    for (const { step } of detector.holding(request.event)) {
      const hit = hitOf(rule, step, request.event, request.key, request);
      if (hit !== null) hits.push(hit);
      else if (rule.correlation === null && !isKnown) found.push(request.event);
    }
  }
  const correlator = correlatorOf<AuditRequest>(rule, 0);
  for (const hit of hits.sort(byTimeOfHit)) {
    for (const { isNew } of correlator?.add(hit) ?? [])
      if (isNew && !before.includes(hit.item.event)) found.push(hit.item.event);
  }
  return found;
}

function requestsOf(events: readonly AuditEvent[]): readonly AuditRequest[] {
  const requests: AuditRequest[] = [];
  const emit = (request: AuditRequest): void => void requests.push(request);
  const assembler = new Assembler({ concerns: () => true, emit, isFollowing: false });
  for (const event of events) assembler.add(event);
  assembler.end();
  return requests.filter(({ event, isOpen }) => isOpen || isOutcome(event));
}

/** What a test may ask of a finding's request. */
const ASKED: Readonly<Record<string, Field>> = {
  who: 'user.username',
  as: 'impersonatedUser.username',
  verb: 'verb',
  resource: 'objectRef.resource',
  subresource: 'objectRef.subresource',
  namespace: 'objectRef.namespace',
  name: 'objectRef.name',
  ip: 'sourceIPs',
  code: 'responseStatus.code',
  auditID: 'auditID',
};
export const ASKED_NAMES = Object.keys(ASKED);

function failureOf(rule: Rule, test: RuleTest): string | null {
  const found = findingsIn(rule, test);
  const { findings } = test;
  const count = typeof findings === 'number' ? findings : findings.length;
  if (found.length !== count) return `${count} wanted, ${found.length} found`;
  if (typeof findings === 'number') return null;
  const left = [...found];
  for (const wanted of findings) {
    const at = left.findIndex((event) => fits(event, wanted));
    if (at < 0) return `none found with ${wordsOf(wanted)}`;
    left.splice(at, 1);
  }
  return null;
}

function fits(event: AuditEvent, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const field = ASKED[name];
    return field !== undefined && groupKeyOf(event, { by: [field] })[0] === value;
  });
}

function wordsOf(wanted: Readonly<Record<string, string>>): string {
  return Object.entries(wanted)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
