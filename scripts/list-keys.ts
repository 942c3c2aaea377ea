/**
 * Writes src/questions/schema/built-in-table.ts from Kubernetes' own OpenAPI: `node scripts/list-keys.ts FOLDER…`, each the
 * api/openapi-spec/v3 of a checkout of Kubernetes, the newest first (what only an older one has is taken from that one).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Node {
  readonly $ref?: string;
  readonly allOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly default?: unknown;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error('usage: node scripts/list-keys.ts FOLDER… (the newest first)');

const definitions = new Map<string, Node>();
for (const folder of folders)
  for (const file of readdirSync(folder).sort()) {
    const { components } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const [name, node] of Object.entries<Node>(components?.schemas ?? {}))
      if (!definitions.has(name)) definitions.set(name, node);
  }

/** Lines `field|type|mark…` of a definition, references as `<name>`. */
const fields = new Map<string, readonly string[]>();
for (const [name, { properties = {} }] of definitions)
  fields.set(
    name,
    Object.entries(properties).map(([field, node]) => [field, ...partsOf(node)].join('|')),
  );

const special = new Set<string>();
for (let size = -1; size < special.size; ) {
  size = special.size;
  for (const [name, node] of definitions)
    if (isAtomic(node) || fields.get(name)?.some(isTelling) === true) special.add(name);
}

/** What is the same in all versions is there once. */
let classes = new Map([...special].map((name) => [name, '']));
for (let count = -1; count < new Set(classes.values()).size; ) {
  count = new Set(classes.values()).size;
  const before = classes;
  const ids = new Map<string, string>();
  classes = new Map(
    [...special].map((name) => {
      const line = `${isAtomic(definitions.get(name))} ${lineOf(name, (other) => before.get(other) ?? '?')}`;
      if (!ids.has(line)) ids.set(line, `${ids.size}`);
      return [name, ids.get(line) ?? ''];
    }),
  );
}

/** What no object of a kind leads to is nothing that a question meets. */
const met = new Set(
  [...special].filter((name) => fields.get(name)?.some(isObjectMeta) === true && kindsOf(name).length > 0),
);
for (const name of met)
  for (const ref of (fields.get(name) ?? []).filter(isTelling).flatMap(refsOf))
    if (special.has(ref)) met.add(ref);

const chosen = new Map<string, string>();
for (const name of [...met].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)))
  if (!chosen.has(classOf(name))) chosen.set(classOf(name), name);
const names = [...chosen.values()].sort();
const nameIn = (name: string) => shortest(chosen.get(classOf(name)) ?? name);
const definitionLines = names
  .map((name) =>
    `${nameIn(name)}${isAtomic(definitions.get(name)) ? '!' : ''} ${lineOf(name, nameIn)}`.trim(),
  )
  .sort();

/** By `group/Kind`, the newest version first. */
const kinds = new Map<string, { version: string; name: string }[]>();
for (const name of met)
  for (const { group, version, kind } of kindsOf(name)) {
    const versions = kinds.get(`${group}/${kind}`) ?? [];
    kinds.set(`${group}/${kind}`, [...versions, { version, name: nameIn(name) }]);
  }
const groups = Map.groupBy(
  [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)),
  ([kind]) => kind.split('/')[0] ?? '',
);
const kindLines = [...groups].map(([group, some]) =>
  [
    group === '' ? 'core' : group,
    ...some.map(([key, versions]) => {
      versions.sort((a, b) => versionRank(a.version) - versionRank(b.version));
      const isSame = new Set(versions.map(({ name }) => name)).size === 1;
      const kind = key.slice(key.indexOf('/') + 1);
      const [newest] = versions;
      if (isSame && newest !== undefined) return kind === newest.name ? kind : `${kind}=${newest.name}`;
      return `${kind}=${versions.map(({ version, name }) => `${version}:${name}`).join(',')}`;
    }),
  ].join(' '),
);

const releases = folders.map((folder) => /v\d+\.\d+\.\d+/.exec(folder)?.[0] ?? basename(folder));
const target = fileURLToPath(new URL('../src/questions/schema/built-in-table.ts', import.meta.url));
writeFileSync(
  target,
  `/**
 * Lists and maps of Kubernetes' own types that are more than lists and maps. Made by scripts/list-keys.ts from the OpenAPI
 * (v3) of Kubernetes ${releases.join(', then ')}; not to be edited. Read by built-in.ts, which says what the lines mean.
 */

export const DEFINITIONS: readonly string[] = [
${definitionLines.map((line) => `  '${line}',`).join('\n')}
];

export const KINDS: readonly string[] = [
${kindLines.map((line) => `  '${line}',`).join('\n')}
];
`,
);
console.log(`${target}: ${definitionLines.length} definitions, ${kinds.size} kinds`);

/** The type, and marks on it: `[<PodSpec>]`, `m:name`. The type is empty where nothing is known of it. */
function partsOf(node: Node): string[] {
  const keys = node['x-kubernetes-list-map-keys'] ?? [];
  const marks = [
    node['x-kubernetes-list-type'] === 'map'
      ? `m:${keys.map((key) => keyOf(key, node.items)).join(',')}`
      : '',
    node['x-kubernetes-list-type'] === 'set' ? 's' : '',
    node['x-kubernetes-list-type'] === 'atomic' ? 'a' : '',
    isAtomic(node) ? '!' : '',
    node['x-kubernetes-map-type'] === 'granular' && refOf(node) !== null ? 'g' : '',
    node['x-kubernetes-patch-merge-key'] === undefined ? '' : `p:${node['x-kubernetes-patch-merge-key']}`,
    ...(node['x-kubernetes-patch-strategy'] ?? '').split(','),
  ];
  return [typeOf(node), ...marks.filter((mark) => mark !== '')];
}

function typeOf(node: Node): string {
  const ref = refOf(node);
  if (ref !== null) return `<${ref}>`;
  if (node.items !== undefined) return `[${typeOf(node.items)}]`;
  if (typeof node.additionalProperties === 'object') return `{${typeOf(node.additionalProperties)}}`;
  return '';
}

function refOf({ $ref, allOf }: Node): string | null {
  const [first] = allOf ?? [];
  const ref = $ref ?? first?.$ref;
  return ref === undefined ? null : ref.slice(ref.lastIndexOf('/') + 1);
}

/** `protocol=TCP` where an item that leaves it out means that. */
function keyOf(key: string, items: Node | undefined): string {
  const of = definitions.get(refOf(items ?? {}) ?? '') ?? items;
  const left = of?.properties?.[key]?.default;
  // Go's own zero of a key that has to be there says nothing.
  return typeof left !== 'string' || left === '' ? key : `${key}=${left}`;
}

function isAtomic(node: Node | undefined): boolean {
  return node?.['x-kubernetes-map-type'] === 'atomic';
}

function kindsOf(name: string): NonNullable<Node['x-kubernetes-group-version-kind']> {
  const kinds = definitions.get(name)?.['x-kubernetes-group-version-kind'] ?? [];
  return kinds.filter(({ kind }) => !kind.endsWith('List'));
}

function refsOf(field: string): string[] {
  const ref = /<(.*)>/.exec(field)?.[1];
  return ref === undefined ? [] : [ref];
}

/** Has marks, or leads to what has. */
function isTelling(field: string): boolean {
  return field.split('|').length > 2 || refsOf(field).some((ref) => special.has(ref));
}

function isObjectMeta(field: string): boolean {
  return field.startsWith('metadata|<') && field.endsWith('.ObjectMeta>');
}

function lineOf(name: string, shown: (ref: string) => string): string {
  return (fields.get(name) ?? [])
    .filter(isTelling)
    .map((field) => {
      const [, before = '', ref, after = ''] = /^([^<]*)(?:<(.*)>)?(.*)$/.exec(field) ?? [];
      if (ref === undefined) return `${before}${after}`.replace(/\|(\[\]|\{\})\|/, '||');
      return `${before}${special.has(ref) ? shown(ref) : ''}${after}`.replace(/\|(\[\]|\{\})\|/, '||');
    })
    .sort()
    .join(' ');
}

function classOf(name: string): string {
  return classes.get(name) ?? '';
}

/** Without its group and version where no other definition is called so. */
function shortest(name: string): string {
  const parts = name.split('.');
  for (let n = 1; n < parts.length; n++) {
    const end = parts.slice(-n).join('.');
    if (names.filter((other) => other.endsWith(`.${end}`)).length === 1) return end;
  }
  return name;
}

function rank(name: string): number {
  return versionRank(name.split('.').at(-2) ?? '');
}

/** As Kubernetes prefers versions: v2, v1, v2beta1, v1beta2, v1alpha1. */
function versionRank(version: string): number {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  const level = stage === undefined ? 0 : stage === 'beta' ? 1 : 2;
  return level * 1_000_000 - Number(major) * 1_000 - Number(minor);
}
