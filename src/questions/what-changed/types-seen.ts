/** Which type a resource is, and what is known of its lists: built-in types by the table, others by their bodies and the cluster. */
import type { AuditEvent } from '../../event/event.ts';
import { resourceTypes } from '../../event/resource-table.ts';
import { targetOf } from '../../event/target.ts';
import type { LiveFinding, LiveKey, SchemaKey } from '../../live.ts';
import { at, text } from '../fact/body.ts';
import { ANY_OBJECT, isBuiltInType, schemaOf } from '../schema/built-in.ts';
import { schemaFromOpenApi } from '../schema/from-openapi.ts';
import type { Schema, TypeName } from '../schema/schema.ts';
import { CrdsSeen } from './crds-seen.ts';

/** A type by what objects of it call themselves. */
interface Seen {
  readonly version: string;
  readonly kind: string;
}

/** Types of a log beyond this share ANY_OBJECT. */
const MAX_TYPES = 500;

export class TypesSeen {
  readonly #seen = new Map<string, Seen>();
  readonly #crds = new CrdsSeen();
  readonly #live = new Map<string, Schema>();
  /** Made once, by resource and by kind; anew when the cluster has told more. */
  readonly #schemas = new Map<string, Schema>();

  add(event: AuditEvent): void {
    const { group, resource, subresource } = targetOf(event);
    if (group === null || resource === null) return;
    if (resource === 'customresourcedefinitions') this.#crds.add(event);
    const key = keyOf(group, resource);
    if (builtInKinds().has(key) || this.#seen.has(key)) return;
    if (subresource !== null || this.#seen.size >= MAX_TYPES) return;
    for (const body of [event.responseObject, event.requestObject]) {
      const kind = text(at(body, 'kind'));
      const [of, version] = text(at(body, 'apiVersion'))?.split('/') ?? [];
      if (kind === null || version === undefined || of !== group) continue;
      this.#seen.set(key, { version, kind });
      return;
    }
  }

  /** Of the types that only the cluster knows. */
  keysFor(types: Iterable<{ readonly group: string; readonly resource: string }>): readonly SchemaKey[] {
    const keys = new Map<string, SchemaKey>();
    for (const { group, resource } of types) {
      const key = keyOf(group, resource);
      const seen = this.#seen.get(key);
      if (seen === undefined || this.#crds.has(group, resource) || keys.size >= MAX_ASKED) continue;
      keys.set(key, { kind: 'schema', group, version: seen.version, objectKind: seen.kind });
    }
    return [...keys.values()];
  }

  learn(found: ReadonlyMap<LiveKey, LiveFinding>): void {
    for (const [key, finding] of found) {
      if (key.kind !== 'schema' || finding.kind !== 'schema') continue;
      this.#schemas.clear();
      this.#live.set(
        JSON.stringify([key.group, key.objectKind]),
        schemaFromOpenApi(finding.definition, finding.components),
      );
    }
  }

  schemaOf(group: string, resource: string): Schema {
    const key = keyOf(group, resource);
    const known = this.#schemas.get(key);
    if (known !== undefined) return known;
    return this.#keep(key, this.#make(group, resource));
  }

  /** By what objects call themselves; the version matters to a built-in type only. */
  schemaOfType(type: TypeName): Schema {
    if (isBuiltInType(type)) return schemaOf(type);
    const { group, kind, version } = type;
    const key = JSON.stringify([group, kind, version]);
    const known = this.#schemas.get(key);
    if (known !== undefined) return known;
    const plural = this.#crds.pluralOf(group, kind);
    const made =
      (plural === null ? null : this.#crds.schemaOf(group, plural, version)) ??
      this.#live.get(JSON.stringify([group, kind])) ??
      ANY_OBJECT;
    return this.#keep(key, made);
  }

  #keep(key: string, schema: Schema): Schema {
    if (this.#schemas.size < 2 * MAX_TYPES) this.#schemas.set(key, schema);
    return schema;
  }

  #make(group: string, resource: string): Schema {
    const kind = builtInKinds().get(keyOf(group, resource));
    if (kind !== undefined) return schemaOf({ group, version: '', kind });
    const seen = this.#seen.get(keyOf(group, resource));
    if (seen === undefined) return ANY_OBJECT;
    return (
      this.#crds.schemaOf(group, resource, seen.version) ??
      this.#live.get(JSON.stringify([group, seen.kind])) ??
      ANY_OBJECT
    );
  }
}

/** Schemas looked up for one answer, at most. */
const MAX_ASKED = 5;

function builtInKinds(): ReadonlyMap<string, string> {
  kinds ??= new Map(
    resourceTypes()
      .filter((type) => type.isBuiltIn)
      .map(({ group, resource, kind }) => [keyOf(group, resource), kind]),
  );
  return kinds;
}

let kinds: ReadonlyMap<string, string> | undefined;

function keyOf(group: string, resource: string): string {
  return `${resource}.${group}`;
}
