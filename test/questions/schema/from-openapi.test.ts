/** What a cluster's OpenAPI and a CustomResourceDefinition say of a type. */
import { describe, expect, it } from 'vitest';
import { schemaFromCrd, schemaFromOpenApi } from '../../../src/questions/schema/from-openapi.ts';

/** As the API server prints it for a custom resource (v1.34, shortened). */
const WIDGET = {
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] },
    spec: {
      type: 'object',
      properties: {
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'side'],
          items: {
            type: 'object',
            properties: { name: { type: 'string' }, side: { type: 'string', default: 'left' }, tags: SET() },
          },
        },
        byZone: { type: 'object', additionalProperties: SET() },
        selector: { type: 'object', 'x-kubernetes-map-type': 'atomic' },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true },
        like: { $ref: '#/components/schemas/Like', 'x-kubernetes-map-type': 'granular' },
      },
    },
  },
  'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Widget' }],
};

function SET(): object {
  return { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
}

const COMPONENTS = {
  schemas: {
    Like: {
      'x-kubernetes-map-type': 'atomic',
      properties: {
        self: { $ref: '#/components/schemas/Like' },
        tags: {
          ...SET(),
          'x-kubernetes-patch-merge-key': 'a',
          'x-kubernetes-patch-strategy': 'merge,retainKeys',
        },
      },
    },
    Loop: { $ref: '#/components/schemas/Loop' },
  },
};

describe('a definition of the cluster', () => {
  const spec = schemaFromOpenApi(WIDGET, COMPONENTS).field('spec');

  it('tells lists by their keys, and what a key stands for', () => {
    expect(spec.field('parts')).toMatchObject({
      listType: 'map',
      listKeys: ['name', 'side'],
      listKeyDefaults: [undefined, 'left'],
    });
    expect(spec.field('parts').items().field('tags').listType).toBe('set');
    expect(spec.field('byZone').field('a').listType).toBe('set');
  });

  it('tells what metadata is, also of an object in it', () => {
    const metadata = schemaFromOpenApi(WIDGET, COMPONENTS).field('metadata');
    expect(metadata.field('ownerReferences').listKeys).toEqual(['uid']);
    expect(spec.field('template').field('metadata').field('finalizers').listType).toBe('set');
  });

  it('follows references, whose place may know better', () => {
    expect(spec.field('selector').isAtomicMap).toBe(true);
    expect(spec.field('like').isAtomicMap).toBe(false);
    expect(spec.field('like').field('self').isAtomicMap).toBe(true);
    expect(spec.field('like').field('self').field('self').field('tags')).toMatchObject({
      listType: 'set',
      patchMergeKey: 'a',
      patchStrategy: ['merge', 'retainKeys'],
    });
  });

  it.each([
    ['that refers to itself', { $ref: '#/components/schemas/Loop' }],
    ['that refers to nothing', { $ref: '#/components/schemas/None' }],
    ['that refers elsewhere', { $ref: 'https://example.com/x' }],
    ['that says all of itself', { allOf: Array.from({ length: 1_000 }, () => ({ allOf: [{}, {}] })) }],
    ['that is none', 'text'],
    ['that is a list', [{ properties: 1 }]],
    ['of fields that are none', { properties: [{}], items: 3, 'x-kubernetes-list-map-keys': 'a' }],
  ])('%s says nothing', (_, definition) => {
    const schema = schemaFromOpenApi(definition, COMPONENTS);
    expect(schema.field('__proto__').field('a').items()).toMatchObject({ listType: null, listKeys: [] });
    expect(schema.field('metadata').field('finalizers').listType).toBe('set');
  });
});

describe('a CustomResourceDefinition', () => {
  const version = (name: string, field: string, storage = false) => ({
    name,
    storage,
    schema: {
      openAPIV3Schema: { type: 'object', properties: { metadata: { type: 'object' }, [field]: SET() } },
    },
  });
  const crd = { spec: { versions: [version('v1alpha1', 'old'), version('v1', 'tags', true)] } };

  it.each([
    ['v1', 'tags', 'set'],
    ['v1', 'old', null],
    ['v1alpha1', 'old', 'set'],
    ['v9', 'tags', 'set'],
  ])('tells version %s of %s', (name, field, listType) => {
    expect(schemaFromCrd(crd, name).field(field).listType).toBe(listType);
    expect(schemaFromCrd(crd, name).field('metadata').field('finalizers').listType).toBe('set');
  });

  it('of apiextensions.k8s.io/v1beta1 has one for all versions', () => {
    const { schema } = version('v1', 'tags');
    expect(schemaFromCrd({ spec: { validation: schema } }, 'v1').field('tags').listType).toBe('set');
  });

  it('without a schema says nothing', () => {
    expect(schemaFromCrd({}, 'v1').field('tags').listType).toBeNull();
    expect(schemaFromCrd(null, 'v1').field('metadata').field('finalizers').listType).toBe('set');
  });
});
