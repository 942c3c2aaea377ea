/** The questions of the shop sample (test/fixtures/shop/FACTS.md) that what-changed can answer. */
import { describe, expect, it } from 'vitest';
import { briefChanges, whatChanged } from '../../support/run-command.ts';

const shop = { file: ['test/fixtures/shop/audit.log'], since: '2d' };
const inShop = { ...shop, namespace: 'shop' };
const SA = 'system:serviceaccount:shop:deployer';

describe('what-changed on the shop sample', () => {
  it('[web-replicas] 2, 5, 3; the dry run and the refusal changed nothing, the rollouts nothing of it', async () => {
    const { rows, notes } = await whatChanged('deploy/web', inShop);
    expect(briefChanges(rows, 'spec.replicas')).toEqual([
      'ci-bot create →2',
      'bob scale 2→5',
      'bob scale 5→3',
      'bob rollout',
      'bob restart',
      'bob restart',
      `alice as ${SA} change`,
      'ci-bot delete',
    ]);
    expect(notes.map(({ code }) => code)).toContain('attempts');
    const label = rows.find((row) => row.who.user === 'alice');
    expect(label?.changes).toEqual([
      {
        path: 'metadata.labels.touched',
        before: null,
        after: 'yes',
        beforeKnown: true,
        afterKnown: true,
        redacted: false,
        op: 'add',
      },
    ]);
    // A Scale's answer tells the replicas; the rest of the Deployment is as it was.
    const bases = new Set(rows.map(({ basis, did }) => (did.word === 'scale' ? 'scaled' : basis)));
    expect([...bases].sort()).toEqual(['exact', 'scaled']);
  });

  it('[web-replicas] set env is a change of a variable, whose value is nobody’s', async () => {
    const { rows } = await whatChanged('deploy/web', inShop);
    const env = rows.find((row) => row.did.word === 'rollout');
    expect(env?.changes).toMatchObject([
      {
        path: 'spec.template.spec.containers[main].env[LEVEL].value',
        before: '<redacted>',
        after: '<redacted>',
        redacted: true,
      },
    ]);
    const revealed = await whatChanged('deploy/web', { ...inShop, reveal: true });
    expect(revealed.rows.find((row) => row.did.word === 'rollout')?.changes[0]).toMatchObject({
      after: 'debug',
      redacted: false,
    });
  });

  it('[api-replicas] 1, 4, 2: a forced apply, and a scale by the service account', async () => {
    const { rows } = await whatChanged('deploy/api', inShop);
    expect(briefChanges(rows, 'spec.replicas').filter((text) => text.includes('→'))).toEqual([
      'ci-bot create →1',
      'bob scale 1→4',
      `${SA} scale 4→2`,
    ]);
  });

  it('[flags] two objects of one name: made, deleted, made anew, deleted', async () => {
    const { rows } = await whatChanged('cm/flags', inShop);
    expect(briefChanges(rows, 'data.beta')).toEqual([
      'ci-bot create →off',
      'bob delete',
      'alice create →on',
      'alice as dave delete',
    ]);
  });

  it('[pinned] accepted, and gone with the last finalizer', async () => {
    const { rows } = await whatChanged('cm/pinned', inShop);
    expect(briefChanges(rows, '')).toEqual(['ci-bot create', 'bob delete', 'alice remove last finalizer']);
  });

  it('[node] cordoned, uncordoned and labelled by alice', async () => {
    const { rows } = await whatChanged('node/cp-1', { ...shop, humans: true });
    const words = briefChanges(rows, 'spec.unschedulable').filter((text) => text.startsWith('alice'));
    expect(words).toEqual(['alice cordon →true', 'alice uncordon true→', 'alice change']);
  });

  it('[web-config] the colour, and nothing else', async () => {
    const { rows } = await whatChanged('cm/web-config', inShop);
    expect(briefChanges(rows, 'data.color')).toEqual(['ci-bot create →blue', 'bob change blue→red']);
  });

  it('[stripe] what a Secret holds is nowhere, in no row', async () => {
    const answer = await whatChanged('secret', { ...shop, 'all-namespaces': true });
    expect(answer.rows.length).toBeGreaterThan(1);
    const text = JSON.stringify(answer);
    expect(text).not.toMatch(/sk_live_1|hunter2|aHVudGVyMg|c2tfbGl2ZV8x/);
  });

  it('[tmp] three objects went with one request, and each is told', async () => {
    const { rows } = await whatChanged('cm', { ...shop, namespace: 'scratch', by: ['bob'] });
    const deleted = rows.filter((row) => row.did.word === 'delete').map((row) => row.object.name);
    expect(deleted.sort()).toEqual(['tmp-1', 'tmp-2', 'tmp-3']);
  });

  it('puts people before controllers when there are many objects', async () => {
    const { rows, says } = await whatChanged('', inShop);
    const kinds = rows.map(
      ({ who }) =>
        ['component', 'node'].includes(who.kind) ||
        who.user?.startsWith('system:serviceaccount:kube-system:') === true,
    );
    expect(kinds.indexOf(true)).toBeGreaterThan(0);
    expect(kinds.slice(kinds.indexOf(true)).every(Boolean)).toBe(true);
    expect(says).toMatch(/^anything in shop: \d+ changes of \d+ objects: bob \d+, .*by controllers/);
  });
});

describe('what-changed --at on the shop sample', () => {
  it('shows the Deployment as it was, before and after it was scaled', async () => {
    const at = async (time: string) => {
      const { rows } = await whatChanged('deploy/web', { ...inShop, at: time });
      expect(rows).toHaveLength(1);
      return rows[0]?.state as { spec: { replicas: number } } | null | undefined;
    };
    expect((await at('2026-11-23T08:46:58.5Z'))?.spec.replicas).toBe(2);
    expect((await at('2026-11-23T08:46:59.22Z'))?.spec.replicas).toBe(5);
    expect((await at('2026-11-23T08:47:40Z'))?.spec.replicas).toBe(3);
    // Before it was made, and after it was deleted.
    expect(await at('2026-11-23T08:46:57Z')).toBeNull();
    expect(await at('2026-11-23T08:48:30Z')).toBeNull();
  });

  it('tells what differs between two moments', async () => {
    const between = ['2026-11-23T08:46:58.5Z', '2026-11-23T08:47:40Z'];
    const { rows, says } = await whatChanged('deploy/web', { ...inShop, between });
    expect(rows).toHaveLength(1);
    expect(rows[0]?.changes.find(({ path }) => path === 'spec.replicas')).toMatchObject({
      before: 2,
      after: 3,
    });
    expect(says).toMatch(/differ between/);
  });
});
