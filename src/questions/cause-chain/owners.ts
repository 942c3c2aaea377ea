/** Whose an object is: by the owners that any request on it tells, else, where none does, by its name. */
import { isBuiltInResource } from '../../event/resource-table.ts';
import { WRITES } from '../../query/words.ts';
import type { LoggedFacts } from './logged-facts.ts';
import { lineByName, ownersByName } from './owner-names.ts';
import { definitionOf } from './removals-before.ts';
import { resourceOfKind, type Thing } from './thing.ts';
import type { Want } from './wants.ts';

/** Those of a name only have no uid; the controller first. */
export function ownersOf(thing: Thing, log: LoggedFacts): readonly Thing[] {
  const told = log.ownersOf(thing);
  if (told.length === 0)
    return ownersByName(thing.resource, thing.name).map((owner) => ({
      ...owner,
      namespace: thing.namespace,
      uid: null,
    }));
  return told.flatMap((owner) => {
    const known = log.withUid(owner.uid)[0]?.target;
    const resource = resourceOfKind(owner.group, owner.kind) ?? known?.resource ?? null;
    const name = owner.name ?? known?.name ?? null;
    if (resource === null || name === null) return [];
    const group = owner.group ?? known?.group ?? '';
    return [{ group, resource, namespace: namespaceOf(resource, thing), name, uid: owner.uid }];
  });
}

/** Owners are in the namespace of what they own, or in none. */
function namespaceOf(resource: string, owned: Thing): string | null {
  return resource === 'nodes' || resource === 'namespaces' ? null : owned.namespace;
}

/** Writes to one object, and collections that may have taken it. */
export function writesWants({ resource, namespace, name }: Thing): readonly Want[] {
  const where = { resources: [resource], namespace, by: null };
  return [
    { ...where, verbs: WRITES, names: [name] },
    { ...where, verbs: ['deletecollection'], names: null },
  ];
}

function definitionWant(thing: Thing): Want {
  const { resource, namespace, name } = definitionOf(thing);
  return { verbs: ['delete'], resources: [resource], namespace, names: [name], by: null };
}

/** The object, and all that it may be owned by, up to the top; by name those too that only the names tell. */
export function lineWants(thing: Thing, log: LoggedFacts): readonly Want[] {
  const unnamed = log.ownersOf(thing).flatMap(({ group, kind, name }): readonly Want[] => {
    if (name === null || resourceOfKind(group, kind) !== null) return [];
    return [{ verbs: WRITES, resources: null, namespace: null, names: [name], by: null }];
  });
  const named = lineByName(thing.resource, thing.name).map((owner) => ({
    ...owner,
    namespace: thing.namespace,
    uid: null,
  }));
  const line = [thing, ...ownersOf(thing, log), ...named];
  const custom = line.filter(({ group, resource }) => !isBuiltInResource(group, resource));
  return [...line.flatMap(writesWants), ...unnamed, ...custom.map(definitionWant)];
}
