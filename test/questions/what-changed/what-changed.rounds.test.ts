/** What is read, in which rounds, and that it makes no difference to the answer. */
import { describe, expect, it } from 'vitest';
import type { Scene } from '../story.ts';
import { changed, fields, secondUs } from './what-changed-support.ts';

const CM = '/api/v1/namespaces/shop/configmaps';

function configMap(name: string, color: string, version: number) {
  return {
    ...{ kind: 'ConfigMap', apiVersion: 'v1' },
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(version) },
    data: { color },
  };
}

const made = (name: string, at: number, user = 'ci'): Scene => ({
  ...{ at, user, verb: 'create', uri: CM, code: 201, ref: { name } },
  answer: configMap(name, 'blue', at),
});
const painted = (name: string, color: string, at: number, user: string): Scene => ({
  ...{ at, user, verb: 'patch', uri: `${CM}/${name}` },
  body: { data: { color } },
  answer: configMap(name, color, at),
});

const STORY: readonly Scene[] = [
  made('a', 1),
  made('b', 2),
  painted('a', 'red', 3, 'bob'),
  painted('a', 'green', 4, 'alice'),
  painted('b', 'black', 5, 'system:serviceaccount:kube-system:some-controller'),
  painted('b', 'white', 6, 'bob'),
];

describe('filters', () => {
  it.each([true, false])(
    'leave out rows, not what the others changed before them (rereads %s)',
    async (rereads) => {
      const { rows, says } = await changed('cm', STORY, { by: ['alice'], source: { rereads } });
      expect(fields(rows)).toEqual([['data.color "red"→"green"']]);
      expect(says).toContain('alice 1');
    },
  );

  it('say so when they leave nothing', async () => {
    const { says } = await changed('cm', STORY, { by: ['nobody'] });
    expect(says).toContain('by the filters');
  });
});

describe('many objects', () => {
  it('puts people first, and tells of controllers in a note', async () => {
    const { rows, aside, total, notes } = await changed('cm', STORY);
    expect(rows.map(({ who }) => who.user)).toEqual([
      ...['bob', 'alice', 'bob', 'ci', 'ci'],
      'system:serviceaccount:kube-system:some-controller',
    ]);
    expect([total, aside?.total, aside?.rows.size]).toEqual([6, 1, 1]);
    expect(notes.find(({ code }) => code === 'folded')?.text).toContain('some-controller 1');
  });

  it.each([true, false])('counts all, and tells the newest of people (rereads %s)', async (rereads) => {
    const { rows, total } = await changed('cm', STORY, { limit: 2, source: { rereads } });
    expect(fields(rows)).toEqual([['data.color "red"→"green"'], ['data.color "black"→"white"']]);
    expect(total).toBe(6);
  });

  it('gives the same rows in whatever order and batches they are read', async () => {
    const [first, ...more] = await Promise.all(
      [1, 2, 3, 4].map((seed) => changed('cm', STORY, { source: { order: 'none', seed } })),
    );
    for (const one of more) expect(one.rows).toEqual(first?.rows);
  });
});

describe('how it stood before', () => {
  it('is looked for before the window, which stays as it was asked', async () => {
    const { rows, coverage } = await changed('cm/a', STORY, { since: 3.5 });
    expect(fields(rows)).toEqual([['data.color "red"→"green"']]);
    expect(coverage.from).toBe('2026-11-24T08:00:03.500000Z');
  });
});

describe('the live cluster', () => {
  const body = (color: string) => (key: { kind: string }) =>
    key.kind === 'body' ? { kind: 'body' as const, json: configMap('a', color, 99) } : undefined;
  const mode = { kind: 'between', fromUs: null, toUs: null } as const;

  it('is held against the last word of the log', async () => {
    const { rows, says, asked } = await changed('cm/a', STORY, { mode, live: body('purple') });
    expect(fields(rows)).toEqual([['data.color "green"→"purple"']]);
    expect(says).toContain("between the log's last word and now");
    expect(asked).toContainEqual({
      ...{ kind: 'body', group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'a' },
    });
  });

  it('that has what the log says gives no row', async () => {
    const { rows, says } = await changed('cm/a', STORY, { mode, live: body('green') });
    expect(rows).toEqual([]);
    expect(says).toMatch(/^nothing differs/);
  });

  it('that has it no more says so', async () => {
    const { rows } = await changed('cm/a', STORY, { mode, live: () => ({ kind: 'gone' }) });
    expect(rows.map(({ did }) => did.word)).toEqual(['delete']);
  });

  it('that cannot be asked makes no claim', async () => {
    const { says, gaps } = await changed('cm/a', STORY, {
      mode,
      live: () => ({ kind: 'unknown', why: 'no' }),
    });
    expect(says).toMatch(/cannot tell what differs/);
    expect(gaps.length).toBeGreaterThan(0);
  });
});

describe('--at of many objects', () => {
  it('shows each as it was, and none that was not there yet', async () => {
    const at = async (second: number) => {
      const { rows } = await changed('cm', STORY, { mode: { kind: 'at', atUs: secondUs(second) } });
      return rows.map(
        ({ object, state }) => `${object.name} ${(state?.data as { color?: string } | undefined)?.color}`,
      );
    };
    expect(await at(1.5)).toEqual(['a blue']);
    expect(await at(3.5)).toEqual(['a red', 'b blue']);
    expect(await at(9)).toEqual(['a green', 'b white']);
  });
});

it('what changed in a namespace is also what became of the namespace itself', async () => {
  const uri = '/api/v1/namespaces/shop';
  const namespace = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'shop', uid: 'ns' } };
  const { rows } = await changed('', [
    ...STORY,
    {
      ...{ at: 0, user: 'ci', verb: 'create', uri: '/api/v1/namespaces', code: 201, ref: { name: 'shop' } },
      ...{ body: namespace, answer: namespace },
    },
    { at: 90, user: 'eve', verb: 'delete', uri, ref: { namespace: 'shop' }, body: {}, answer: namespace },
    { at: 91, user: 'eve', verb: 'delete', uri: `${uri}-2`, ref: { namespace: 'shop-2' } },
  ]);
  const its = rows.filter(({ object }) => object.resource === 'namespaces');
  expect(its.map(({ who, did }) => `${did.word} by ${who.user}`)).toEqual(['delete by eve', 'create by ci']);
});
