/** Deletions in every way there is, and what only looks like one. */
import { describe, expect, it } from 'vitest';
import { anObject, askStory, GC, NAMESPACES, type Scene } from '../story.ts';

const CONFIGMAPS = '/api/v1/namespaces/shop/configmaps';
const PODS = '/api/v1/namespaces/shop/pods';
const NAMESPACE = '/api/v1/namespaces/shop';
const NODE = 'system:node:n1';
const inShop = { namespace: 'shop' };

function remove(at: number, uri: string, over: Partial<Scene> = {}): Scene {
  return { verb: 'delete', uri, at, ...over };
}

function made(at: number, uri: string, name: string, user = 'alice'): Scene {
  return { verb: 'create', uri, at, code: 201, ref: { name }, user };
}

function withUid(uid: string): Partial<Scene> {
  return { over: { responseStatus: { code: 200, status: 'Success', details: { uid } } } };
}

function swept(at: number, user: string, names: readonly string[]): Scene {
  const items = names.map((name) => ({ metadata: { name } }));
  return {
    verb: 'deletecollection',
    uri: CONFIGMAPS,
    at,
    user,
    body: {},
    answer: { kind: 'ConfigMapList', items },
  };
}

describe('a delete whose outcome is not known', () => {
  it.each<[string, Partial<Scene>]>([
    ['a panic', { code: 500, message: "APIServer panic'd: boom", over: { stage: 'Panic' } }],
    ['a timeout', { code: 504, message: 'Timeout: request did not complete within requested timeout' }],
    ['a store that did not answer', { code: 500, message: 'etcdserver: request timed out' }],
    ['a faked success', { over: { responseStatus: { code: 200, message: 'Connection closed early' } } }],
    ['an end that is not in the log', { code: null, over: { stage: 'RequestReceived' } }],
  ])('%s: neither somebody nor nobody did it', async (_what, over) => {
    const { says, lines, gaps, status } = await askStory(
      'delete cm/a',
      [remove(1, `${CONFIGMAPS}/a`, over)],
      inShop,
    );
    expect(says).toMatch(
      /^this log cannot tell who deleted shop\/cm\/a; of 1 request the outcome is not known/,
    );
    expect(lines).toHaveLength(1);
    expect(gaps).toContain('outcome-unknown');
    expect(status).toBe(3);
  });
});

describe('who began a removal', () => {
  it('is the first to ask; another who asks while the pod is going is named as that', async () => {
    const { says, lines } = await askStory(
      'delete pod/a',
      [
        remove(1, `${PODS}/a`),
        remove(3, `${PODS}/a`, { user: 'bob' }),
        remove(30, `${PODS}/a`, { user: NODE }),
      ],
      inShop,
    );
    expect(lines).toEqual(['alice delete 200', 'bob delete 200']);
    expect(says).toMatch(/deleted by alice .*; asked for again by bob$/);
  });

  it('is the controller, for the pod of that name that came after', async () => {
    const STS = 'system:serviceaccount:kube-system:statefulset-controller';
    const { says } = await askStory(
      'delete pod/db-0',
      [
        remove(1, `${PODS}/db-0`),
        remove(5, `${PODS}/db-0`, { user: NODE }),
        made(6, PODS, 'db-0', STS),
        remove(100, `${PODS}/db-0`, { user: STS }),
        remove(105, `${PODS}/db-0`, { user: NODE }),
      ],
      inShop,
    );
    expect(says).toMatch(/deleted by sa:kube-system\/statefulset-controller .*; once more by alice$/);
  });

  it('is the collector, although foreground deletion makes it ask three times', async () => {
    const { says } = await askStory(
      'delete pod/a',
      [
        remove(1, `${PODS}/a`, { user: GC }),
        remove(1.1, `${PODS}/a`, { user: GC, code: 409, message: 'Conflict' }),
        remove(1.2, `${PODS}/a`, { user: GC }),
        remove(5, `${PODS}/a`, { user: NODE }),
      ],
      inShop,
    );
    expect(says).toMatch(/deleted by sa:kube-system\/generic-garbage-collector \d+ minutes ago$/);
  });

  it('may be anybody in kube-system: an account there is no controller for that', async () => {
    const agent = 'system:serviceaccount:kube-system:backup-agent';
    const { says } = await askStory(
      'create cm/a',
      [made(1, CONFIGMAPS, 'a'), remove(2, `${CONFIGMAPS}/a`), made(3, CONFIGMAPS, 'a', agent)],
      inShop,
    );
    expect(says).toMatch(/created by sa:kube-system\/backup-agent .*; once more by alice$/);
  });

  it('is not known when only the last finalizer is seen to go', async () => {
    const release: Scene = {
      verb: 'patch',
      uri: `${CONFIGMAPS}/a`,
      at: 1,
      body: { metadata: { finalizers: null } },
      answer: anObject('ConfigMap', 'a', { metadata: { deletionTimestamp: '2026-11-24T07:00:00Z' } }),
    };
    const { says, gaps } = await askStory('delete cm/a', [release], inShop);
    expect(says).toContain('by removing the last finalizer');
    expect(gaps).toEqual(['unlogged']);
  });

  it('did not end it yet while a finalizer holds the object', async () => {
    const answer = anObject('ConfigMap', 'a', { metadata: { deletionTimestamp: 'x', finalizers: ['f'] } });
    const { says } = await askStory(
      'delete cm/a',
      [remove(1, `${CONFIGMAPS}/a`, { body: {}, answer })],
      inShop,
    );
    expect(says).toMatch(/deleted by alice .* ago, but held by a finalizer/);
  });
});

describe('requests that overlap', () => {
  it('took effect in the order in which they were answered', async () => {
    const gone = { metadata: { deletionTimestamp: '2026-11-24T08:00:02Z' } };
    const held = { metadata: { ...gone.metadata, finalizers: ['batch.kubernetes.io/job-tracking'] } };
    const release: Scene = {
      verb: 'patch',
      uri: `${PODS}/j-1`,
      at: 1,
      user: 'system:serviceaccount:kube-system:job-controller',
      body: { metadata: { '$deleteFromPrimitiveList/finalizers': ['batch.kubernetes.io/job-tracking'] } },
      answer: anObject('Pod', 'j-1', gone),
      over: { stageTimestamp: '2026-11-24T08:00:03.000000Z' },
    };
    const asked = remove(2, `${PODS}/j-1`, { user: GC, body: {}, answer: anObject('Pod', 'j-1', held) });
    const { says, gaps } = await askStory('delete pod', [release, asked], inShop);
    expect(says).toBe('pods in shop: deleted once by sa:kube-system/generic-garbage-collector');
    expect(gaps).toEqual([]);
  });
});

describe('a delete that is answered after its finalizer has been removed', () => {
  it('began it', async () => {
    const asked = remove(1, `${CONFIGMAPS}/a`, { over: { stageTimestamp: '2026-11-24T08:00:03.000000Z' } });
    const release: Scene = {
      ...{ verb: 'patch', uri: `${CONFIGMAPS}/a`, at: 2, user: GC, body: { metadata: { finalizers: null } } },
      answer: anObject('ConfigMap', 'a', { metadata: { deletionTimestamp: '2026-11-24T08:00:01Z' } }),
    };
    const { says, gaps } = await askStory('delete cm/a', [asked, release], inShop);
    expect(says).toMatch(/^shop\/cm\/a: deleted by alice /);
    expect(gaps).toEqual([]);
  });
});

describe('an object that several groups serve', () => {
  it('is the same one in each', async () => {
    const { lines } = await askStory(
      'delete deploy/web',
      [remove(1, '/apis/extensions/v1beta1/namespaces/shop/deployments/web')],
      inShop,
    );
    expect(lines).toEqual(['alice delete 200']);
    const other = await askStory(
      'delete deploy/web',
      [remove(1, '/apis/apps.example.com/v1/namespaces/shop/deployments/web')],
      inShop,
    );
    expect(other.lines).toEqual([]);
  });
});

describe('one name in several namespaces', () => {
  it('is several objects', async () => {
    const { says } = await askStory('delete cm/a', [
      remove(1, `${CONFIGMAPS}/a`),
      remove(2, '/api/v1/namespaces/till/configmaps/a', { user: 'bob' }),
    ]);
    expect(says).toBe('cm/a: deleted 2 times: alice 1, bob 1');
  });
});

describe('objects whose names are not in the log', () => {
  it('are not taken for one that was made again', async () => {
    const generated: Scene = { verb: 'create', uri: PODS, at: 1, code: 201, user: 'rs' };
    const { gaps } = await askStory(
      'delete pod',
      [generated, { ...generated, at: 2 }, remove(3, `${PODS}/a`)],
      inShop,
    );
    expect(gaps).toEqual([]);
  });
});

describe("a kubelet's delete", () => {
  it("of a static pod's mirror is its own, and completes a person's where there is one", async () => {
    const own = await askStory('delete pod/etcd-n1', [remove(1, `${PODS}/etcd-n1`, { user: NODE })], inShop);
    expect(own.lines).toEqual([`${NODE} delete 200`]);
    const hers = await askStory(
      'delete pod/etcd-n1',
      [remove(1, `${PODS}/etcd-n1`), remove(5, `${PODS}/etcd-n1`, { user: NODE })],
      inShop,
    );
    expect(hers.lines).toEqual(['alice delete 200']);
  });

  it('completes one removal, not the next one too', async () => {
    const { gaps, says } = await askStory(
      'delete pod/a',
      [
        remove(1, `${PODS}/a`, { code: 404, message: 'pods "a" not found' }),
        remove(50, `${PODS}/a`, { user: NODE }),
      ],
      inShop,
    );
    expect(gaps).toContain('unlogged');
    expect(says).toContain('does not hold the request that asked for it');
  });
});

describe('a dry run whose body is not in the log', () => {
  it('is known by the same object going once more', async () => {
    const { lines, notes } = await askStory(
      'delete cm/a',
      [
        remove(1, `${CONFIGMAPS}/a`, { user: 'ci', ...withUid('u1') }),
        remove(9, `${CONFIGMAPS}/a`, withUid('u1')),
      ],
      inShop,
    );
    expect(lines).toEqual(['alice delete 200']);
    expect(notes.map((note) => note.code)).toContain('no-op');
  });
});

describe('a delete after which the object is still written to', () => {
  it('is doubtful at Metadata level, and a gap in any case', async () => {
    const write: Scene = { verb: 'patch', uri: `${CONFIGMAPS}/a`, at: 5, user: 'bob' };
    const { says, gaps } = await askStory(
      'delete cm/a',
      [remove(1, `${CONFIGMAPS}/a`, withUid('u1')), write],
      inShop,
    );
    expect(says).toMatch(/most likely deleted by alice/);
    expect(gaps).toEqual(['unlogged']);
    const remade = [remove(1, `${CONFIGMAPS}/a`, withUid('u1')), made(2, CONFIGMAPS, 'a'), write];
    expect((await askStory('delete cm/a', remade, inShop)).gaps).toEqual([]);
  });
});

describe('a collection whose victims are not in the log', () => {
  const sweep: Scene = {
    verb: 'deletecollection',
    uri: `${CONFIGMAPS}?labelSelector=x%3Dy`,
    at: 2,
    user: 'bob',
  };

  it('likely took what had to be made again', async () => {
    const { says, lines, gaps } = await askStory(
      'delete cm/a',
      [made(1, CONFIGMAPS, 'a'), sweep, made(3, CONFIGMAPS, 'a')],
      inShop,
    );
    expect(lines).toEqual(['bob deletecollection 200']);
    expect(says).toMatch(/most likely deleted by bob .*selector x=y\); made again/);
    expect(gaps).toEqual([]);
  });

  it('took nothing that could be removed after it', async () => {
    const { lines } = await askStory(
      'delete cm/a',
      [made(1, CONFIGMAPS, 'a'), sweep, remove(3, `${CONFIGMAPS}/a`, withUid('u1'))],
      inShop,
    );
    expect(lines).toEqual(['alice delete 200']);
  });

  it('took no other name than its field selector lets through', async () => {
    const of = (name: string): Scene => ({
      ...sweep,
      uri: `${CONFIGMAPS}?fieldSelector=metadata.name%3D${name}`,
    });
    expect((await askStory('delete cm/a', [of('b')], inShop)).lines).toEqual([]);
    expect((await askStory('delete cm/a', [of('a')], inShop)).lines).toEqual(['bob deletecollection 200']);
  });

  it('is only perhaps another, beside what is certain', async () => {
    const { says } = await askStory(
      'delete cm/a',
      [sweep, made(3, CONFIGMAPS, 'a'), remove(4, `${CONFIGMAPS}/a`, withUid('u1'))],
      inShop,
    );
    expect(says).toMatch(/deleted by alice \d+ minutes ago; perhaps once more by bob$/);
  });

  it('is one of two that may have, and both are named', async () => {
    const { says } = await askStory(
      'delete cm/a',
      [made(1, CONFIGMAPS, 'a'), sweep, remove(3, NAMESPACE)],
      inShop,
    );
    expect(says).toMatch(/most likely deleted by alice .*with its namespace\), or by bob .*selector x=y\)/);
  });
});

describe('the end of a namespace', () => {
  it('is by whoever asked first, and takes only what was in it', async () => {
    const story = [remove(1, NAMESPACE), remove(2, NAMESPACE, { user: 'bob' }), swept(3, NAMESPACES, ['a'])];
    const { says } = await askStory('delete cm/a', story, inShop);
    expect(says).toMatch(/deleted by alice .*with its namespace\); asked for again by bob$/);
    expect((await askStory('delete cm/b', story, inShop)).lines).toEqual([]);
  });

  it('took what its own collections named, not what those of the next one did', async () => {
    const { lines } = await askStory(
      'delete cm/a',
      [
        remove(1, NAMESPACE),
        swept(2, NAMESPACES, []),
        made(5, CONFIGMAPS, 'a'),
        remove(6, NAMESPACE, { user: 'bob' }),
        swept(7, NAMESPACES, ['a']),
      ],
      inShop,
    );
    expect(lines).toEqual(['bob delete 200', `${NAMESPACES} deletecollection 200`]);
  });

  it('at Metadata level says nothing about an object that nothing shows to have been', async () => {
    const { says } = await askStory('delete cm/a', [made(0, CONFIGMAPS, 'z'), remove(1, NAMESPACE)], inShop);
    expect(says).toMatch(/^shop\/cm\/a: if it was there, deleted by alice/);
  });

  it('is by whoever asked, though a finalizer held what its collection took', async () => {
    const release: Scene = {
      ...{
        verb: 'patch',
        uri: `${CONFIGMAPS}/a`,
        at: 9,
        user: 'bob',
        body: { metadata: { finalizers: null } },
      },
      answer: anObject('ConfigMap', 'a', { metadata: { deletionTimestamp: '2026-11-24T08:00:03Z' } }),
    };
    const story = [made(0, CONFIGMAPS, 'a'), remove(1, NAMESPACE), swept(3, NAMESPACES, ['a']), release];
    const { says } = await askStory('delete cm/a', story, inShop);
    expect(says).toMatch(
      /^shop\/cm\/a: deleted by alice .* \(with its namespace\), held until bob removed the last finalizer$/,
    );
  });

  it('explains why something was made a second time', async () => {
    const { gaps } = await askStory(
      'delete cm/a',
      [made(0, CONFIGMAPS, 'a'), remove(1, NAMESPACE), made(9, CONFIGMAPS, 'a')],
      inShop,
    );
    expect(gaps).toEqual([]);
  });
});

describe('filters', () => {
  it('leave out who did it, and do not make it nobody', async () => {
    const { says, lines } = await askStory('delete cm/a', [remove(1, `${CONFIGMAPS}/a`)], {
      ...inShop,
      by: ['carol'],
    });
    expect(lines).toEqual([]);
    expect(says).toBe(
      'none of those asked about deleted shop/cm/a; 1 request that did is left out by the filters',
    );
  });
});

describe('an audit ID that several requests carry', () => {
  it('hides none of them, and is noted', async () => {
    const shared = { over: { auditID: 'x' } };
    const { lines, notes } = await askStory(
      'delete cm/a',
      [
        remove(1, `${CONFIGMAPS}/a`, shared),
        remove(2, `${CONFIGMAPS}/a`, { ...shared, code: 200, user: 'bob' }),
      ],
      inShop,
    );
    expect(lines).toHaveLength(2);
    expect(notes.map((note) => note.code)).toContain('shared-audit-id');
  });
});
