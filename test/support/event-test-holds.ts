/** What a test asked of a store means, on an event as it stands in the log: what stores are held against. */
import type { EventLeaf, EventPath, EventTest } from '../../src/query/event-test.ts';
import { matchesGlob } from '../../src/query/glob.ts';

export function holds(json: unknown, test: EventTest): boolean {
  switch (test.kind) {
    case 'all':
      return test.of.every((part) => holds(json, part));
    case 'any':
      return test.of.some((part) => holds(json, part));
    case 'not':
      return !holdsLeaf(json, test.of);
    default:
      return holdsLeaf(json, test);
  }
}

function holdsLeaf(json: unknown, leaf: EventLeaf): boolean {
  const texts = textsAt(json, leaf.path);
  switch (leaf.kind) {
    case 'is':
      return texts.some((text) => leaf.values.includes(text));
    case 'like':
      return texts.some((text) => matchesGlob(text, leaf.pattern, leaf.ignoreCase));
    case 'between':
      return texts.some((text) => Number(text) >= leaf.from && Number(text) <= leaf.to);
    case 'missing':
      return texts.length === 0;
  }
}

function textsAt(json: unknown, path: EventPath): readonly string[] {
  let value = json;
  for (const key of path.split('.')) {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    value = isThere ? (value as Record<string, unknown>)[key] : undefined;
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) =>
    (typeof one === 'string' && one !== '') || typeof one === 'number' ? [String(one)] : [],
  );
}
