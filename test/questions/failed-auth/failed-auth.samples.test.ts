/** What the two samples' FACTS.md know of refusals. */
import { describe, expect, it } from 'vitest';
import { failedAuthCommand } from '../../../src/commands/failed-auth.ts';
import type { FlagValues } from '../../../src/commands/flags.ts';
import type { FailedAuthAnswer, FailedAuthRow } from '../../../src/questions/failed-auth/failed-auth-row.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { NOW } from '../../support/run-command.ts';

const SHOP: FlagValues = { file: ['test/fixtures/shop/audit.log'], since: '3d' };
const BOTH: FlagValues = { file: ['test/fixtures/two-servers/*/audit.log'], since: '3d' };

async function failedAuth(flags: FlagValues, ...words: string[]): Promise<FailedAuthAnswer> {
  const io = fixedIo({ nowMs: NOW });
  await failedAuthCommand.run(words, { output: 'json', ...flags }, io);
  return JSON.parse(io.stdout()) as FailedAuthAnswer;
}

function brief({ class: by, who, verbs, object, count }: FailedAuthRow): string {
  const { resource, subresource, namespace, name } = object;
  const what = [namespace, resource ?? name ?? 'URLs', subresource].filter((part) => part !== null).join('/');
  const user = who.as === null ? who.user : `${who.user} as ${who.as}`;
  return `${by} ${user} ${verbs.join(',')} ${what} ${count}`;
}

describe('failed-auth over the shop sample', () => {
  it('tells every refusal, and nothing else', async () => {
    const { rows, says } = await failedAuth(SHOP);
    expect(rows.map(brief).sort()).toEqual([
      'admission system:serviceaccount:kube-system:root-ca-cert-publisher create scratch/configmaps 1',
      'escalation bob create shop/rolebindings 1',
      'escalation bob create shop/roles 1',
      'escalation bob list users 1',
      'rbac alice as carol delete shop/configmaps 1',
      'rbac bob get nodes 1',
      'rbac bob list shop/widgets 1',
      'rbac carol create,get shop/pods/exec 2',
      'rbac carol get payments/secrets 1',
      'rbac carol patch shop/configmaps 1',
      'rbac carol patch shop/deployments/scale 1',
      'rbac dave delete payments/configmaps 1',
      'rbac dave list shop/secrets 2',
      'rbac erin get nodes/proxy 1',
      'rbac erin list secrets 1',
      'rbac mallory list payments/secrets 2',
      'rbac system:anonymous create shop/configmaps 1',
      'rbac system:anonymous get /metrics 1',
      'rbac system:anonymous list shop/pods 1',
      'rbac system:serviceaccount:kube-system:backup-agent list payments/secrets 1',
      'rbac system:serviceaccount:shop:deployer list payments/secrets 1',
      'unauthenticated null get URLs 10',
      'unauthenticated null list payments/secrets 1',
    ]);
    expect(says).toBe(
      '10 identities were refused 24 times (RBAC 20, escalation 3, admission 1); 11 requests without a valid login from 127.0.0.1; signs: escalation-attempt, impersonation-attempt, token-of-deleted-account',
    );
  });

  it('[stripe] who was refused the secrets of payments, the dead token among them', async () => {
    const { rows } = await failedAuth({ ...SHOP, namespace: 'payments' }, 'secrets');
    expect(rows.filter((row) => row.object.namespace === 'payments').map(brief)).toEqual([
      'unauthenticated null list payments/secrets 1',
      'rbac system:serviceaccount:kube-system:backup-agent list payments/secrets 1',
      'rbac mallory list payments/secrets 2',
      'rbac carol get payments/secrets 1',
      'rbac system:serviceaccount:shop:deployer list payments/secrets 1',
    ]);
    const dead = rows.find((row) => row.class === 'unauthenticated');
    expect(dead?.signs).toEqual(['token-of-deleted-account']);
    expect(dead?.missing).toBe(
      'a valid login instead of the token of system:serviceaccount:kube-system:backup-agent, deleted at 2026-11-23T08:47:13Z, for: list secrets in namespace payments (kubectl/v1.34.4)',
    );
  });

  it('[rights] bob tried to give himself more, twice', async () => {
    const { rows } = await failedAuth(SHOP);
    const tried = rows.filter((row) => row.signs.includes('escalation-attempt'));
    expect(tried.map((row) => [row.who.user, row.missing])).toEqual([
      [
        'bob',
        'create roles.rbac.authorization.k8s.io "nodes-too" in namespace shop: needs escalate, or to hold: * * (core)',
      ],
      [
        'bob',
        'create rolebindings.rbac.authorization.k8s.io "bob-super" in namespace shop: needs bind on ClusterRole cluster-admin, or to hold: * *.*; * on URLs *',
      ],
    ]);
  });

  it('[bad-token] ten failed logins at discovery, of nobody known', async () => {
    const { rows, notes } = await failedAuth(SHOP);
    const row = rows.find((one) => one.class === 'unauthenticated' && one.object.resource === null);
    expect(row).toMatchObject({
      who: { user: null, as: null, kind: 'unknown' },
      object: { group: null, resource: null, subresource: null, namespace: null, name: null, uid: null },
      verbs: ['get'],
      codes: [401],
      count: 10,
      first: expect.stringMatching(/^2026-11-23T08:47:00\.346\d{3}Z$/),
      last: expect.stringMatching(/^2026-11-23T08:47:00\.421\d{3}Z$/),
      from: { top: [{ ip: '127.0.0.1', count: 10 }], distinct: 1 },
      missing: 'a valid login, for: get /api (kubectl/v1.34.4)',
      allowedNow: null,
      signs: [],
    });
    expect(row?.auditIDs).toHaveLength(10);
    expect(notes.map(({ code }) => code)).toContain('failed-logins');
  });

  it('has every field, and newest rows first', async () => {
    const { rows, coverage } = await failedAuth(SHOP);
    expect(rows.map(({ last }) => last)).toEqual(
      rows
        .map(({ last }) => last)
        .toSorted()
        .toReversed(),
    );
    const dave = rows.find((row) => row.who.user === 'dave' && row.object.resource === 'secrets');
    expect(dave).toEqual({
      class: 'rbac',
      who: {
        user: 'dave',
        as: null,
        groups: ['contractors', 'system:authenticated'],
        kind: 'person',
        session: null,
        credential: dave?.who.credential,
        pod: null,
        node: null,
      },
      object: {
        group: '',
        resource: 'secrets',
        subresource: null,
        namespace: 'shop',
        name: null,
        uid: null,
      },
      verbs: ['list'],
      codes: [403],
      count: 2,
      first: expect.stringMatching(/^2026-11-23T08:47:00\.183\d{3}Z$/),
      last: expect.stringMatching(/^2026-11-23T08:47:58\.767\d{3}Z$/),
      sparkline: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
      from: { top: [{ ip: '127.0.0.1', count: 2 }], distinct: 1 },
      missing: 'list secrets in namespace shop',
      allowedNow: null,
      signs: [],
      auditIDs: dave?.auditIDs,
    });
    expect(coverage.complete).toBe(true);
  });
});

describe('failed-auth over two API servers', () => {
  it('[prices] [mallory] once at each server is twice', async () => {
    const { rows } = await failedAuth(BOTH);
    expect(rows.map(brief)).toEqual([
      'admission system:serviceaccount:kube-system:root-ca-cert-publisher create till/configmaps 1',
      'rbac mallory list till/secrets 2',
      'rbac carol delete shop/configmaps 2',
    ]);
  });

  it('holds no failed login, and does not say that nobody failed', async () => {
    const { says, notes } = await failedAuth(BOTH);
    expect(says).toBe(
      '3 identities were refused 5 times (RBAC 4, admission 1); no failed login is in this log',
    );
    expect(notes.map(({ code }) => code)).toContain('no-failed-logins');
  });

  it('without the second log sees half', async () => {
    const { rows } = await failedAuth({ file: ['test/fixtures/two-servers/cp-1/audit.log'], since: '3d' });
    expect(rows.map(brief)).toEqual([
      'rbac mallory list till/secrets 1',
      'rbac carol delete shop/configmaps 1',
    ]);
  });
});
