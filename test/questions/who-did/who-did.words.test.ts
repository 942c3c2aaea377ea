/** What each word means and does not mean, by small incidents that the samples lack. */
import { describe, expect, it } from 'vitest';
import { anObject, askStory, atMetadata, type Scene } from '../story.ts';

const CONFIGMAPS = '/api/v1/namespaces/shop/configmaps';
const SECRETS = '/api/v1/namespaces/shop/secrets';
const PODS = '/api/v1/namespaces/shop/pods';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';
const inShop = { namespace: 'shop' };

function web(
  spec: Record<string, unknown>,
  generation: number,
  resourceVersion = String(generation),
): unknown {
  return anObject('Deployment', 'web', { spec, metadata: { generation, resourceVersion } });
}

function put(at: number, body: unknown, answer: unknown): Scene {
  return { verb: 'update', uri: WEB, at, body, answer };
}

describe('scale', () => {
  it('may be an update of which nothing earlier is known: not told, never silent', async () => {
    const { says, gaps, near } = await askStory(
      'scale deploy/web',
      [put(1, web({ replicas: 5 }, 3), web({ replicas: 5 }, 4))],
      inShop,
    );
    expect(says).toMatch(/^this log cannot tell/);
    expect(gaps).toEqual(['level-too-low']);
    expect(near).toContain('could-be');
  });

  it('is told by what the object was made with', async () => {
    const creation: Scene = {
      verb: 'create',
      uri: '/apis/apps/v1/namespaces/shop/deployments',
      at: 0,
      code: 201,
      ref: { name: 'web' },
      body: web({ replicas: 2 }, 1),
      answer: web({ replicas: 2 }, 1),
    };
    const { lines, gaps } = await askStory(
      'scale deploy',
      [creation, put(1, web({ replicas: 5 }, 1), web({ replicas: 5 }, 2))],
      inShop,
    );
    expect([lines, gaps]).toEqual([['alice update 200'], []]);
  });

  it('is no update that keeps the generation', async () => {
    const { gaps, lines } = await askStory(
      'scale deploy/web',
      [put(1, web({ replicas: 5 }, 3), web({ replicas: 5 }, 3, '9'))],
      inShop,
    );
    expect([gaps, lines]).toEqual([[], []]);
  });

  it('may be a JSON patch of the whole spec', async () => {
    const body = [{ op: 'replace', path: '/spec', value: { replicas: 0 } }];
    const { lines } = await askStory(
      'scale deploy/web',
      [{ verb: 'patch', uri: WEB, at: 1, body, answer: web({ replicas: 0 }, 4) }],
      inShop,
    );
    expect(lines).toEqual(['alice patch 200']);
  });

  it('is followed through requests whose answers are not logged', async () => {
    const scaleTo = (at: number, replicas: number): Scene => ({
      verb: 'patch',
      uri: `${WEB}/scale`,
      at,
      body: { spec: { replicas } },
    });
    const patch: Scene = { verb: 'patch', uri: WEB, at: 3, user: 'bob', body: { spec: { replicas: 3 } } };
    const { lines } = await askStory('scale deploy/web', [scaleTo(1, 5), scaleTo(2, 3), patch], inShop);
    expect(lines).toEqual(['alice patch/scale 200', 'alice patch/scale 200']);
  });
});

describe('scaling to what it is', () => {
  const scaled = (at: number, replicas: number, resourceVersion: string): Scene => ({
    at,
    verb: 'patch',
    uri: `${WEB}/scale`,
    body: { spec: { replicas } },
    answer: {
      kind: 'Scale',
      metadata: { name: 'web', namespace: 'shop', resourceVersion },
      spec: { replicas },
    },
  });

  it('changes nothing', async () => {
    const { lines, notes } = await askStory(
      'scale deploy/web',
      [scaled(1, 3, '10'), scaled(2, 3, '12')],
      inShop,
    );
    expect(lines).toEqual(['alice patch/scale 200']);
    expect(notes.map((note) => note.code)).toContain('no-op');
  });

  it('is not what a later request, answered earlier, made of it', async () => {
    const seen: Scene = {
      at: 1,
      verb: 'update',
      uri: WEB,
      body: {},
      answer: { kind: 'Deployment', metadata: { name: 'web', resourceVersion: '20' }, spec: { replicas: 3 } },
    };
    const { lines } = await askStory(
      'scale deploy/web',
      [scaled(0, 2, '9'), seen, scaled(2, 3, '18')],
      inShop,
    );
    expect(lines).toContain('alice patch/scale 200');
    expect(lines.filter((line) => line.includes('/scale'))).toHaveLength(2);
  });
});

describe('restart', () => {
  const withMark = (mark: string) => ({ template: { metadata: { annotations: { [RESTARTED]: mark } } } });

  it('is no update that only carries an old mark along', async () => {
    const old = withMark('2025-01-01T00:00:00Z');
    const { lines, gaps } = await askStory('restart deploy/web', [put(1, web(old, 3), web(old, 4))], inShop);
    expect([lines, gaps]).toEqual([[], []]);
  });

  it('is a mark of that very time', async () => {
    const body = { spec: withMark('2026-11-24T09:00:01+01:00') };
    const scene: Scene = { verb: 'patch', uri: WEB, at: 1, body, answer: web(body.spec, 4) };
    expect((await askStory('restart deploy/web', [scene], inShop)).lines).toEqual(['alice patch 200']);
    const bodyless = atMetadata({ ...scene, uri: `${WEB}?fieldManager=kubectl-rollout` });
    const { says, notes } = await askStory('restart deploy/web', [bodyless], inShop);
    expect(says).toMatch(/most likely restarted by alice/);
    expect(notes[0]?.text).toContain('kubectl-rollout');
  });
});

describe('bind', () => {
  const subjects = (...names: string[]) => names.map((name) => ({ kind: 'User', name }));
  const binding = (version: string, ...names: string[]) => ({
    kind: 'ClusterRoleBinding',
    metadata: { name: 'x', resourceVersion: version },
    ...(names.length === 0 ? {} : { subjects: subjects(...names) }),
    roleRef: { kind: 'ClusterRole', name: 'r' },
  });
  const creation: Scene = {
    verb: 'create',
    uri: BINDINGS,
    at: 0,
    code: 201,
    ref: { name: 'x' },
    body: {},
    answer: binding('1', 'u'),
  };
  const patch = (at: number, user: string, body: unknown, answer: unknown): Scene => ({
    verb: 'patch',
    uri: `${BINDINGS}/x`,
    at,
    user,
    body,
    answer,
  });

  it('is made or widened, not labelled and not narrowed', async () => {
    const story = [
      creation,
      patch(1, 'bob', { subjects: subjects('u', 'v') }, binding('2', 'u', 'v')),
      patch(2, 'carol', { subjects: [] }, binding('3')),
      patch(3, 'dave', { metadata: { labels: { a: 'b' } } }, binding('4')),
    ];
    for (const object of ['clusterrolebinding/x', 'clusterrole/r']) {
      const { lines } = await askStory(`bind ${object}`, story);
      expect(lines).toEqual(['alice create 201', 'bob patch 200']);
    }
  });

  it('of a role cannot be told without bodies', async () => {
    const { says, gaps, status } = await askStory('bind clusterrole/r', [atMetadata(creation)]);
    expect(says).toMatch(/^this log cannot tell who bound clusterrole\/r/);
    expect(gaps).toEqual(['level-too-low']);
    expect(status).toBe(3);
  });

  it('of a role stays in its namespace', async () => {
    const uri = '/apis/rbac.authorization.k8s.io/v1/namespaces/till/rolebindings';
    const answer = { kind: 'RoleBinding', metadata: { name: 'y' }, roleRef: { kind: 'Role', name: 'r' } };
    const elsewhere: Scene = { verb: 'create', uri, at: 0, code: 201, ref: { name: 'y' }, body: {}, answer };
    expect((await askStory('bind role/r', [elsewhere], inShop)).lines).toEqual([]);
    expect((await askStory('bind role/r', [elsewhere], { namespace: 'till' })).lines).toHaveLength(1);
  });
});

describe('approve', () => {
  const uri = '/apis/certificates.k8s.io/v1/certificatesigningrequests/f/approval';
  const decide = (type: string): Scene => ({
    verb: 'update',
    uri,
    at: 1,
    body: { status: { conditions: [{ type, status: 'True' }] } },
    answer: { kind: 'CertificateSigningRequest', metadata: { name: 'f', resourceVersion: '2' } },
  });

  it('is not a denial; without the body it is only likely', async () => {
    expect((await askStory('approve csr/f', [decide('Approved')])).lines).toEqual([
      'alice update/approval 200',
    ]);
    const denied = await askStory('approve csr/f', [decide('Denied')]);
    expect(denied.lines).toEqual([]);
    expect(denied.near).toEqual(['otherwise']);
    expect((await askStory('approve csr/f', [atMetadata(decide('Denied'))])).says).toMatch(
      /most likely approved/,
    );
  });
});

describe('impersonate', () => {
  const refused = (message: string): Scene => ({
    verb: 'list',
    uri: PODS,
    at: 1,
    user: 'bob',
    code: 403,
    message,
    over: { annotations: {} },
  });
  const forged = {
    ...refused(
      'configmaps "impersonate" is forbidden: User "bob" cannot get resource "configmaps" in API group ""',
    ),
    over: { annotations: { 'authorization.k8s.io/decision': 'forbid' } },
  };

  it('of a service account is found when it was refused, and was an attempt', async () => {
    const message =
      'serviceaccounts "dep" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "shop"';
    const { lines, says } = await askStory('impersonate sa/dep', [refused(message)], inShop);
    expect(lines).toEqual(['bob list 403']);
    expect(says).toMatch(/^in this log nobody impersonated shop\/sa\/dep.*1 attempt came to nothing/);
  });

  it('is no refusal about something called impersonate', async () => {
    expect((await askStory('impersonate', [forged])).lines).toEqual([]);
  });

  it('of a group is told by the groups, of anything else by what was done to it', async () => {
    const as = { impersonatedUser: { username: 'dave', groups: ['system:masters'] } };
    const story: Scene[] = [
      { verb: 'delete', uri: `${CONFIGMAPS}/a`, at: 1, over: as },
      { verb: 'delete', uri: `${CONFIGMAPS}/b`, at: 2, user: 'bob' },
    ];
    const one = ['alice as dave delete 200'];
    expect((await askStory('impersonate group/system:masters', story)).lines).toEqual(one);
    expect((await askStory('impersonate group/dev', story)).lines).toEqual([]);
    expect((await askStory('impersonate user/dave', story)).lines).toEqual(one);
    expect((await askStory('impersonate cm/a', story, inShop)).lines).toEqual(one);
    expect((await askStory('impersonate cm/b', story, inShop)).lines).toEqual([]);
  });
});

describe('create', () => {
  it('with a generated name is found by a pattern too', async () => {
    const scene: Scene = {
      verb: 'create',
      uri: CONFIGMAPS,
      at: 1,
      code: 201,
      body: { metadata: { generateName: 'build-' } },
    };
    expect((await askStory('create cm/build-*', [scene], inShop)).lines).toEqual(['alice create 201']);
    expect((await askStory('create cm/b*', [scene], inShop)).lines).toEqual(['alice create 201']);
    expect((await askStory('create cm/other-*', [scene], inShop)).lines).toEqual([]);
    expect((await askStory('create cm/build-7mhjm', [scene], inShop)).lines).toEqual(['alice create 201']);
    // No server makes such a suffix.
    expect((await askStory('create cm/build-aaaaa', [scene], inShop)).lines).toEqual([]);
  });
});

describe('change', () => {
  it('counts every one of a removal: asking for it, and letting it go', async () => {
    const gone = { metadata: { deletionTimestamp: '2026-11-24T08:00:01Z' } };
    const held = { metadata: { ...gone.metadata, finalizers: ['f'] } };
    const { says } = await askStory(
      'change cm/a',
      [
        { verb: 'create', uri: CONFIGMAPS, at: 0, code: 201, ref: { name: 'a' }, user: 'ci' },
        { verb: 'delete', uri: `${CONFIGMAPS}/a`, at: 1, body: {}, answer: anObject('ConfigMap', 'a', held) },
        {
          verb: 'patch',
          uri: `${CONFIGMAPS}/a`,
          at: 2,
          user: 'bob',
          body: { metadata: { finalizers: null } },
          answer: anObject('ConfigMap', 'a', gone),
        },
      ],
      inShop,
    );
    expect(says).toMatch(/changed by bob .*; 2 more times, last by alice$/);
  });

  it('does not say that a CRD is held by the API server itself', async () => {
    const uri = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com';
    const answer = {
      kind: 'CustomResourceDefinition',
      metadata: {
        name: 'widgets.example.com',
        deletionTimestamp: '2026-11-24T08:00:01Z',
        finalizers: ['customresourcecleanup.apiextensions.k8s.io'],
      },
    };
    const { says } = await askStory('delete crd/widgets.example.com', [
      { verb: 'delete', uri, at: 1, body: {}, answer },
    ]);
    expect(says).toMatch(/^crd\/widgets.example.com: deleted by alice \d+ minutes ago$/);
  });
});

describe('a name that the server made', () => {
  it('is not by a request after the first that knows it', async () => {
    const generate = (at: number, user: string): Scene => ({
      verb: 'create',
      uri: PODS,
      at,
      user,
      code: 201,
      body: { metadata: { generateName: 'web-' } },
    });
    const bound: Scene = {
      verb: 'create',
      uri: `${PODS}/web-7mhjm/binding`,
      at: 2,
      code: 201,
      user: 'scheduler',
    };
    const { says, lines } = await askStory(
      'create pod/web-7mhjm',
      [generate(1, 'alice'), bound, generate(60, 'bob')],
      inShop,
    );
    expect(lines).toEqual(['alice create 201']);
    expect(says).toMatch(/most likely created by alice \d+ minutes ago$/);
    const either = await askStory(
      'create pod/web-7mhjm',
      [generate(1, 'alice'), generate(60, 'bob')],
      inShop,
    );
    expect(either.says).toMatch(/most likely created by bob .*, or by alice /);
  });
});

describe('bodies that were cut away', () => {
  it('are told from a policy that does not log them', async () => {
    const cut = { annotations: { 'audit.k8s.io/truncated': 'true' }, level: 'RequestResponse' };
    const { gaps } = await askStory(
      'rollout deploy/web',
      [
        { verb: 'patch', uri: WEB, at: 1, over: cut },
        { verb: 'patch', uri: WEB, at: 2 },
      ],
      inShop,
    );
    expect(gaps).toEqual(['level-too-low', 'bodies-cut']);
  });
});

describe('touch', () => {
  it('is no list that does not hold the object, and says when it was refused', async () => {
    const list = (names: readonly string[]): Scene => ({
      verb: 'list',
      uri: CONFIGMAPS,
      at: 1,
      answer: { kind: 'ConfigMapList', items: names.map((name) => ({ metadata: { name } })) },
    });
    expect((await askStory('touch cm/a', [list(['b'])], inShop)).lines).toEqual([]);
    expect((await askStory('touch cm/a', [list(['a'])], inShop)).lines).toEqual(['alice list 200']);
    const refusal: Scene = {
      verb: 'get',
      uri: `${CONFIGMAPS}/a`,
      at: 1,
      code: 403,
      message: 'configmaps "a" is forbidden: no',
    };
    expect((await askStory('touch cm/a', [refusal], inShop)).says).toMatch(
      /touched by alice .* \(refused\)$/,
    );
  });
});

describe('read', () => {
  const list = (at: number, user: string, query: string, names: readonly string[] | null): Scene => ({
    verb: 'list',
    uri: `${SECRETS}${query}`,
    at,
    user,
    ...(names === null
      ? {}
      : { answer: { kind: 'Table', rows: names.map((name) => ({ object: { metadata: { name } } })) } }),
  });

  it('by a list is told by its answer, and without it a selector makes it likely only', async () => {
    const { lines, notes } = await askStory(
      'read secret/s',
      [
        list(1, 'alice', '?labelSelector=owner%3Dhelm', null),
        list(2, 'bob', '?limit=500', ['other']),
        list(3, 'carol', '?limit=500', ['other', 's']),
        list(4, 'dave', '', null),
      ],
      inShop,
    );
    expect(lines).toEqual(['alice list 200', 'carol list 200', 'dave list 200']);
    expect(notes.map((note) => note.code)).toEqual(['likely']);
  });
});

describe('cordon and uncordon', () => {
  it('may be an update of which nothing earlier is known', async () => {
    const node = {
      kind: 'Node',
      metadata: { name: 'n1', resourceVersion: '2' },
      spec: { unschedulable: true },
    };
    const scene: Scene = { verb: 'update', uri: '/api/v1/nodes/n1', at: 1, body: node, answer: node };
    const changed = { ...scene, answer: { ...node, metadata: { name: 'n1', resourceVersion: '3' } } };
    expect((await askStory('cordon n1', [changed])).gaps).toEqual(['level-too-low']);
    expect((await askStory('uncordon n1', [changed])).gaps).toEqual([]);
  });
});

describe('drain', () => {
  const cordon = (at: number, name: string): Scene => ({
    verb: 'patch',
    uri: `/api/v1/nodes/${name}`,
    at,
    body: { spec: { unschedulable: true } },
    answer: { kind: 'Node', metadata: { name, resourceVersion: String(at) }, spec: { unschedulable: true } },
  });
  const evict = (at: number, pod: string): Scene => ({
    verb: 'create',
    uri: `${PODS}/${pod}/eviction`,
    at,
    code: 201,
    body: { kind: 'Eviction' },
  });
  const completed = (at: number, pod: string, node: string): Scene => ({
    verb: 'delete',
    uri: `${PODS}/${pod}`,
    at,
    user: `system:node:${node}`,
  });

  it('takes only the evictions that the node itself completed', async () => {
    const story = [
      cordon(1, 'n1'),
      evict(2, 'a'),
      completed(4, 'a', 'n1'),
      cordon(10, 'n2'),
      evict(11, 'b'),
      completed(12, 'b', 'n2'),
    ];
    const { rows, says } = await askStory('drain node/n1', story);
    expect(rows.map((row) => row.object.name)).toEqual(['a', 'n1']);
    expect(says).toMatch(/^node\/n1: drained by alice \d+ minutes ago$/);
    expect((await askStory('drain node/n2', story)).rows.map((row) => row.object.name)).toEqual(['b', 'n2']);
  });

  it('may begin long after the cordon', async () => {
    const { rows } = await askStory('drain n1', [
      cordon(1, 'n1'),
      evict(3500, 'a'),
      completed(3502, 'a', 'n1'),
    ]);
    expect(rows).toHaveLength(2);
    const late = [cordon(1, 'n1'), evict(3590, 'a'), completed(3595, 'a', 'n1'), cordon(3596, 'n2')];
    expect((await askStory('drain n2', late)).rows).toEqual([]);
  });

  it('is likely without bodies: the last write to the node before the evictions', async () => {
    const { rows, says } = await askStory(
      'drain n1',
      [cordon(1, 'n1'), cordon(2, 'n1'), evict(3, 'a'), completed(5, 'a', 'n1')].map(atMetadata),
    );
    expect(rows).toHaveLength(2);
    expect(says).toMatch(/most likely drained by alice/);
  });

  it('is certain when the actor marked no other node', async () => {
    const { says } = await askStory('drain n1', [cordon(1, 'n1'), evict(2, 'a')]);
    expect(says).toMatch(/^node\/n1: drained by alice/);
    const rolling = await askStory('drain n1', [cordon(1, 'n1'), cordon(2, 'n2'), evict(3, 'a')]);
    expect(rolling.says).toMatch(/^node\/n1: most likely drained by alice/);
  });

  it('is more than a cordon', async () => {
    const { lines, near } = await askStory('drain n1', [cordon(1, 'n1')]);
    expect(lines).toEqual([]);
    expect(near).toEqual(['otherwise']);
  });
});
