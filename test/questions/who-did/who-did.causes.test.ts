/** What set a deed off, and what it led to, as who-did tells it: in its sentence, its rows, its table. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { whoDidCommand } from '../../../src/commands/who-did.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { NOW, whoDid } from '../../support/run-command.ts';
import { anObject, askStory, GC, removed } from '../story.ts';

const LOG = 'test/fixtures/shop/audit.log';
const shop = { file: [LOG] };
const inShop = { ...shop, namespace: 'shop' };

interface WithCauses {
  readonly cause: readonly {
    auditID: string;
    who: { user: string };
    link: string;
    why: string;
    depth: number;
  }[];
  readonly effects: readonly { did: { verb: string }; object: { name: string }; depth: number }[] | null;
}

function causesOf(rows: readonly unknown[]) {
  return rows.map((row) => (row as WithCauses).cause.map(({ who, link }) => `${who.user} ${link}`));
}

describe('the sentence', () => {
  it('follows the chain up to the person', async () => {
    const { says, rows } = await whoDid('delete pod/web-984fbbcf5-5lv8d', inShop);
    expect(says).toMatch(
      /deleted by sa:kube-system\/replicaset-controller .* ago ← rs\/web-984fbbcf5 scaled 5→3 by deployment-controller ← deploy\/web scaled 5→3 by bob \(kubectl(?: \w+)?, 127\.0\.0\.1\)$/,
    );
    expect(causesOf(rows)).toEqual([
      ['system:serviceaccount:kube-system:deployment-controller proven', 'bob proven'],
    ]);
  });

  it('names whoever took the token that was used', async () => {
    const { says } = await whoDid('delete cm/ledger', { ...shop, namespace: 'payments' });
    expect(says).toContain('deleted by sa:kube-system/backup-agent');
    expect(says).toContain('← a token of sa/backup-agent taken by mallory');
  });

  it('counts of many who set them off', async () => {
    const { says } = await whoDid('delete pods', inShop);
    expect(says).toMatch(/deleted 16 times: .*; set off by bob 8, ci-bot 5$/);
  });

  it('does not take for the one who set it off who only made the program that did it', async () => {
    const { says, rows } = await whoDid('delete pods', { demo: true });
    expect(causesOf(rows)).toContainEqual([expect.stringMatching(/^kubernetes-admin /)]);
    expect(says).toMatch(/sa:kube-system\/descheduler 1; set off by bob 4, alice as agent-smith 3$/);
  });

  it('tells the chain of what was asked for, not of its completion', async () => {
    const { says } = await whoDid('delete ns/preview-42', { demo: true });
    expect(says).toMatch(
      /deleted by sa:ci\/runner .* ago ← pod\/runner-8 created by kubernetes-admin \(.*\), held until sa:kube-system\/namespace-controller /,
    );
  });

  it('shows doubt', async () => {
    const { says } = await askStory(
      'delete rs/web-bbbb',
      [
        { verb: 'delete', uri: '/apis/apps/v1/namespaces/shop/deployments/web', at: 0, user: 'alice' },
        { verb: 'delete', uri: '/apis/apps/v1/namespaces/shop/replicasets/web-bbbb', at: 1, user: GC },
      ],
      { namespace: 'shop' },
    );
    expect(says).toContain('← likely deploy/web deleted by alice');
  });

  it('names all who may have been it', async () => {
    const scale = (user: string, at: number) => ({
      verb: 'patch',
      uri: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
      at,
      user,
    });
    const { says } = await askStory(
      'delete pod/web-bbbb-ccccc',
      [
        scale('alice', 0),
        scale('bob', 0.3),
        {
          verb: 'update',
          uri: '/apis/apps/v1/namespaces/shop/replicasets/web-bbbb',
          at: 0.5,
          user: 'system:serviceaccount:kube-system:deployment-controller',
        },
        {
          verb: 'delete',
          uri: '/api/v1/namespaces/shop/pods/web-bbbb-ccccc',
          at: 0.6,
          user: 'system:serviceaccount:kube-system:replicaset-controller',
        },
      ],
      { namespace: 'shop' },
    );
    expect(says).toMatch(/← likely deploy\/web scaled by bob \([^)]*\), or deploy\/web scaled by alice/);
  });
});

describe('how much is read', () => {
  const bytes = readFileSync(LOG).length;
  it.each([
    ['delete deploy/nothere', 'shop', 1],
    ['delete cm/pinned', 'shop', 1],
    ['delete cm/keep', 'scratch', 1],
    ['delete pod/web-984fbbcf5-5lv8d', 'shop', 1],
    ['create pod/web-6bf4c8fd48-4jnsg', 'shop', 1],
    ['delete rs/web-6bf4c8fd48', 'shop', 1],
    ['delete deploy/web', 'shop', 1],
    ['scale deploy/web', 'shop', 1],
    // Who took a token, only what was found can tell to look for.
    ['delete cm/ledger', 'payments', 2],
    ['delete pods', 'shop', 3],
  ])('%s in %s: the log %i times', async (words, namespace, readings) => {
    const { coverage } = await whoDid(words, { ...shop, namespace });
    // And a few places of it, to see where the window lies.
    expect(coverage.bytes).toBeGreaterThanOrEqual(bytes * readings);
    expect(coverage.bytes).toBeLessThan(bytes * (readings + 0.3));
    expect(coverage.complete).toBe(true);
  });

  it('standard input once: the chain is what that holds', async () => {
    const io = fixedIo({ nowMs: NOW, stdin: readFileSync(LOG) });
    await whoDidCommand.run(
      ['delete', 'pod/web-984fbbcf5-5lv8d'],
      { output: 'json', file: ['-'], namespace: 'shop' },
      io,
    );
    const { says } = JSON.parse(io.stdout()) as { says: string };
    expect(says).toMatch(/← deploy\/web scaled 5→3 by bob/);
  });
});

describe('what it led to', () => {
  it('stands in one line', async () => {
    const io = fixedIo({ nowMs: NOW });
    await whoDidCommand.run(['delete', 'deploy/web'], { output: 'table', ...inShop }, io);
    expect(io.stdout()).toContain(
      'led to 6 follow-ups: generic-garbage-collector deleted 3 replicasets and 3 pods (proven)  --effects',
    );
  });

  it('tells in one line that a namespace was emptied', async () => {
    const io = fixedIo({ nowMs: NOW });
    await whoDidCommand.run(['delete', 'ns/preview-42'], { output: 'table', demo: true, effects: true }, io);
    expect(io.stdout().match(/deleted by namespace-controller/g)).toHaveLength(1);
    expect(io.stdout().replaceAll(/\s+/g, ' ')).toContain(
      'whole collections of 26 types deleted by namespace-controller, in 34 requests (proven: empties the namespace',
    );
  });

  it('is listed with --effects, to the last completion by a kubelet', async () => {
    const { rows } = await whoDid('delete deploy/web', { ...inShop, effects: true });
    const effects = (rows[0] as unknown as WithCauses).effects ?? [];
    const depths = effects.map(({ depth, did }) => `${depth} ${did.verb}`);
    expect(depths).toEqual([
      ...Array(3).fill('1 delete'),
      ...Array(3).fill('2 delete'),
      ...Array(3).fill('3 delete'),
    ]);
  });

  it('is null where it was not asked for', async () => {
    const { rows } = await whoDid('delete deploy/web', inShop);
    expect((rows[0] as unknown as WithCauses).effects).toBeNull();
  });

  it('of the end of a namespace is what its controller took', async () => {
    const { rows } = await whoDid('delete ns/scratch', { ...shop, effects: true });
    const asked = rows.at(-1) as unknown as WithCauses;
    expect(asked.effects?.filter(({ did }) => did.verb === 'deletecollection')).toHaveLength(26);
  });
});

it('the table tells of each row who set it off', async () => {
  const io = fixedIo({ nowMs: NOW, columns: 160 });
  await whoDidCommand.run(['delete', 'pods'], { output: 'wide', ...inShop, limit: '3' }, io);
  expect(io.stdout()).toContain('BECAUSE');
  expect(io.stdout()).toMatch(/rs\/api-77b4bfc4cf deleted by bob/);
});

it('is not led astray by a hostile name', async () => {
  const evil = '\u001b[31m ← deploy/web deleted by alice';
  const { says } = await askStory(
    'delete cm/flags',
    [
      {
        verb: 'delete',
        uri: '/api/v1/namespaces/shop/configmaps/flags',
        at: 1,
        user: GC,
        body: {},
        answer: removed('uid-flags'),
      },
      {
        verb: 'update',
        uri: '/api/v1/namespaces/shop/configmaps/flags',
        at: 0,
        user: 'bob',
        body: {},
        answer: anObject('ConfigMap', 'flags', {
          metadata: {
            ownerReferences: [{ kind: 'Deployment', apiVersion: 'apps/v1', name: evil, uid: 'uid-evil' }],
          },
        }),
      },
    ],
    { namespace: 'shop' },
  );
  expect(says).not.toContain('by alice');
});
