/** What is told of a request where its object is known in part only: as logs of several levels leave it. */
import { describe, expect, it } from 'vitest';
import { atMetadata, type Scene } from '../story.ts';
import { changed, fields } from './what-changed-support.ts';

const URI = '/apis/apps/v1/namespaces/shop/deployments/web';

function deployment(replicas: number, image: string, generation: number, labels: object = { app: 'web' }) {
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: {
      ...{ name: 'web', namespace: 'shop', uid: 'u1', generation, labels },
      resourceVersion: String(10 + generation),
    },
    spec: { replicas, paused: true, template: { spec: { containers: [{ name: 'main', image }] } } },
  };
}

function patch(at: number, body: unknown, answer?: unknown): Scene {
  const asked = { at, user: 'bob', verb: 'patch', uri: URI, body };
  return answer === undefined ? { ...asked, over: { level: 'Request' } } : { ...asked, answer };
}

const IMAGE = { spec: { template: { spec: { containers: [{ name: 'main', image: 'web:2' }] } } } };
const image = (n: number, value: string) => [
  { op: 'replace', path: `/spec/template/spec/containers/${n}/image`, value },
];

describe('an object known in part', () => {
  it('is said to have been changed in what was asked for, not in all that the answer shows for the first time', async () => {
    const { rows, says } = await changed('deploy/web', [
      patch(1, { spec: { replicas: 3 } }),
      patch(2, IMAGE, deployment(3, 'web:2', 5)),
    ]);
    expect(fields(rows)).toEqual([
      ['spec.replicas ?→3'],
      ['spec.template.spec.containers[main].image ?→"web:2"'],
    ]);
    expect(rows[0]?.did.word).toBe('rollout');
    expect(says).toContain('image ? → web:2, by bob');
  });

  it('was changed by an update in what is known of both, and perhaps in more, which is said', async () => {
    const update: Scene = {
      ...{ at: 3, user: 'bob', verb: 'update', uri: URI },
      ...{ body: deployment(3, 'web:2', 1), answer: deployment(3, 'web:2', 5) },
    };
    const { rows, notes } = await changed('deploy/web', [patch(1, { spec: { replicas: 5 } }), update]);
    expect(fields(rows)[1]).toEqual(['spec.replicas 5→3']);
    expect(notes.find(({ code }) => code === 'asked')?.text).toMatch(/^of 2 /);
    const silent = await changed('deploy/web', [patch(1, { spec: { replicas: 3 } }), update]);
    expect(silent.rows.map(({ changes }) => changes.length)).toEqual([0, 1]);
  });

  it('shows each JSON patch of a list that is not known', async () => {
    const { rows } = await changed('deploy/web', [
      patch(1, image(0, 'web:1')),
      patch(2, image(0, 'web:2')),
      patch(3, image(0, 'web:3'), deployment(3, 'web:3', 5)),
    ]);
    expect(fields(rows)).toEqual(
      ['web:1', 'web:2', 'web:3'].map((tag) => [`spec.template.spec.containers[0].image ?→"${tag}"`]),
    );
  });

  it('shows what a patch asks for that may be read in two ways', async () => {
    const template = { spec: { containers: [{ name: 'main', image: 'web:1', args: ['a'] }] } };
    const { rows } = await changed('deploy/web', [
      patch(1, [{ op: 'replace', path: '/spec/template', value: template }]),
      patch(2, { spec: { template: { spec: { containers: [{ name: 'main', args: ['b'] }] } } } }),
    ]);
    expect(fields(rows)[1]).toEqual(['spec.template.spec.containers[main].args[0] ?→"b"']);
  });

  it('is not said to have lost its replicas to a scaling whose number is not in the log', async () => {
    const made: Scene = {
      ...{ at: 1, verb: 'create', uri: URI.replace('/web', ''), code: 201, ref: { name: 'web' } },
      ...{ body: deployment(2, 'web:1', 0), answer: deployment(2, 'web:1', 1) },
    };
    const scale = (at: number): Scene => atMetadata({ at, user: 'bob', verb: 'patch', uri: `${URI}/scale` });
    const { rows } = await changed('deploy/web', [
      made,
      scale(2),
      scale(3),
      patch(4, { metadata: { labels: { tier: 'x' } } }, deployment(7, 'web:1', 3, { app: 'web', tier: 'x' })),
    ]);
    expect(fields(rows).slice(1)).toEqual([[], [], ['metadata.labels.tier ?→"x"']]);
    expect(rows.map(({ did }) => did.word)).toEqual(['change', 'scale', 'scale', 'create']);
  });
});

describe('a patch on an object of which nothing is known', () => {
  const asked = async (body: unknown) => fields((await changed('deploy/web', [patch(1, body)])).rows)[0];

  it('tells what its directives take away', async () => {
    const containers = [{ name: 'side', $patch: 'delete' }];
    expect(await asked({ spec: { template: { spec: { containers } } } })).toEqual([
      'spec.template.spec.containers[side] ?→null',
    ]);
    expect(await asked({ metadata: { '$deleteFromPrimitiveList/finalizers': ['a/b'] } })).toEqual([
      'metadata.finalizers[a/b] ?→null',
    ]);
    const env = [{ $patch: 'replace' }, { name: 'MODE', value: 'x' }];
    expect(
      await asked({ spec: { template: { spec: { containers: [{ name: 'main', env }] } } } }),
    ).toHaveLength(1);
  });

  it('does not tell what kubectl applied last, and is no change where that is all', async () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    expect(await asked({ metadata: { annotations }, spec: { paused: true } })).toEqual([
      'spec.paused ?→true',
    ]);
    expect(await asked({ metadata: { annotations } })).toBeUndefined();
  });
});

it('templates that are no pod template are no rollout', async () => {
  const uri = '/apis/argoproj.io/v1alpha1/namespaces/shop/workflowtemplates/w';
  const body = { spec: { templates: [{ name: 'main' }] } };
  const { rows } = await changed('workflowtemplates.argoproj.io/w', [
    { at: 1, user: 'bob', verb: 'patch', uri, body, over: { level: 'Request' } },
  ]);
  expect(rows[0]?.did.word).toBe('change');
});
