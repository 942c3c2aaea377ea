/** Counts are right, and memory is small, however many requests there are and however few are shown. */
import { describe, expect, it } from 'vitest';
import { askStory, type Scene } from '../story.ts';

const pods = '/api/v1/namespaces/shop/pods';

function reads(count: number): Scene[] {
  return Array.from(
    { length: count },
    (_, n): Scene => ({
      at: n,
      user: n % 3 === 0 ? 'alice' : 'bob',
      verb: 'get',
      uri: `${pods}/p-${n}`,
      code: n % 5 === 0 ? 403 : 200,
    }),
  );
}

describe('words whose requests stand alone', () => {
  it('count what they do not show', async () => {
    const few = await askStory('touch pods', reads(6_000), { limit: '3' });
    const all = await askStory('touch pods', reads(6_000));
    expect(few.rows).toHaveLength(3);
    expect(few.says).toBe(all.says);
    expect(few.says).toContain('touched 6000 times: bob 4000, alice 2000');
    expect(few.rows.map((row) => row.auditID)).toEqual(all.rows.slice(0, 3).map((row) => row.auditID));
    expect(few.gaps).toEqual(all.gaps);
  });

  it('count only what passes the filters', async () => {
    const { says, rows } = await askStory('touch pods', reads(6_000), {
      limit: '2',
      by: ['alice'],
      code: ['403'],
    });
    expect(says).toContain('touched 400 times by alice');
    expect(rows.every((row) => row.who.user === 'alice' && row.result.code === 403)).toBe(true);
  });

  it('do not count attempts as deeds', async () => {
    const execs = reads(3_000).map((scene) => ({ ...scene, uri: `${scene.uri}/exec?command=id` }));
    const { says } = await askStory('exec pods', execs, { limit: '1' });
    expect(says).toContain('2400 times');
  });
});
