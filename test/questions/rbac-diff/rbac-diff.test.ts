/** Who gained and lost what, told by hand: one rule of the answer each. */
import { describe, expect, it } from 'vitest';
import { parseBy } from '../../../src/query/by.ts';
import { parseSubject } from '../../../src/questions/rbac-diff/subject-filter.ts';
import { atMetadata, type Scene } from '../story.ts';
import {
  askRbac,
  binding,
  created,
  deleted,
  gathered,
  type Json,
  rbacObject,
  replaced,
  rules,
  snapshot,
  us,
} from './rbac-diff-support.ts';

/** As a cluster has it before the story: made long ago, not in the log. */
const live = (...objects: readonly Json[]) => snapshot(objects);

const READER = 'prod/roles/reader';
const BIND = 'prod/rolebindings/bind';

describe('rights gained and lost', () => {
  it('are told with the path, the place and who did it', async () => {
    const { rights, says, rows } = await askRbac([
      created(1, READER, rules('get,list secrets')),
      created(2, BIND, binding('Role/reader', 'carol', 'group:dev', 'sa:ci/runner'), 'bob'),
    ]);
    expect(rights.toSorted()).toEqual([
      '+ carol: get,list secrets in prod via bind → Role/reader by bob',
      '+ group:dev: get,list secrets in prod via bind → Role/reader by bob',
      '+ sa:ci/runner: get,list secrets in prod via bind → Role/reader by bob',
    ]);
    expect(says).toMatch(/^1 binding and 1 role changed; .* gained get, list secrets in prod/);
    const [right] = rows.filter((row) => row.kind === 'right');
    expect(right).toMatchObject({ risks: ['secrets'], lasts: true, auditID: 'story-1' });
  });

  it('by a wider role are what is new of it, and by a narrower one what is gone', async () => {
    const { rights } = await askRbac([
      created(1, READER, rules('get secrets')),
      created(2, BIND, binding('Role/reader', 'carol')),
      replaced(3, READER, rules('get,list secrets', 'get pods')),
      replaced(4, READER, rules('list secrets')),
    ]);
    expect(rights).toEqual(
      [
        '+ carol: get secrets in prod via bind → Role/reader by alice',
        '+ carol: list secrets in prod via bind → Role/reader by alice',
        '+ carol: get pods in prod via bind → Role/reader by alice',
        '- carol: get pods,secrets in prod via bind → Role/reader by alice',
      ].toSorted(
        (a, b) =>
          Number(a.startsWith('-')) - Number(b.startsWith('-')) || rights.indexOf(a) - rights.indexOf(b),
      ),
    );
  });

  it('are none where another path gives the same, whichever comes and goes', async () => {
    const { rights } = await askRbac([
      created(1, READER, rules('get secrets')),
      created(2, BIND, binding('Role/reader', 'carol')),
      created(3, 'clusterroles/all', rules('* *.*')),
      created(4, 'clusterrolebindings/all', binding('ClusterRole/all', 'carol')),
      deleted(5, BIND),
      created(6, BIND, binding('Role/reader', 'carol')),
      deleted(7, 'clusterrolebindings/all'),
      deleted(8, BIND),
    ]);
    expect(rights).toEqual([
      '+ carol: get secrets in prod via bind → Role/reader by alice',
      '+ carol: * *.* via all → ClusterRole/all by alice',
      '- carol: * *.* via all → ClusterRole/all by alice',
      '- carol: get secrets in prod via bind → Role/reader by alice',
    ]);
  });

  it('are none where a group that the user is known to be in holds them', async () => {
    const asCarol: Scene = {
      ...{ verb: 'get', uri: '/api/v1/namespaces/prod/pods/x', at: 9, user: 'carol' },
      over: { user: { username: 'carol', groups: ['dev', 'system:authenticated'] } },
    };
    const story = [
      created(1, READER, rules('get secrets')),
      created(2, 'prod/rolebindings/dev', binding('Role/reader', 'group:dev')),
      created(3, BIND, binding('Role/reader', 'carol', 'dave')),
    ];
    const known = await askRbac([...story, asCarol]);
    expect(known.rights).toEqual([
      '+ group:dev: get secrets in prod via dev → Role/reader by alice',
      '+ dave: get secrets in prod via bind → Role/reader by alice',
    ]);
    expect(known.notes.find(({ code }) => code === 'groups-unknown')?.text).toContain('dave');
    const unknown = await askRbac(story);
    expect(unknown.rights).toContain('+ carol: get secrets in prod via bind → Role/reader by alice');
    expect(unknown.notes.find(({ code }) => code === 'groups-unknown')?.text).toContain('carol, dave');
  });

  it('of service accounts count what all of them, and those of their namespace, hold', async () => {
    const { rights } = await askRbac([
      created(1, READER, rules('get secrets', 'get pods', 'get services')),
      created(2, 'prod/roles/pods', rules('get pods')),
      created(3, 'prod/roles/services', rules('get services')),
      created(4, 'prod/rolebindings/all', binding('Role/pods', 'group:system:serviceaccounts')),
      created(5, 'prod/rolebindings/ci', binding('Role/services', 'group:system:serviceaccounts:ci')),
      created(
        6,
        BIND,
        binding('Role/reader', 'sa:ci/runner', 'system:serviceaccount:other:runner', 'sa:/local'),
      ),
    ]);
    expect(rights.slice(2).toSorted()).toEqual([
      '+ sa:ci/runner: get secrets in prod via bind → Role/reader by alice',
      '+ sa:other/runner: get secrets,services in prod via bind → Role/reader by alice',
      '+ sa:prod/local: get secrets,services in prod via bind → Role/reader by alice',
    ]);
  });

  it('of members of system:masters never change: they may do everything anyway', async () => {
    const { rights, objects } = await askRbac([
      created(1, 'clusterroles/all', rules('* *.*')),
      created(2, 'clusterrolebindings/all', binding('ClusterRole/all', 'group:system:masters')),
    ]);
    expect(rights).toEqual([]);
    expect(objects).toHaveLength(2);
  });

  it('in all namespaces are not those everywhere, and a RoleBinding gives no URLs', async () => {
    const { rights } = await askRbac([
      created(1, 'clusterroles/x', rules('get nodes', 'get /metrics')),
      created(2, 'a/rolebindings/x', binding('ClusterRole/x', 'carol')),
      created(3, 'clusterrolebindings/x', binding('ClusterRole/x', 'carol')),
    ]);
    expect(rights).toEqual([
      '+ carol: get nodes in a via x → ClusterRole/x by alice',
      '+ carol: get /metrics via x → ClusterRole/x by alice',
      '+ carol: get nodes via x → ClusterRole/x by alice',
    ]);
  });

  it('through a binding whose role is made later come with the role', async () => {
    const { rights } = await askRbac(
      [
        created(1, BIND, binding('Role/reader', 'carol'), 'bob'),
        created(2, READER, rules('get secrets'), 'mallory'),
      ],
      {},
      live(rbacObject(BIND, binding('Role/reader', 'carol')), rbacObject(READER, rules('get secrets'))),
    );
    expect(rights).toEqual(['+ carol: get secrets in prod via bind → Role/reader by mallory']);
  });

  it('between two moments are what differs, whatever lay between', async () => {
    const story = [
      created(1, READER, rules('get secrets')),
      created(2, BIND, binding('Role/reader', 'carol')),
      created(3, 'prod/rolebindings/mal', binding('Role/reader', 'mallory'), 'mallory'),
      deleted(4, 'prod/rolebindings/mal'),
      replaced(5, READER, rules('get,list secrets')),
      deleted(6, BIND),
      created(7, BIND, binding('Role/reader', 'dave'), 'bob'),
      created(8, 'prod/rolebindings/late', binding('Role/reader', 'eve')),
    ];
    const window = { sinceUs: us(2.5), untilUs: us(7.5), isDefault: false };
    const { rights, objects, says } = await askRbac(story, { isNet: true, window });
    expect(rights.toSorted()).toEqual([
      '+ dave: get,list secrets in prod via bind → Role/reader by bob',
      '- carol: get secrets in prod via bind → Role/reader by alice',
    ]);
    expect(objects.map(({ object, did }) => `${did.word} ${object.name}`).toSorted()).toEqual([
      'change bind',
      'change reader',
    ]);
    expect(says).toContain('differ');
  });

  it('between two moments are told by the path that is left, though another gave them first', async () => {
    const story = [
      created(1, 'prod/roles/reader', rules('get secrets')),
      created(5, 'prod/rolebindings/b1', binding('Role/reader', 'carol'), 'alice'),
      created(6, 'prod/rolebindings/b2', binding('Role/reader', 'carol'), 'bob'),
      deleted(7, 'prod/rolebindings/b1', 'alice'),
    ];
    const window = { sinceUs: us(2), untilUs: us(10), isDefault: false };
    const { rows } = await askRbac(story, { isNet: true, window });
    const told = rows.flatMap((row) => (row.kind === 'right' ? [row] : []));
    expect(told.map(({ via, by }) => [via.binding.name, by?.user])).toEqual([['b2', 'bob']]);
  });

  it('between two moments are told once: what a wider one that came later allows is not told again', async () => {
    const story = [
      created(1, 'prod/roles/one', rules('get configmaps "a"')),
      created(2, 'prod/roles/all', rules('get configmaps')),
      created(3, 'prod/rolebindings/one', binding('Role/one', 'carol')),
      created(4, 'prod/rolebindings/all', binding('Role/all', 'carol'), 'bob'),
    ];
    const window = { sinceUs: us(2.5), untilUs: us(7), isDefault: false };
    const { rights } = await askRbac(story, { isNet: true, window });
    expect(rights).toEqual(['+ carol: get configmaps in prod via all → Role/all by bob']);
  });
});

describe('aggregated roles', () => {
  const AGGREGATED = 'clusterroles/monitoring';
  const selector = {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'to-monitoring': 'true' } }] },
  };
  const source = (...texts: string[]) => rules(...texts);
  const labelled = { labels: { 'to-monitoring': 'true' } };

  it('give what the roles that flow into them give, by whoever labelled those', async () => {
    const { rights, notes } = await askRbac(
      [
        created(1, 'clusterroles/endpoints', source('get endpoints'), 'bob', labelled),
        gathered(2, AGGREGATED, selector, rules('get endpoints')),
      ],
      { isFolded: true },
      live(
        rbacObject(AGGREGATED, { ...selector, ...rules('get endpoints') }),
        rbacObject('clusterroles/endpoints', source('get endpoints'), labelled),
        rbacObject('clusterrolebindings/m', binding('ClusterRole/monitoring', 'carol')),
      ),
    );
    expect(rights).toEqual(['+ carol: get endpoints via m → ClusterRole/monitoring by bob']);
    expect(notes.find(({ code }) => code === 'housekeeping')?.text).toMatch(
      /^1 changes? by the cluster itself/,
    );
  });

  it('are believed by their own bodies where the log alone is there, and traced to who changed the source', async () => {
    const { rights } = await askRbac([
      created(1, AGGREGATED, { ...selector, rules: null }),
      created(2, 'clusterrolebindings/m', binding('ClusterRole/monitoring', 'carol')),
      created(3, 'clusterroles/endpoints', source('get endpoints'), 'bob', labelled),
      gathered(4, AGGREGATED, selector, rules('get endpoints')),
      replaced(5, 'clusterroles/endpoints', source('get endpoints'), 'eve'),
      gathered(6, AGGREGATED, selector, { rules: [] }),
    ]);
    expect(rights).toEqual([
      '+ carol: get endpoints via m → ClusterRole/monitoring by bob',
      '- carol: get endpoints via m → ClusterRole/monitoring by eve',
    ]);
  });

  it('are a danger of their own where a role of anybody’s flows into view', async () => {
    const evil = created(1, 'clusterroles/evil', rules('get secrets'), 'mallory', {
      labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' },
    });
    const { rows } = await askRbac([
      created(0, 'clusterrolebindings/v', binding('ClusterRole/view', 'group:dev')),
      evil,
    ]);
    const gained = rows.filter((row) => row.kind === 'right' && row.by?.user === 'mallory');
    expect(gained).toMatchObject([{ subject: { name: 'dev' }, risks: ['aggregated', 'secrets'] }]);
  });

  it('gather along a chain, by expressions too, and never from themselves', async () => {
    const by = (...matchExpressions: readonly Json[]) => ({
      aggregationRule: { clusterRoleSelectors: [{ matchExpressions }] },
    });
    const outer = by(
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'off', operator: 'DoesNotExist' },
    );
    const all = [
      rbacObject('clusterroles/outer', { ...outer, ...rules('get x') }, { labels: { tier: 'a' } }),
      rbacObject(
        'clusterroles/inner',
        { ...by({ key: 'leaf', operator: 'Exists' }), ...rules('get x') },
        { labels: { tier: 'b' } },
      ),
      rbacObject('clusterrolebindings/m', binding('ClusterRole/outer', 'carol')),
      rbacObject('clusterroles/off', rules('get never'), { labels: { tier: 'a', off: '1' } }),
    ];
    const leaf = rbacObject('clusterroles/leaf', rules('get x'), { labels: { leaf: '' } });
    const { rights } = await askRbac(
      [created(1, 'clusterroles/leaf', rules('get x'), 'bob', { labels: { leaf: '' } })],
      {},
      live(...all, leaf),
    );
    expect(rights).toEqual(['+ carol: get x via m → ClusterRole/outer by bob']);
  });
});

describe('how things stood', () => {
  it('is walked back from the live cluster', async () => {
    const now = live(
      rbacObject(READER, rules('get,list secrets')),
      rbacObject(BIND, binding('Role/reader', 'carol', 'dave')),
      rbacObject('clusterrolebindings/dave', binding('ClusterRole/all', 'dave')),
      rbacObject('clusterroles/all', rules('* *.*')),
    );
    const before = rbacObject(BIND, binding('Role/reader', 'carol'));
    const seen: Scene = {
      verb: 'get',
      uri: '/apis/rbac.authorization.k8s.io/v1/namespaces/prod/rolebindings/bind',
      at: 1,
      answer: before,
    };
    const { rights, rows, notes, says } = await askRbac(
      [
        seen,
        replaced(2, BIND, binding('Role/reader', 'carol', 'dave')),
        replaced(3, READER, rules('get,list secrets')),
      ],
      {},
      now,
    );
    // dave may do everything already; what the role gave before its change, nothing tells.
    expect(rights).toEqual([]);
    expect(says).toContain('from the live roles and bindings, walked back');
    expect(notes.find(({ code }) => code === 'untold')?.text).toContain('Role prod/reader');
    expect(rows.filter(({ kind }) => kind === 'object')).toHaveLength(2);
  });

  it('is sure where everything is known, and says so of each right where it is not', async () => {
    const story = [created(1, BIND, binding('Role/reader', 'carol'))];
    const objects = [
      rbacObject(READER, rules('get secrets')),
      rbacObject(BIND, binding('Role/reader', 'carol')),
    ];
    const elsewhere = async (rbac: ReturnType<typeof snapshot> | null) => {
      const { rows } = await askRbac([created(0, READER, rules('get secrets')), ...story], {}, rbac);
      return rows.flatMap((row) => (row.kind === 'right' ? [row.heldElsewhere] : []));
    };
    expect(await elsewhere(live(...objects))).toEqual(['no']);
    expect(await elsewhere(null)).toEqual(['unknown']);
    expect(await elsewhere(snapshot(objects, ['clusterRoleBindings']))).toEqual(['unknown']);
    const unknownRole = rbacObject('prod/rolebindings/more', binding('ClusterRole/hidden', 'carol'));
    expect(await elsewhere(snapshot([...objects, unknownRole], ['clusterRoles']))).toEqual(['unknown']);
  });

  it('says why a list of the cluster could not be had', async () => {
    const { notes } = await askRbac([created(1, READER, rules('get secrets'))], {}, snapshot([], ['roles']));
    expect(notes.find(({ code }) => code === 'not-listed')?.text).toContain('roles: not allowed');
  });

  it('tells a change that the log does not hold: an object is not as its last change left it', async () => {
    const story = [
      created(1, READER, rules('get secrets')),
      created(2, BIND, binding('Role/reader', 'carol')),
    ];
    const now = live(
      rbacObject(READER, rules('get,list secrets')),
      rbacObject(BIND, binding('Role/reader', 'carol')),
    );
    const { rights, codes, objects, coverage } = await askRbac(story, {}, now);
    expect(rights.at(-1)).toBe('+ carol: list secrets in prod via bind → Role/reader by nobody known');
    expect(codes).toContain('unlogged');
    expect(coverage.complete).toBe(false);
    expect(objects[0]).toMatchObject({ auditID: null, when: null, did: { word: 'not in the log' } });
  });

  it('tells an object that was made, and one that went, without a request', async () => {
    const made = rbacObject('prod/rolebindings/made', binding('Role/reader', 'eve'), {
      creationTimestamp: '2026-11-24T08:00:05Z',
    });
    const { rights, codes } = await askRbac(
      [created(1, READER, rules('get secrets')), created(2, BIND, binding('Role/reader', 'carol'))],
      { window: { sinceUs: us(0), untilUs: null, isDefault: false } },
      live(rbacObject(READER, rules('get secrets')), made),
    );
    expect(rights).toEqual([
      '+ carol: get secrets in prod via bind → Role/reader by alice',
      '+ eve: get secrets in prod via made → Role/reader by nobody known',
      '- carol: get secrets in prod via bind → Role/reader by nobody known',
    ]);
    expect(codes).toContain('unlogged');
  });

  it('never takes what is not in the log for absent: the role a binding refers to is named instead', async () => {
    const { rights, rows, codes } = await askRbac([created(1, BIND, binding('Role/reader', 'carol'))]);
    expect(rights).toEqual(['+ carol: unknown in prod via bind → Role/reader by alice']);
    expect(rows.find((row) => row.kind === 'right')).toMatchObject({
      risks: ['unknown-role'],
      heldElsewhere: 'unknown',
    });
    expect(codes).toEqual([]);
  });

  it('takes the roles that Kubernetes ships for known, and says that it does', async () => {
    const { rows, notes } = await askRbac([
      created(1, 'prod/rolebindings/x', binding('ClusterRole/view', 'carol')),
    ]);
    const rights = rows.filter((row) => row.kind === 'right');
    expect(rights.some(({ resources }) => resources?.includes('configmaps'))).toBe(true);
    expect(rights.some(({ resources }) => resources?.includes('secrets'))).toBe(false);
    expect(notes.find(({ code }) => code === 'assumed-roles')?.text).toMatch(
      /as Kubernetes v1\.\d+ ships them.*: view$/,
    );
  });

  it('is looked for further back when what was deleted is not known', async () => {
    const story = [
      created(1, READER, rules('get secrets')),
      created(2, BIND, binding('Role/reader', 'carol')),
      deleted(100, BIND, 'bob'),
    ];
    const window = { sinceUs: us(50), untilUs: null, isDefault: false };
    const { rights, objects } = await askRbac(story, { window });
    expect(rights).toEqual(['- carol: get secrets in prod via bind → Role/reader by bob']);
    expect(objects).toHaveLength(1);
  });

  it('is looked for further back where the log alone is there: what is held besides, and whom a role is bound to', async () => {
    const story = [
      created(1, BIND, binding('Role/reader', 'carol')),
      created(2, READER, rules('get pods')),
      created(3, 'clusterrolebindings/all', binding('ClusterRole/cluster-admin', 'dave')),
      deleted(100, READER, 'bob'),
      created(101, READER, rules('get secrets'), 'bob', { uid: 'another' }),
      created(102, 'prod/rolebindings/again', binding('Role/reader', 'dave'), 'bob'),
    ];
    const window = { sinceUs: us(50), untilUs: null, isDefault: false };
    const { rights } = await askRbac(story, { window });
    expect(rights).toEqual([
      '- carol: get pods in prod via bind → Role/reader by bob',
      '+ carol: get secrets in prod via bind → Role/reader by bob',
    ]);
  });
});

describe('logs that hold less', () => {
  const MADE = created(
    2,
    'clusterrolebindings/mine',
    binding('ClusterRole/cluster-admin', 'mallory'),
    'mallory',
  );

  it('tell at Metadata level only that a binding was made, and what the cluster has of it now', async () => {
    const alone = await askRbac([atMetadata(MADE)]);
    expect(alone.rights).toEqual([]);
    expect(alone.objects[0]).toMatchObject({ basis: 'fact', changes: [], did: { word: 'create' } });
    expect(alone.codes).toContain('level-too-low');
    const withLive = await askRbac(
      [atMetadata(MADE)],
      {},
      live(
        rbacObject('clusterrolebindings/mine', binding('ClusterRole/cluster-admin', 'mallory')),
        rbacObject('clusterroles/cluster-admin', rules('* *.*', '* URLs')),
      ),
    );
    expect(withLive.rights).toEqual(['+ mallory: * *.* * via mine → ClusterRole/cluster-admin by mallory']);
    expect(withLive.codes).not.toContain('level-too-low');
  });

  it('tell by what the authorizer says of later requests what a binding gave', async () => {
    const reason =
      'RBAC: allowed by ClusterRoleBinding "mine" of ClusterRole "cluster-admin" to User "mallory"';
    const used: Scene = {
      ...{ verb: 'get', uri: '/api/v1/namespaces/prod/secrets/x', at: 3, user: 'mallory' },
      over: {
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason },
      },
    };
    const { rights } = await askRbac([
      atMetadata(MADE),
      used,
      atMetadata(deleted(4, 'clusterrolebindings/mine')),
    ]);
    expect(rights).toEqual([
      '+ mallory: * *.* * via mine → ClusterRole/cluster-admin by mallory',
      '- mallory: * *.* * via mine → ClusterRole/cluster-admin by alice',
    ]);
  });

  const inUse = (user: string, at: number): Scene => {
    const reason = `RBAC: allowed by ClusterRoleBinding "mine" of ClusterRole "cluster-admin" to User "${user}"`;
    return {
      ...{ verb: 'get', uri: '/api/v1/namespaces/prod/secrets/x', at, user },
      over: {
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason },
      },
    };
  };

  it('never take those who used a binding for all whom it binds', async () => {
    const two = binding('ClusterRole/cluster-admin', 'mallory', 'eve');
    const made = atMetadata(created(1, 'clusterrolebindings/mine', two));
    const alone = await askRbac([made, inUse('mallory', 3)]);
    expect(alone.rights).toEqual(['+ mallory: * *.* * via mine → ClusterRole/cluster-admin by alice']);
    expect(alone.codes).toContain('level-too-low');
    // That eve was not bound before, nothing tells.
    const later = await askRbac([
      made,
      inUse('mallory', 3),
      replaced(5, 'clusterrolebindings/mine', two, 'bob'),
    ]);
    expect(later.rights).toEqual(['+ mallory: * *.* * via mine → ClusterRole/cluster-admin by alice']);
    expect(later.notes.find(({ code }) => code === 'untold')?.text).toContain('ClusterRoleBinding mine');
  });

  it('say nothing of subjects where it is known on one side only whom a binding binds', async () => {
    const role = created(1, READER, rules('get secrets'));
    const bound = binding('Role/reader', 'carol');
    for (const now of [null, live(rbacObject(READER, rules('get secrets')), rbacObject(BIND, bound))]) {
      const { rights, notes, codes } = await askRbac([role, replaced(3, BIND, bound)], {}, now);
      expect(rights).toEqual([]);
      expect(notes.find(({ code }) => code === 'untold')?.text).toContain('RoleBinding prod/bind');
      expect(codes).toContain('level-too-low');
    }
    const { rights } = await askRbac([
      role,
      created(2, BIND, bound),
      atMetadata(replaced(3, BIND, binding('Role/reader', 'carol', 'eve'), 'bob')),
    ]);
    expect(rights).toEqual(['+ carol: get secrets in prod via bind → Role/reader by alice']);
  });

  it('say nothing of rights where a role was changed and neither side is known', async () => {
    const { rights, notes, codes } = await askRbac([
      created(1, READER, rules('get secrets')),
      created(2, BIND, binding('Role/reader', 'carol')),
      atMetadata(replaced(3, READER, rules('* *'))),
    ]);
    expect(rights).toEqual(['+ carol: get secrets in prod via bind → Role/reader by alice']);
    expect(notes.find(({ code }) => code === 'untold')?.text).toContain('Role prod/reader');
    expect(codes).toContain('level-too-low');
  });

  it.each(['', '?labelSelector=a%3Db'])(
    'say that a deletion of many (%s) took what nobody knows, and never that nothing changed',
    async (selector) => {
      const uri = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings${selector}`;
      const scene: Scene = { verb: 'deletecollection', uri, at: 5, user: 'eve' };
      const { says, codes, coverage } = await askRbac([scene]);
      expect(says).toContain('in what was read, which is not all');
      expect(says).toContain('what 1 deletion of many at once took, the log does not tell');
      expect(codes).toEqual(['level-too-low']);
      expect(coverage.gaps.at(-1)?.text).toContain('clusterrolebindings by eve');
      const others = await askRbac([scene], { filters: parseBy('bob') });
      expect(others.codes).toEqual([]);
    },
  );

  it('cannot tell that nothing changed when they hold no write of roles and bindings at all', async () => {
    const read: Scene = { verb: 'get', uri: '/api/v1/namespaces/prod/pods/x', at: 1 };
    const { says, codes, coverage } = await askRbac([read]);
    expect(says).toContain('this log cannot tell whether any rights changed');
    expect(codes).toEqual(['no-witness']);
    expect(coverage.complete).toBe(false);
    const refused = { ...created(2, READER, rules('get x')), code: 409 };
    const witnessed = await askRbac([read, { ...refused, message: 'already exists', answer: undefined }]);
    expect(witnessed.says).toMatch(/^no role or binding changed between /);
    expect(witnessed.codes).toEqual([]);
  });
});

describe('who did it', () => {
  it('is who deleted the namespace, not the controller that carried it out', async () => {
    const end: Scene = { verb: 'delete', uri: '/api/v1/namespaces/prod', at: 5, user: 'eve' };
    const carried = (resource: string, at: number, items?: readonly Json[]): Scene => ({
      verb: 'deletecollection',
      uri: `/apis/rbac.authorization.k8s.io/v1/namespaces/prod/${resource}`,
      ...{ at, user: 'system:serviceaccount:kube-system:namespace-controller' },
      ...(items === undefined
        ? {}
        : { answer: { kind: 'RoleBindingList', apiVersion: 'v1', metadata: {}, items } }),
    });
    const story = [
      created(1, READER, rules('get secrets')),
      created(2, BIND, binding('Role/reader', 'carol')),
      end,
    ];
    for (const items of [[rbacObject(BIND, binding('Role/reader', 'carol'))], undefined]) {
      const { rights } = await askRbac([...story, carried('rolebindings', 6, items), carried('roles', 7)]);
      expect(rights.at(-1)).toBe('- carol: get secrets in prod via bind → Role/reader by eve');
    }
  });

  it('is never taken for the cluster’s own doing because somebody acts, or signs, as a part of it', async () => {
    const admin = binding('ClusterRole/cluster-admin', 'mallory');
    const acting = (as: string, scene: Scene): Scene => ({
      ...scene,
      over: {
        user: { username: 'mallory', groups: ['system:authenticated'] },
        impersonatedUser: { username: as, groups: ['system:masters'] },
      },
    });
    const aggregator = 'system:serviceaccount:kube-system:clusterrole-aggregation-controller';
    const stories: readonly (readonly Scene[])[] = [
      [acting('system:apiserver', created(1, 'clusterrolebindings/mine', admin))],
      [acting(aggregator, created(1, 'clusterrolebindings/system:mine', admin))],
      [created(1, 'clusterrolebindings/system:mine', admin, 'system:apiserver')],
      [created(1, 'clusterrolebindings/mine', admin, aggregator)],
    ];
    for (const story of stories) {
      const { rights, says } = await askRbac(story, { isFolded: true });
      expect(rights).toHaveLength(1);
      expect(says).toContain('mallory gained everything everywhere');
    }
    const widened = await askRbac(
      [
        created(1, 'clusterroles/x', rules('get pods')),
        created(2, 'clusterrolebindings/mine', binding('ClusterRole/x', 'mallory')),
        replaced(3, 'clusterroles/x', rules('* *.*'), aggregator),
      ],
      { isFolded: true },
    );
    expect(widened.rights.at(-1)).toBe(`+ mallory: * *.* via mine → ClusterRole/x by ${aggregator}`);
  });

  it('is not the cluster where a binding is called as its own, and the log does not hold who made it', async () => {
    const made = { creationTimestamp: '2026-11-24T08:00:05Z' };
    const { rights, codes } = await askRbac(
      [created(1, READER, rules('get secrets')), created(9, 'prod/roles/later', rules('get secrets'))],
      { isFolded: true },
      live(
        rbacObject(READER, rules('get secrets')),
        rbacObject('prod/roles/later', rules('get secrets')),
        rbacObject('clusterroles/cluster-admin', rules('* *.*')),
        rbacObject('clusterrolebindings/system:evil', binding('ClusterRole/cluster-admin', 'eve'), made),
      ),
    );
    expect(rights).toEqual(['+ eve: * *.* via system:evil → ClusterRole/cluster-admin by nobody known']);
    expect(codes).toContain('unlogged');
  });

  it('gave it to themselves by whichever name, or to a group of their own', async () => {
    const risksOf = async (subject: string, over: Json) => {
      const made = created(1, 'clusterrolebindings/mine', binding('ClusterRole/view', subject));
      const { rows } = await askRbac([{ ...made, over }]);
      return new Set(rows.flatMap((row) => (row.kind === 'right' ? row.risks : [])));
    };
    const mallory = { username: 'mallory', groups: ['dev', 'system:authenticated'] };
    const smith = { username: 'smith', groups: ['system:masters'] };
    for (const subject of ['mallory', 'smith', 'group:dev'])
      expect(await risksOf(subject, { user: mallory, impersonatedUser: smith })).toContain('self-granted');
    for (const subject of ['eve', 'group:ops', 'group:system:authenticated'])
      expect(await risksOf(subject, { user: mallory })).not.toContain('self-granted');
  });

  it('can be asked for: others’ changes are left out, and judged by nonetheless', async () => {
    const { rights, objects } = await askRbac(
      [
        created(1, READER, rules('get secrets')),
        created(2, BIND, binding('Role/reader', 'carol')),
        created(3, 'prod/rolebindings/again', binding('Role/reader', 'carol', 'dave'), 'bob'),
      ],
      { filters: parseBy('bob') },
    );
    expect(rights).toEqual(['+ dave: get secrets in prod via again → Role/reader by bob']);
    expect(objects.map(({ object }) => object.name)).toEqual(['again']);
  });

  it('is nobody’s deed where it did not happen: dry runs, conflicts, no-ops', async () => {
    const dry = { ...created(1, BIND, binding('Role/reader', 'carol')) };
    const { rows } = await askRbac([
      { ...dry, uri: `${dry.uri}?dryRun=All` },
      {
        ...created(2, BIND, binding('Role/reader', 'carol')),
        code: 409,
        answer: undefined,
        message: 'exists',
      },
    ]);
    expect(rows).toEqual([]);
  });
});

describe('what is asked for', () => {
  const STORY = [
    created(1, 'clusterroles/x', rules('get secrets')),
    created(2, 'a/rolebindings/x', binding('ClusterRole/x', 'carol', 'group:dev')),
    created(3, 'b/rolebindings/x', binding('ClusterRole/x', 'dave')),
    created(
      4,
      'clusterrolebindings/x',
      binding('ClusterRole/x', 'sa:ci/runner', 'group:system:serviceaccounts:ci'),
    ),
  ];

  it.each([
    ['carol', ['+ carol: get secrets in a via x → ClusterRole/x by alice']],
    ['group:dev', ['+ group:dev: get secrets in a via x → ClusterRole/x by alice']],
    ['sa:ci/*', ['+ sa:ci/runner: get secrets via x → ClusterRole/x by alice']],
    ['nobody', []],
  ])('the rights of %s', async (typed, expected) => {
    const { rights } = await askRbac(
      STORY.slice(0, 3).concat(created(4, 'clusterrolebindings/x', binding('ClusterRole/x', 'sa:ci/runner'))),
      { subject: parseSubject(typed) },
    );
    expect(rights).toEqual(expected);
  });

  it('the rights of a service account with those of its groups', async () => {
    const { rights } = await askRbac(STORY, { subject: parseSubject('sa:ci/runner') });
    expect(rights).toEqual(
      ['+ group:system:serviceaccounts:ci: get secrets via x → ClusterRole/x by alice']
        .concat(rights.filter((one) => one.startsWith('+ sa:')))
        .toSorted((a, b) => rights.indexOf(a) - rights.indexOf(b)),
    );
  });

  it('one namespace, with what holds everywhere', async () => {
    const { rows } = await askRbac(STORY, { namespace: 'a' });
    const places = rows.flatMap((row) => (row.kind === 'right' ? [row.namespace] : [row.object.namespace]));
    expect(new Set(places)).toEqual(new Set(['a', null]));
  });

  it.each(['', 'sa:x', 'sa:/x', 'group:', 'sa:a/b/c'])('%j names no subject', (typed) => {
    expect(() => parseSubject(typed)).toThrow(/names no/);
  });
});

describe('what was refused', () => {
  it('names no secret, and the meaning of risks is left in whole words', async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;
    const answer = await askRbac([
      {
        ...{ verb: 'get', uri: '/api/v1/namespaces/prod/pods', at: 2, user: 'bob', code: 403 },
        message: `users "${token}" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope`,
        over: { annotations: {} },
      },
      created(3, READER, rules('create serviceaccounts/token')),
      created(4, BIND, binding('Role/reader', `system:serviceaccount:${token}:x`)),
    ]);
    expect(answer.refused).toHaveLength(1);
    expect(JSON.stringify([answer.rows, answer.says, answer.notes, answer.next])).not.toContain(token);
    expect(answer.notes.find(({ code }) => code === 'risk-tokens')?.text).toContain('tokens: may issue');
  });

  it('is a row of its own: escalations by their message, impersonations, and writes that RBAC forbids', async () => {
    const { annotations: _annotations, ...none } = { annotations: {} };
    const { refused, rights, says } = await askRbac([
      {
        ...created(1, 'prod/rolebindings/super', binding('ClusterRole/cluster-admin', 'bob'), 'bob'),
        ...{ code: 403, answer: undefined },
        message:
          'rolebindings.rbac.authorization.k8s.io "super" is forbidden: user "bob" (groups=["dev"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
      },
      {
        ...{ verb: 'get', uri: '/api/v1/namespaces/prod/pods', at: 2, user: 'bob', code: 403 },
        message:
          'users "alice" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
        over: { annotations: none },
      },
      {
        ...deleted(3, BIND, 'eve'),
        ...{ code: 403, answer: undefined },
        message:
          'rolebindings.rbac.authorization.k8s.io "bind" is forbidden: User "eve" cannot delete resource "rolebindings"',
        over: { annotations: { 'authorization.k8s.io/decision': 'forbid' } },
      },
      {
        ...{ verb: 'get', uri: '/api/v1/namespaces/prod/secrets', at: 4, user: 'eve', code: 403 },
        message: 'secrets is forbidden: User "eve" cannot list resource "secrets"',
        over: { annotations: { 'authorization.k8s.io/decision': 'forbid' } },
      },
    ]);
    expect(rights).toEqual([]);
    expect(refused.map(({ who, missing, result }) => [who.user, result.deniedBy, missing])).toEqual([
      ['eve', 'rbac', 'the right to do it'],
      ['bob', 'escalation', 'to act as alice'],
      [
        'bob',
        'escalation',
        expect.stringMatching(/^needs bind on ClusterRole cluster-admin, or to hold: \* \*\.\*/),
      ],
    ]);
    expect(says).toContain('2 escalations were refused; 1 other attempt was refused');
  });
});
