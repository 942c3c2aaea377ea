/** Which object a request was about, and one name for it, whichever of its groups it was asked for in. */
import type { AuditEvent } from '../../event/event.ts';
import { targetOf } from '../../event/target.ts';
import type { ObjectId } from './step.ts';

/** Null: no object of a name, as far as the log tells. */
export function objectIdOf(event: AuditEvent): ObjectId | null {
  const { group, resource, namespace, name } = targetOf(event);
  if (group === null || resource === null || name === null || name === '') return null;
  return sameObject({ group, resource, namespace, name });
}

/** The same for the same object. */
export function idKey({ group, resource, namespace, name }: ObjectId): string {
  return `${groupOf(group, resource)}\n${resource}\n${namespace ?? ''}\n${name}`;
}

export function sameObject(id: ObjectId): ObjectId {
  const group = groupOf(id.group, id.resource);
  return group === id.group ? id : { ...id, group };
}

/** Served in extensions too until 1.16, ingresses until 1.22; events in both of their groups. */
function groupOf(group: string, resource: string): string {
  if (group !== 'extensions' && group !== 'events.k8s.io') return group;
  return MOVED.get(`${group}/${resource}`) ?? group;
}

const MOVED: ReadonlyMap<string, string> = new Map([
  ['events.k8s.io/events', ''],
  ['extensions/deployments', 'apps'],
  ['extensions/daemonsets', 'apps'],
  ['extensions/replicasets', 'apps'],
  ['extensions/ingresses', 'networking.k8s.io'],
  ['extensions/networkpolicies', 'networking.k8s.io'],
  ['extensions/podsecuritypolicies', 'policy'],
]);
