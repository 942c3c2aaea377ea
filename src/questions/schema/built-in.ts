/**
 * The schemas of Kubernetes' own types, out of the generated table, and what is the same in every type. A line of the table
 * is read when an object leads to it first.
 */
import { DEFINITIONS, KINDS } from './built-in-table.ts';
import { type Schema, type TypeName, UNKNOWN_SCHEMA } from './schema.ts';

/**
 * Of a type that the table does not have, custom resources above all: only what `metadata` is. A version that it does not
 * have is taken for the newest that it has.
 */
export function schemaOf({ group, version, kind }: TypeName): Schema {
  const versions = kindsOf(group).get(kind) ?? kindsOf(MOVED.get(`${group}/${kind}`) ?? '').get(kind);
  const name = versions?.get(version) ?? versions?.values().next().value;
  return name === undefined ? ANY_OBJECT : definition(name);
}

/** Whether the table has it, in whichever version. */
export function isBuiltInType({ group, kind }: TypeName): boolean {
  return kindsOf(group).has(kind) || MOVED.has(`${group}/${kind}`);
}

/** Served in another group in earlier releases. */
const MOVED: ReadonlyMap<string, string> = new Map([
  ['extensions/DaemonSet', 'apps'],
  ['extensions/Deployment', 'apps'],
  ['extensions/ReplicaSet', 'apps'],
  ['extensions/Ingress', 'networking.k8s.io'],
  ['extensions/NetworkPolicy', 'networking.k8s.io'],
]);

export const OBJECT_META: Schema = later('ObjectMeta');
export const ANY_OBJECT: Schema = {
  ...UNKNOWN_SCHEMA,
  field: (name) => (name === 'metadata' ? OBJECT_META : UNKNOWN_SCHEMA),
};

type Versions = ReadonlyMap<string, string>;

/** By kind, then by version, the newest first; `''` stands for every version. */
const kinds = new Map<string, ReadonlyMap<string, Versions>>();

function kindsOf(group: string): ReadonlyMap<string, Versions> {
  if (kinds.size === 0)
    for (const line of KINDS) {
      const [name = '', ...words] = line.split(' ');
      kinds.set(name === 'core' ? '' : name, new Map(words.map(kindOf)));
    }
  return kinds.get(group) ?? NONE;
}

const NONE: ReadonlyMap<string, Versions> = new Map();

/** `Pod`, `Secret=ConfigMap`, `HorizontalPodAutoscaler=v2:A,v1:B`. */
function kindOf(word: string): [string, Versions] {
  const [kind = '', names = kind] = word.split('=');
  const versions = names.split(',').map((one): [string, string] => {
    const [version = '', name] = one.split(':');
    return name === undefined ? ['', version] : [version, name];
  });
  return [kind, new Map(versions)];
}

/**
 * A line of the table: a definition's name, `!` when it is an atomic map, then what is worth telling of its fields, each
 * `name|type|marks`. A type is a definition, `[definition]` a list, `{definition}` a map of them, or nothing. Marks:
 * `m:keys` a list-type of map, with its keys and their defaults; `s` set; `a` atomic; `!` an atomic map; `g` none, whatever
 * its type says; `p:key` the merge key of a patch; the strategies of a patch. What several definitions have in common is
 * there once, under one of their names.
 */
const lines = new Map<string, string>();
const read = new Map<string, Schema>();

function definition(name: string): Schema {
  const known = read.get(name);
  if (known !== undefined) return known;
  if (lines.size === 0) for (const line of DEFINITIONS) lines.set(line.split(/!? |!?$/, 1)[0] ?? '', line);
  const [head = '', ...words] = lines.get(name)?.split(' ') ?? [];
  const fields = new Map(
    words.map((word): [string, Schema] => {
      const [field = '', type = '', ...marks] = word.split('|');
      return [field, marked(typed(type), marks)];
    }),
  );
  const schema: Schema = {
    ...UNKNOWN_SCHEMA,
    field: (field) => fields.get(field) ?? UNKNOWN_SCHEMA,
    isAtomicMap: head.endsWith('!'),
  };
  read.set(name, schema);
  return schema;
}

function typed(type: string): Schema {
  if (type === '') return UNKNOWN_SCHEMA;
  const inner = type.slice(1, -1);
  if (type.startsWith('[')) return { ...UNKNOWN_SCHEMA, items: () => definition(inner) };
  if (type.startsWith('{')) return { ...UNKNOWN_SCHEMA, field: () => definition(inner) };
  return later(type);
}

/** Definitions lead to one another, and to themselves. */
function later(name: string): Schema {
  return {
    ...UNKNOWN_SCHEMA,
    field: (field) => definition(name).field(field),
    get isAtomicMap() {
      return definition(name).isAtomicMap;
    },
  };
}

function marked(schema: Schema, marks: readonly string[]): Schema {
  if (marks.length === 0) return schema;
  const markOf = (mark: string) => marks.find((one) => one.startsWith(`${mark}:`))?.slice(mark.length + 1);
  const keys =
    markOf('m')
      ?.split(',')
      .map((key) => key.split('=')) ?? [];
  const { field, items } = schema;
  return {
    field,
    items,
    listType: keys.length > 0 ? 'map' : marks.includes('s') ? 'set' : marks.includes('a') ? 'atomic' : null,
    listKeys: keys.map(([key = '']) => key),
    listKeyDefaults: keys.map(([, left]) => left),
    isAtomicMap: marks.includes('!') || (!marks.includes('g') && schema.isAtomicMap),
    patchMergeKey: markOf('p') ?? null,
    patchStrategy: STRATEGIES.filter((strategy) => marks.includes(strategy)),
  };
}

const STRATEGIES = ['merge', 'replace', 'retainKeys'] as const;
