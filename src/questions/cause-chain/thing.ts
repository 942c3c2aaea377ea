/** An object as a chain of causes knows it, under one key for all groups that serve it. */
import { resourceTypes } from '../../event/resource-table.ts';
import type { Fact } from '../fact/fact.ts';

export interface Thing {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  /** Null when not known. */
  readonly uid: string | null;
}

/** Null: a whole collection, or no object at all. */
export function thingOf({ target }: Fact): Thing | null {
  const { group, resource, namespace, name, uid } = target;
  if (resource === null || name === null) return null;
  return { group: group ?? '', resource, namespace, name, uid };
}

export function thingKey({ group, resource, namespace, name }: Omit<Thing, 'uid'>): string {
  return JSON.stringify([servedBy(group, resource), resource, namespace, name]);
}

/** Clients may name one object by several groups; two types of one plural are in groups of their own. */
function servedBy(group: string, resource: string): string {
  if (group === 'events.k8s.io') return '';
  if (group !== 'extensions') return group;
  return ['ingresses', 'networkpolicies'].includes(resource) ? 'networking.k8s.io' : 'apps';
}

/** As far as both uids are known. */
export function mayBeSame(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

/** Null for a kind that no table knows. `group` null: any. */
export function resourceOfKind(group: string | null, kind: string | null): string | null {
  const type = resourceTypes().find(
    (known) => known.kind === kind && known.isBuiltIn && (group === null || known.group === group),
  );
  return type?.resource ?? null;
}
