/** The questions of the shop sample (test/fixtures/shop/FACTS.md) that who-did can answer. */
import { describe, expect, it } from 'vitest';
import { brief, whoDid } from '../../support/run-command.ts';

const shop = { file: ['test/fixtures/shop/audit.log'] };
const inShop = { ...shop, namespace: 'shop' };
const SA = 'system:serviceaccount';

describe('who-did on the shop sample', () => {
  it('[web-config] nobody deleted it: a wrong precondition and a refusal', async () => {
    const { rows, says, status, coverage, nearMisses } = await whoDid('delete configmap/web-config', inShop);
    expect(brief(rows)).toEqual(['bob delete 409', 'alice as carol delete 403']);
    expect(rows[0]?.result).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      decision: 'forbid',
      deniedBy: 'rbac',
    });
    expect(says).toMatch(/^nobody deleted shop\/cm\/web-config/);
    expect(nearMisses.map((miss) => miss.code)).toEqual(['attempt', 'attempt']);
    expect(coverage.witness).toBeGreaterThan(0);
    expect(coverage.complete).toBe(true);
    expect(status).toBe(0);
  });

  it('[ledger] by the service account that mallory had made', async () => {
    const { rows, says } = await whoDid('delete cm ledger', { ...shop, namespace: 'payments' });
    expect(brief(rows)).toEqual(['dave delete 403', `${SA}:kube-system:backup-agent delete 200`]);
    expect(says).toContain('sa:kube-system/backup-agent');
  });

  it('[ledger2] made a second time by the same account', async () => {
    const { rows } = await whoDid('create configmap/ledger', { ...shop, namespace: 'payments' });
    expect(brief(rows)).toEqual(['alice create 201', `${SA}:kube-system:backup-agent create 201`]);
  });

  it('[web-replicas] scaled by bob twice; the dry run and the refusal told apart', async () => {
    const { rows } = await whoDid('scale deploy/web', inShop);
    expect(brief(rows)).toEqual([
      'bob patch/scale 200',
      'bob patch 200',
      'ci-bot patch/scale 200 dry',
      'carol patch/scale 403',
    ]);
  });

  it('[api-replicas] created by server-side apply, scaled by a forced apply and by the scale subresource', async () => {
    expect(brief((await whoDid('create deploy/api', inShop)).rows)).toEqual(['ci-bot patch 201']);
    const { rows } = await whoDid('scale deploy/api', inShop);
    expect(brief(rows)).toEqual(['bob patch 409', 'bob patch 200', `${SA}:shop:deployer patch/scale 200`]);
  });

  it('[flags] deleted twice, the second time by alice as dave', async () => {
    const { rows, says } = await whoDid('delete cm/flags', inShop);
    expect(brief(rows)).toEqual(['bob delete 200', 'alice as dave delete 200']);
    expect(rows[0]?.object.uid).not.toBe(rows[1]?.object.uid);
    expect(says).toMatch(/deleted by alice as dave/);
  });

  it('[pinned] asked for by bob, gone with the patch of alice', async () => {
    const { rows } = await whoDid('delete cm/pinned', inShop);
    expect(brief(rows)).toEqual(['bob delete 200', 'alice patch 200']);
    expect(rows[0]?.did.word).toBe('remove last finalizer');
  });

  it('[tmp] one collection took three; keep went with its namespace', async () => {
    const inScratch = { ...shop, namespace: 'scratch' };
    for (const name of ['tmp-1', 'tmp-2', 'tmp-3']) {
      const { rows } = await whoDid(`delete configmap/${name}`, inScratch);
      expect(brief(rows)).toEqual(['bob deletecollection 200']);
    }
    const { rows, says } = await whoDid('delete configmap/keep', inScratch);
    expect(brief(rows)).toEqual([
      'alice delete 200',
      `${SA}:kube-system:namespace-controller deletecollection 200`,
    ]);
    expect(says).toMatch(/by alice .*with its namespace/);
    const everywhere = await whoDid('delete configmap/keep', shop);
    expect(brief(everywhere.rows)).toEqual(brief(rows));
  });

  it('[build] the generated names are in the responses', async () => {
    const made = await whoDid('create configmap/build-*', inShop);
    expect(brief(made.rows)).toEqual(['ci-bot create 201', 'ci-bot create 201']);
    const names = made.rows.map((row) => row.object.name);
    expect(names.every((name) => name !== null && /^build-.{5}$/.test(name))).toBe(true);
    const gone = await whoDid('delete configmap/build-*', inShop);
    expect(brief(gone.rows)).toEqual(['ci-bot delete 200', 'ci-bot delete 200']);
    expect(gone.rows.map((row) => row.object.name).sort()).toEqual(names.sort());
  });

  it('[web-gone] the collector deleted the pods; the kubelet only completed it', async () => {
    const { rows, notes } = await whoDid('delete pod/web-6bf4c8fd48-httx7', inShop);
    expect(brief(rows)).toEqual([`${SA}:kube-system:generic-garbage-collector delete 200`]);
    expect(notes.filter((note) => note.code === 'completed-by-kubelet')).toHaveLength(1);
    expect(brief((await whoDid('delete deploy/web', inShop)).rows)).toContain('ci-bot delete 200');
  });

  it('[api-gone] bob asked, and the finalizer went later', async () => {
    const { rows, says } = await whoDid('delete deploy/api', inShop);
    expect(brief(rows)[0]).toBe('bob delete 200');
    expect(says).toMatch(/deleted by bob/);
    const sets = await whoDid('delete rs', inShop);
    expect(brief(sets.rows)).toContain('bob delete 200');
  });

  it('[rights] who bound what, and who was refused', async () => {
    const { rows } = await whoDid('bind clusterrolebinding/helper-binding', shop);
    expect(brief(rows)).toEqual(['mallory create 201']);
    const refused = await whoDid('bind rolebinding/bob-super', inShop);
    expect(refused.rows[0]?.result).toMatchObject({ code: 403, decision: 'allow', deniedBy: 'escalation' });
    const admins = await whoDid('bind clusterrole/cluster-admin', shop);
    expect(brief(admins.rows).filter((line) => line.startsWith('mallory'))).toHaveLength(2);
    const removed = await whoDid('delete clusterrolebinding', { ...shop, by: ['alice'] });
    expect(removed.rows.map((row) => row.object.name)).toEqual(['backup-agent', 'helper-binding']);
  });

  it('[stripe] who read the secret, by name or in a list; who was refused; the dead token', async () => {
    const { rows } = await whoDid('read secret/stripe', { ...shop, namespace: 'payments' });
    const lines = brief(rows);
    expect(lines.filter((line) => line.endsWith('200'))).toEqual([
      'carol get 200',
      'carol list 200',
      'mallory get 200',
      `${SA}:kube-system:backup-agent list 200`,
    ]);
    expect(lines).toContain('carol get 403');
    expect(lines).toContain('mallory list 403');
    expect(lines).toContain(`${SA}:shop:deployer list 403`);
    // The dead token; and erin, whose list of all namespaces would have held it.
    expect(lines.slice(-2)).toEqual(['null list 401', 'erin list 403']);
    expect(rows[1]).toMatchObject({
      who: { user: null, kind: 'unknown' },
      result: { deniedBy: 'unauthenticated' },
      stage: 'ResponseStarted',
    });
  });

  it('[evict] first refused by the budget, then done; no delete by bob', async () => {
    const { rows } = await whoDid('evict pod/web-6bf4c8fd48-bf6fp', inShop);
    expect(brief(rows)).toEqual(['bob create/eviction 429', 'bob create/eviction 201']);
    expect(rows[1]?.result.deniedBy).toBeNull();
    const gone = await whoDid('delete pod/web-6bf4c8fd48-bf6fp', inShop);
    expect(brief(gone.rows)).toEqual(['bob create/eviction 429', 'bob create/eviction 201']);
    expect(gone.says).toContain('(eviction)');
  });

  it('[pod-by-hand] [pod-force] by bob, once each', async () => {
    expect(brief((await whoDid('delete pod/web-6bf4c8fd48-4mxg4', inShop)).rows)).toEqual(['bob delete 200']);
    const forced = await whoDid('delete pod/api-77b4bfc4cf-kfbw5', inShop);
    expect(brief(forced.rows)).toEqual(['bob delete 200']);
    expect(forced.notes.filter((note) => note.code === 'completed-by-kubelet')).toHaveLength(0);
  });

  it('[node] people and controllers who changed the node; cordon and uncordon', async () => {
    const people = await whoDid('change node/cp-1', { ...shop, humans: true });
    expect(brief(people.rows)).toEqual([
      'kubernetes-admin patch 200',
      'alice patch 200',
      'alice patch 200',
      'alice patch 200',
    ]);
    const everybody = await whoDid('change node/cp-1', shop);
    expect(new Set(everybody.rows.map((row) => row.who.user))).toEqual(
      new Set([
        'kubernetes-admin',
        'alice',
        'system:node:cp-1',
        `${SA}:kube-system:node-controller`,
        `${SA}:kube-system:ttl-controller`,
      ]),
    );
    expect(brief((await whoDid('cordon cp-1', shop)).rows)).toEqual(['alice patch 200']);
    expect(brief((await whoDid('uncordon node/cp-1', shop)).rows)).toEqual(['alice patch 200']);
  });

  it('[exec] bob ran commands; carol was refused', async () => {
    const { rows } = await whoDid('exec pod', inShop);
    const done = rows.filter((row) => row.result.code === 101);
    expect(new Set(done.map((row) => row.who.user))).toEqual(new Set(['bob']));
    expect(rows.filter((row) => row.result.code === 403).every((row) => row.who.user === 'carol')).toBe(true);
    expect(rows.some((row) => row.result.code === 403)).toBe(true);
    expect(rows.every((row) => row.stage === 'ResponseComplete')).toBe(true);
  });

  it('[kubelet] no pod deletion is a deed of the kubelet', async () => {
    const { rows, notes } = await whoDid('delete pods', inShop);
    expect(rows.filter((row) => row.who.kind === 'node')).toEqual([]);
    expect(notes.filter((note) => note.code === 'completed-by-kubelet')).toHaveLength(15);
  });

  it('[bad-token] the log knows of no delete with a bad token', async () => {
    const { rows } = await whoDid('delete deploy/web', { ...inShop, code: ['401'] });
    expect(rows).toEqual([]);
    const strangers = await whoDid('get /api*', { ...shop, code: ['401'] });
    expect(strangers.rows.length).toBeGreaterThan(0);
    expect(strangers.rows.every((row) => row.who.user === null)).toBe(true);
  });

  it('tokens, approvals, impersonation, debug, logs, restart and rollout', async () => {
    expect(brief((await whoDid('token sa/deployer', inShop)).rows)).toEqual(['ci-bot create/token 201']);
    expect(brief((await whoDid('approve csr/frank', shop)).rows)).toEqual(['alice update/approval 200']);
    const as = await whoDid('impersonate', shop);
    expect(new Set(as.rows.map((row) => row.who.as))).toEqual(
      new Set(['carol', 'dave', `${SA}:shop:deployer`, null]),
    );
    expect(as.rows.find((row) => row.who.as === null)?.who.user).toBe('bob');
    expect(as.rows.find((row) => row.who.as === null)?.result.deniedBy).toBe('escalation');
    expect(brief((await whoDid('debug pod', inShop)).rows)).toEqual(['alice patch/ephemeralcontainers 200']);
    expect(new Set((await whoDid('logs pod', inShop)).rows.map((row) => row.who.user))).toEqual(
      new Set(['bob', 'carol']),
    );
    expect(brief((await whoDid('restart deploy/web', inShop)).rows)).toEqual(['bob patch 200']);
    expect(brief((await whoDid('rollout deploy/web', inShop)).rows)).toEqual([
      'bob patch 200',
      'bob patch 200',
      'bob patch 200',
    ]);
  });

  it('non-resource URLs', async () => {
    const { rows } = await whoDid('get /metrics', shop);
    expect(brief(rows)).toEqual(['system:anonymous get 403']);
    expect(rows[0]?.who.kind).toBe('anonymous');
    expect(rows[0]?.object.name).toBe('/metrics');
  });

  it('the wrong namespace is a near miss, with the right command next', async () => {
    const { rows, nearMisses, next } = await whoDid('delete cm/flags', { ...shop, namespace: 'payments' });
    expect(rows).toEqual([]);
    expect(nearMisses.map((miss) => miss.code)).toContain('other-namespace');
    expect(next[0]).toContain('-n shop');
  });
});
