/** What a log of some level tells of every object at every moment, held against what was seen. */
import { Assembler } from '../../../src/event/assembler.ts';
import type { AuditRequest } from '../../../src/event/request.ts';
import { ObjectHistories } from '../../../src/questions/object-history/object-histories.ts';
import { idKey, sameObject } from '../../../src/questions/object-history/object-id.ts';
import { stateAt } from '../../../src/questions/object-history/state-at.ts';
import type { State, Step } from '../../../src/questions/object-history/step.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { judge, type Verdict } from './judge.ts';
import type { Moment } from './moments.ts';

export interface Comparison {
  /** Object-moments by what was claimed of them. */
  readonly claims: Readonly<Record<State['kind'], number>>;
  /** One for each claim that was not so, with the object and how often. */
  readonly wrong: readonly string[];
}

interface Judged {
  readonly state: State;
  readonly object: Moment['object'];
  readonly verdict: Verdict;
}

export function historiesOf(events: readonly unknown[]): ObjectHistories {
  const histories = new ObjectHistories();
  for (const request of requestsOf(events)) histories.add(request);
  return histories;
}

export function requestsOf(events: readonly unknown[]): readonly AuditRequest[] {
  const requests: AuditRequest[] = [];
  const assembler = new Assembler({
    concerns: () => true,
    emit: (request) => requests.push(request),
    isFollowing: false,
  });
  for (const event of events) assembler.add(decodeJson(event));
  assembler.end();
  return requests;
}

export function compare(histories: ObjectHistories, moments: readonly (readonly Moment[])[]): Comparison {
  const claims = { exact: 0, computed: 0, partial: 0, absent: 0, unknown: 0 };
  const wrong = new Map<string, number>();
  for (const ofOne of moments) {
    const steps = ofOne[0] === undefined ? [] : stepsOf(histories, ofOne[0]);
    let judged: Judged | undefined;
    for (const { atUs, object, resource, namespace, name } of ofOne) {
      const { state } = stateAt(steps, atUs);
      if (judged?.state !== state || judged.object !== object)
        judged = { state, object, verdict: judge(state, object) };
      const { verdict } = judged;
      claims[verdict.claim]++;
      for (const what of verdict.wrong) {
        const text = `${resource} ${namespace ?? ''}/${name} ${verdict.claim} ${what}`;
        wrong.set(text, (wrong.get(text) ?? 0) + 1);
      }
    }
  }
  return { claims, wrong: [...wrong].map(([text, times]) => `${times}x ${text}`) };
}

export function stepsOf(histories: ObjectHistories, key: Omit<Moment, 'atUs' | 'object'>): readonly Step[] {
  const wanted = idKey(sameObject(key));
  const id = histories.ids().find((one) => idKey(one) === wanted);
  return id === undefined ? [] : [...histories.steps(id)];
}

/** Steps that no event accounts for, as the histories see it: each with its object. */
export function unloggedIn(histories: ObjectHistories): readonly string[] {
  return histories
    .ids()
    .flatMap((id) =>
      [...histories.steps(id)]
        .filter(({ unlogged }) => unlogged !== null && unlogged > 0)
        .map(
          ({ unlogged, kind }) =>
            `${id.resource} ${id.namespace ?? ''}/${id.name}: ${unlogged} before ${kind}`,
        ),
    );
}
