/** --last: read back no further than the last time it was done, and never told of less than there was. */
import { describe, expect, it } from 'vitest';
import { windowsBack } from '../../../src/questions/who-did/windows-back.ts';
import { anObject, askStory, removed, type Scene } from '../story.ts';

const CM = '/api/v1/namespaces/shop/configmaps/a';
const HOUR = 3600;
const until = '2026-11-24T20:00:00Z';
/** The story begins twelve hours before. */
const last = { namespace: 'shop', last: true, until };

const deletion = (user: string, at: number, more: Partial<Scene> = {}): Scene => ({
  user,
  verb: 'delete',
  uri: CM,
  at,
  answer: removed('uid-a'),
  ...more,
});

describe('who-did --last', () => {
  const early = deletion('alice', 1 * HOUR);
  const late = deletion('bob', 12 * HOUR - 60);

  it('reads no further back than to the last one, and says so', async () => {
    const { lines, notes, says } = await askStory('delete cm/a', [early, late], last);
    expect(lines).toEqual(['bob delete 200']);
    expect(says).toMatch(/^shop\/cm\/a: deleted by bob /);
    expect(says).not.toContain('alice');
    expect(notes).toContainEqual({
      code: 'last-only',
      text: expect.stringContaining('read back to 2026-11-24T19:45:00Z'),
    });
  });

  it('reads on while nobody is found', async () => {
    const { lines, notes } = await askStory('delete cm/a', [early], last);
    expect(lines).toEqual(['alice delete 200']);
    expect(notes.map(({ code }) => code)).not.toContain('last-only');
  });

  it('takes no attempt for the last one', async () => {
    const refused = deletion('mallory', 12 * HOUR - 60, { code: 403, answer: undefined });
    const { lines } = await askStory('delete cm/a', [early, refused], last);
    expect(lines).toEqual(['alice delete 200', 'mallory delete 403']);
  });

  it('reads on from an end that began further back', async () => {
    const held = anObject('ConfigMap', 'a', {
      metadata: { uid: 'uid-a', finalizers: ['x/y'], deletionTimestamp: '2026-11-24T09:00:00Z' },
    });
    const released = anObject('ConfigMap', 'a', {
      metadata: { uid: 'uid-a', deletionTimestamp: '2026-11-24T09:00:00Z', deletionGracePeriodSeconds: 0 },
    });
    const { says } = await askStory(
      'delete cm/a',
      [
        deletion('alice', 1 * HOUR, { answer: held }),
        { user: 'controller', verb: 'update', uri: CM, at: 12 * HOUR - 60, body: released, answer: released },
      ],
      last,
    );
    expect(says).toMatch(/deleted by alice .*, held until controller removed the last finalizer/);
  });

  it('is for logs that can be read again, and not for what is followed', async () => {
    await expect(
      askStory('delete cm/a', [early], { namespace: 'shop', last: true, follow: true }),
    ).rejects.toThrow('--last and --follow exclude each other');
  });
});

describe('the windows', () => {
  const HOUR_US = HOUR * 1_000_000;
  const nowUs = 100 * HOUR_US;
  const hours = (...of: Parameters<typeof windowsBack>) =>
    windowsBack(...of).map(({ sinceUs, untilUs, isBeyond }) => [
      sinceUs === null ? null : sinceUs / HOUR_US,
      untilUs === null ? null : untilUs / HOUR_US,
      isBeyond,
    ]);

  it('lie one behind the other, and make up all that was asked for', () => {
    const day = { sinceUs: 76 * HOUR_US, untilUs: null, isDefault: true };
    expect(hours(day, true, nowUs)).toEqual([
      [99.75, null, false],
      [94, 99.75, false],
      [76, 94, false],
      [null, 76, true],
    ]);
    expect(hours(day, false, nowUs)).toEqual([
      [76, null, false],
      [null, 76, true],
    ]);
    expect(hours({ sinceUs: 95 * HOUR_US, untilUs: null, isDefault: false }, true, nowUs)).toEqual([
      [99.75, null, false],
      [95, 99.75, false],
    ]);
    expect(hours({ sinceUs: null, untilUs: 50 * HOUR_US, isDefault: false }, true, nowUs)).toEqual([
      [49.75, 50, false],
      [44, 49.75, false],
      [null, 44, false],
    ]);
    expect(hours({ sinceUs: 99.9 * HOUR_US, untilUs: null, isDefault: false }, true, nowUs)).toEqual([
      [99.9, null, false],
    ]);
  });
});
