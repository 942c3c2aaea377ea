/**
 * who-did on the logs of real API servers. What happened is known from the clients: the audit IDs in the headers that
 * kubectl and curl received, never from our own reading of the log.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { actsOn, rowOf } from './support/acts.ts';
import { ask, logged, run } from './support/ask.ts';

const { cluster, logs, kubectl, idOf } = actsOn(inject('run'));

function configMap(name: string, metadata = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${metadata}}\ndata: {a: b}\n`;
}

beforeAll(async () => {
  for (const namespace of ['deeds', 'sweeps', 'servers', 'hostile'])
    await kubectl('alice', `create namespace ${namespace}`);
});

describe('a delete', () => {
  it.each([
    ['alice', 'RequestResponse'],
    ['bea', 'Metadata'],
  ])('by %s, logged at %s, is found with the uid of what is gone', async (who, level) => {
    await kubectl(who, `-n deeds create configmap plain-${who}`);
    const uid = (await kubectl(who, `-n deeds get configmap plain-${who} -o jsonpath={.metadata.uid}`))
      .stdout;
    const auditID = await idOf(await kubectl(who, `-n deeds delete configmap plain-${who}`), 'DELETE');
    const answer = await ask(`delete cm/plain-${who} -n deeds`, logs);
    expect(answer.rows.map((row) => row.auditID)).toEqual([auditID]);
    expect(answer.rows[0]).toMatchObject({
      who: { user: who, as: null, kind: 'person' },
      object: { group: '', resource: 'configmaps', namespace: 'deeds', name: `plain-${who}`, uid },
      result: { code: 200, deniedBy: null },
      dryRun: false,
      level,
      stage: 'ResponseComplete',
    });
    expect(answer).toMatchObject({ status: 0, coverage: { complete: true, unreadable: 0 } });
    expect(answer.says).toContain(`deleted by ${who}`);
  });

  it('is told apart from a dry run, a refusal and an attempt on nothing', async () => {
    await kubectl('alice', '-n deeds create configmap kept');
    const dryRun = await idOf(
      await kubectl('alice', '-n deeds delete configmap kept --dry-run=server'),
      'DELETE',
    );
    const refused = await idOf(
      await cluster.kubectl('bob', '-n deeds delete configmap kept'.split(' ')),
      'DELETE',
    );
    const missing = await idOf(
      await cluster.kubectl('alice', '-n deeds delete configmap never-was'.split(' ')),
      'DELETE',
    );
    const kept = await ask('delete cm/kept -n deeds', logs);
    expect(kept.rows.map((row) => row.auditID)).toEqual([refused, dryRun]);
    expect(rowOf(kept.rows, dryRun)).toMatchObject({ dryRun: true, result: { code: 200 } });
    expect(rowOf(kept.rows, refused)).toMatchObject({
      dryRun: false,
      who: { user: 'bob' },
      result: { code: 403, deniedBy: 'rbac' },
    });
    expect(kept.says).toMatch(/^nobody deleted/);
    const never = await ask('delete cm/never-was -n deeds', logs);
    expect(rowOf(never.rows, missing)).toMatchObject({ result: { code: 404, deniedBy: null } });
    expect(never.says).toMatch(/^nobody deleted/);
  });

  it('by somebody acting as another names both', async () => {
    await kubectl('alice', '-n deeds create configmap borrowed');
    const act = await kubectl(
      'alice',
      '-n deeds delete configmap borrowed --as=agent-smith --as-group=admins',
    );
    const auditID = await idOf(act, 'DELETE');
    const row = rowOf((await ask('delete cm/borrowed -n deeds', logs)).rows, auditID);
    expect(row?.who).toMatchObject({ user: 'alice', as: 'agent-smith' });
    for (const name of ['alice', 'agent-smith']) {
      const by = await ask(`delete cm/borrowed -n deeds --by ${name}`, logs);
      expect(by.rows.map((one) => one.auditID)).toEqual([auditID]);
    }
    expect((await ask('delete cm/borrowed -n deeds --by bea', logs)).rows).toEqual([]);
  });

  it('held by a finalizer is found with the patch that let go', async () => {
    await kubectl('alice', '-n deeds create -f -', configMap('pinned', ', finalizers: [example.com/hold]'));
    const asked = await idOf(
      await kubectl('alice', '-n deeds delete configmap pinned --wait=false'),
      'DELETE',
    );
    const held = await ask('delete cm/pinned -n deeds', logs);
    expect(held.rows.map((row) => row.auditID)).toEqual([asked]);
    const release = [
      '-n',
      'deeds',
      'patch',
      'configmap',
      'pinned',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ];
    const released = await idOf(await cluster.kubectl('alice', release), 'PATCH');
    const gone = await ask('delete cm/pinned -n deeds', logs);
    expect(gone.rows.map((row) => row.auditID)).toEqual([released, asked]);
  });

  it('by eviction is found', async () => {
    const pod = `apiVersion: v1
kind: Pod
metadata: {name: evicted}
spec: {containers: [{name: main, image: none}]}
`;
    // No scheduler runs: the pod is pending for ever, and removed as soon as it is evicted.
    await kubectl('alice', '-n deeds create -f -', pod);
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'evicted', namespace: 'deeds' },
    };
    const path = '/api/v1/namespaces/deeds/pods/evicted/eviction';
    const auditID = await idOf(
      await kubectl('alice', `create --raw ${path} -f -`, JSON.stringify(eviction)),
      'POST',
    );
    const answer = await ask('delete pod/evicted -n deeds', logs);
    expect(rowOf(answer.rows, auditID)).toMatchObject({
      did: { verb: 'create', word: 'evict' },
      object: { resource: 'pods', subresource: 'eviction', name: 'evicted' },
    });
    expect((await ask('evict pod/evicted -n deeds', logs)).rows.map((row) => row.auditID)).toEqual([auditID]);
  });
});

describe('a deletion without the name in it', () => {
  it('of a collection is proven from the bodies', async () => {
    await kubectl('alice', '-n sweeps create -f -', configMap('swept', ', labels: {sweep: bodies}'));
    await kubectl('alice', '-n sweeps create configmap spared');
    const path = '/api/v1/namespaces/sweeps/configmaps?labelSelector=sweep%3Dbodies';
    const auditID = await idOf(await kubectl('alice', `delete --raw ${path}`), 'DELETE');
    const swept = await ask('delete cm/swept -n sweeps', logs);
    expect(rowOf(swept.rows, auditID)).toMatchObject({
      did: { verb: 'deletecollection' },
      who: { user: 'alice' },
    });
    expect(swept.says).not.toContain('likely');
    expect(rowOf((await ask('delete cm/spared -n sweeps', logs)).rows, auditID)).toBeUndefined();
  });

  it('of a collection is likely when only metadata was logged', async () => {
    await kubectl('bea', '-n sweeps create -f -', configMap('perhaps', ', labels: {sweep: metadata}'));
    const path = '/api/v1/namespaces/sweeps/configmaps?labelSelector=sweep%3Dmetadata';
    const auditID = await idOf(await kubectl('bea', `delete --raw ${path}`), 'DELETE');
    const answer = await ask('delete cm/perhaps -n sweeps', logs);
    expect(rowOf(answer.rows, auditID)).toMatchObject({
      did: { verb: 'deletecollection' },
      level: 'Metadata',
    });
    expect(answer.says).toContain('likely');
  });

  it('of the namespace is found from the object', async () => {
    await kubectl('alice', 'create namespace doomed');
    await kubectl('alice', '-n doomed create configmap inside');
    const auditID = await idOf(await kubectl('alice', 'delete namespace doomed'), 'DELETE');
    for (const question of ['delete ns/doomed', 'delete cm/inside -n doomed']) {
      expect(rowOf((await ask(question, logs)).rows, auditID), question).toMatchObject({
        who: { user: 'alice' },
        object: { resource: 'namespaces', name: 'doomed' },
      });
    }
    expect((await ask('delete cm/inside -n doomed', logs)).says).toContain('by alice');
  });

  it('of the type is found from the custom object', async () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
    await kubectl('alice', 'create -f -', crd);
    await kubectl('alice', 'wait --for=condition=Established crd/widgets.example.com');
    const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\n';
    for (let tries = 0; tries < 20; tries++, await sleep(250)) {
      if ((await cluster.kubectl('alice', '-n sweeps create -f -'.split(' '), { stdin: widget })).code === 0)
        break;
    }
    const auditID = await idOf(await kubectl('alice', 'delete crd widgets.example.com'), 'DELETE');
    const answer = await ask('delete widgets.example.com/one -n sweeps', logs);
    expect(rowOf(answer.rows, auditID)).toMatchObject({
      who: { user: 'alice' },
      object: { resource: 'customresourcedefinitions', name: 'widgets.example.com' },
    });
  });
});

describe('a creation', () => {
  it('by server-side apply is found', async () => {
    const auditID = await idOf(
      await kubectl('alice', '-n deeds apply --server-side -f -', configMap('applied')),
      'PATCH',
    );
    const answer = await ask('create cm/applied -n deeds', logs);
    expect(answer.rows.map((row) => row.auditID)).toEqual([auditID]);
    expect(answer.rows[0]).toMatchObject({ did: { verb: 'patch', word: 'create' }, result: { code: 201 } });
  });

  const generated = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: build-}\n';
  it('with a generated name is found when bodies were logged', async () => {
    const act = await kubectl('alice', '-n deeds create -f - -o name', generated);
    const name = act.stdout.trim().replace('configmap/', '');
    const auditID = await idOf(act, 'POST');
    const answer = await ask(`create cm/${name} -n deeds`, logs);
    expect(answer.rows.map((row) => row.auditID)).toEqual([auditID]);
    expect(answer.rows[0]?.object.name).toBe(name);
  });

  it('with a generated name cannot be told from metadata, and the answer says so', async () => {
    const act = await kubectl('bea', '-n deeds create -f - -o name', generated);
    const name = act.stdout.trim().replace('configmap/', '');
    await idOf(act, 'POST');
    const answer = await ask(`create cm/${name} -n deeds`, logs);
    expect(answer).toMatchObject({ status: 3, coverage: { complete: false } });
    expect(answer.coverage.gaps.map((gap) => gap.code)).toContain('generated-names');
    expect(answer.says).not.toMatch(/^nobody/);
  });
});

describe('requests that are easily missed', () => {
  it('keeps two requests apart that came with one Audit-ID', async () => {
    const header = ['-H', 'Audit-ID: 0ddba11e-chosen-by-the-client'];
    for (const name of ['first', 'second']) await kubectl('alice', `-n deeds create configmap ${name}`);
    for (const name of ['first', 'second']) {
      const act = await cluster.curl(
        'alice',
        'DELETE',
        `/api/v1/namespaces/deeds/configmaps/${name}`,
        header,
      );
      expect(act.sent[0]).toMatchObject({ status: 200, auditID: '0ddba11e-chosen-by-the-client' });
    }
    await logged('configmaps/second', logs);
    await sleep(500);
    for (const name of ['first', 'second']) {
      const { rows } = await ask(`delete cm/${name} -n deeds`, logs);
      expect(rows.map((row) => [row.auditID, row.object.name, row.result.code])).toEqual([
        ['0ddba11e-chosen-by-the-client', name, 200],
      ]);
    }
  });

  it('finds who asked for a path that is no resource', async () => {
    const auditID = await idOf(await cluster.curl('bob', 'GET', '/metrics'), 'GET');
    const row = rowOf((await ask('read /metrics', logs)).rows, auditID);
    expect(row).toMatchObject({ who: { user: 'bob' }, result: { code: 403, deniedBy: 'rbac' } });
  });

  it('finds who came without a valid login', async () => {
    const act = await cluster.curl('expired', 'DELETE', '/api/v1/namespaces/deeds/configmaps/kept');
    expect(act.sent[0]?.status).toBe(401);
    const auditID = await idOf(act, 'DELETE');
    const row = rowOf((await ask('delete cm/kept -n deeds --code 401', logs)).rows, auditID);
    expect(row).toMatchObject({
      who: { user: null, kind: 'unknown' },
      result: { code: 401, deniedBy: 'unauthenticated' },
      stage: 'ResponseStarted',
    });
  });
});

describe('two API servers', () => {
  it('answer together what one of them cannot, and one alone says that it may have missed it', async () => {
    await kubectl('alice', '-n servers create configmap flags');
    const auditID = await idOf(await kubectl('bea', '-n servers delete configmap flags'), 'DELETE');
    await idOf(await kubectl('alice', '-n servers create configmap flags'), 'POST');
    const both = await ask('delete cm/flags -n servers', logs);
    expect(both.rows.map((row) => row.auditID)).toEqual([auditID]);
    expect(both.rows[0]?.who.user).toBe('bea');
    const one = await ask('delete cm/flags -n servers', cluster.audit('cp-1'));
    expect(one.rows).toEqual([]);
    expect(one).toMatchObject({ status: 3, coverage: { complete: false } });
    expect(one.says).not.toMatch(/^nobody/);
  });

  it('do not let one say that nobody did, when it saw the object become another', async () => {
    await kubectl('alice', '-n servers create configmap swapped');
    await kubectl('bea', '-n servers delete configmap swapped');
    await kubectl('bea', '-n servers create configmap swapped');
    // The answer to this write holds the new uid.
    await idOf(await kubectl('alice', '-n servers label configmap swapped seen=yes'), 'PATCH');
    const one = await ask('delete cm/swapped -n servers', cluster.audit('cp-1'));
    expect(one.rows).toEqual([]);
    expect(one).toMatchObject({ status: 3, coverage: { complete: false } });
    expect(one.says).not.toMatch(/^nobody/);
  });
});

describe('hostile text', () => {
  const name = '\u001b[31mred\nline';
  let refused = '';

  beforeAll(async () => {
    const path = `/api/v1/namespaces/hostile/configmaps/${encodeURIComponent(name)}`;
    const act = await cluster.curl('nobody', 'DELETE', path, ['-A', '<script>alert(1)</script>\u202e=cmd|x']);
    expect(act.sent[0]?.status).toBe(403);
    refused = await idOf(act, 'DELETE');
  });

  it('is data in json', async () => {
    const row = rowOf((await ask('delete cm -n hostile', logs)).rows, refused);
    expect(row).toMatchObject({ who: { user: 'system:anonymous', kind: 'anonymous' }, object: { name } });
    expect(row?.with).toContain('<script>');
  });

  it.each(['table', 'wide', 'csv', 'yaml', 'name', 'jsonl'])('cannot act in %s', async (format) => {
    const shown = await run(`who-did delete cm -n hostile --file ${logs} -o ${format}`.split(' '));
    expect([0, 3]).toContain(shown.status);
    expect(shown.stdout).toMatch(/hostile|red/);
    expect(shown.stdout + shown.stderr).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
    );
  });
});
