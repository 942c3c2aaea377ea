/**
 * Schemas out of OpenAPI: a cluster's (v3), and the one that a CustomResourceDefinition holds. Read where it is looked at, so
 * one that refers to itself is no matter; what is not as it should be is a place of which nothing is known.
 */
import { at } from '../fact/body.ts';
import { ANY_OBJECT, OBJECT_META } from './built-in.ts';
import { type Schema, UNKNOWN_SCHEMA } from './schema.ts';

/** `components`: what `$ref`s of the form `#/components/…` point to. The definition is an object's: it has `metadata`. */
export function schemaFromOpenApi(definition: unknown, components: unknown): Schema {
  return objectAt(definition, components);
}

/** Of the custom resource that it defines, in that version; where it has none of that name, in the one that is stored. */
export function schemaFromCrd(crd: unknown, version: string): Schema {
  const listed = at(crd, 'spec', 'versions');
  const versions = Array.isArray(listed) ? listed : [];
  const found =
    versions.find((one) => at(one, 'name') === version) ??
    versions.find((one) => at(one, 'storage') === true) ??
    versions[0];
  // Before apiextensions.k8s.io/v1, one for all versions.
  const schema = at(found, 'schema') ?? at(crd, 'spec', 'validation');
  return objectAt(at(schema, 'openAPIV3Schema'), undefined);
}

type Node = Readonly<Record<string, unknown>>;

/** Whatever a definition says of it (a CRD says `type: object`), `metadata` of an object is what it is of every object. */
function objectAt(definition: unknown, components: unknown): Schema {
  const schema = new OpenApiSchema(partsOf(definition, components), components);
  return {
    ...ANY_OBJECT,
    field: (name) => (name === 'metadata' ? OBJECT_META : schema.field(name)),
    isAtomicMap: schema.isAtomicMap,
  };
}

class OpenApiSchema implements Schema {
  /** What holds of the place, together: `allOf` says it in several, a `$ref` elsewhere. */
  readonly #parts: readonly Node[];
  readonly #components: unknown;
  readonly #fields = new Map<string, Schema>();
  #items: Schema | undefined;

  constructor(parts: readonly Node[], components: unknown) {
    this.#parts = parts;
    this.#components = components;
  }

  field(name: string): Schema {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const found =
      name === 'metadata' && this.#first('x-kubernetes-embedded-resource') === true
        ? OBJECT_META
        : this.#at(this.#property(name));
    if (this.#fields.size < MAX_KEPT) this.#fields.set(name, found);
    return found;
  }

  items(): Schema {
    this.#items ??= this.#at(this.#first('items'));
    return this.#items;
  }

  get listType(): Schema['listType'] {
    const type = this.#first('x-kubernetes-list-type');
    return type === 'map' || type === 'set' || type === 'atomic' ? type : null;
  }

  get listKeys(): readonly string[] {
    return this.listType === 'map' ? textsOf(this.#first('x-kubernetes-list-map-keys')) : [];
  }

  get listKeyDefaults(): readonly unknown[] {
    const items = this.items();
    if (!(items instanceof OpenApiSchema)) return this.listKeys.map(() => undefined);
    return this.listKeys.map((key) => at(items.#property(key), 'default'));
  }

  get isAtomicMap(): boolean {
    return this.#first('x-kubernetes-map-type') === 'atomic';
  }

  get patchMergeKey(): string | null {
    const key = this.#first('x-kubernetes-patch-merge-key');
    return typeof key === 'string' ? key : null;
  }

  get patchStrategy(): Schema['patchStrategy'] {
    const said = this.#first('x-kubernetes-patch-strategy');
    const words = typeof said === 'string' ? said.split(',') : [];
    return STRATEGIES.filter((strategy) => words.includes(strategy));
  }

  #first(key: string): unknown {
    for (const part of this.#parts) {
      const value = at(part, key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #property(name: string): unknown {
    for (const part of this.#parts) {
      const found = at(part, 'properties', name);
      if (found !== undefined) return found;
    }
    return this.#first('additionalProperties');
  }

  #at(node: unknown): Schema {
    const parts = partsOf(node, this.#components);
    return parts.length === 0 ? UNKNOWN_SCHEMA : new OpenApiSchema(parts, this.#components);
  }
}

const STRATEGIES = ['merge', 'replace', 'retainKeys'] as const;
/** Of a map's keys, that many are remembered. */
const MAX_KEPT = 500;
/** References and `allOf`s of one place: more are a mistake, or meant to be. */
const MAX_PARTS = 20;

/** The node, what it refers to, and what it says all of; itself first, as what stands beside a `$ref` is meant for the place. */
function partsOf(node: unknown, components: unknown): readonly Node[] {
  const parts: Node[] = [];
  const rest: unknown[] = [node];
  for (let one = rest.shift(); one !== undefined && parts.length < MAX_PARTS; one = rest.shift()) {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) continue;
    parts.push(one as Node);
    const { $ref, allOf } = one as Node;
    if (typeof $ref === 'string') rest.push(referred($ref, components));
    if (Array.isArray(allOf)) rest.push(...allOf.slice(0, MAX_PARTS));
  }
  return parts;
}

function referred(ref: string, components: unknown): unknown {
  const [root, first, ...path] = ref.split('/');
  if (root !== '#' || first !== 'components') return null;
  return path.reduce<unknown>(
    (here, token) => at(here, token.replaceAll('~1', '/').replaceAll('~0', '~')),
    components,
  );
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
