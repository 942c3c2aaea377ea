/** Small incidents told by hand (story.ts), as object histories. */
import type { AuditRequest } from '../../../src/event/request.ts';
import { ObjectHistories } from '../../../src/questions/object-history/object-histories.ts';
import type { Json, State, Step } from '../../../src/questions/object-history/step.ts';
import { eventOf, type Scene } from '../story.ts';
import { requestsOf } from './log-requests.ts';

export function requestsIn(scenes: readonly Scene[]): AuditRequest[] {
  return requestsOf(scenes.map(eventOf));
}

export function historiesOf(scenes: readonly Scene[]): ObjectHistories {
  const histories = new ObjectHistories();
  for (const request of requestsIn(scenes)) histories.add(request);
  return histories;
}

/** Of the only object that the scenes are about. */
export function stepsIn(scenes: readonly Scene[]): Step[] {
  const histories = historiesOf(scenes);
  const [id, ...others] = histories.ids();
  if (id === undefined || others.length > 0) throw new Error(`${others.length + 1} objects`);
  return [...histories.steps(id)];
}

/** `change computed: exact → computed`. */
export function gist({ kind, basis, before, after, life }: Step): string {
  return `${life} ${kind} ${basis}: ${before.kind} → ${after.kind}`;
}

export function objectIn(state: State | undefined): Json {
  if (state === undefined || !('object' in state)) throw new Error(`no object: ${JSON.stringify(state)}`);
  return state.object;
}

export function lastOf(steps: readonly Step[]): Step {
  const last = steps.at(-1);
  if (last === undefined) throw new Error('no steps');
  return last;
}

export const START_US = Date.parse('2026-11-24T08:00:00Z') * 1000;
