/** When nothing was found: what in the object as it was typed may be the reason. */
import type { Note } from '../event/coverage.ts';
import { resourceTypes } from '../event/resource-table.ts';
import { nearestName } from '../query/nearest.ts';
import type { ObjectQuery } from '../query/object-query.ts';

export function notesOnTyped(object: ObjectQuery): Note[] {
  if (object.kind !== 'resource') return [];
  const notes: Note[] = [];
  const { typed, name, group, isNamespaced } = object;
  if (group === null && isNamespaced === null) {
    const near = nearestName(typed, namesOfTypes());
    const mend =
      near === null ? 'a custom type is TYPE.GROUP' : `did you mean ${near}? A custom type is TYPE.GROUP`;
    notes.push({
      code: 'unknown-type',
      text: `Kubernetes itself has no type ${JSON.stringify(typed)}: ${mend}`,
    });
  }
  if (name !== null && SUBRESOURCES.has(name)) {
    const text = `asked about the object that is called ${name}; for the subresource: ${typed} --subresource ${name}`;
    notes.push({ code: 'named-like-subresource', text });
  }
  return notes;
}

function namesOfTypes(): string[] {
  return resourceTypes().flatMap(({ resource, kind, shortNames }) => [
    ...shortNames.filter((short) => short.length > 3),
    kind.toLowerCase(),
    resource,
  ]);
}

/** In RBAC `pods/exec` is the subresource, in kubectl the pod of that name. */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  ...[
    'exec',
    'attach',
    'portforward',
    'log',
    'proxy',
    'eviction',
    'binding',
    'ephemeralcontainers',
    'resize',
  ],
  ...['scale', 'status', 'finalize', 'token', 'approval'],
]);
