/** What custom resources own goes with their definition; what a StatefulSet makes again, it makes because it was scaled up. */
import { expect, it } from 'vitest';
import { anObject, removed } from '../story.ts';
import { causesIn, GC, owned, paths, pod, SA, type Told } from './told.ts';

const { NS, APPS } = paths;
const STS = `${SA}:statefulset-controller`;
const DATABASE = {
  ...{ apiVersion: 'example.com/v1', kind: 'Database', name: 'main', uid: 'uid-main', controller: true },
};

it('what a custom resource owned went because its definition was deleted, of which the log says no more', () => {
  const definition = (name: string, user: string, at: number): Told => ({
    ...{ verb: 'delete', uri: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, at, user },
    ...{ body: {}, answer: anObject('CustomResourceDefinition', name) },
  });
  const scenes: readonly Told[] = [
    {
      ...{ verb: 'create', uri: '/apis/example.com/v1/namespaces/shop/databases', ref: { name: 'main' } },
      ...{ at: 0, code: 201, user: 'ci', body: {}, answer: anObject('Database', 'main') },
    },
    {
      ...{ verb: 'create', uri: `${APPS}/statefulsets`, ref: { name: 'db' }, at: 1, code: 201 },
      ...{
        user: 'system:serviceaccount:ops:operator',
        body: {},
        answer: owned('StatefulSet', 'db', DATABASE),
      },
    },
    definition('databases.example.com', 'mallory', 100),
    definition('caches.example.com', 'bob', 100.1),
    {
      ...{ verb: 'delete', uri: `${APPS}/statefulsets/db`, at: 101, user: GC },
      ...{ body: { preconditions: { uid: 'uid-db' } }, answer: removed('uid-db') },
    },
  ];
  expect(causesIn(scenes).lines).toEqual([
    '1 mallory delete customresourcedefinitions/databases.example.com likely',
  ]);
});

it('a pod that a StatefulSet makes on being scaled up was not made because it was scaled down before', () => {
  const scale = (at: number, user: string, replicas: number): Told => ({
    ...{ verb: 'patch', uri: `${APPS}/statefulsets/db/scale`, at, user, body: { spec: { replicas } } },
    answer: { kind: 'Scale', metadata: { name: 'db', uid: 'uid-db' }, spec: { replicas } },
  });
  const member = pod('db-1', 'db', 'StatefulSet');
  const scenes: readonly Told[] = [
    {
      ...{ verb: 'create', uri: `${APPS}/statefulsets`, ref: { name: 'db' }, at: 0, code: 201, user: 'ci' },
      ...{ body: {}, answer: anObject('StatefulSet', 'db', { spec: { replicas: 2 } }) },
    },
    scale(100, 'alice', 1),
    { verb: 'delete', uri: `${NS}/pods/db-1`, at: 101, user: STS, body: {}, answer: member },
    scale(160, 'bob', 2),
    {
      ...{ verb: 'create', uri: `${NS}/pods`, ref: { name: 'db-1' }, at: 161, code: 201, user: STS },
      ...{ body: {}, answer: member },
    },
  ];
  expect(causesIn(scenes).lines).toEqual(['1 bob patch statefulsets/scale/db proven']);
});
