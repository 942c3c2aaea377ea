import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler } from '../../src/event/assembler.ts';
import type { AuditEvent, Stage } from '../../src/event/event.ts';
import type { AuditRequest } from '../../src/event/request.ts';
import { anEvent, aStatus, aUser } from './an-event.ts';

function assemble(events: readonly AuditEvent[], isFollowing = false): AuditRequest[] {
  const given: AuditRequest[] = [];
  const assembler = new Assembler({
    concerns: () => true,
    emit: (request) => given.push(request),
    isFollowing,
  });
  for (const event of events) assembler.add(event);
  assembler.end();
  return given;
}

const stage = (name: Stage, more: Partial<AuditEvent> = {}) =>
  anEvent({ auditID: 'a', stage: name, verb: 'delete', requestURI: '/x', responseStatus: null, ...more });
const complete = stage('ResponseComplete', { responseStatus: aStatus(200) });

describe('Assembler', () => {
  it('makes one request of its stages, in whatever order they come', () => {
    const stages = [stage('RequestReceived'), stage('ResponseStarted'), complete];
    fc.assert(
      fc.property(fc.shuffledSubarray(stages, { minLength: 3 }), (shuffled) => {
        const given = assemble(shuffled);
        expect(given.map((request) => request.event.stage)).toEqual(['ResponseComplete']);
      }),
    );
  });

  it('drops what is logged twice', () => {
    expect(assemble([complete, complete, stage('RequestReceived'), complete])).toHaveLength(1);
  });

  it('knows again what was logged a hundred thousand requests before', () => {
    const events = Array.from({ length: 110_000 }, (_, i) =>
      stage('ResponseComplete', { auditID: `a${i}`, receivedUs: i }),
    );
    expect(assemble([...events, ...events])).toHaveLength(events.length);
  });

  it('does not let a request hide behind the audit ID of another', () => {
    const other = stage('ResponseComplete', { verb: 'get', responseStatus: aStatus(200) });
    const later = stage('ResponseComplete', { receivedUs: 1_000_001, responseStatus: aStatus(404) });
    const byAnother = stage('ResponseComplete', { user: aUser('mallory'), responseStatus: aStatus(200) });
    const elsewhere = stage('ResponseComplete', { requestURI: '/y', responseStatus: aStatus(200) });
    expect(assemble([complete, other, later, byAnother, elsewhere])).toHaveLength(5);
  });

  it('gives out failed authentication at once: nothing follows its ResponseStarted', () => {
    const given: AuditRequest[] = [];
    const assembler = new Assembler({
      concerns: () => true,
      emit: (request) => given.push(request),
      isFollowing: false,
    });
    assembler.add(stage('ResponseStarted', { user: null, responseStatus: aStatus(401) }));
    expect(given.map((request) => request.isOpen)).toEqual([false]);
  });

  it('takes a deadline that could not be read for an outcome too, and no refusal of somebody known', () => {
    const refused = { responseStatus: aStatus(400) };
    const ended = (over: object) =>
      assemble([stage('ResponseStarted', over)]).map((request) => request.endedUs !== null);
    expect(ended({ ...refused, user: null })).toEqual([true]);
    expect(ended(refused)).toEqual([false]);
  });

  it('takes Panic for the outcome', () => {
    expect(
      assemble([stage('Panic', { responseStatus: aStatus(500) })]).map((request) => request.endedUs !== null),
    ).toEqual([true]);
  });

  it('gives out what is still open at the end: a watch as open, another as without an outcome', () => {
    const watch = stage('ResponseStarted', { verb: 'watch', responseStatus: aStatus(200) });
    expect(assemble([watch]).map((request) => [request.isOpen, request.endedUs])).toEqual([[true, null]]);
    expect(assemble([stage('RequestReceived')]).map((request) => [request.isOpen, request.endedUs])).toEqual([
      [false, null],
    ]);
  });

  it('while following, gives a long-running request at its start and, under the same key, at its end', () => {
    const started = stage('ResponseStarted', { verb: 'watch', responseStatus: aStatus(200) });
    const ended = stage('ResponseComplete', { verb: 'watch', responseStatus: aStatus(200) });
    const given = assemble([started, ended], true);
    expect(given.map((request) => request.isOpen)).toEqual([true, false]);
    expect(given[0]?.key).toBe(given[1]?.key);
  });

  it('keeps its memory bounded, and counts what that costs', () => {
    const given: AuditRequest[] = [];
    const assembler = new Assembler({
      concerns: () => true,
      emit: (request) => given.push(request),
      isFollowing: false,
    });
    for (let n = 0; n < 50_010; n++) assembler.add(stage('RequestReceived', { auditID: `open-${n}` }));
    expect(assembler.evicted).toBe(10);
    expect(given).toHaveLength(10);
    for (let n = 0; n < 300_000; n++)
      assembler.add(stage('ResponseComplete', { auditID: `done-${n}`, responseStatus: aStatus(200) }));
    expect(assembler.hasForgotten).toBe(true);
  });
});
