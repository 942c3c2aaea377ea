/** What came near when nothing was found: each told once. */
import { describe, expect, it } from 'vitest';
import { askStory, type Scene } from '../story.ts';

const inShop = { namespace: 'shop' };

describe('near misses that read the same', () => {
  const remove = (at: number, user: string, namespace: string): Scene => ({
    ...{ verb: 'delete', uri: `/api/v1/namespaces/${namespace}/configmaps/a`, at, user },
  });

  it('are one, with how often and the newest of them', async () => {
    const story = [1, 2, 3, 4, 5, 6, 7].map((at) => remove(at, 'alice', 'till'));
    const { nearMisses } = await askStory('delete cm/a', [...story, remove(0, 'bob', 'till')], inShop);
    expect(nearMisses.map(({ text, count }) => [text, count])).toEqual([
      [
        'till/cm/a: delete by alice: the same name in another namespace (7 times, last at 2026-11-24T08:00:07Z)',
        7,
      ],
      ['till/cm/a: delete by bob: the same name in another namespace', 1],
    ]);
    expect(nearMisses[0]?.row?.when).toBe('2026-11-24T08:00:07.000000Z');
  });

  it('are folded attempts too', async () => {
    const refused = { code: 403, message: 'forbidden', user: 'carol' };
    const story = [1, 2].map((at) => ({ ...remove(at, 'carol', 'shop'), ...refused }));
    const { nearMisses, rows } = await askStory('delete cm/a', story, inShop);
    expect(nearMisses.map(({ count }) => count)).toEqual([2]);
    expect(rows).toHaveLength(2);
  });
});

describe('the same name elsewhere', () => {
  it('is near only when the word means what was done to it', async () => {
    const patch = (namespace: string, body: unknown): Scene => ({
      ...{ verb: 'patch', uri: `/apis/apps/v1/namespaces/${namespace}/deployments/a`, at: 1, body },
    });
    const story = [
      patch('till', { metadata: { finalizers: null } }),
      patch('bank', { spec: { replicas: 0 } }),
    ];
    const { nearMisses } = await askStory('scale deploy/a', story, inShop);
    expect(nearMisses.map(({ text }) => text)).toEqual([
      'bank/deploy/a: patch by alice: the same name in another namespace',
    ]);
  });
});
