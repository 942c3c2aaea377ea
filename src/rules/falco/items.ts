/** What one item of a Falco file says, key by key. What it changes is collect.ts's. */
import { type Place, Refusal } from '../refusal.ts';
import { entryOf, type Mapping, type Scalar, type Tree } from '../yaml-tree.ts';
import { type ExceptionDefinition, type ExceptionValue, PRIORITIES, type Priority } from './definitions.ts';

/** Of a key that must be there. */
export function scalarOf(item: Mapping, key: string): Scalar {
  const found = optionalScalar(item, key);
  if (found === null) throw new Refusal(item.place, `${key} is missing`);
  return found;
}

export function optionalScalar(item: Mapping, key: string): Scalar | null {
  const entry = entryOf(item, key);
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind !== 'scalar') throw new Refusal(value.place, `${key} must be a text`);
  if (value.text === '') throw new Refusal(entry.keyPlace, `${key} is empty`);
  return value;
}

export function flagOf(item: Mapping, key: string): boolean | null {
  const scalar = optionalScalar(item, key);
  if (scalar === null) return null;
  // As yaml-cpp reads them.
  if (/^(?:true|yes|on|y)$/i.test(scalar.text)) return true;
  if (/^(?:false|no|off|n)$/i.test(scalar.text)) return false;
  throw new Refusal(scalar.place, `${key} must be true or false`);
}

export function scalarsOf(item: Mapping, key: string): readonly Scalar[] | null {
  const entry = entryOf(item, key);
  return entry === null ? null : scalarsIn(entry.value, key);
}

function scalarsIn(tree: Tree, what: string): readonly Scalar[] {
  if (tree.kind !== 'list') throw new Refusal(tree.place, `${what} must be a list`);
  return tree.items.map((item) => {
    if (item.kind !== 'scalar') throw new Refusal(item.place, `${what} has texts in it, nothing else`);
    return item;
  });
}

export function priorityOf(item: Mapping): Priority | null {
  const scalar = optionalScalar(item, 'priority');
  if (scalar === null) return null;
  // Falco takes the short one too.
  const text = scalar.text.toLowerCase() === 'info' ? 'informational' : scalar.text.toLowerCase();
  const priority = PRIORITIES.find((one) => one === text);
  if (priority === undefined)
    throw new Refusal(scalar.place, `priority ${JSON.stringify(scalar.text)}: ${PRIORITIES.join(', ')}`);
  return priority;
}

const EXCEPTION_KEYS: ReadonlySet<string> = new Set(['name', 'fields', 'comps', 'values']);

export function exceptionsOf(item: Mapping): readonly ExceptionDefinition[] | null {
  const entry = entryOf(item, 'exceptions');
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind === 'scalar' && value.value === null) return [];
  if (value.kind !== 'list') throw new Refusal(value.place, 'exceptions must be a list');
  return value.items.map(exceptionOf);
}

function exceptionOf(tree: Tree): ExceptionDefinition {
  if (tree.kind !== 'mapping') throw new Refusal(tree.place, 'an exception must be a mapping');
  refuseUnknown(tree, EXCEPTION_KEYS, 'an exception');
  const fields = oneOrMore(tree, 'fields');
  const operators = oneOrMore(tree, 'comps');
  return {
    name: scalarOf(tree, 'name').text,
    fields: fields?.scalars ?? null,
    operators: operators?.scalars ?? null,
    isSingle: fields?.isSingle ?? false,
    values: valuesOf(tree),
    place: tree.place,
  };
}

function oneOrMore(
  item: Mapping,
  key: string,
): { readonly scalars: readonly Scalar[]; readonly isSingle: boolean } | null {
  const entry = entryOf(item, key);
  if (entry === null) return null;
  if (entry.value.kind === 'scalar') return { scalars: [scalarOf(item, key)], isSingle: true };
  return { scalars: scalarsIn(entry.value, key), isSingle: false };
}

function valuesOf(item: Mapping): readonly ExceptionValue[] {
  const entry = entryOf(item, 'values');
  if (entry === null || (entry.value.kind === 'scalar' && entry.value.value === null)) return [];
  if (entry.value.kind !== 'list') throw new Refusal(entry.value.place, 'values must be a list');
  return entry.value.items.map((value) => {
    if (value.kind === 'scalar') return [value];
    if (value.kind !== 'list')
      throw new Refusal(value.place, 'a value must be a text, or a list with one for each field');
    return value.items.map((one) => (one.kind === 'scalar' ? one : scalarsIn(one, 'a value')));
  });
}

/** Keys whose meaning is not known could change what the item says. */
export function refuseUnknown(item: Mapping, known: ReadonlySet<string>, what: string): void {
  const unknown = item.entries.find(({ key }) => !known.has(key));
  if (unknown !== undefined)
    throw new Refusal(
      unknown.keyPlace,
      `${what} has no ${JSON.stringify(unknown.key)}: ${[...known].join(', ')}`,
    );
}

/** What `override` says of each key. */
export function overridesOf(
  item: Mapping,
  allowed: Readonly<Record<'append' | 'replace', readonly string[]>>,
): ReadonlyMap<string, 'append' | 'replace'> {
  const entry = entryOf(item, 'override');
  const overrides = new Map<string, 'append' | 'replace'>();
  if (entry === null) return overrides;
  if (entry.value.kind !== 'mapping') throw new Refusal(entry.value.place, 'override must be a mapping');
  for (const { key, keyPlace, value } of entry.value.entries) {
    const way = value.kind === 'scalar' ? value.text : '';
    if (way !== 'append' && way !== 'replace')
      throw new Refusal(value.place, `override of ${key}: append or replace`);
    if (!allowed[way].includes(key))
      throw new Refusal(keyPlace, `${key} cannot be overridden by ${way}: ${allowed[way].join(', ')}`);
    if (entryOf(item, key) === null)
      throw new Refusal(keyPlace, `${key} is to be overridden, and is not there`);
    overrides.set(key, way);
  }
  return overrides;
}

/** Everything beside an override must be overridden. */
export function refuseBeside(
  item: Mapping,
  overrides: ReadonlyMap<string, unknown>,
  overridable: readonly string[],
): void {
  const left = item.entries.find(({ key }) => overridable.includes(key) && !overrides.has(key));
  if (left !== undefined)
    throw new Refusal(left.keyPlace, `${left.key} is there, and override does not say how`);
}

export function placeOf(item: Mapping): Place {
  return item.entries[0]?.keyPlace ?? item.place;
}
