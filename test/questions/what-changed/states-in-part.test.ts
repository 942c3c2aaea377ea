/** --at, --between and --with-live where the log holds only part of how an object was. */
import { describe, expect, it } from 'vitest';
import type { Scene } from '../story.ts';
import { changed, fields, secondUs } from './what-changed-support.ts';

const ALL = '/api/v1/namespaces/shop/configmaps';
const URI = `${ALL}/a`;

function configMap(data: object, version: number, uid = 'u1') {
  const metadata = { name: 'a', namespace: 'shop', uid, resourceVersion: String(version) };
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata, data };
}

const creation = (at: number, data: object, uid = 'u1'): Scene => ({
  ...{ at, verb: 'create', uri: ALL, code: 201, ref: { name: 'a' } },
  ...{ body: configMap(data, 0, uid), answer: configMap(data, at, uid) },
});
const patch = (at: number, body: unknown, answer?: unknown): Scene => ({
  ...{ at, user: 'bob', verb: 'patch', uri: URI, body },
  ...(answer === undefined ? { over: { level: 'Request' } } : { answer }),
});

it('what was before the window is read where only part of the object is in it', async () => {
  const story = [creation(1, { color: 'blue', size: 'xl' }), patch(2, { data: { color: 'red' } })];
  const mode = { kind: 'at', atUs: secondUs(2.5) } as const;
  const { rows, says } = await changed('cm/a', story, { mode, since: 1.5 });
  expect(rows[0]?.state?.data).toEqual({ color: 'red', size: 'xl' });
  expect(says).toContain('computed from an earlier answer');
});

it('an update makes it known as it was asked for, whatever was not known before', async () => {
  const update: Scene = {
    ...{ at: 2, user: 'bob', verb: 'update', uri: URI, body: configMap({ color: 'red' }, 0) },
    over: { level: 'Request' },
  };
  const story = [patch(1, { data: { color: 'blue' } }), update];
  const { says } = await changed('cm/a', story, { mode: { kind: 'at', atUs: secondUs(2.5) } });
  expect(says).toContain('it is known as it was asked for');
});

describe('between two moments', () => {
  const between = (from: number, to: number) =>
    ({ kind: 'between', fromUs: secondUs(from), toUs: secondUs(to) }) as const;
  const story = [
    patch(1, { data: { color: 'blue' } }),
    patch(2, { data: { size: 'm' } }, configMap({ color: 'blue', size: 'm', shape: 'round' }, 20)),
    patch(3, { data: { color: 'red' } }),
  ];

  it('what only came to be known is no difference, which is said', async () => {
    const { rows, says, gaps } = await changed('cm/a', story, { mode: between(1.5, 3.5) });
    expect(fields(rows)).toEqual([['data.color "blue"→"red"', 'data.size ?→"m"']]);
    expect(says).toContain('2 fields differ');
    expect(says).toContain('and perhaps more');
    expect(gaps).toContain('level-too-low');
  });

  it('is not told to be the same where nothing is known of both', async () => {
    const mode = { kind: 'between', fromUs: secondUs(1.5), toUs: null } as const;
    const json = configMap({ color: 'blue', other: 'x' }, 99);
    const { rows, says } = await changed('cm/a', story.slice(0, 1), {
      mode,
      live: (key) => (key.kind === 'body' ? { kind: 'body', json } : undefined),
    });
    expect(rows).toEqual([]);
    expect(says).toMatch(/^this log cannot tell what differs/);
  });

  it('says that it is another object of the name', async () => {
    const deletion: Scene = {
      ...{ at: 2, user: 'eve', verb: 'delete', uri: URI, body: {} },
      answer: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { uid: 'u1' } },
    };
    const again = [creation(1, { color: 'blue' }), deletion, creation(3, { color: 'red' }, 'u2')];
    const { rows, notes } = await changed('cm/a', again, { mode: between(1.5, 3.5) });
    expect(fields(rows)).toEqual([['data.color "blue"→"red"']]);
    expect(notes.map(({ code }) => code)).toContain('another-object');
  });
});
