/** A controller's status writes show that an object was there: two of each uid are kept, whatever their order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/questions/fact/fact.ts';
import { KeptFacts } from '../../../src/questions/fact/kept-facts.ts';
import { anObject, askStory, removed, type Scene } from '../story.ts';

const CM = '/api/v1/namespaces/shop/configmaps';

function statusAt(at: number, uid: string): Scene {
  const answer = anObject('ConfigMap', 'a', { metadata: { name: 'a', namespace: 'shop', uid } });
  return {
    at,
    user: 'system:serviceaccount:kube-system:x',
    verb: 'update',
    uri: `${CM}/a/status`,
    body: {},
    answer,
  };
}

function fact(n: number, uid: string | null, subresource = 'status'): Fact {
  const target = { group: '', resource: 'pods', subresource, namespace: 'shop', name: 'p', uid };
  return {
    key: `k-${n}`,
    atUs: n,
    target,
    effect: 'done',
    row: { did: { verb: 'update' } },
  } as unknown as Fact;
}

describe('status writes', () => {
  it('are kept as the first and the last of each uid', () => {
    const times = fc.uniqueArray(fc.nat({ max: 500 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(
        times,
        fc.array(fc.constantFrom('u-1', 'u-2'), { minLength: 40, maxLength: 40 }),
        (at, uids) => {
          const kept = new KeptFacts();
          for (const [i, n] of at.entries()) kept.addThinly(fact(n, uids[i] ?? 'u-1'), true);
          const wanted = ['u-1', 'u-2'].flatMap((uid) => {
            const own = at.filter((_, i) => uids[i] === uid).sort((a, b) => a - b);
            return [...new Set([own.at(0), own.at(-1)])].filter((n) => n !== undefined);
          });
          const left = kept.inOrder((a, b) => a.atUs - b.atUs).map((one) => one.atUs);
          expect(left).toEqual(wanted.sort((a, b) => a - b));
          expect(kept.dropped).toBe(0);
        },
      ),
    );
  });

  it('are all kept where they do not tell whose they are, and nothing else is let go', () => {
    const kept = new KeptFacts();
    for (let n = 0; n < 9; n++)
      kept.addThinly(fact(n, n % 2 === 0 ? null : 'u-1', n % 2 === 0 ? 'status' : ''), true);
    expect(kept.size).toBe(9);
  });

  it('change no answer', async () => {
    const made: Scene = {
      at: 0,
      verb: 'create',
      uri: CM,
      code: 201,
      ref: { name: 'a' },
      answer: anObject('ConfigMap', 'a'),
    };
    const gone: Scene = { at: 400, user: 'bob', verb: 'delete', uri: `${CM}/a`, answer: removed('uid-a') };
    const many = Array.from({ length: 300 }, (_, n) => statusAt(n + 1, 'uid-a'));
    const story = await askStory('delete cm/a', [made, ...many, gone], { namespace: 'shop' });
    expect(story.lines).toEqual(['bob delete 200']);
    expect(story.gaps).toEqual([]);
    const another = await askStory('delete cm/a', [made, ...many, statusAt(350, 'uid-b')], {
      namespace: 'shop',
    });
    expect(another.gaps).toContain('unlogged');
  });
});
