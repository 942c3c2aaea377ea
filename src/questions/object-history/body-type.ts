/** Of which type an object is, by what its bodies say of themselves, else by its resource. */
import { resourceTypes } from '../../event/resource-table.ts';
import { isBuiltInType } from '../schema/built-in.ts';
import type { TypeName } from '../schema/schema.ts';
import { at } from './json-tree.ts';
import type { ObjectId } from './step.ts';

export interface BodyType extends TypeName {
  /** Not of Kubernetes' own: its lists, defaults and subresources are what its CRD says. */
  readonly isCustom: boolean;
}

/** `apiVersion`: of the request, where no body says it. `kind` is '' where it is not known. */
export function bodyType(id: ObjectId, apiVersion: string, ...bodies: readonly unknown[]): BodyType {
  const body = bodies.find((one) => {
    const kind = at(one, 'kind');
    return typeof kind === 'string' && !NOT_ITSELF.has(kind);
  });
  const said = at(body, 'apiVersion');
  const full = typeof said === 'string' ? said : apiVersion;
  const slash = full.indexOf('/');
  const group = slash < 0 ? (full === '' ? id.group : '') : full.slice(0, slash);
  const kind = at(body, 'kind');
  const name = typeof kind === 'string' ? kind : kindOf(id);
  const type: TypeName = { group, version: full.slice(slash + 1), kind: name };
  return { ...type, isCustom: !isBuiltInType(type) };
}

/** Kinds of answers and requests that are not the object. */
const NOT_ITSELF: ReadonlySet<string> = new Set(['Scale', 'PartialObjectMetadata', 'Eviction', 'Binding']);

function kindOf({ group, resource }: ObjectId): string {
  kinds ??= new Map(resourceTypes().map((type) => [`${type.group}/${type.resource}`, type.kind]));
  return kinds.get(`${group}/${resource}`) ?? '';
}

let kinds: ReadonlyMap<string, string> | undefined;
