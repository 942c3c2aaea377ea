/**
 * failed-auth on the logs of real API servers, and its Roles on the servers themselves: with them bound every refused
 * command passes, without any one of their rules one is refused again.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { FailedAuthRow } from '../../src/questions/failed-auth/failed-auth-row.ts';
import { actsOn } from './support/acts.ts';
import { logged, run } from './support/ask.ts';

const { cluster, logs, kubectl, until } = actsOn(inject('run'));

const COMMANDS = [
  '-n refused-a get configmap a',
  '-n refused-a get secrets',
  '-n refused-b get secrets',
  '-n refused-b get secret one',
  '-n refused-a create configmap made-by-wanda',
  '-n refused-a delete deployment api',
  '-n refused-a scale deployment api --replicas=2',
  'get nodes',
  'get --raw /metrics',
];

interface Manifest {
  readonly kind: string;
  readonly rules?: readonly unknown[];
}

async function rowsOf(...flags: string[]): Promise<FailedAuthRow[]> {
  const { stdout } = await run(['failed-auth', ...flags, '--file', logs, '-o', 'json']);
  return (JSON.parse(stdout) as { rows: FailedAuthRow[] }).rows;
}

/** Each command, and whether RBAC refused it; what is there or not is another matter. */
async function refusedOf(user: string): Promise<string[]> {
  const refused: string[] = [];
  for (const command of COMMANDS) {
    const act = await cluster.kubectl(user, command.split(' '));
    if (act.stderr.includes('forbidden')) refused.push(command);
    const last = act.sent.at(-1);
    if (last !== undefined) await logged(last.auditID, logs);
  }
  return refused;
}

/** Before it, other tests have failed to log in from the same address: what is refused there looks like guessing. */
let since = '';

beforeAll(async () => {
  since = new Date().toISOString();
  await cluster.user('wanda', { groups: ['dev'] });
  for (const namespace of ['refused-a', 'refused-b']) await kubectl('alice', `create namespace ${namespace}`);
});

describe('failed-auth', () => {
  it('suggests Roles that let exactly this through, and of which every rule is needed', async () => {
    expect(await refusedOf('wanda')).toEqual(COMMANDS);
    const { stdout } = await run([
      'failed-auth',
      '--by',
      'wanda',
      '--since',
      since,
      '--suggest-role',
      '--file',
      logs,
    ]);
    const objects = parseAllDocuments(stdout)
      .map((document) => document.toJS() as Manifest | null)
      .filter((object) => object !== null);
    const apply = (given: readonly Manifest[]) =>
      kubectl('alice', 'apply -f -', given.map((object) => stringify(object)).join('---\n'));

    await apply(objects);
    expect(
      await until(
        () => refusedOf('wanda'),
        (refused) => refused.length === 0,
      ),
    ).toEqual([]);
    for (const [at, object] of objects.entries()) {
      for (const rule of object.rules ?? []) {
        const fewer = { ...object, rules: (object.rules ?? []).filter((other) => other !== rule) };
        await apply(objects.map((other, n) => (n === at ? fewer : other)));
        const refused = await until(
          () => refusedOf('wanda'),
          (some) => some.length > 0,
        );
        expect(refused, JSON.stringify(rule)).not.toEqual([]);
      }
      await apply(objects);
    }
  });

  it('tells apart who said no', async () => {
    await kubectl('alice', '-n refused-a create quota none --hard=configmaps=0');
    await kubectl('alice', 'label namespace refused-b pod-security.kubernetes.io/enforce=restricted');
    const tried = [
      await cluster.kubectl('alice', '-n refused-a create configmap too-many'.split(' ')),
      await cluster.kubectl('alice', '-n refused-b run bare --image=x --restart=Never'.split(' ')),
      await cluster.curl('bob', 'GET', '/api/v1/namespaces/refused-a/pods', [
        '-H',
        'Impersonate-User: alice',
      ]),
      await cluster.kubectl('expired', ['get', 'pods', '-n', 'refused-a']),
      await cluster.curl('nobody', 'GET', '/api/v1/namespaces/refused-a/secrets'),
    ];
    for (const { sent } of tried) await logged(sent.at(-1)?.auditID ?? '', logs);
    const rows = await rowsOf('--code', '4xx');
    const classOf = (act: (typeof tried)[number]) =>
      rows.find((row) => row.auditIDs.includes(act.sent.at(-1)?.auditID ?? ''));
    expect(tried.map((act) => classOf(act)?.class)).toEqual([
      'admission',
      'admission',
      'escalation',
      'unauthenticated',
      'rbac',
    ]);
    const [quota, podSecurity, acting, login, anonymous] = tried.map((act) => classOf(act)?.missing);
    expect(quota).toMatch(/^create configmaps .*: quota none: /);
    expect(podSecurity).toMatch(/^create pods .*: Pod Security restricted:latest: /);
    // From 1.36 on (constrained impersonation) the refusal names the request, not whom.
    expect(acting).toMatch(
      /^(impersonate users "alice" cluster-wide|impersonate-on:user-info:list pods in namespace refused-a)$/,
    );
    expect(login).toContain('a valid login, for: get /api');
    expect(anonymous).toContain('without a login');
  });
});
