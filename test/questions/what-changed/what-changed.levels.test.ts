/** What can be told at each level, and what is said where it cannot. */
import { describe, expect, it } from 'vitest';
import { atMetadata, type Scene } from '../story.ts';
import { changed, fields } from './what-changed-support.ts';

const URI = '/apis/apps/v1/namespaces/shop/deployments/web';

function deployment(replicas: number, image: string, generation: number, version: number) {
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', generation, resourceVersion: String(version) },
    spec: { replicas, template: { spec: { containers: [{ name: 'main', image }] } } },
  };
}

const MADE: Scene = {
  ...{ at: 1, user: 'ci', verb: 'create', uri: URI.replace('/web', ''), code: 201, ref: { name: 'web' } },
  body: deployment(2, 'web:1', 0, 0),
  answer: deployment(2, 'web:1', 1, 10),
};
const IMAGE: Scene = {
  ...{ at: 2, user: 'bob', verb: 'patch', uri: `${URI}?fieldManager=kubectl-set` },
  body: { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:2' }] } } } },
  answer: deployment(2, 'web:2', 2, 11),
};
const SCALE: Scene = {
  ...{ at: 3, user: 'carol', verb: 'patch', uri: `${URI}/scale` },
  body: { spec: { replicas: 5 } },
  answer: {
    ...{ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 5 } },
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '12' },
  },
};
const withoutAnswer = ({ answer: _, ...scene }: Scene): Scene => ({
  ...scene,
  over: { ...scene.over, level: 'Request' },
});

describe('at RequestResponse', () => {
  it('tells each field, by whom', async () => {
    const { rows, says } = await changed('deploy/web', [MADE, IMAGE, SCALE]);
    expect(fields(rows).slice(1)).toEqual([
      ['spec.template.spec.containers[main].image "web:1"→"web:2"'],
      ['spec.replicas 2→5'],
    ]);
    expect(rows.map(({ who, did }) => `${who.user} ${did.word}`)).toEqual([
      'carol scale',
      'bob rollout',
      'ci create',
    ]);
    expect(says).toBe(
      'shop/deploy/web: spec.replicas 2 → 5, by carol 4 hours ago; 3 changes in all (bob 1, carol 1, ci 1)',
    );
  });

  it('leaves out what changed nothing, and dry runs', async () => {
    const again: Scene = { ...IMAGE, at: 4, body: {}, answer: deployment(2, 'web:2', 2, 11) };
    const dry: Scene = { ...SCALE, at: 5, uri: `${URI}/scale?dryRun=All` };
    const refused: Scene = { ...SCALE, at: 6, code: 403, answer: { kind: 'Status' }, message: 'no' };
    const { rows, notes } = await changed('deploy/web', [MADE, IMAGE, again, dry, refused]);
    expect(rows.map(({ did }) => did.word)).toEqual(['rollout', 'create']);
    expect(notes.find(({ code }) => code === 'attempts')?.text).toMatch(/^2 requests changed nothing/);
  });

  it('says that a step of the generation is in no event', async () => {
    const later: Scene = { ...IMAGE, at: 4, answer: deployment(9, 'web:2', 4, 15) };
    const { rows, gaps } = await changed('deploy/web', [MADE, later]);
    expect(rows.map(({ unlogged }) => unlogged)).toEqual([2, 0]);
    expect(gaps).toContain('unlogged');
  });

  it('shows a change that only its status tells of as one that is not in the log', async () => {
    const status: Scene = {
      ...{
        at: 4,
        user: 'system:serviceaccount:kube-system:deployment-controller',
        verb: 'update',
        uri: `${URI}/status`,
      },
      answer: { ...deployment(7, 'web:1', 2, 15), status: { replicas: 7 } },
    };
    const { rows, gaps } = await changed('deploy/web', [MADE, status]);
    expect(rows[0]).toMatchObject({
      auditID: null,
      who: { user: null },
      did: { word: 'not in the log' },
      unlogged: 1,
    });
    expect(fields(rows)[1]).toEqual(['spec.replicas 2→7']);
    expect(gaps).toContain('unlogged');
  });
});

describe('at Request', () => {
  it('tells what was asked for, and computes on from what it knows', async () => {
    const { rows } = await changed('deploy/web', [MADE, withoutAnswer(IMAGE), withoutAnswer(SCALE)]);
    expect(fields(rows).slice(1)).toEqual([
      ['spec.template.spec.containers[main].image "web:1"→"web:2"'],
      ['spec.replicas 2→5'],
    ]);
    expect(rows.map(({ basis }) => basis)).toEqual(['computed', 'computed', 'exact']);
  });

  it('does not know what was before where nothing tells', async () => {
    const { rows, notes } = await changed('deploy/web', [withoutAnswer(IMAGE), withoutAnswer(SCALE)]);
    expect(fields(rows)).toEqual([
      ['spec.template.spec.containers[main].image ?→"web:2"'],
      ['spec.replicas ?→5'],
    ]);
    expect(rows.map(({ basis }) => basis)).toEqual(['request', 'request']);
    expect(notes.map(({ code }) => code)).toContain('asked');
  });

  it('reads a JSON patch, its removals too', async () => {
    const patch: Scene = withoutAnswer({
      ...{ at: 2, user: 'bob', verb: 'patch', uri: URI },
      body: [
        { op: 'test', path: '/metadata/name', value: 'web' },
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'web:3' },
        { op: 'remove', path: '/metadata/annotations/a.b~1c' },
      ],
    });
    const { rows } = await changed('deploy/web', [patch]);
    expect(fields(rows)[0]).toEqual([
      'spec.template.spec.containers[0].image ?→"web:3"',
      'metadata.annotations["a.b/c"] ?→null',
    ]);
  });

  it('never shows what a patch of a Secret asks for', async () => {
    const patches: Scene[] = [
      { data: { password: 'c2VjcmV0LXZhbHVl' } },
      { stringData: { password: 'other-secret-value' } },
      [{ op: 'add', path: '/data/password', value: 'dGhpcmQtc2VjcmV0LXZhbHVl' }],
    ].map((body, n) =>
      withoutAnswer({
        ...{ at: n + 1, user: 'bob', verb: 'patch', uri: '/api/v1/namespaces/shop/secrets/db' },
        body,
      }),
    );
    const { rows } = await changed('secret/db', patches);
    expect(JSON.stringify(rows)).not.toMatch(/c2VjcmV0|secret-value|dGhpcmQ|b3RoZXI/);
    expect(rows.flatMap(({ changes }) => changes.map(({ redacted }) => redacted))).toEqual([
      true,
      true,
      true,
    ]);
    const shown = await changed('secret/db', patches, { isRevealed: true });
    expect(JSON.stringify(shown.rows)).toContain('c2VjcmV0LXZhbHVl');
  });
});

describe('at Metadata', () => {
  it('tells that it was done, and that what is not in the log', async () => {
    const { rows, notes } = await changed('deploy/web', [MADE, IMAGE, SCALE].map(atMetadata));
    expect(rows.map(({ basis, changes }) => [basis, changes.length])).toEqual([
      ['fact', 0],
      ['fact', 0],
      ['fact', 0],
    ]);
    expect(notes.find(({ code }) => code === 'level')?.text).toMatch(/level Metadata/);
  });

  it('takes a collection for what may have taken the object', async () => {
    const sweep = atMetadata({ at: 5, user: 'bob', verb: 'deletecollection', uri: URI.replace('/web', '') });
    const { rows } = await changed('deploy/web', [MADE, sweep]);
    expect(rows[0]).toMatchObject({ did: { word: 'deletecollection' }, basis: 'fact' });
  });
});
