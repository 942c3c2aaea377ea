/**
 * The documents of Sigma files: rules, correlations and filters. `action: global` and its like, of Sigma's first version, are
 * resolved here.
 */
import { type Place, Refusal } from '../refusal.ts';
import type { RuleText } from '../rule.ts';
import { type Entry, entryOf, type Mapping, readTrees, type Scalar, type Tree } from '../yaml-tree.ts';

export interface SigmaDocument {
  readonly kind: 'rule' | 'correlation' | 'filter';
  readonly tree: Mapping;
  readonly place: Place;
}

/** Throws a Refusal. */
export function readDocuments(file: RuleText): readonly SigmaDocument[] {
  const documents: SigmaDocument[] = [];
  let common: Mapping | null = null;
  let last: Mapping | null = null;
  for (const tree of readTrees(file)) {
    if (tree.kind !== 'mapping')
      throw new Refusal(tree.place, 'a rule of Sigma is a mapping: title, logsource, detection');
    const action = textOf(tree, 'action')?.text ?? null;
    const own = without(tree, 'action');
    if (action === 'reset') common = null;
    else if (action === 'global') common = last = own;
    else if (action === null || action === 'repeat') {
      const kind = kindOf(own);
      const base: Mapping | null = action === 'repeat' ? last : kind === 'rule' ? common : null;
      const merged: Mapping = base === null ? own : mergedOver(base, own);
      if (kind === 'rule') last = merged;
      documents.push({ kind, tree: merged, place: own.entries[0]?.keyPlace ?? own.place });
    } else throw new Refusal(tree.place, `action: ${action} is not known; global, reset or repeat`);
  }
  return documents;
}

function kindOf(tree: Mapping): SigmaDocument['kind'] {
  if (entryOf(tree, 'correlation') !== null) return 'correlation';
  return entryOf(tree, 'filter') === null ? 'rule' : 'filter';
}

function without(tree: Mapping, key: string): Mapping {
  return { ...tree, entries: tree.entries.filter((entry) => entry.key !== key) };
}

/** What stands above goes in, and what is there already stays; mappings by their keys. */
function mergedOver(base: Mapping, own: Mapping): Mapping {
  const entries = base.entries.map((entry): Entry => {
    const other = entryOf(own, entry.key);
    if (other === null) return entry;
    const { value } = other;
    return value.kind === 'mapping' && entry.value.kind === 'mapping'
      ? { ...other, value: mergedOver(entry.value, value) }
      : other;
  });
  return { ...own, entries: [...entries, ...own.entries.filter(({ key }) => entryOf(base, key) === null)] };
}

/** Null: it is not there. */
export function textOf(tree: Mapping, key: string): Scalar | null {
  const entry = entryOf(tree, key);
  if (entry === null || isNull(entry.value)) return null;
  if (entry.value.kind !== 'scalar') throw new Refusal(entry.value.place, `${key} must be a text`);
  return entry.value;
}

export function mappingOf(tree: Mapping, key: string): Mapping | null {
  const entry = entryOf(tree, key);
  if (entry === null) return null;
  if (entry.value.kind !== 'mapping') throw new Refusal(entry.value.place, `${key} must be a mapping`);
  return entry.value;
}

/** One text counts as a list of it. */
export function textsOf(tree: Mapping, key: string): readonly Scalar[] {
  const entry = entryOf(tree, key);
  if (entry === null || isNull(entry.value)) return [];
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  return items.map((item) => {
    if (item.kind !== 'scalar') throw new Refusal(item.place, `${key} must be a list of texts`);
    return item;
  });
}

function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}
