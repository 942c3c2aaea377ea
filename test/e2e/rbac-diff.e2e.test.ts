/**
 * rbac-diff on a real cluster: roles and bindings are made, widened, narrowed, gathered and deleted; before, between and
 * after the API server itself says of thousands of (subject, verb, resource, namespace) what is allowed. The rule sets that
 * are rebuilt for the same moments, backwards from the live cluster and forwards from the log, at each level, must agree.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../src/commands/progress.ts';
import type { RbacSnapshot } from '../../src/live.ts';
import { factOf } from '../../src/questions/fact/fact.ts';
import { REQUEST_FIELDS } from '../../src/questions/fact/request-fields.ts';
import type { Question } from '../../src/questions/question.ts';
import { Found } from '../../src/questions/rbac-diff/found.ts';
import { CONTEXT } from '../../src/questions/rbac-diff/rbac-diff-query.ts';
import type { RbacDiffRow, RightRow } from '../../src/questions/rbac-diff/rbac-diff-row.ts';
import type { AccessRequest } from '../../src/questions/rbac-diff/rule.ts';
import type { RuleSet } from '../../src/questions/rbac-diff/rule-set.ts';
import { type RuleSets, ruleSetsOf } from '../../src/questions/rbac-diff/rule-sets.ts';
import { tracksOf } from '../../src/questions/rbac-diff/tracks.ts';
import { askEvents, type Json, rightText, WHOLE } from '../questions/rbac-diff/rbac-diff-support.ts';
import { memorySource } from '../support/memory-source.ts';
import { programWords } from '../support/program.ts';
import type { Accessed } from './support/access-process.ts';
import { actsOn } from './support/acts.ts';
import { run } from './support/ask.ts';
import { startCluster } from './support/cluster.ts';

interface Who {
  readonly user: string;
  readonly groups: readonly string[];
}

interface Tuple {
  readonly who: Who;
  readonly request: AccessRequest;
}

const authenticated = (user: string, ...groups: string[]): Who => ({
  user,
  groups: [...groups, 'system:authenticated'],
});
const account = (namespace: string, name: string): Who =>
  authenticated(
    `system:serviceaccount:${namespace}:${name}`,
    'system:serviceaccounts',
    `system:serviceaccounts:${namespace}`,
  );

const PEOPLE: readonly Who[] = [
  authenticated('uma'),
  authenticated('vic', 'rb-dev'),
  authenticated('wim', 'rb-ops'),
  authenticated('mal', 'rb-contractors'),
  account('rb-a', 'runner'),
  account('rb-b', 'runner'),
  { user: 'system:anonymous', groups: ['system:unauthenticated'] },
  authenticated('root', 'system:masters'),
];
const VERBS = ['get', 'list', 'create', 'update', 'delete', 'escalate', 'bind', 'impersonate'];
const RESOURCES: readonly (readonly [group: string, resource: string, subresource: string, name: string])[] =
  [
    ['', 'pods', '', ''],
    ['', 'pods', '', 'one'],
    ['', 'pods', 'exec', 'one'],
    ['', 'secrets', '', ''],
    ['', 'secrets', '', 'one'],
    ['', 'secrets', '', 'two'],
    ['', 'configmaps', '', ''],
    ['', 'nodes', '', ''],
    ['', 'nodes', 'proxy', 'cp-1'],
    ['', 'serviceaccounts', 'token', 'runner'],
    ['', 'users', '', 'root'],
    ['apps', 'deployments', '', ''],
    ['apps', 'deployments', 'scale', 'web'],
    ['apps', 'statefulsets', 'scale', 'db'],
    ['rbac.authorization.k8s.io', 'rolebindings', '', ''],
    ['rbac.authorization.k8s.io', 'clusterroles', '', 'edit'],
    ['rb.example.com', 'widgets', '', ''],
    ['rb.example.com', 'widgets', 'status', 'w'],
  ];
const RBAC = 'rbac.authorization.k8s.io';
const PATHS = ['/metrics', '/healthz', '/healthz/ping', '/api', '/logs/', '/logs/x'];

const TUPLES: readonly Tuple[] = PEOPLE.flatMap((who) => [
  ...VERBS.flatMap((verb) =>
    RESOURCES.flatMap(([apiGroup, resource, subresource, name]) =>
      ['', 'rb-a', 'rb-b'].map(
        (namespace): Tuple => ({
          who,
          request: { kind: 'resource', verb, apiGroup, resource, subresource, name, namespace },
        }),
      ),
    ),
  ),
  ...['get', 'post'].flatMap((verb) =>
    PATHS.map((path): Tuple => ({ who, request: { kind: 'url', verb, path } })),
  ),
]);

function specOf({ who, request }: Tuple): unknown {
  const { user, groups } = who;
  if (request.kind === 'url')
    return { user, groups, nonResourceAttributes: { verb: request.verb, path: request.path } };
  const { verb, apiGroup, resource, subresource, name, namespace } = request;
  return {
    user,
    groups,
    resourceAttributes: { verb, group: apiGroup, resource, subresource, name, namespace },
  };
}

const textOf = ({ who, request }: Tuple) => `${who.user}: ${JSON.stringify(request)}`;

/** What was allowed at one moment, and how roles and bindings stood. */
interface Moment extends Accessed {
  readonly us: number;
}

let folder = '';
let cluster: Awaited<ReturnType<typeof startCluster>>;
let acts: ReturnType<typeof actsOn>;
const moments: Moment[] = [];
let events: Json[] = [];
let since = '';

async function moment(): Promise<void> {
  // The authorizer looks at caches, which follow within milliseconds; controllers within a second.
  await sleep(1500);
  const us = Date.now() * 1000;
  const enter = (await readFile(join(folder, 'enter'), 'utf8')).trim().split(' ').filter(Boolean);
  const script = fileURLToPath(new URL('support/access-process.ts', import.meta.url));
  const [program = '', ...args] = [...enter, process.execPath, script, cluster.kubeconfig('admin')];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(TUPLES.map(specOf)));
  moments.push({ us, ...((await json(child.stdout)) as Accessed) });
}

const kubectl = (who: string, command: string, stdin?: string) => acts.kubectl(who, command, stdin);

const ROLE = (name: string, rules: readonly unknown[], over: Record<string, unknown> = {}) =>
  JSON.stringify({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, ...(over.labels === undefined ? {} : { labels: over.labels }) },
    ...(over.aggregationRule === undefined ? { rules } : { aggregationRule: over.aggregationRule }),
  });

/** What stands already when the window begins. */
async function before(): Promise<void> {
  await kubectl('admin', 'create clusterrolebinding rb-admins --clusterrole=cluster-admin --group=admins');
  for (const namespace of ['rb-a', 'rb-b']) {
    await kubectl('alice', `create namespace ${namespace}`);
    await kubectl('alice', `-n ${namespace} create serviceaccount runner`);
  }
  await kubectl('alice', '-n rb-a create role reader --verb=get,list --resource=pods,configmaps');
  await kubectl('alice', '-n rb-a create rolebinding uma-reads --role=reader --user=uma');
  await kubectl('alice', '-n rb-b create rolebinding ops-edit --clusterrole=edit --group=rb-ops');
  await kubectl(
    'alice',
    '-n rb-b create rolebinding runner-view --clusterrole=view --serviceaccount=rb-b:runner',
  );
  await kubectl('alice', 'create clusterrole rb-nodes --verb=get,list --resource=nodes,nodes/proxy');
  await kubectl('alice', 'create clusterrolebinding rb-nodes --clusterrole=rb-nodes --group=rb-ops');
  await kubectl('alice', 'create clusterrole rb-metrics --verb=get --non-resource-url=/metrics,/logs/*');
  await kubectl(
    'alice',
    'create -f -',
    ROLE('rb-gathering', [], {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'rb/gather': 'yes' } }] },
    }),
  );
  await kubectl('alice', 'create clusterrolebinding rb-gathering --clusterrole=rb-gathering --user=vic');
}

/** Widened, bound, gathered. */
async function widened(): Promise<void> {
  await kubectl('alice', '-n rb-a create role one-secret --verb=get --resource=secrets --resource-name=one');
  await kubectl(
    'alice',
    '-n rb-a create rolebinding one-secret --role=one-secret --group=rb-dev --serviceaccount=rb-a:runner',
  );
  await kubectl(
    'alice',
    '-n rb-a patch role reader --type=json -p [{"op":"add","path":"/rules/0/verbs/-","value":"create"}]',
  );
  await kubectl('alice', 'create clusterrolebinding rb-metrics --clusterrole=rb-metrics --user=uma');
  await kubectl(
    'alice',
    'create -f -',
    ROLE('rb-scaler', [{ apiGroups: ['apps'], resources: ['*/scale'], verbs: ['get', 'update'] }]),
  );
  await kubectl(
    'alice',
    '-n rb-b create rolebinding scaler --clusterrole=rb-scaler --user=uma --serviceaccount=rb-a:runner',
  );
  // By labels: into a role of one's own, and into view, edit and admin.
  await kubectl(
    'alice',
    'create -f -',
    ROLE(
      'rb-widgets',
      [{ apiGroups: ['rb.example.com'], resources: ['widgets', 'widgets/status'], verbs: ['*'] }],
      { labels: { 'rb/gather': 'yes', 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    ),
  );
  // By a second path what is held already.
  await kubectl('alice', '-n rb-a create rolebinding uma-again --role=reader --user=uma');
  await kubectl(
    'alice',
    'create -f -',
    ROLE('rb-rbac', [
      { apiGroups: [RBAC], resources: ['clusterrolebindings', 'rolebindings'], verbs: ['create'] },
      { apiGroups: [RBAC], resources: ['clusterroles'], verbs: ['bind'] },
    ]),
  );
  await kubectl(
    'alice',
    'create clusterrolebinding rb-contractors --clusterrole=rb-rbac --group=rb-contractors',
  );
  await kubectl('mal', 'create clusterrolebinding rb-mal --clusterrole=cluster-admin --user=mal');
  // Refused: to grant what one does not hold, to act as another, to write without the right to.
  await cluster.kubectl(
    'bob',
    '-n rb-b create rolebinding bob-super --clusterrole=cluster-admin --user=bob'.split(' '),
  );
  await cluster.kubectl('bob', ['get', 'pods', '--as=root']);
}

/** Narrowed, unbound, deleted, a namespace with all that is in it gone. */
async function narrowed(): Promise<void> {
  await kubectl('alice', 'delete clusterrolebinding rb-mal');
  await kubectl('alice', '-n rb-a delete rolebinding uma-reads');
  await kubectl(
    'alice',
    '-n rb-a replace -f -',
    JSON.stringify({
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reader' } },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'create'] }],
    }),
  );
  await kubectl('alice', 'label clusterrole rb-widgets rbac.authorization.k8s.io/aggregate-to-view-');
  await kubectl(
    'alice',
    '-n rb-a patch rolebinding one-secret --type=merge -p {"subjects":[{"kind":"Group","name":"rb-dev"}]}',
  );
  await kubectl(
    'alice',
    'apply --server-side --force-conflicts -f -',
    ROLE('rb-metrics', [{ nonResourceURLs: ['/metrics'], verbs: ['*'] }]),
  );
  await kubectl('alice', 'delete clusterrole rb-rbac');
  await kubectl('alice', 'delete namespace rb-b');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'e2e-rbac-'));
  // The reviews are ours, and thousands: they are not what the log is about.
  const bodies = await readFile(new URL('cluster/policy-bodies.yaml', import.meta.url), 'utf8');
  const policy = join(folder, 'policy.yaml');
  await writeFile(
    policy,
    bodies.replace(
      'rules:\n',
      'rules:\n  - level: None\n    resources: [{ group: authorization.k8s.io, resources: [subjectaccessreviews] }]\n',
    ),
  );
  cluster = await startCluster({ run: join(folder), servers: { 'cp-1': policy as `/${string}` } });
  acts = actsOn(folder);
  await cluster.user('alice', { groups: ['admins'] });
  await cluster.user('bob', { groups: ['rb-dev'] });
  await cluster.user('mal', { groups: ['rb-contractors'] });
  await before();
  await kubectl('alice', '-n rb-b create rolebinding bob-admin --clusterrole=admin --user=bob');
  await moment();
  since = new Date().toISOString();
  await widened();
  await moment();
  await narrowed();
  await moment();
  await sleep(500);
  events = await eventsIn(cluster.audit());
});

afterAll(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function eventsIn(path: string): Promise<Json[]> {
  const names = (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(names.map((name) => readFile(join(path, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Json),
  );
}

/** As a policy of that level would have left them. */
function atLevel(level: 'Metadata' | 'Request' | 'RequestResponse'): Json[] {
  if (level === 'RequestResponse') return events;
  return events.map(({ responseObject: _answer, ...event }) => {
    const { requestObject: _body, ...metadata } = event;
    return { ...(level === 'Metadata' ? metadata : event), level };
  });
}

async function ruleSets(log: readonly Json[], live: RbacSnapshot | null, nowUs: number): Promise<RuleSets> {
  const found = new Found();
  const collecting: Question<null> = {
    name: 'rule-sets',
    needs: [],
    begin: () => ({
      query: {
        ...{ window: { sinceUs: null, untilUs: null }, predicate: CONTEXT, witness: null },
        ...{ fields: REQUEST_FIELDS, order: 'none', limit: null, aggregation: null },
      },
      add: (request) => {
        const toFact = () => factOf(request, { events: false, isRevealed: false, isWanted: null });
        found.add(request, toFact, { isAsked: false, passes: false, isRevealed: false });
        return 'go on';
      },
      end: () => ({ kind: 'answer', answer: NO_ANSWER }),
    }),
  };
  await ask(collecting, null, {
    ...{ sources: [memorySource(log)], inputs: {}, live: null, nowUs, progress: NO_PROGRESS },
    signal: new AbortController().signal,
  });
  const { histories, removals, reasons } = found;
  return ruleSetsOf(tracksOf({ histories, removals, reasons, live, nowUs }));
}

const NO_ANSWER = {
  ...{ question: 'rule-sets', says: '', rows: [], columns: [], nameOf: () => '', nearMisses: [], notes: [] },
  ...{ now: [], next: [], total: 0, events: [], gaps: [] },
};

/** Tuples on which the rule set says the contrary of the API server; and how many it leaves open. */
function compared(set: RuleSet, { allowed }: Moment): { wrong: string[]; open: number } {
  const wrong: string[] = [];
  let open = 0;
  for (const [n, tuple] of TUPLES.entries()) {
    const is = set.allows(tuple.who, tuple.request);
    if (is === null) open++;
    else if (is !== allowed[n]) wrong.push(`${is} for ${textOf(tuple)}`);
  }
  return { wrong, open };
}

const last = () => moments[2] as Moment;

describe('the rule sets', () => {
  it('are asked about thousands of tuples, of which many change', () => {
    expect(TUPLES.length).toBeGreaterThan(3000);
    const [first, second, third] = moments;
    const changed = (a?: Moment, b?: Moment) =>
      TUPLES.filter((_, n) => a?.allowed[n] !== b?.allowed[n]).length;
    expect(changed(first, second)).toBeGreaterThan(200);
    expect(changed(second, third)).toBeGreaterThan(200);
  });

  it.each(['RequestResponse', 'Request'] as const)(
    'rebuilt backwards from the live cluster are those of the API server at every moment, at level %s',
    async (level) => {
      const sets = await ruleSets(atLevel(level), last().rbac, last().us);
      for (const moment of moments)
        expect(compared(sets.at(moment.us), moment)).toEqual({ wrong: [], open: 0 });
    },
  );

  it('rebuilt at level Metadata are never wrong: what cannot be told is left open', async () => {
    const sets = await ruleSets(atLevel('Metadata'), last().rbac, last().us);
    for (const moment of moments) expect(compared(sets.at(moment.us), moment).wrong).toEqual([]);
    expect(compared(sets.at(last().us), last()).open).toBe(0);
  });

  it.each(['RequestResponse', 'Request', 'Metadata'] as const)(
    'rebuilt forwards from the log alone are never wrong, at level %s',
    async (level) => {
      const sets = await ruleSets(atLevel(level), null, last().us);
      for (const moment of moments) expect(compared(sets.at(moment.us), moment).wrong).toEqual([]);
    },
  );

  it('rebuilt forwards from bodies allow all that the API server allowed', async () => {
    const sets = await ruleSets(events, null, last().us);
    for (const moment of moments) {
      const set = sets.at(moment.us);
      const missed = TUPLES.filter(
        (tuple, n) => moment.allowed[n] && set.allows(tuple.who, tuple.request) !== true,
      );
      expect(missed.map(textOf)).toEqual([]);
    }
  });
});

/** Rows as rule sets of their own: whether one of them speaks of the tuple. */
function speaksOf(rows: readonly RightRow[], { who, request }: Tuple): boolean {
  const subject = (row: RightRow) =>
    row.subject.kind === 'Group'
      ? who.groups.includes(row.subject.name)
      : row.subject.kind === 'User'
        ? who.user === row.subject.name
        : who.user === `system:serviceaccount:${row.subject.namespace}:${row.subject.name}`;
  const has = (list: readonly string[] | null, value: string) =>
    list !== null && (list.includes('*') || list.includes(value));
  return rows.some((row) => {
    if (!subject(row) || !has(row.verbs, request.verb)) return false;
    if (request.kind === 'url')
      return (row.nonResourceURLs ?? []).some(
        (url) => url === request.path || (url.endsWith('*') && request.path.startsWith(url.slice(0, -1))),
      );
    const { resource, subresource, apiGroup, name, namespace } = request;
    const full = subresource === '' ? resource : `${resource}/${subresource}`;
    const isThere =
      has(row.resources, full) ||
      (subresource !== '' && row.resources?.includes(`*/${subresource}`) === true);
    return (
      isThere &&
      has(row.apiGroups, apiGroup) &&
      (row.resourceNames === null || row.resourceNames.includes(name)) &&
      (row.namespace === null || row.namespace === namespace)
    );
  });
}

describe('rows', () => {
  const between = async (
    a: number,
    b: number,
    rbac: RbacSnapshot | null,
  ): Promise<readonly RbacDiffRow[]> => {
    const window = { sinceUs: moments[a]?.us ?? 0, untilUs: moments[b]?.us ?? 0, isDefault: false };
    const { rows } = await askEvents(events, { ...WHOLE, isNet: true, window }, rbac, last().us);
    return rows;
  };

  it.each([
    [0, 1],
    [1, 2],
    [0, 2],
  ])('between moments %i and %i tell every right that came or went, and none that did not', async (a, b) => {
    const rows = await between(a, b, last().rbac);
    const of = (op: RightRow['op']) =>
      rows.filter((row) => row.kind === 'right' && row.op === op) as RightRow[];
    const [gained, lost] = [of('gained'), of('lost')];
    expect(gained.every(({ heldElsewhere }) => heldElsewhere === 'no')).toBe(true);
    const wrong = TUPLES.flatMap((tuple, n) => {
      const [was, is] = [moments[a]?.allowed[n] === true, moments[b]?.allowed[n] === true];
      const told = { gained: speaksOf(gained, tuple), lost: speaksOf(lost, tuple) };
      // A wider right may be told where a narrower one stays: only what is told must be so, and what is so must be told.
      const isRight =
        (!(is && !was) || told.gained) &&
        (!(was && !is) || told.lost) &&
        (!told.gained || is) &&
        (!told.lost || was);
      return isRight ? [] : [`${was} → ${is}, told ${JSON.stringify(told)}: ${textOf(tuple)}`];
    });
    expect(wrong).toEqual([]);
  });

  it('are the same when the program itself asks the cluster how things stand', async () => {
    const enter = (await readFile(join(folder, 'enter'), 'utf8')).trim().split(' ').filter(Boolean);
    const [program = '', ...args] = [...enter, ...programWords(), 'rbac-diff'];
    const flags = ['--since', since, '--file', cluster.audit(), '--kubeconfig', cluster.kubeconfig('alice')];
    const child = spawn(program, [...args, ...flags, '-o', 'json'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { says, rows, notes } = (await json(child.stdout)) as {
      says: string;
      rows: RbacDiffRow[];
      notes: { code: string }[];
    };
    expect(says).toContain('from the live roles and bindings, walked back');
    expect(notes.map(({ code }) => code)).not.toContain('not-listed');
    const window = { sinceUs: Date.parse(since) * 1000, untilUs: null, isDefault: false };
    const told = await askEvents(events, { window }, last().rbac, last().us);
    const rights = (of: readonly RbacDiffRow[]) =>
      of.flatMap((row) => (row.kind === 'right' ? [rightText(row)] : []));
    expect(rights(rows)).toEqual(rights(told.rows));
    expect(rights(rows).length).toBeGreaterThan(50);
  });

  it('name who did it, through which binding, and what is dangerous', async () => {
    const { stdout, status } = await run([
      'rbac-diff',
      '--since',
      since,
      '--file',
      cluster.audit(),
      '-o',
      'json',
    ]);
    expect([0, 3]).toContain(status);
    const { rows, says } = JSON.parse(stdout) as { rows: RbacDiffRow[]; says: string };
    expect(says).toContain(
      'mal gained everything everywhere (ClusterRoleBinding rb-mal → ClusterRole cluster-admin), by mal',
    );
    const rights = rows.filter((row) => row.kind === 'right');
    const of = (name: string, op: RightRow['op']) =>
      rights.filter(({ subject, op: its }) => subject.name === name && its === op);
    expect(of('mal', 'gained')).toMatchObject([
      {
        by: { user: 'mal' },
        lasts: false,
        via: { binding: { name: 'rb-mal' } },
        risks: expect.arrayContaining(['self-granted', 'cluster-admin']),
      },
    ]);
    expect(of('mal', 'lost')).toMatchObject([{ by: { user: 'alice' } }]);
    // A second path to what was held is no gain, and the first one's end no loss but of what the role lost.
    expect(of('uma', 'gained').some(({ via }) => via.binding.name === 'uma-again')).toBe(false);
    expect(of('uma', 'lost').some(({ via }) => via.binding.name === 'uma-reads')).toBe(false);
    // What flows into view, edit and rb-gathering by a label is alice's doing, not the controller's.
    const widgets = rights.filter(({ apiGroups }) => apiGroups?.includes('rb.example.com'));
    expect(new Set(widgets.map(({ subject }) => subject.name))).toEqual(
      new Set(['vic', 'rb-ops', 'runner', 'bob']),
    );
    expect(new Set(widgets.map(({ by }) => by?.user))).toEqual(new Set(['alice']));
    // The namespace controller carries out what alice asked for.
    expect(of('rb-ops', 'lost').every(({ by }) => by?.user === 'alice')).toBe(true);
    const refused = rows.filter((row) => row.kind === 'refused');
    // kubectl tries its discovery several times before it gives up acting as another.
    const missing = new Set(
      refused.map(({ who, result, missing }) => `${who.user} ${result.deniedBy}: ${missing}`),
    );
    expect([...missing].toSorted()).toEqual([
      expect.stringMatching(/^bob escalation: needs bind on ClusterRole cluster-admin, or to hold: /),
      expect.stringMatching(/^bob escalation: to act as /),
    ]);
  });
});
