/** What is known of Kubernetes' own types. */
import { describe, expect, it } from 'vitest';
import { isBuiltInType, schemaOf } from '../../../src/questions/schema/built-in.ts';
import type { Schema } from '../../../src/questions/schema/schema.ts';

function placeOf(type: string, path: string): Schema {
  const [group = '', version = '', kind = ''] = type.split('/');
  const root = schemaOf({ group, version, kind });
  return path.split('.').reduce((at, name) => (name === '[]' ? at.items() : at.field(name)), root);
}

const POD = 'spec.template.spec';

describe('lists', () => {
  it.each([
    ['/v1/Pod', 'spec.containers', 'map', ['name'], 'name', ['merge']],
    ['apps/v1/Deployment', `${POD}.containers`, 'map', ['name'], 'name', ['merge']],
    [
      'apps/v1/Deployment',
      `${POD}.containers.[].ports`,
      'map',
      ['containerPort', 'protocol'],
      'containerPort',
      ['merge'],
    ],
    ['apps/v1/Deployment', `${POD}.containers.[].args`, 'atomic', [], null, []],
    ['apps/v1/Deployment', `${POD}.containers.[].volumeMounts`, 'map', ['mountPath'], 'mountPath', ['merge']],
    ['apps/v1/Deployment', `${POD}.volumes`, 'map', ['name'], 'name', ['merge', 'retainKeys']],
    ['apps/v1/Deployment', `${POD}.tolerations`, 'atomic', [], null, []],
    [
      'batch/v1/CronJob',
      'spec.jobTemplate.spec.template.spec.initContainers',
      'map',
      ['name'],
      'name',
      ['merge'],
    ],
    ['/v1/Service', 'spec.ports', 'map', ['port', 'protocol'], 'port', ['merge']],
    ['/v1/ConfigMap', 'metadata.finalizers', 'set', [], null, ['merge']],
    ['/v1/ConfigMap', 'metadata.ownerReferences', 'map', ['uid'], 'uid', ['merge']],
    ['rbac.authorization.k8s.io/v1/Role', 'rules', 'atomic', [], null, []],
    ['/v1/Node', 'status.conditions', 'map', ['type'], 'type', ['merge']],
    ['apps/v1/Deployment', 'spec.strategy', null, [], null, ['retainKeys']],
    ['apps/v1/Deployment', 'spec.replicas', null, [], null, []],
  ])('%s %s', (type, path, listType, listKeys, patchMergeKey, patchStrategy) => {
    expect(placeOf(type, path)).toMatchObject({ listType, listKeys, patchMergeKey, patchStrategy });
  });

  it('say what a key stands for that is left out', () => {
    expect(placeOf('/v1/Service', 'spec.ports').listKeyDefaults).toEqual([undefined, 'TCP']);
    expect(placeOf('/v1/Pod', 'spec.containers').listKeyDefaults).toEqual([undefined]);
  });
});

it('knows maps that are replaced as wholes', () => {
  expect(placeOf('apps/v1/Deployment', 'spec.selector').isAtomicMap).toBe(true);
  expect(placeOf('/v1/Service', 'spec.selector').isAtomicMap).toBe(true);
  expect(placeOf('/v1/Pod', 'spec').isAtomicMap).toBe(false);
  // A reference like any other, but for what its own field says.
  expect(placeOf('/v1/PersistentVolume', 'spec.claimRef').isAtomicMap).toBe(false);
});

it('goes as deep as a type that holds itself', () => {
  const path = `spec.versions.[].schema.openAPIV3Schema${'.properties.any'.repeat(50)}.required`;
  expect(placeOf('apiextensions.k8s.io/v1/CustomResourceDefinition', path).listType).toBe('atomic');
});

describe('versions', () => {
  it('that it does not know are taken for the newest', () => {
    const hpa = (version: string) =>
      placeOf(`autoscaling/${version}/HorizontalPodAutoscaler`, 'spec.metrics');
    expect(hpa('v2beta2').listType).toBe('atomic');
    expect(hpa('').listType).toBe('atomic');
    expect(hpa('v1').listType).toBeNull();
  });

  it('of a group that a type has left, too', () => {
    expect(placeOf('extensions/v1beta1/Deployment', `${POD}.containers`).listKeys).toEqual(['name']);
    expect(isBuiltInType({ group: 'extensions', version: 'v1beta1', kind: 'Deployment' })).toBe(true);
  });
});

it('knows of any other object what its metadata is, and nothing else', () => {
  expect(placeOf('example.com/v1/Widget', 'metadata.finalizers').listType).toBe('set');
  expect(placeOf('example.com/v1/Widget', 'spec.containers').listType).toBeNull();
  expect(isBuiltInType({ group: 'example.com', version: 'v1', kind: 'Widget' })).toBe(false);
});

it.each(['__proto__', 'constructor', 'toString', ''])(
  'knows nothing of a field or a kind named %j',
  (name) => {
    expect(placeOf('/v1/Pod', `spec.${name}.x`).listType).toBeNull();
    expect(schemaOf({ group: name, version: name, kind: name }).field(name).listType).toBeNull();
  },
);
