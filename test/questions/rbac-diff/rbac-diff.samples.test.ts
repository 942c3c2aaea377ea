/** The recorded clusters: what their FACTS.md say of rights, asked of their logs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RightRow } from '../../../src/questions/rbac-diff/rbac-diff-row.ts';
import { parseSubject } from '../../../src/questions/rbac-diff/subject-filter.ts';
import { askEvents, type Json } from './rbac-diff-support.ts';

const eventsOf = (...paths: string[]): Json[] =>
  paths.flatMap((path) =>
    readFileSync(`test/fixtures/${path}/audit.log`, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Json),
  );

const shop = eventsOf('shop');
const ADMIN = '* *.* *';

describe('shop', () => {
  const of = async (subject: string) => (await askEvents(shop, { subject: parseSubject(subject) })).rights;

  it('shows that mallory bound cluster-admin to herself, and that alice took it away again', async () => {
    const { rows, rights, says } = await askEvents(shop, { subject: parseSubject('mallory') });
    expect(rights).toContain(`+ mallory: ${ADMIN} via helper-binding → ClusterRole/cluster-admin by mallory`);
    expect(rights).toContain(`- mallory: ${ADMIN} via helper-binding → ClusterRole/cluster-admin by alice`);
    expect(says).toContain(
      'mallory gained everything everywhere (ClusterRoleBinding helper-binding → ClusterRole cluster-admin), by mallory, and lost it again',
    );
    const own = rows.filter((row) => row.kind === 'right' && row.subject.name === 'mallory') as RightRow[];
    expect(own.map(({ op, lasts, risks }) => [op, lasts, risks.slice(0, 2)])).toEqual([
      ['lost', true, ['cluster-admin', 'wildcard']],
      ['gained', false, ['self-granted', 'cluster-admin']],
    ]);
    // What let her: by her group, whose members may bind any role.
    expect(rights.some((one) => one.startsWith('+ group:contractors: get,list,bind clusterroles.rbac'))).toBe(
      true,
    );
  });

  it('shows the account that she made a back door of', async () => {
    expect(await of('sa:kube-system/backup-agent')).toEqual([
      `+ sa:kube-system/backup-agent: ${ADMIN} via backup-agent → ClusterRole/cluster-admin by mallory`,
      `- sa:kube-system/backup-agent: ${ADMIN} via backup-agent → ClusterRole/cluster-admin by alice`,
    ]);
  });

  it('shows what carol could read of the secrets, and when no more', async () => {
    expect((await of('carol')).filter((one) => one.includes('payments'))).toEqual([
      '+ carol: get secrets in payments via carol-secrets → Role/secret-reader by alice',
      '+ carol: list,watch secrets in payments via carol-secrets → Role/secret-reader by alice',
      '- carol: get,list,watch secrets in payments via carol-secrets → Role/secret-reader by alice',
    ]);
  });

  it('shows how the contractors’ role was narrowed', async () => {
    const { rights, objects } = await askEvents(shop, { subject: parseSubject('group:contractors') });
    const lost = rights.filter((one) => one.startsWith('-'));
    expect(lost.toSorted()).toEqual([
      '- group:contractors: bind clusterroles.rbac.authorization.k8s.io via contractors-rbac → ClusterRole/rbac-helper by alice',
      '- group:contractors: create serviceaccounts,serviceaccounts/token via contractors-rbac → ClusterRole/rbac-helper by alice',
      '- group:contractors: get,list,create clusterrolebindings.rbac.authorization.k8s.io via contractors-rbac → ClusterRole/rbac-helper by alice',
    ]);
    expect(objects.every(({ basis }) => basis === 'exact')).toBe(true);
  });

  it('shows who attempted what they were not allowed to', async () => {
    const { refused } = await askEvents(shop);
    const texts = refused.map(
      ({ who, did, object, missing }) =>
        `${who.user} ${did.verb} ${object.resource}/${object.name}: ${missing}`,
    );
    expect(texts.toSorted()).toEqual([
      'bob create rolebindings/bob-super: needs bind on ClusterRole cluster-admin, or to hold: * *.*; * on URLs *',
      'bob create roles/nodes-too: needs escalate, or to hold: * * (core)',
      expect.stringMatching(/^bob list pods\/null: to act as alice$/),
    ]);
  });

  it('ends bob’s rights in the namespace that alice deleted', async () => {
    const rows = (await askEvents(shop, { subject: parseSubject('bob') })).rows;
    const lost = rows.filter((row) => row.kind === 'right' && row.op === 'lost') as RightRow[];
    expect(new Set(lost.map(({ by, namespace }) => `${by?.user} ${namespace}`))).toEqual(
      new Set(['alice scratch']),
    );
  });
});

describe('two servers', () => {
  const both = eventsOf('two-servers/cp-1', 'two-servers/cp-2');
  const mallory = { subject: parseSubject('mallory') };

  it('together show that mallory bound cluster-admin to herself', async () => {
    const { rights } = await askEvents(both, mallory);
    expect(rights).toContain(`+ mallory: ${ADMIN} via mine → ClusterRole/cluster-admin by mallory`);
    expect(rights).toContain(`- mallory: ${ADMIN} via mine → ClusterRole/cluster-admin by alice`);
  });

  it('of which one is missing still tell it: the authorizer names the binding, but nobody who made it', async () => {
    const { rights, objects, coverage } = await askEvents(eventsOf('two-servers/cp-1'), mallory);
    expect(rights).toContain(`- mallory: ${ADMIN} via mine → ClusterRole/cluster-admin by alice`);
    expect(rights.filter((one) => one.startsWith('+ mallory'))).toEqual([]);
    expect(objects.map(({ did, object }) => `${did.word} ${object.name}`)).toContain('delete mine');
    expect(coverage.witness).toBeGreaterThan(0);
  });
});
