/** How an object stood at a moment. */
import { describe, expect, it } from 'vitest';
import { stateAt } from '../../../src/questions/object-history/state-at.ts';
import { anObject, removed, type Scene } from '../story.ts';
import { START_US, stepsIn } from './history.ts';

const CM = '/api/v1/namespaces/shop/configmaps';
const answer = (version: number, uid = 'uid-a') =>
  anObject('ConfigMap', 'a', { metadata: { resourceVersion: String(version), uid }, data: { v: version } });

const scenes: readonly Scene[] = [
  { verb: 'create', uri: CM, at: 10, code: 201, answer: answer(1) },
  { verb: 'update', uri: `${CM}/a`, at: 20, answer: answer(2) },
  { verb: 'delete', uri: `${CM}/a`, at: 30, answer: removed('uid-a') },
  { verb: 'create', uri: CM, at: 40, code: 201, answer: answer(9, 'uid-b') },
];
const at = (seconds: number, told = scenes) => stateAt(stepsIn(told), START_US + seconds * 1_000_000);

describe('the state at a moment', () => {
  it('is what the last request answered by then left', () => {
    expect(at(9.9)).toMatchObject({ state: { kind: 'absent' }, since: null });
    expect(at(10)).toMatchObject({
      state: { object: { data: { v: 1 } } },
      life: 1,
      uid: 'uid-a',
      since: { kind: 'create' },
    });
    expect(at(29)).toMatchObject({ state: { object: { data: { v: 2 } } }, life: 1 });
    expect(at(35)).toMatchObject({ state: { kind: 'absent' }, life: 1, since: { kind: 'delete' } });
    expect(at(1_000)).toMatchObject({ state: { object: { data: { v: 9 } } }, life: 2, uid: 'uid-b' });
  });

  it('before the first request is what that shows of it', () => {
    expect(at(5, [{ verb: 'delete', uri: `${CM}/a`, at: 30, answer: answer(4) }]).state).toMatchObject({
      kind: 'computed',
      object: { data: { v: 4 } },
    });
    expect(at(5, [{ verb: 'get', uri: `${CM}/a`, at: 30, answer: answer(4) }]).state).toMatchObject({
      kind: 'unknown',
    });
    expect(stateAt([], 0)).toMatchObject({ state: { kind: 'unknown' }, life: 0, uid: null });
  });

  it('is better told by a later deletion than by a request without an answer', () => {
    const told: Scene[] = [
      { verb: 'patch', uri: `${CM}/a`, at: 10, body: { data: { v: 4 } } },
      { verb: 'delete', uri: `${CM}/a`, at: 30, answer: answer(4) },
    ];
    expect(at(20, told).state).toMatchObject({ kind: 'computed', object: { data: { v: 4 } } });
  });

  it('is not told by what was made later, though the log does not name it when it was made', () => {
    const item = anObject('ConfigMap', 'a', { metadata: { creationTimestamp: '2026-11-24T08:00:20Z' } });
    const told: Scene[] = [
      { verb: 'create', uri: CM, at: 20.5, code: 201 },
      {
        verb: 'deletecollection',
        uri: CM,
        at: 30,
        answer: { kind: 'ConfigMapList', apiVersion: 'v1', items: [item] },
      },
    ];
    expect(at(10, told).state.kind).toBe('unknown');
    expect(at(20.2, told).state.kind).toBe('unknown');
    expect(at(25, told).state.kind).toBe('exact');
    expect(at(35, told).state.kind).toBe('absent');
  });

  it('is not known where it went without a request that the log holds, until it was made anew', () => {
    const create: Scene = { verb: 'create', uri: CM, at: 10, code: 201 };
    for (const first of [{ body: answer(1) }, { answer: answer(1) }]) {
      const told = [
        { ...create, ...first },
        { ...create, at: 40, answer: answer(9, 'uid-b') },
      ];
      expect(at(5, told).state.kind).toBe('absent');
      expect(at(20, told).state).toMatchObject({ kind: 'unknown', why: expect.stringContaining('anew') });
      expect(at(40, told).state.kind).toBe('exact');
    }
  });

  it('names what was under way', () => {
    const over = { stageTimestamp: '2026-11-24T08:00:25.000000Z' };
    const slow: Scene = { verb: 'update', uri: `${CM}/a`, at: 21, answer: answer(3), over };
    const { state, pending } = at(23, [...scenes.slice(0, 2), slow]);
    expect(state).toMatchObject({ object: { data: { v: 2 } } });
    expect(pending.map(({ kind }) => kind)).toEqual(['change']);
  });
});
