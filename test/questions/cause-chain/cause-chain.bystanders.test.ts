/** Nobody is blamed who only stood by: the same names, the same second, the same kind of act. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anObject, removed } from '../story.ts';
import {
  causesIn,
  DEPLOYMENTS,
  deployment,
  GC,
  owned,
  owner,
  paths,
  pod,
  RS,
  replicaSet,
  type Told,
} from './told.ts';

const { NS, APPS } = paths;

function scaling(name: string, user: string, at: number, replicas: number, server = 'cp-1'): Told {
  return {
    verb: 'patch',
    uri: `${APPS}/deployments/${name}/scale`,
    at,
    user,
    server,
    body: { spec: { replicas } },
    answer: { kind: 'Scale', metadata: { name, uid: `uid-${name}` }, spec: { replicas } },
  };
}

function shrinking(rs: string, of: string, at: number, replicas: number, server = 'cp-1'): Told {
  return {
    verb: 'update',
    uri: `${APPS}/replicasets/${rs}`,
    at,
    user: DEPLOYMENTS,
    server,
    body: {},
    answer: replicaSet(rs, of, replicas),
  };
}

function ending(name: string, of: string, at: number, server = 'cp-1'): Told {
  return { verb: 'delete', uri: `${NS}/pods/${name}`, at, user: RS, server, body: {}, answer: pod(name, of) };
}

const made = (name: string, rs: string, replicas = 9): readonly Told[] => [
  {
    verb: 'create',
    uri: `${APPS}/deployments`,
    ref: { name },
    at: -3600,
    code: 201,
    user: 'ci',
    body: {},
    answer: deployment(name, replicas),
  },
  {
    verb: 'create',
    uri: `${APPS}/replicasets`,
    ref: { name: rs },
    at: -3599,
    code: 201,
    user: DEPLOYMENTS,
    body: {},
    answer: replicaSet(rs, name, replicas),
  },
];

describe.each([
  ['with bodies', false],
  ['without bodies', true],
] as const)('%s', (_name, isStripped) => {
  const people = (scenes: readonly Told[], of = scenes.length - 1) =>
    causesIn(scenes, of, isStripped)
      .lines.filter((line) => !line.includes('controller'))
      .map((line) => line.split(' ')[1]);

  it('siblings whose names begin alike are told apart, though scaled in the same instant', () => {
    const scenes = [
      ...made('web', 'web-bbbb'),
      ...made('web-api', 'web-api-bbbb'),
      scaling('web', 'alice', 0, 3),
      scaling('web-api', 'bob', 0, 3),
      shrinking('web-api-bbbb', 'web-api', 0.01, 3),
      shrinking('web-bbbb', 'web', 0.01, 3),
      ending('web-bbbb-ccccc', 'web-bbbb', 0.02),
      ending('web-api-bbbb-ccccc', 'web-api-bbbb', 0.02),
    ];
    expect(people(scenes, 8)).toEqual(['alice']);
    expect(people(scenes, 9)).toEqual(['bob']);
  });

  it('of two owners that were deleted at once each answers for its own', () => {
    const owners = ['web', 'web-api'].map(
      (name, n): Told => ({
        verb: 'delete',
        uri: `${APPS}/deployments/${name}`,
        at: 0,
        user: n === 0 ? 'alice' : 'bob',
        body: {},
        answer: removed(`uid-${name}`),
      }),
    );
    const sets = ['web-bbbb', 'web-api-bbbb'].map(
      (name): Told => ({
        verb: 'delete',
        uri: `${APPS}/replicasets/${name}`,
        at: 0.01,
        user: GC,
        body: { preconditions: { uid: `uid-${name}` } },
        answer: removed(`uid-${name}`),
      }),
    );
    const scenes = [...made('web', 'web-bbbb'), ...made('web-api', 'web-api-bbbb'), ...owners, ...sets];
    expect(people(scenes, 6)).toEqual(['alice']);
    expect(people(scenes, 7)).toEqual(['bob']);
  });

  it('two who scale the same Deployment before its controller looks are both named, neither proven', () => {
    const scenes = [
      ...made('web', 'web-bbbb'),
      scaling('web', 'alice', 0, 5),
      scaling('web', 'bob', 0.4, 3),
      shrinking('web-bbbb', 'web', 0.5, 3),
      ending('web-bbbb-ccccc', 'web-bbbb', 0.6),
    ];
    const { causes } = causesIn(scenes, 5, isStripped);
    const named = causes.filter(({ depth }) => depth === 2);
    // The replicas that the controller noted down tell which of the two it was.
    if (isStripped) {
      expect(named.map(({ who }) => who.user)).toEqual(['bob', 'alice']);
      for (const { link, why } of named) expect([link, why.slice(0, 8)]).toEqual(['likely', 'one of 2']);
    } else expect(named.map(({ who }) => who.user)).toEqual(['bob']);
  });

  it('two who ask for the same replicas before its controller looks are both named', () => {
    const scenes = [
      ...made('web', 'web-bbbb'),
      scaling('web', 'alice', 0, 3),
      scaling('web', 'bob', 0.4, 3),
      shrinking('web-bbbb', 'web', 0.5, 3),
      ending('web-bbbb-ccccc', 'web-bbbb', 0.6),
    ];
    expect(people(scenes).toSorted()).toEqual(isStripped ? ['alice', 'bob'] : ['alice']);
  });

  it('who scaled it afterwards is not to blame, however soon', () => {
    const scenes = [
      ...made('web', 'web-bbbb'),
      scaling('web', 'alice', 0, 5),
      shrinking('web-bbbb', 'web', 0.1, 5),
      ending('web-bbbb-ccccc', 'web-bbbb', 0.2),
      scaling('web', 'bob', 0.3, 1),
    ];
    expect(people(scenes, 4)).toEqual(['alice']);
  });

  it('an owner that was deleted long ago, and made again, is not taken for the one that was deleted now', () => {
    const again = deployment('web', 9, 'v1', 1, 'uid-new');
    const scenes: readonly Told[] = [
      {
        verb: 'delete',
        uri: `${APPS}/deployments/web`,
        at: -3000,
        user: 'carol',
        body: {},
        answer: removed('uid-old'),
      },
      {
        verb: 'create',
        uri: `${APPS}/deployments`,
        ref: { name: 'web' },
        at: -2000,
        code: 201,
        user: 'ci',
        body: {},
        answer: again,
      },
      {
        verb: 'create',
        uri: `${APPS}/replicasets`,
        ref: { name: 'web-bbbb' },
        at: -1999,
        code: 201,
        user: DEPLOYMENTS,
        body: {},
        answer: replicaSet('web-bbbb', 'web', 9, 9, 'uid-new'),
      },
      {
        verb: 'delete',
        uri: `${APPS}/deployments/web`,
        at: 0,
        user: 'alice',
        body: {},
        answer: removed('uid-new'),
      },
      {
        verb: 'delete',
        uri: `${APPS}/replicasets/web-bbbb`,
        at: 1,
        user: GC,
        body: {},
        answer: removed('uid-web-bbbb'),
      },
    ];
    expect(people(scenes)).toEqual(['alice']);
    // The deletion of the new one is not in the log: whoever deleted the old one did not do it.
    const missing = scenes.filter((_, n) => n !== 3);
    expect(people(missing)).toEqual([]);
  });

  it('whoever only tried a deletion is not blamed for the one that followed, though no body tells which it was', () => {
    const deletion = (user: string, at: number): Told => ({
      ...{ verb: 'delete', uri: `${APPS}/deployments/web`, at, user, answer: removed('uid-web') },
    });
    const scenes: readonly Told[] = [
      ...made('web', 'web-bbbb'),
      deletion('otto', 10),
      deletion('alice', 120),
      {
        verb: 'delete',
        uri: `${APPS}/replicasets/web-bbbb`,
        at: 121,
        user: GC,
        answer: removed('uid-web-bbbb'),
      },
    ];
    expect(people(scenes)).toEqual(['alice']);
  });

  it('what was left an orphan is not taken away by the end of its former owner', () => {
    const orphaned = owned('ReplicaSet', 'web-bbbb', owner('Deployment', 'web'), { replicas: 1 });
    const scenes: readonly Told[] = [
      {
        verb: 'delete',
        uri: `${APPS}/deployments/web?propagationPolicy=Orphan`,
        at: -10,
        user: 'carol',
        body: { propagationPolicy: 'Orphan' },
        answer: deployment('web', 1),
      },
      {
        verb: 'update',
        uri: `${APPS}/replicasets/web-bbbb`,
        at: -20,
        user: DEPLOYMENTS,
        body: {},
        answer: orphaned,
      },
      {
        verb: 'delete',
        uri: `${APPS}/replicasets/web-bbbb`,
        at: 0,
        user: GC,
        body: {},
        answer: removed('uid-web-bbbb'),
      },
    ];
    expect(people(scenes)).toEqual([]);
  });

  it('a pod of the same name before is not the one that was completed', () => {
    const scenes: readonly Told[] = [
      {
        verb: 'delete',
        uri: `${NS}/pods/db-0`,
        at: 0,
        user: 'carol',
        body: {},
        answer: pod('db-0', 'db', 'StatefulSet'),
      },
      {
        verb: 'create',
        uri: `${NS}/pods`,
        ref: { name: 'db-0' },
        at: 10,
        code: 201,
        user: 'system:serviceaccount:kube-system:statefulset-controller',
        body: {},
        answer: anObject('Pod', 'db-0', { metadata: { uid: 'uid-second' } }),
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/db-0`,
        at: 60,
        user: 'alice',
        body: {},
        answer: anObject('Pod', 'db-0', { metadata: { uid: 'uid-second' } }),
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/db-0`,
        at: 70,
        user: 'bob',
        body: {},
        answer: anObject('Pod', 'db-0', { metadata: { uid: 'uid-second' } }),
      },
      {
        verb: 'delete',
        uri: `${NS}/pods/db-0`,
        at: 90,
        user: 'system:node:n1',
        body: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-second' } },
        answer: anObject('Pod', 'db-0', { metadata: { uid: 'uid-second' } }),
      },
    ];
    expect(people(scenes)).toEqual(['alice']);
  });
});

it('who changed what owns a pod is not to blame for what a program did to it that sees to something else', () => {
  const evicted = (user: string, at: number): Told => ({
    verb: 'create',
    uri: `${NS}/pods/web-bbbb-ccccc/eviction`,
    at,
    code: 201,
    user,
    body: { kind: 'Eviction' },
    answer: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
  });
  const scenes = [
    ...made('web', 'web-bbbb', 2),
    {
      verb: 'create',
      uri: `${NS}/pods`,
      ref: { name: 'web-bbbb-ccccc' },
      at: -3598,
      code: 201,
      user: RS,
      body: {},
      answer: pod('web-bbbb-ccccc', 'web-bbbb'),
    },
    scaling('web', 'alice', 0, 3),
    shrinking('web-bbbb', 'web', 0.1, 3),
    evicted('system:serviceaccount:kube-system:cluster-autoscaler', 10),
    { ...ending('web-bbbb-ccccc', 'web-bbbb', 20), user: 'system:serviceaccount:ci:cleaner' },
  ];
  for (const of of [5, 6]) {
    const { lines, notes } = causesIn(scenes, of);
    expect(lines).toEqual([]);
    expect(notes).toEqual([]);
  }
});

describe('clocks of two API servers', () => {
  it('that differ do not hide the cause', () => {
    const scenes = [
      ...made('web', 'web-bbbb'),
      scaling('web', 'alice', 0.6, 3, 'cp-2'),
      shrinking('web-bbbb', 'web', 0.1, 3),
      ending('web-bbbb-ccccc', 'web-bbbb', 0.2),
    ];
    expect(causesIn(scenes).lines.at(-1)).toBe('2 alice patch deployments/scale/web proven');
  });

  it('do not turn time round in the log of one, nor beyond what clocks may differ by', () => {
    const same = [
      ...made('web', 'web-bbbb'),
      scaling('web', 'alice', 0.6, 3),
      shrinking('web-bbbb', 'web', 0.1, 3),
    ];
    expect(causesIn(same).lines).toEqual([]);
    const late = [
      ...made('web', 'web-bbbb'),
      scaling('web', 'alice', 2, 3, 'cp-2'),
      shrinking('web-bbbb', 'web', 0.1, 3),
    ];
    expect(causesIn(late).lines).toEqual([]);
  });
});

it('whoever writes to other Deployments, however many and at whatever time, is never named', () => {
  const NAMES = ['web-api', 'web2', 'we', 'web-bbbb', 'api'];
  const noise = fc.array(
    fc.record({
      name: fc.constantFrom(...NAMES),
      at: fc.double({ min: -5, max: 5, noNaN: true }),
      kind: fc.constantFrom('scale', 'delete', 'shrink', 'end'),
      server: fc.constantFrom('cp-1', 'cp-2'),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(noise, fc.boolean(), (acts, isStripped) => {
      const others = acts.map(({ name, at, kind, server }): Told => {
        if (kind === 'scale') return scaling(name, 'bystander', at, 1, server);
        if (kind === 'shrink') return shrinking(`${name}-cccc`, name, at, 1, server);
        if (kind === 'end') return ending(`${name}-cccc-ddddd`, `${name}-cccc`, at, server);
        return {
          verb: 'delete',
          uri: `${APPS}/deployments/${name}`,
          at,
          user: 'bystander',
          server,
          body: {},
          answer: removed(`uid-${name}`),
        };
      });
      const scenes = [
        ...made('web', 'web-bbbb'),
        scaling('web', 'alice', 0, 3),
        shrinking('web-bbbb', 'web', 0.1, 3),
        ending('web-bbbb-ccccc', 'web-bbbb', 0.2),
        ...others,
      ];
      const { lines } = causesIn(scenes, 4, isStripped);
      expect(lines).toHaveLength(2);
      expect(lines.at(-1)).toContain('alice patch deployments/scale/web');
    }),
  );
});
