/** Objects of custom types: what their definitions say of lists, and that they go with them. */
import { describe, expect, it } from 'vitest';
import type { Scene } from '../story.ts';
import { changed, fields, secondUs } from './what-changed-support.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const MENUS = '/apis/shop.example.com/v1/namespaces/shop/menus';

const LISTED = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        dishes: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['dish'],
          items: { type: 'object', properties: { dish: { type: 'string' }, price: { type: 'integer' } } },
        },
      },
    },
  },
};
const CRD = {
  ...{ kind: 'CustomResourceDefinition', apiVersion: 'apiextensions.k8s.io/v1' },
  metadata: { name: 'menus.shop.example.com', uid: 'crd', resourceVersion: '1' },
  spec: {
    group: 'shop.example.com',
    names: { plural: 'menus', kind: 'Menu' },
    versions: [{ name: 'v1', storage: true, served: true, schema: { openAPIV3Schema: LISTED } }],
  },
};
const DEFINED: Scene = {
  ...{ at: 1, user: 'ops', verb: 'create', uri: CRDS, code: 201, ref: { name: 'menus.shop.example.com' } },
  ...{ body: CRD, answer: CRD },
};
const UNDEFINED: Scene = {
  ...{ at: 9, user: 'ops', verb: 'delete', uri: `${CRDS}/menus.shop.example.com`, body: {} },
  answer: CRD,
};

const menu = (version: number, dishes: readonly object[]) => ({
  ...{ kind: 'Menu', apiVersion: 'shop.example.com/v1', spec: { dishes } },
  metadata: {
    name: 'noon',
    namespace: 'shop',
    uid: 'm1',
    generation: version,
    resourceVersion: `${version}`,
  },
});
const SOUP = { dish: 'soup', price: 5 };
const [MADE, DEARER]: readonly [Scene, Scene] = [
  {
    ...{ at: 2, user: 'ci', verb: 'create', uri: MENUS, code: 201, ref: { name: 'noon' } },
    ...{ body: menu(0, [SOUP]), answer: menu(2, [SOUP]) },
  },
  {
    ...{ at: 3, user: 'bob', verb: 'update', uri: `${MENUS}/noon` },
    ...{
      body: menu(2, [{ dish: 'stew', price: 9 }, SOUP]),
      answer: menu(3, [{ dish: 'stew', price: 9 }, SOUP]),
    },
  },
];

const STEW = ['spec.dishes[stew].dish null→"stew"', 'spec.dishes[stew].price null→9'];

describe('objects of custom types', () => {
  it.each([['menus.shop.example.com/noon'], ['menu/noon'], ['menus.shop.example.com'], ['']])(
    'tell lists by the keys that their definition names, asked for as "%s"',
    async (words) => {
      const { rows } = await changed(words, [DEFINED, MADE, DEARER], { limit: words === '' ? 5 : null });
      const told = fields(
        rows.filter(({ who, object }) => who.user === 'bob' && object.resource === 'menus'),
      );
      expect(told).toEqual([STEW]);
      if (words !== '')
        expect(rows.map(({ object }) => object.resource)).not.toContain('customresourcedefinitions');
    },
  );

  it('tell lists by keys that only the cluster knows', async () => {
    const { rows } = await changed('menus.shop.example.com/noon', [MADE, DEARER], {
      live: (key) =>
        key.kind === 'schema' ? { kind: 'schema', definition: LISTED, components: undefined } : undefined,
    });
    expect(fields(rows).at(-1)).toEqual(STEW);
  });

  it('apply by those keys where the answer is not logged', async () => {
    const over = { level: 'Request' };
    const applied: Scene = {
      ...{ at: 4, user: 'eve', verb: 'patch', uri: `${MENUS}/noon?fieldManager=eve`, over },
      body: { ...menu(0, [{ dish: 'stew', price: 12 }]), metadata: { name: 'noon', namespace: 'shop' } },
    };
    const typed: Scene = { ...applied, over: { ...over, requestObject: applied.body } };
    const { rows } = await changed('menus.shop.example.com/noon', [DEFINED, MADE, DEARER, typed]);
    expect(fields(rows).at(-1)).toEqual(['spec.dishes[stew].price 9→12']);
  });

  it('go with their definition', async () => {
    const { rows, says } = await changed('menus.shop.example.com/noon', [DEFINED, MADE, DEARER, UNDEFINED]);
    expect(rows.map(({ who, did }) => `${who.user} ${did.word}`)).toEqual([
      'ops delete',
      'bob change',
      'ci create',
    ]);
    expect(says).toContain('by ops');
    const at = await changed('menus.shop.example.com/noon', [DEFINED, MADE, DEARER, UNDEFINED], {
      mode: { kind: 'at', atUs: secondUs(10) },
    });
    expect(at.rows[0]?.state ?? null).toBeNull();
  });
});
