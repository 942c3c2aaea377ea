import { describe, expect, it } from 'vitest';
import { Assembler } from '../../src/event/assembler.ts';
import type { Begun } from '../../src/event/begun-requests.ts';
import type { AuditEvent } from '../../src/event/event.ts';
import type { Passed } from '../../src/event/passed-stages.ts';
import { stagesKey } from '../../src/event/request.ts';
import { anEvent, aStatus } from './an-event.ts';

type Told = AuditEvent | readonly [Passed, ...string[]];

/** What is left open of what was decoded, and of what was told by keys alone. */
function leftOf(told: readonly Told[]): { readonly open: readonly string[]; readonly begun: Begun | null } {
  const open: string[] = [];
  let begun: Begun | null = null;
  const assembler = new Assembler({
    concerns: () => true,
    emit: ({ event, endedUs }) => endedUs === null && open.push(event.stage),
    emitBegun: (left) => {
      begun = left;
    },
    isFollowing: false,
  });
  for (const one of told) {
    if (!Array.isArray(one)) assembler.add(one as AuditEvent);
    else {
      const [passed, ...keys] = one as [Passed, ...string[]];
      assembler.pass({ passed, count: keys.length, keys });
    }
  }
  assembler.end();
  return { open, begun };
}

const watch = { auditID: 'w', verb: 'watch', requestURI: '/api/v1/pods?watch=true' };
const received = anEvent({ ...watch, stage: 'RequestReceived', responseStatus: null });
const started = anEvent({ ...watch, stage: 'ResponseStarted', responseStatus: aStatus(200) });
const complete = anEvent({ ...watch, stage: 'ResponseComplete', responseStatus: aStatus(200) });
const key = stagesKey('w', received.receivedUs ?? 0, 'watch', received.user?.username ?? '');

describe('requests of which only a key is told', () => {
  it('are running, or have no outcome, until their end is told, in whatever order', () => {
    expect(
      leftOf([
        ['running', key, 'other'],
        ['begun', 'third'],
      ]).begun,
    ).toEqual({
      running: 2,
      withoutOutcome: 1,
    });
    const ended: readonly Told[] = [
      ['running', key],
      ['ended long-running', key],
    ];
    expect(leftOf(ended).begun).toEqual({ running: 0, withoutOutcome: 0 });
    expect(leftOf(ended.toReversed()).begun).toEqual({ running: 0, withoutOutcome: 0 });
  });

  it('are one with what was decoded of them: the later stage counts', () => {
    const running = { open: [], begun: { running: 1, withoutOutcome: 0 } };
    expect(leftOf([received, ['running', key]])).toEqual(running);
    expect(
      leftOf([
        ['begun', key],
        ['running', key],
      ]),
    ).toEqual(running);
    expect(leftOf([started, ['begun', key]]).open).toEqual(['ResponseStarted']);
    expect(leftOf([started, ['begun', key]]).begun).toEqual({ running: 0, withoutOutcome: 0 });
    const none = { open: [], begun: { running: 0, withoutOutcome: 0 } };
    expect(leftOf([['running', key], complete])).toEqual(none);
    expect(leftOf([complete, ['running', key]])).toEqual(none);
    expect(leftOf([received, ['running', key], ['ended long-running', key]])).toEqual(none);
  });

  it('stay what they are when they have to make room', () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}`);
    expect(leftOf([['running', ...keys]]).begun).toEqual({ running: 60_000, withoutOutcome: 0 });
    expect(leftOf([['begun', ...keys]]).begun).toEqual({ running: 0, withoutOutcome: 60_000 });
  });
});
