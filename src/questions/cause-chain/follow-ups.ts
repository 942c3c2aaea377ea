/** Where what a request led to would stand: what controllers and kubelets did afterwards where its object is. */
import { WRITES } from '../../query/words.ts';
import type { Fact } from '../fact/fact.ts';
import type { Want } from './wants.ts';

const MACHINERY = ['system:serviceaccount:kube-system:*', 'system:kube-controller-manager', 'system:node:*'];

export function followUpWants({ target, row, effect }: Fact): readonly Want[] {
  if (effect !== 'done' || !(WRITES as readonly string[]).includes(row.did.verb)) return [];
  const namespace = target.resource === 'namespaces' ? target.name : target.namespace;
  const everywhere: Want = { verbs: WRITES, resources: null, namespace, names: null, by: MACHINERY };
  // A namespace's own end is written where it does not stand.
  return target.resource === 'namespaces' && target.name !== null
    ? [everywhere, { ...everywhere, resources: ['namespaces'], namespace: null, names: [target.name] }]
    : [everywhere];
}
