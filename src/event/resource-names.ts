/**
 * What a resource is called: kubectl's ways of naming a type → the names it has in the log, and the shortest familiar
 * name for display. From the built-in table, or whatever types are given: discovery is cluster's.
 */
import { UserError } from '../errors.ts';
import { type ResourceType, resourceTypes } from './resource-table.ts';

export interface NamedResource {
  /** Plurals it may have in the log, likeliest first. One for a type of the table, guesses for any other. */
  readonly resources: readonly string[];
  /** '' core. Null: any group, for types that Kubernetes itself does not serve, when none was said. */
  readonly group: string | null;
  /** Null: not known. */
  readonly isNamespaced: boolean | null;
  readonly kind: string | null;
}

/** Short name, singular, plural or kind in any case; `type.group`; `type.version.group`. Throws AUDIT_BAD_OBJECT. */
export function parseResource(text: string, types: readonly ResourceType[] = resourceTypes()): NamedResource {
  const typed = text.trim().toLowerCase();
  assertType(typed, text);
  const dot = typed.indexOf('.');
  const name = dot < 0 ? typed : typed.slice(0, dot);
  const group = dot < 0 ? null : withoutVersion(typed.slice(dot + 1));
  const found = typesNamed(name, types).filter((type) => group === null || type.group === group);
  const [type] =
    found.length > 0 || group === null || group === '' ? found : inGroupsFrom(name, group, types);
  if (type === undefined) return { resources: guesses(name), group, isNamespaced: null, kind: null };
  if (type.isBuiltIn || group !== null) return oneType(type);
  return anyGroup(found);
}

/** `deploy`, `pod`, `cm`; a type that the table lacks, or that another one hides: `resource.group`. */
export function kubectlName(group: string, resource: string): string {
  const type = resourceTypes().find((one) => one.resource === resource && one.group === group);
  const familiar = type === undefined ? null : familiarName(type);
  if (familiar !== null) return familiar;
  return group === '' ? resource : `${resource}.${group}`;
}

const CATEGORIES: ReadonlySet<string> = new Set([
  'all',
  'api-extensions',
  'gitops',
  'istio-io',
  'cert-manager',
]);

function assertType(typed: string, text: string): void {
  if (typed.includes(',')) {
    const [first = ''] = typed.split(',');
    throw badType(text, 'names several types', `ask about one at a time: ${first}`);
  }
  if (CATEGORIES.has(typed))
    throw badType(text, 'is a category, not a type', 'name one type: deploy, pods, …');
  if (!/^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9.-]*)?$/.test(typed)) {
    throw badType(
      text,
      'is no resource type',
      'deploy, deployments.apps, Deployment, pods, …; kubectl api-resources lists them',
    );
  }
}

function badType(text: string, what: string, hint: string): UserError {
  return new UserError('AUDIT_BAD_OBJECT', `${JSON.stringify(text)} ${what}`, { hint });
}

/** `apps`, `v1.apps` → `apps`; `v1.`, `v1` → core. */
function withoutVersion(rest: string): string {
  const version = /^v\d{1,3}(?:(?:alpha|beta)\d{1,3})?(?:\.|$)/.exec(rest);
  return version === null ? rest : rest.slice(version[0].length);
}

/** Plurals first, then short names, then kinds and singulars: kubectl's order. */
function typesNamed(name: string, types: readonly ResourceType[]): readonly ResourceType[] {
  const plurals = types.filter((type) => type.resource === name);
  if (plurals.length > 0) return plurals;
  const shortened = types.filter((type) => type.shortNames.includes(name));
  return shortened.length > 0 ? shortened : types.filter((type) => type.kind.toLowerCase() === name);
}

/** kubectl takes the beginning of a group for the group when no group fits exactly. */
function inGroupsFrom(name: string, prefix: string, types: readonly ResourceType[]): readonly ResourceType[] {
  return typesNamed(name, types).filter((type) => type.group.startsWith(prefix));
}

function oneType({ resource, group, isNamespaced, kind }: ResourceType): NamedResource {
  return { resources: [resource], group, isNamespaced, kind };
}

/** Custom types of one name in several groups, some of which no table knows: all of them are meant. */
function anyGroup(types: readonly ResourceType[]): NamedResource {
  const [first] = types;
  return {
    resources: [...new Set(types.map((type) => type.resource))],
    group: null,
    isNamespaced: types.every((type) => type.isNamespaced === first?.isNamespaced)
      ? (first?.isNamespaced ?? null)
      : null,
    kind: types.every((type) => type.kind === first?.kind) ? (first?.kind ?? null) : null,
  };
}

/** As typed, and the plurals that English and apimachinery's UnsafeGuessKindToResource make of it. */
function guesses(name: string): readonly string[] {
  const plurals = [name, `${name}s`];
  if (/(?:s|x|z|ch|sh)$/.test(name)) plurals.push(`${name}es`);
  if (/[^aeiou]y$/.test(name)) plurals.push(`${name.slice(0, -1)}ies`);
  return plurals;
}

/** Short names that people say; every other type goes by its singular. */
const SAID = [
  'cm',
  'crd',
  'csr',
  'cj',
  'deploy',
  'ds',
  'hpa',
  'ing',
  'netpol',
  'ns',
  'pdb',
  'pv',
  'pvc',
  'rc',
  'rs',
  'sa',
  'sts',
  'svc',
];

/** Of types of the table. Each is found out when it is asked for: for all of them it takes 8 ms. */
const familiarNames = new Map<ResourceType, string | null>();

function familiarName(type: ResourceType): string | null {
  let name = familiarNames.get(type);
  if (name === undefined) {
    name = findFamiliarName(type);
    familiarNames.set(type, name);
  }
  return name;
}

/** Null when the short form would be taken for another type. */
function findFamiliarName(type: ResourceType): string | null {
  const name =
    type.shortNames.find((short) => type.isBuiltIn && SAID.includes(short)) ?? type.kind.toLowerCase();
  const { resources, group } = parseResource(name);
  const isTheOne =
    resources.length === 1 && resources[0] === type.resource && (group ?? type.group) === type.group;
  const namesakes = typesNamed(type.resource, resourceTypes());
  const isAlone = namesakes[0] === type && (type.isBuiltIn || namesakes.length === 1);
  return isTheOne && isAlone ? name : null;
}
