/** Another uid under the same name proves a removal, whether or not the log holds it. */
import { describe, expect, it } from 'vitest';
import { anObject, askStory, atMetadata, removed, type Scene } from '../story.ts';

const CONFIGMAPS = '/api/v1/namespaces/shop/configmaps';
const A = `${CONFIGMAPS}/a`;
const inShop = { namespace: 'shop' };

const object = (uid: string) => anObject('ConfigMap', 'a', { metadata: { uid } });
const made = (at: number, uid: string): Scene => ({
  ...{ verb: 'create', uri: CONFIGMAPS, at, code: 201, user: 'carol', ref: { name: 'a' } },
  ...{ body: { kind: 'ConfigMap', metadata: { name: 'a' } }, answer: object(uid) },
});
const patched = (at: number, uid: string): Scene => ({
  ...{ verb: 'patch', uri: A, at, user: 'bob', body: { data: {} }, answer: object(uid) },
});
/** What an update tells at Metadata level: the uid its body had. */
const updated = (at: number, uid: string): Scene => ({
  ...{ verb: 'update', uri: A, at, user: 'bob', ref: { uid } },
});
const deleted = (at: number, uid: string): Scene => ({
  ...{ verb: 'delete', uri: A, at, body: {}, answer: removed(uid) },
});

const ask = (...scenes: readonly Scene[]) => askStory('delete cm/a', scenes, inShop);

describe('an object that is another one later', () => {
  it.each<[string, Scene[]]>([
    ['made, then patched', [made(1, 'u1'), patched(9, 'u2')]],
    ['updated twice', [updated(1, 'u1'), updated(9, 'u2')]],
    ['patched, then made', [patched(1, 'u1'), made(9, 'u2')]],
    ['made, then removed', [made(1, 'u1'), deleted(9, 'u2')]],
    ['patched, then made, the uid not known', [patched(1, 'u1'), atMetadata(made(9, 'u2'))]],
    ['its scale seen', [made(1, 'u1'), { ...updated(9, 'u2'), uri: `${A}/status` }]],
  ])('was removed by a request that is not in the log: %s', async (_, scenes) => {
    const { gaps, status, says } = await ask(...scenes);
    expect(gaps).toEqual(['unlogged']);
    expect(status).toBe(3);
    expect(says).not.toMatch(/nobody/);
  });

  it('says so once for each time', async () => {
    const { gaps, says } = await ask(made(1, 'u1'), patched(5, 'u2'), patched(6, 'u2'), patched(9, 'u3'));
    expect(gaps).toEqual(['unlogged', 'unlogged']);
    expect(says).toBe('shop/cm/a was deleted, but what was read does not hold the request that asked for it');
  });

  it.each<[string, Scene[]]>([
    ['made again', [made(1, 'u1'), deleted(5, 'u1'), made(7, 'u2'), patched(9, 'u2')]],
    ['made again elsewhere', [made(1, 'u1'), deleted(5, 'u1'), patched(9, 'u2')]],
    ['logged late, by a clock that is behind', [made(1, 'u1'), made(7, 'u2'), deleted(8, 'u1')]],
    [
      'seen early, by a clock that is ahead',
      [made(1, 'u1'), deleted(5, 'u1'), patched(6, 'u2'), made(7, 'u2')],
    ],
    [
      'seen once more, late',
      [made(1, 'u1'), deleted(5, 'u1'), made(6, 'u2'), patched(7, 'u1'), patched(8, 'u2')],
    ],
    [
      'made at Metadata level',
      [deleted(2, 'u1'), atMetadata(made(3, 'u2')), updated(9, 'u2'), updated(10, 'u2')],
    ],
  ])('is explained by a removal that is in the log: %s', async (_, scenes) => {
    const { gaps, says } = await ask(...scenes);
    expect(gaps).toEqual([]);
    expect(says).toMatch(/deleted by alice/);
  });

  it.each<[string, Scene[]]>([
    ['a collection', [{ verb: 'deletecollection', uri: CONFIGMAPS, at: 5 }]],
    ['its namespace', [{ verb: 'delete', uri: '/api/v1/namespaces/shop', at: 5 }]],
  ])('may have gone with %s', async (_, scenes) => {
    expect((await ask(made(1, 'u1'), ...scenes, patched(9, 'u2'))).gaps).toEqual([]);
  });
});

describe('a uid that proves nothing', () => {
  const failed = { code: 409, message: 'conflict' };
  it.each<[string, Scene]>([
    ['of a dry run', { ...patched(9, 'u2'), uri: `${A}?dryRun=All` }],
    ['of a creation that was a dry run', { ...made(9, 'u2'), uri: `${CONFIGMAPS}?dryRun=All` }],
    ['of a failed request', { ...updated(9, 'u2'), ...failed }],
    [
      'that a failed delete wanted',
      { ...deleted(9, 'u2'), ...failed, answer: undefined, body: { preconditions: { uid: 'u2' } } },
    ],
    [
      'of a list',
      {
        verb: 'list',
        uri: `${CONFIGMAPS}?fieldSelector=metadata.name%3Da`,
        at: 9,
        answer: { kind: 'ConfigMapList', items: [object('u2')] },
      },
    ],
    ['of another name', { ...patched(9, 'u2'), uri: `${CONFIGMAPS}/b` }],
    ['that is not known', atMetadata(patched(9, 'u2'))],
    [
      'that a client claims in another body',
      { verb: 'create', uri: `${A}/token`, at: 9, code: 201, ref: { uid: 'u2' } },
    ],
    [
      'of an object whose name the server makes',
      {
        ...made(9, 'u2'),
        ref: {},
        body: { metadata: { generateName: 'a' } },
        answer: anObject('ConfigMap', 'ab2cd4', { metadata: { uid: 'u2' } }),
      },
    ],
  ])('%s', async (_, scene) => {
    const { gaps, says } = await ask(made(1, 'u1'), patched(5, 'u1'), scene);
    expect(gaps).toEqual([]);
    expect(says).toMatch(/^nobody deleted shop\/cm\/a/);
  });
});
