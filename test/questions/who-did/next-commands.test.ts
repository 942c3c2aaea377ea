/** The commands offered after an answer: they may be pasted, whatever the log holds. */
import { describe, expect, it } from 'vitest';
import { askStory, type Scene } from '../story.ts';

const inShop = { namespace: 'shop' };

const deletedIn = (namespace: string): Scene => ({
  ...{ verb: 'delete', uri: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/a`, at: 1 },
});

async function nextOf(words: string, scenes: readonly Scene[], flags: Record<string, unknown>) {
  const { next } = await askStory(words, scenes, flags);
  return next.map((command) => command.replace(/ --file .*/, ''));
}

describe('next commands', () => {
  it('keep the window that was asked about', async () => {
    const flags = { ...inShop, since: '2026-11-24T07:00Z', until: '2026-11-24T08:30:00.5Z' };
    const window = '--since 2026-11-24T07:00:00Z --until 2026-11-24T08:30:01Z';
    expect(await nextOf('delete cm/a', [], flags)).toEqual([
      `kubectl audit who-did delete cm/a -A ${window}`,
      'kubectl audit who-did delete cm/a -n shop --since 30d --until 2026-11-24T08:30:01Z',
      `kubectl audit who-did touch cm/a -n shop ${window}`,
    ]);
  });

  it('name no window where none was asked about', async () => {
    const story = [deletedIn('shop')];
    expect(await nextOf('delete cm/a', story, { ...inShop, since: undefined })).toEqual([
      'kubectl audit what-changed cm/a -n shop --at 2026-11-24T08:00:00.999Z --manifest',
      'kubectl audit who-did touch cm/a -n shop',
    ]);
  });

  it('offer the fields after a change', async () => {
    const scale: Scene = {
      ...{ verb: 'patch', uri: '/apis/apps/v1/namespaces/shop/deployments/a/scale', at: 1 },
    };
    expect(await nextOf('scale deploy/a', [scale], { ...inShop, since: undefined })).toEqual([
      'kubectl audit what-changed deploy/a -n shop',
      'kubectl audit who-did touch deploy/a -n shop',
    ]);
  });

  it.each([
    ['-A', '--namespace=-A'],
    ['--reveal', '--namespace=--reveal'],
    ['-$(id)', "--namespace='-$(id)'"],
    ['a;b', "-n 'a;b'"],
    ['till', '-n till'],
  ])('take a namespace called %s for no flag', async (namespace, flag) => {
    const [command] = await nextOf('delete cm/a', [deletedIn(namespace)], inShop);
    expect(command).toContain(`who-did delete cm/a ${flag} --since`);
  });
});

describe('a type that no table knows', () => {
  it('is named with its group', async () => {
    const { says } = await askStory('delete widgets.example.com', [], { ...inShop });
    expect(says).toContain('widgets.example.com in shop');
    expect((await askStory('delete deploy', [deletedIn('shop')], inShop)).says).toContain(
      'deployments in shop',
    );
  });
});
