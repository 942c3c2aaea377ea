/** The same histories whatever the order of adding; and the order of effect, where times alone do not tell it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditRequest } from '../../../src/event/request.ts';
import { ObjectHistories } from '../../../src/questions/object-history/object-histories.ts';
import { anObject, removed, type Scene } from '../story.ts';
import { gist, requestsIn, stepsIn } from './history.ts';
import { eventsOf, requestsOf } from './log-requests.ts';

const CM = '/api/v1/namespaces/shop/configmaps';

function everything(requests: readonly AuditRequest[]) {
  const histories = new ObjectHistories();
  for (const request of requests) histories.add(request);
  return histories.ids().map((id) => ({ id, steps: [...histories.steps(id)] }));
}

function answered(version: number, uid = 'uid-a') {
  return anObject('ConfigMap', 'a', {
    metadata: { resourceVersion: String(version), uid },
    data: { v: String(version) },
  });
}

/** Received and answered, seconds into the story. */
function between(from: number, to: number, scene: Omit<Scene, 'at'>): Scene {
  const stamp = (s: number) =>
    new Date(Date.parse('2026-11-24T08:00:00Z') + s * 1000).toISOString().replace('Z', '000Z');
  return { ...scene, at: from, over: { ...scene.over, stageTimestamp: stamp(to) } };
}

const made: Omit<Scene, 'at'> = { verb: 'create', uri: CM, code: 201, answer: answered(1) };
const written = (version: number, uid?: string): Omit<Scene, 'at'> => ({
  verb: 'update',
  uri: `${CM}/a`,
  answer: answered(version, uid),
});
const gone = (uid: string): Omit<Scene, 'at'> => ({ verb: 'delete', uri: `${CM}/a`, answer: removed(uid) });

describe('histories', () => {
  it.each(['test/fixtures/shop/audit.log', 'test/fixtures/two-servers/cp-1/audit.log'])(
    'of %s are the same in whatever order its requests come, and however often',
    (file) => {
      const requests = requestsOf(eventsOf(file));
      const expected = everything(requests);
      fc.assert(
        fc.property(
          fc.shuffledSubarray(requests, { minLength: requests.length }),
          fc.subarray(requests),
          (shuffled, again) => {
            expect(everything([...shuffled, ...again])).toEqual(expected);
          },
        ),
        { numRuns: 4 },
      );
    },
  );

  it('can be walked through any number of times, and only as far as wanted', () => {
    const histories = new ObjectHistories();
    for (const request of requestsIn([between(0, 0, made), between(1, 1, written(2))]))
      histories.add(request);
    const [id] = histories.ids();
    const steps = histories.steps(id as never);
    for (const { kind } of steps) {
      expect(kind).toBe('create');
      break;
    }
    expect([...steps]).toEqual([...steps]);
    expect([...steps]).toHaveLength(2);
  });
});

describe('the order of effect', () => {
  const versions = (scenes: readonly Scene[]) =>
    stepsIn(scenes).map(({ after }) =>
      'object' in after ? (after.object.metadata as { resourceVersion: string }).resourceVersion : after.kind,
    );

  it('is by resourceVersion where requests overlap', () => {
    expect(versions([between(0, 0, made), between(2, 5, written(2)), between(3, 4, written(3))])).toEqual([
      '1',
      '2',
      '3',
    ]);
  });

  it('puts a write before what reads its version while it is being answered', () => {
    const steps = stepsIn([
      between(0, 0, made),
      between(2, 5, written(2)),
      between(3, 4, { verb: 'get', uri: `${CM}/a`, answer: answered(2) }),
    ]);
    expect(steps.map(({ kind }) => kind)).toEqual(['create', 'change', 'seen']);
  });

  it('is by time where they do not: a store restored from a backup counts anew', () => {
    expect(
      versions([between(0, 0, made), between(10, 10, written(900)), between(20, 20, written(5))]),
    ).toEqual(['1', '900', '5']);
  });

  it('puts what was sent before a removal, and answered after it, before it', () => {
    const steps = stepsIn([
      between(0, 0, made),
      between(2, 6, { ...written(2), uri: `${CM}/a` }),
      between(3, 4, gone('uid-a')),
    ]);
    expect(steps.map(gist)).toEqual([
      '1 create exact: absent → exact',
      '1 change exact: exact → exact',
      '1 delete exact: exact → absent',
    ]);
  });

  it('puts what was seen while it was being made behind its making, though that does not tell of what', () => {
    const { answer: _, ...bare } = made;
    const steps = stepsIn([
      between(0, 5, { ...bare, ref: { name: 'a' } }),
      between(2, 3, { verb: 'get', uri: `${CM}/a`, answer: answered(1) }),
      between(8, 8, written(2)),
    ]);
    expect(steps.map(({ kind, life }) => `${life} ${kind}`)).toEqual(['1 create', '1 seen', '1 change']);
    expect(steps.at(-1)?.before.kind).toBe('exact');
  });

  it('puts a write whose answer knows of no deletion before the deletion that it overlaps', () => {
    const steps = stepsIn([
      between(0, 0, made),
      between(2, 5, written(2)),
      between(3, 4, { verb: 'delete', uri: `${CM}/a` }),
    ]);
    expect(steps.map(({ kind, after }) => `${kind} ${after.kind}`)).toEqual([
      'create exact',
      'change exact',
      'delete unknown',
    ]);
  });

  it('lets no object be made while there is one: the clock of the server that removed it is ahead', () => {
    const again = { ...made, answer: answered(9, 'uid-b') };
    const steps = stepsIn([
      between(0, 0, made),
      between(5, 5, again),
      between(5.4, 5.5, gone('uid-a')),
      between(8, 8, written(10, 'uid-b')),
    ]);
    expect(steps.map(gist)).toEqual([
      '1 create exact: absent → exact',
      '1 delete exact: exact → absent',
      '2 create exact: absent → exact',
      '2 change exact: exact → exact',
    ]);
  });

  it('lets the kubelet end what was deleted before it was made anew, though its server is ahead', () => {
    const POD = '/api/v1/namespaces/shop/pods';
    const pod = { ref: { name: 'web-0' }, code: 201 };
    const node = {
      user: 'system:node:n1',
      over: { user: { username: 'system:node:n1', groups: ['system:nodes'] } },
    };
    const steps = stepsIn([
      between(0, 0, { verb: 'create', uri: POD, ...pod }),
      between(10, 10, { verb: 'delete', uri: `${POD}/web-0` }),
      between(12, 12.1, { verb: 'create', uri: POD, ...pod }),
      between(12.2, 12.3, { verb: 'delete', uri: `${POD}/web-0`, ...node }),
    ]);
    expect(steps.map(({ life, kind, after }) => `${life} ${kind} ${after.kind}`)).toEqual([
      '1 create unknown',
      '1 delete unknown',
      '1 delete absent',
      '2 create unknown',
    ]);
  });

  it('puts the deletion of a collection, answered only after one of it was made anew, before that', () => {
    const asked = { metadata: { name: 'a' }, data: { v: '1' } };
    const create: Omit<Scene, 'at'> = { verb: 'create', uri: CM, code: 201, body: asked };
    const steps = stepsIn([
      between(0, 0, create),
      between(10, 14, { verb: 'deletecollection', uri: CM }),
      between(12, 13, create),
    ]);
    expect(steps.map(gist)).toEqual([
      '1 create request: absent → partial',
      '1 delete fact: partial → unknown',
      '2 create request: absent → partial',
    ]);
  });

  it('takes another uid for another object, though nobody is known to have made it', () => {
    const steps = stepsIn([between(0, 0, made), between(60, 60, written(7, 'uid-z'))]);
    expect(steps.map(({ life, uid }) => [life, uid])).toEqual([
      [1, 'uid-a'],
      [2, 'uid-z'],
    ]);
    expect(steps[1]?.before).toMatchObject({ kind: 'unknown' });
  });

  it('claims of two that overlap, and do not tell their version, only what does not depend on it', () => {
    const patch = (body: unknown): Omit<Scene, 'at'> => ({ verb: 'patch', uri: `${CM}/a`, body });
    const steps = stepsIn([
      between(0, 0, { ...made, answer: { ...answered(1), data: { x: '0', y: '0', z: '0' } } }),
      between(2, 5, patch({ data: { x: '1' } })),
      between(3, 6, patch({ data: { y: '1' } })),
    ]);
    expect(steps.slice(1).map(({ after }) => after.kind)).toEqual(['partial', 'partial']);
    expect(steps[1]?.after).toMatchObject({
      object: { data: { z: '0' } },
      why: expect.stringContaining('which came first'),
    });
    expect(steps[1]?.after).not.toHaveProperty('object.data.y');
  });

  it.each([
    ['an answer', { verb: 'update', uri: `${CM}/a`, answer: answered(2) }],
    ['a read', { verb: 'get', uri: `${CM}/a`, answer: answered(2) }],
  ])(
    'takes %s for the last word only if no other write was under way whose version is not told',
    (_, shows) => {
      const bare: Omit<Scene, 'at'> = { verb: 'update', uri: `${CM}/a` };
      const kinds = (other: Scene) =>
        stepsIn([between(0, 0, made), other, between(2, 6, shows)]).map(({ after }) => after.kind);
      expect(kinds(between(3, 5, bare))).toEqual(['exact', 'unknown', 'unknown']);
      expect(kinds(between(3, 5, { ...bare, body: { ...answered(2), data: { v: 3 } } }))[2]).toBe('partial');
      expect(kinds(between(1, 1.5, bare))).toEqual(['exact', 'unknown', 'exact']);
      expect(kinds(between(3, 5, written(3)))).toContain('exact');
    },
  );

  it('compares only what is of one version', () => {
    const autoscaler = (apiVersion: string, version: number) =>
      anObject('HorizontalPodAutoscaler', 'h', {
        apiVersion,
        metadata: { resourceVersion: String(version) },
        spec: { of: apiVersion },
      });
    const at = (version: string) => `/apis/autoscaling/${version}/namespaces/shop/horizontalpodautoscalers/h`;
    const steps = stepsIn([
      { verb: 'get', uri: at('v2'), at: 1, answer: autoscaler('autoscaling/v2', 4) },
      { verb: 'get', uri: at('v1'), at: 2, answer: autoscaler('autoscaling/v1', 4) },
      { verb: 'update', uri: at('v2'), at: 3, answer: autoscaler('autoscaling/v2', 5) },
      { verb: 'update', uri: at('v1'), at: 4, answer: autoscaler('autoscaling/v1', 6) },
      { verb: 'patch', uri: at('v2'), at: 5, body: { spec: { minReplicas: 2 } } },
    ]);
    expect(steps.map(({ before, after }) => `${before.kind} ${after.kind}`)).toEqual([
      'unknown exact',
      'exact exact',
      'exact exact',
      'unknown exact',
      'unknown partial',
    ]);
    expect(steps[2]?.before).toMatchObject({ object: { apiVersion: 'autoscaling/v2' } });
  });
});
