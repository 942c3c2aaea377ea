/** How the k8saudit plugin walks through an event (falcosecurity/plugins, pkg/k8saudit/extract.go: getValuesRecursive). */
import { asText, childOf } from '../json.ts';

/**
 * All that a path leads to, through every item of every list on the way; undefined where an item leads to nothing. With an
 * index only that item of the first list. An empty key at the end: the items themselves.
 */
export function walk(from: unknown, path: readonly string[], index: string | null): readonly unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return [from];
  if (Array.isArray(from)) {
    if (index === null) return from.flatMap((item) => walk(item, path, null));
    const item: unknown = from[Number(index)];
    return item === undefined ? [] : walk(item, path, null);
  }
  if (key === '') return [from];
  const child = childOf(from, key);
  return child === undefined ? [undefined] : walk(child, rest, index);
}

/** Null: none. */
export function strings(found: readonly unknown[]): readonly string[] | null {
  const texts = found.filter((value) => value !== undefined).map(asText);
  return texts.length === 0 ? null : texts;
}
