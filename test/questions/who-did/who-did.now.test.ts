/** What who-did says of how things stand now, from small incidents and a cluster that answers. */
import { describe, expect, it } from 'vitest';
import { ask } from '../../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import type { LiveFinding, LiveKey } from '../../../src/live.ts';
import { parseObject } from '../../../src/query/parse-object.ts';
import { EVERYTHING } from '../../../src/query/predicate.ts';
import { findWord } from '../../../src/query/words.ts';
import { whoDid } from '../../../src/questions/who-did/who-did.ts';
import type { WhoDidRow } from '../../../src/questions/who-did/who-did-row.ts';
import { memorySource } from '../../support/memory-source.ts';
import { liveObject, recordingCluster } from '../../support/recording-cluster.ts';
import { anObject, eventOf, removed, type Scene } from '../story.ts';

const CM = '/api/v1/namespaces/shop/configmaps';
const MADE: Scene = {
  at: 0,
  user: 'carol',
  verb: 'create',
  uri: CM,
  code: 201,
  ref: { name: 'a' },
  answer: anObject('ConfigMap', 'a'),
};
const GONE: Scene = { at: 60, verb: 'delete', uri: `${CM}/a`, answer: removed('uid-a') };

async function now(
  words: readonly string[],
  scenes: readonly Scene[],
  answerTo: (key: LiveKey) => LiveFinding | undefined,
  limit: number | null = null,
) {
  const [verb = '', ...rest] = words;
  const word = findWord(verb);
  if (word === null) throw new Error(verb);
  const cluster = recordingCluster(answerTo);
  const answer = await ask(
    whoDid,
    {
      word,
      object: parseObject(word, rest, { namespace: 'shop', subresource: null }),
      window: { sinceUs: null, untilUs: null, isDefault: false },
      filters: EVERYTHING,
      limit,
      isLast: false,
      wantsEffects: false,
      keepsEvents: false,
      isRevealed: false,
      calledAs: 'kubectl audit',
      sameLogs: '',
    },
    {
      sources: [memorySource(scenes.map(eventOf))],
      inputs: {},
      live: cluster,
      nowUs: Date.parse('2026-11-24T12:00:00Z') * 1000,
      signal: new AbortController().signal,
      progress: NO_PROGRESS,
    },
  );
  return { ...answer, rows: answer.rows as readonly WhoDidRow[], asked: cluster.asked };
}

const object =
  (finding: LiveFinding) =>
  (key: LiveKey): LiveFinding | undefined =>
    key.kind === 'object' ? finding : undefined;

describe('how things stand now', () => {
  it('is asked about the object by the version that the log names', async () => {
    const { asked } = await now(['delete', 'cm/a'], [MADE, GONE], () => undefined);
    expect(asked).toContainEqual({
      kind: 'object',
      group: '',
      version: 'v1',
      resource: 'configmaps',
      namespace: 'shop',
      name: 'a',
    });
  });

  it('tells the same object, another one, and none', async () => {
    const same = await now(['delete', 'cm/a'], [GONE], object(liveObject({ uid: 'uid-a' })));
    expect(same.rows[0]?.now).toMatchObject({ exists: true, sameObject: true, uid: 'uid-a' });
    const other = await now(
      ['delete', 'cm/a'],
      [GONE],
      object(liveObject({ isReady: true, readiness: '3/3 ready' })),
    );
    expect(other.rows[0]?.now).toMatchObject({ exists: true, sameObject: false, ready: true });
    expect(other.now[0]).toBe(
      'another object (uid uid-now, not uid-a), created 2026-11-24T09:00:00Z, 3/3 ready',
    );
    const none = await now(['delete', 'cm/a'], [GONE], object({ kind: 'gone' }));
    expect(none.rows[0]?.now).toMatchObject({ exists: false, sameObject: null, text: 'gone' });
  });

  it('names who made it, where the log tells', async () => {
    const again: Scene = {
      ...MADE,
      at: 120,
      user: 'dave',
      answer: anObject('ConfigMap', 'a', { metadata: { name: 'a', namespace: 'shop', uid: 'uid-b' } }),
    };
    const { rows } = await now(['delete', 'cm/a'], [MADE, GONE, again], object(liveObject({ uid: 'uid-b' })));
    expect(rows[0]?.now).toMatchObject({ sameObject: false, createdBy: 'dave' });
  });

  it('goes by age where the log has no uid', async () => {
    const bare: Scene = { at: 60, verb: 'delete', uri: `${CM}/a` };
    const young = await now(['delete', 'cm/a'], [bare], object(liveObject()));
    expect(young.rows[0]?.now.sameObject).toBe(false);
    const old = await now(
      ['delete', 'cm/a'],
      [bare],
      object(liveObject({ createdAt: '2026-11-24T07:00:00Z' })),
    );
    expect(old.rows[0]?.now.sameObject).toBeNull();
  });

  it('is told though nobody did it', async () => {
    const { rows, now: lines } = await now(
      ['delete', 'cm/b'],
      [MADE],
      object(liveObject({ managedBy: 'Helm release shop/b' })),
    );
    expect(rows).toEqual([]);
    expect(lines).toEqual(['exists, created 2026-11-24T09:00:00Z, managed by Helm release shop/b']);
  });

  it('says of what a collection took how the object stands, not the collection', async () => {
    const swept: Scene = {
      at: 60,
      verb: 'deletecollection',
      uri: CM,
      answer: { kind: 'ConfigMapList', items: [anObject('ConfigMap', 'a')] },
    };
    const { rows } = await now(['delete', 'cm/a'], [MADE, swept], object(liveObject()));
    expect(rows[0]?.now).toMatchObject({ exists: true, sameObject: false });
  });

  it('is unknown, with the reason, where nothing could be read', async () => {
    const { rows, now: lines } = await now(['delete', 'cm/a'], [GONE], () => undefined);
    expect(rows[0]?.now).toMatchObject({
      exists: null,
      sameObject: null,
      text: 'unknown: no answer in time',
    });
    expect(lines).toEqual(['unknown: no answer in time']);
  });

  it('says what the actor may still do, whose address it was, and what runs under the account', async () => {
    const runner = 'system:serviceaccount:ci:runner';
    const { now: lines, asked } = await now(['delete', 'cm/a'], [{ ...GONE, user: runner }], (key) => {
      if (key.kind === 'right')
        return { kind: 'right', isAllowed: true, through: 'RoleBinding ci → ClusterRole edit' };
      if (key.kind === 'address')
        return { kind: 'address', of: 'pod ci/runner-8', since: '2026-11-24T01:00:00Z' };
      return key.kind === 'account' ? { kind: 'account', usedBy: ['Deployment runner'] } : { kind: 'gone' };
    });
    expect(lines).toEqual([
      'gone',
      'sa:ci/runner may still delete configmaps in shop (RoleBinding ci → ClusterRole edit)',
      'sa:ci/runner is used by Deployment runner',
      '10.0.0.7 is pod ci/runner-8, since 2026-11-24T01:00:00Z',
    ]);
    expect(asked.find((key) => key.kind === 'right')).toMatchObject({
      user: runner,
      verb: 'delete',
      name: 'a',
    });
  });

  it('asks of an impersonator whether it may act as that one', async () => {
    const over = { impersonatedUser: { username: 'agent', groups: [] } };
    const { asked } = await now(['delete', 'cm/a'], [{ ...GONE, over }], () => undefined);
    expect(asked.find((key) => key.kind === 'right')).toMatchObject({
      user: 'alice',
      verb: 'impersonate',
      resource: 'users',
      name: 'agent',
    });
  });

  it('asks little about many', async () => {
    const many = Array.from(
      { length: 60 },
      (_, n): Scene => ({ at: n, verb: 'delete', uri: `${CM}/c-${n}`, over: { sourceIPs: [`10.0.1.${n}`] } }),
    );
    const { asked, rows } = await now(['delete', 'cm'], many, object({ kind: 'gone' }));
    expect(rows).toHaveLength(60);
    expect(asked.filter((key) => key.kind === 'object')).toHaveLength(25);
    expect(asked.filter((key) => key.kind === 'right')).toHaveLength(0);
    expect(asked.length).toBeLessThan(40);
    const few = await now(['delete', 'cm'], many, object({ kind: 'gone' }), 3);
    expect(few.asked.filter((key) => key.kind === 'object')).toHaveLength(3);
  });
});
