/** One actor under several names, and bystanders who share the address, the client and more, told by hand. */
import { describe, expect, it } from 'vitest';
import { parseFilters } from '../../../src/query/filters.ts';
import type { TimelineParams } from '../../../src/questions/timeline/timeline-params.ts';
import { paths } from '../cause-chain/told.ts';
import type { Scene } from '../story.ts';
import { drawn, type Timeline, timelineOfScenes } from './timeline-support.ts';

const { NS } = paths;
const KUBE = '/api/v1/namespaces/kube-system';
const RUNNER = 'system:serviceaccount:shop:runner';
const HELPER = 'system:serviceaccount:kube-system:helper';
const JUMP_HOST = '10.0.0.7';

/** With the extras of `user`. */
function as(user: string, extra: Readonly<Record<string, string>>): Record<string, unknown> {
  const entries = Object.entries(extra).map(([key, value]) => [key, [value]]);
  return { user: { username: user, extra: Object.fromEntries(entries) } };
}

const CREDENTIAL = 'authentication.kubernetes.io/credential-id';
const POD = 'authentication.kubernetes.io/pod-name';

function tokenOf(account: string, jti: string | null, scene: Partial<Scene>): Scene {
  const [, , namespace, name] = account.split(':');
  const issued = { 'authentication.kubernetes.io/issued-credential-id': jti };
  return {
    ...{ verb: 'create', at: 0, code: 201 },
    uri: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    ...scene,
    ...(jti === null ? {} : { over: { annotations: issued, ...scene.over } }),
  };
}

async function storyOf(
  flags: { readonly by?: string; readonly fromIp?: string; readonly notBy?: string },
  scenes: readonly Scene[],
  params: Partial<TimelineParams> = {},
): Promise<Timeline> {
  const by = flags.by === undefined ? [] : [flags.by];
  const fromIp = flags.fromIp === undefined ? [] : [flags.fromIp];
  const notBy = flags.notBy === undefined ? [] : [flags.notBy];
  const actors = { predicate: await parseFilters({ by, fromIp }), isByName: by.length > 0 };
  const others = await parseFilters({ notBy });
  const filters = await parseFilters({ by, fromIp, notBy });
  return timelineOfScenes(scenes, { actors, others, filters, ...params }, { order: 'none', seed: 3 });
}

const notes = ({ notes: all }: Timeline, code: string) =>
  all.filter((note) => note.code === code).map(({ text }) => text);

const IMPERSONATING: Scene = {
  ...{ user: 'mallory', verb: 'list', uri: `${NS}/configmaps`, at: 1 },
  over: { impersonatedUser: { username: 'agent-smith' } },
};
const STOLEN: readonly Scene[] = [
  { user: 'mallory', verb: 'get', uri: `${NS}/secrets/runner-token`, at: 10 },
  { user: RUNNER, verb: 'delete', uri: `${NS}/configmaps/ledger`, at: 12 },
  { user: RUNNER, verb: 'get', uri: `${NS}/secrets/other`, at: 13, code: 403 },
];
const OWN: readonly Scene[] = [
  {
    user: 'mallory',
    verb: 'create',
    uri: `${KUBE}/serviceaccounts`,
    at: 20,
    code: 201,
    ref: { name: 'helper' },
  },
  tokenOf(HELPER, 'JTI=h', { user: 'mallory', at: 22 }),
  // From elsewhere, and with another client.
  {
    ...{ verb: 'list', uri: '/api/v1/secrets', at: 24 },
    over: { ...as(HELPER, { [CREDENTIAL]: 'JTI=h' }), sourceIPs: ['203.0.113.9'], userAgent: 'curl/8' },
  },
];
/** What kubectl looks up before anything else is no part of a story. */
const LOOKUP: Scene = {
  ...{ verb: 'get', uri: '/api', at: 23 },
  over: { ...as(HELPER, { [CREDENTIAL]: 'JTI=h' }), sourceIPs: ['203.0.113.9'] },
};
const BYSTANDERS: readonly Scene[] = [
  { user: 'nina', verb: 'get', uri: `${NS}/pods/web`, at: 2 },
  { user: 'nina', verb: 'get', uri: `${NS}/secrets/db`, at: 11, over: { sourceIPs: ['10.0.0.8'] } },
  { user: 'otto', verb: 'delete', uri: `${NS}/configmaps/flags`, at: 12.5 },
];

describe('one actor under three names', () => {
  const scenes = [IMPERSONATING, ...STOLEN, LOOKUP, ...OWN, ...BYSTANDERS];
  const whole = [
    'mallory as agent-smith: shop/cm listed (done 200)',
    'mallory: shop/secret/runner-token read (done 200)',
    '.sa:shop/runner: shop/cm/ledger deleted (done 200)',
    '.sa:shop/runner: tried to get shop/secret/other (refused 403)',
    'mallory: kube-system/sa/helper created (done 201)',
    'mallory: a token of kube-system/sa/helper taken (done 201)',
    '.sa:kube-system/helper: secret listed (done 200)',
  ];

  it('is one story, in which bystanders of the same jump host are not', async () => {
    const story = await storyOf({ by: 'mallory' }, scenes);
    expect(drawn(story)).toEqual(whole);
    expect(notes(story, 'same-actor')).toEqual([
      'mallory acted as agent-smith, 1 request (proven: the same request: sent by mallory, acting as agent-smith)',
      expect.stringMatching(
        /^mallory is also sa:shop\/runner, 2 requests \(likely: used from 10\.0\.0\.7, where mallory acts from, after mallory read secret shop\/runner-token/,
      ),
      expect.stringMatching(
        /^mallory is also sa:kube-system\/helper, 1 request \(proven: its token \(JTI=h\) was issued to mallory/,
      ),
    ]);
    expect(notes(story, 'same-address')).toEqual([
      expect.stringMatching(
        /^also acting from 10\.0\.0\.7: nina \(1 request, with a client that is theirs too\), otto/,
      ),
    ]);
  });

  it('tells of each row by another name why it is there', async () => {
    const { rows } = await storyOf({ by: 'mallory' }, scenes);
    expect(rows.map(({ alias }) => alias?.link ?? null)).toEqual([
      ...['proven', null, 'likely', 'likely', null, null, 'proven'],
    ]);
  });

  it.each(['agent-smith', 'sa:kube-system/helper'])(
    'is the same story when %s is asked about',
    async (by) => {
      const texts = drawn(await storyOf({ by }, scenes));
      expect(texts.map((text) => text.replace(/^\.+/, ''))).toEqual(
        expect.arrayContaining(whole.map((text) => text.replace(/^\.+/, ''))),
      );
      expect(texts).toHaveLength(whole.length);
    },
  );

  it('shows of other names only what was asked for: filters and the place hold for them too', async () => {
    const inSystem = await storyOf({ by: 'mallory' }, scenes, {
      object: { kind: 'anything', namespace: 'kube-system' },
    });
    expect(drawn(inSystem)).toEqual([
      'mallory: kube-system/sa/helper created (done 201)',
      'mallory: a token of kube-system/sa/helper taken (done 201)',
    ]);
    const without = await storyOf({ by: 'mallory', notBy: 'sa:*/*' }, scenes);
    expect(drawn(without).filter((text) => text.includes('sa:shop/runner:'))).toEqual([]);
  });

  it('is found from an address by what was issued there', async () => {
    const story = await storyOf({ fromIp: JUMP_HOST }, [...OWN, ...BYSTANDERS]);
    expect(drawn(story)).toContain('.sa:kube-system/helper: secret listed (done 200)');
  });

  it('is looked for as far back as whom was asked about was found', async () => {
    const nowUs = Date.parse('2026-11-24T09:00:00Z') * 1000;
    const window = { sinceUs: nowUs - 60_000_000, untilUs: null, isDefault: true };
    const object = { kind: 'anything', namespace: null } as const;
    expect(drawn(await storyOf({ by: 'mallory' }, scenes, { object, window }))).toEqual(whole);
  });

  it('says that it was not looked for where the log can be read only once', async () => {
    const actors = { predicate: await parseFilters({ by: ['mallory'] }), isByName: true };
    const story = await timelineOfScenes(scenes, { actors, filters: actors.predicate }, { rereads: false });
    expect(drawn(story)).toHaveLength(4);
    expect(notes(story, 'names-unread')).toHaveLength(1);
  });
});

describe('a token of one of the cluster’s own controllers', () => {
  it('that somebody took is theirs, and what they read with it is no housekeeping', async () => {
    const controller = 'system:serviceaccount:kube-system:clusterrole-aggregation-controller';
    const read = (jti: string, at: number): Scene => ({
      ...{ verb: 'list', uri: '/api/v1/secrets', at },
      over: as(controller, { [CREDENTIAL]: jti }),
    });
    const taken = tokenOf(controller, 'JTI=c', { user: 'mallory', at: 1 });
    expect(drawn(await storyOf({ by: 'mallory' }, [taken, read('JTI=c', 2), read('JTI=own', 3)]))).toEqual([
      'mallory: a token of kube-system/sa/clusterrole-aggregation-controller taken (done 201)',
      '.sa:kube-system/clusterrole-aggregation-controller: secret listed (done 200)',
    ]);
  });
});

describe('what ties nobody', () => {
  it('a token that somebody else at the jump host could have had as well', async () => {
    const also: Scene = { user: 'nina', verb: 'list', uri: `${NS}/secrets`, at: 9 };
    const story = await storyOf({ by: 'mallory' }, [...STOLEN, also]);
    expect(drawn(story)).toEqual(['mallory: shop/secret/runner-token read (done 200)']);
    expect(notes(story, 'may-be-same-actor')).toEqual([
      "sa:shop/runner, 2 requests from 10.0.0.7: not shown, for its token could be nina's as well, who also acts from there and read the Secrets of shop",
    ]);
  });

  it('that they made the account', async () => {
    const made: Scene = {
      user: 'mallory',
      verb: 'create',
      uri: `${NS}/serviceaccounts`,
      at: 10,
      code: 201,
      ref: { name: 'runner' },
    };
    const story = await storyOf({ by: 'mallory' }, [made, ...STOLEN.slice(1)]);
    expect(drawn(story)).toEqual(['mallory: shop/sa/runner created (done 201)']);
    expect(notes(story, 'may-be-same-actor')).toHaveLength(1);
  });

  it('a Secret whose name tells of no such account', async () => {
    const read: Scene = { user: 'mallory', verb: 'get', uri: `${NS}/secrets/db`, at: 10 };
    const story = await storyOf({ by: 'mallory' }, [read, ...STOLEN.slice(1)]);
    expect(drawn(story)).toEqual(['mallory: shop/secret/db read (done 200)']);
    expect(notes(story, 'may-be-same-actor')).toHaveLength(1);
  });

  it('a token that was used from there before', async () => {
    const before: Scene = { user: RUNNER, verb: 'get', uri: `${NS}/configmaps/ledger`, at: 5 };
    const story = await storyOf({ by: 'mallory' }, [before, ...STOLEN]);
    expect(drawn(story)).toEqual(['mallory: shop/secret/runner-token read (done 200)']);
    expect(notes(story, 'may-be-same-actor')[0]).toContain(
      'its token was used from 10.0.0.7 before they could have had it',
    );
  });

  it('a token that was issued to somebody else, of an account whose token they took too', async () => {
    const used = (jti: string, at: number): Scene => ({
      ...{ verb: 'get', uri: `${NS}/configmaps/${jti}`, at },
      over: as(RUNNER, { [CREDENTIAL]: `JTI=${jti}` }),
    });
    const scenes = [
      tokenOf(RUNNER, 'JTI=m', { user: 'mallory', at: 1 }),
      tokenOf(RUNNER, 'JTI=n', { user: 'nina', at: 2 }),
      used('m', 3),
      used('n', 4),
    ];
    expect(drawn(await storyOf({ by: 'mallory' }, scenes))).toEqual([
      'mallory: a token of shop/sa/runner taken (done 201)',
      '.sa:shop/runner: shop/cm/m read (done 200)',
    ]);
  });

  it('an address from which a service account acts whose token they never could have had', async () => {
    const story = await storyOf({ by: 'mallory' }, [IMPERSONATING, ...STOLEN.slice(1)]);
    expect(drawn(story)).toHaveLength(1);
  });

  it('a name that several acted under, or that acted by itself', async () => {
    const other: Scene = { ...IMPERSONATING, user: 'nina', at: 3 };
    const alone: Scene = { user: 'nina', verb: 'get', uri: `${NS}/pods/x`, at: 4 };
    const several = await storyOf({ by: 'agent-smith' }, [IMPERSONATING, other, alone]);
    expect(drawn(several)).toHaveLength(2);
    const itself: Scene = { user: 'agent-smith', verb: 'get', uri: `${NS}/pods/y`, at: 5 };
    const by = await storyOf({ by: 'agent-smith' }, [IMPERSONATING, itself, STOLEN[0] as Scene]);
    expect(drawn(by)).toEqual([
      'mallory as agent-smith: shop/cm listed (done 200)',
      'agent-smith: shop/pod/y read (done 200)',
    ]);
  });
});

describe('a session behind a shared login', () => {
  const of = (role: string, session: string, ip: string, at: number): Scene => ({
    ...{ verb: 'get', uri: `${NS}/configmaps/${role}`, at },
    over: { ...as(role, { sessionName: session }), sourceIPs: [ip] },
  });
  const scenes = [
    of('dev-role', 'alice', JUMP_HOST, 1),
    of('admin-role', 'alice', JUMP_HOST, 2),
    of('ops-role', 'alice', '203.0.113.9', 3),
    of('admin-role', 'bob', JUMP_HOST, 4),
  ];

  it('is followed to another login from the same address, and told of from another one', async () => {
    const story = await storyOf({ by: 'dev-role' }, scenes);
    expect(story.rows.map(({ who, alias }) => [who?.user, who?.session, alias?.link ?? null])).toEqual([
      ['dev-role', 'alice', null],
      ['admin-role', 'alice', 'likely'],
    ]);
    expect(notes(story, 'may-be-same-actor')).toEqual([
      'ops-role (alice), 1 request from 203.0.113.9: not shown, for only the session has the same name (alice), which whoever takes a role may choose',
    ]);
  });

  it('is not followed from a login that several came by', async () => {
    const story = await storyOf({ by: 'admin-role' }, scenes);
    expect(story.rows).toHaveLength(2);
  });

  it('is all logins of that name when it is asked about', async () => {
    expect((await storyOf({ by: 'alice' }, scenes)).rows).toHaveLength(3);
  });
});

describe('a login through which others act', () => {
  const through = (user: string, person: string | null, name: string, at: number): Scene => ({
    ...{ user, verb: 'delete', uri: `${NS}/configmaps/${name}`, at },
    ...(person === null ? {} : { over: { impersonatedUser: { username: person } } }),
  });
  const AGENT = 'system:serviceaccount:teleport:agent';

  it.each(['teleport-kube', AGENT])(
    'ties to nobody what %s did for others, nor what it did itself',
    async (user) => {
      const scenes = [
        through(user, null, 'own', 0),
        through(user, 'alice', 'a', 1),
        through(user, 'bob', 'b', 2),
        through(user, 'carol', 'c', 3),
      ];
      const name = user === AGENT ? 'sa:teleport/agent' : user;
      const story = await storyOf({ by: 'alice' }, scenes);
      expect(drawn(story)).toEqual([`${name} as alice: shop/cm/a deleted (done 200)`]);
      expect(notes(story, 'may-be-same-actor')).toEqual([
        `${name}, 1 request from 10.0.0.7: not shown, for it acted under several names, as a proxy does that many come by, and nothing tells that this was alice`,
      ]);
      const two = await storyOf({ by: 'alice' }, scenes.slice(1, 3));
      expect(drawn(two)).toHaveLength(1);
      expect(notes(two, 'may-be-same-actor')).toEqual([]);
    },
  );

  it('does not even when all of these are asked about', async () => {
    const actors = { predicate: await parseFilters({ by: ['alice', 'bob'] }), isByName: true };
    const scenes = [
      through('proxy', 'alice', 'a', 1),
      through('proxy', 'bob', 'b', 2),
      through('proxy', null, 'own', 3),
    ];
    const story = await timelineOfScenes(scenes, { actors, filters: actors.predicate });
    expect(drawn(story)).toEqual([
      'proxy as alice: shop/cm/a deleted (done 200)',
      'proxy as bob: shop/cm/b deleted (done 200)',
    ]);
  });

  it('is likely theirs who alone used it so, and never proven to be', async () => {
    const story = await storyOf({ by: 'agent-smith' }, [IMPERSONATING, through('mallory', null, 'own', 2)]);
    expect(story.rows.map(({ text, alias }) => [text, alias?.link])).toEqual([
      ['mallory as agent-smith: shop/cm listed (done 200)', 'proven'],
      ['mallory: shop/cm/own deleted (done 200)', 'likely'],
    ]);
  });

  it('reveals of a login that persons share only the one who did', async () => {
    const by = (session: string, at: number, person: string | null): Scene => {
      const scene = through('ops-role', person, session, at);
      return { ...scene, over: { ...scene.over, ...as('ops-role', { sessionName: session }) } };
    };
    const scenes = [by('ann', 1, 'agent-smith'), by('ann', 2, null), by('ben', 3, null)];
    expect((await storyOf({ by: 'agent-smith' }, scenes)).rows.map(({ who }) => who?.session)).toEqual([
      ...['ann', 'ann'],
    ]);
    const both = [...scenes, by('ben', 4, 'agent-smith')];
    expect((await storyOf({ by: 'agent-smith' }, both)).rows.map(({ who }) => who?.as)).toEqual([
      ...['agent-smith', 'agent-smith'],
    ]);
  });
});

describe('a token that a service account gave out', () => {
  it('reveals only that use of the account, and not whoever else works under it', async () => {
    const at = (ip: string, scene: Scene): Scene => ({ ...scene, over: { ...scene.over, sourceIPs: [ip] } });
    const scenes: Scene[] = [
      at('10.0.0.50', { user: RUNNER, verb: 'create', uri: `${NS}/pods`, at: 1, code: 201 }),
      tokenOf(HELPER, 'JTI=h', { user: RUNNER, at: 2 }),
      { verb: 'get', uri: `${NS}/secrets/db`, at: 3, over: as(HELPER, { [CREDENTIAL]: 'JTI=h' }) },
      { user: RUNNER, verb: 'delete', uri: `${NS}/configmaps/x`, at: 4 },
    ];
    expect(drawn(await storyOf({ by: 'sa:kube-system/helper' }, scenes))).toEqual([
      'sa:shop/runner: a token of kube-system/sa/helper taken (done 201)',
      '.sa:kube-system/helper: shop/secret/db read (done 200)',
      'sa:shop/runner: shop/cm/x deleted (done 200)',
    ]);
  });
});

describe('the token of a pod that was entered', () => {
  const entered: Scene = {
    user: 'mallory',
    verb: 'get',
    uri: `${NS}/pods/web-1/exec?command=sh`,
    at: 10,
    code: 101,
  };
  const used = (pod: string, ip: string): Scene => ({
    ...{ verb: 'get', uri: `${NS}/secrets/db`, at: 20 },
    over: { ...as(RUNNER, { [CREDENTIAL]: 'JTI=p', [POD]: pod }), sourceIPs: [ip] },
  });

  it('is theirs where they act from', async () => {
    const rows = drawn(await storyOf({ by: 'mallory' }, [entered, used('web-1', JUMP_HOST)]));
    expect(rows).toEqual([
      'mallory: shop/pod/web-1 entered (exec) (done 101)',
      '.sa:shop/runner: shop/secret/db read (done 200)',
    ]);
  });

  it.each([
    ['another pod’s', 'web-2', JUMP_HOST],
    ['used where the pod is', 'web-1', '10.42.0.3'],
  ])('is not when it is %s', async (_what, pod, ip) => {
    expect(drawn(await storyOf({ by: 'mallory' }, [entered, used(pod, ip)]))).toHaveLength(1);
  });
});
