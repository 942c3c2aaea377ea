/** A JSON column's value, whose keys with dots have become nested ones: each leaf under its whole path, as it may have been. */

/** Beyond, what is nested stays so. */
const MAX_DEPTH = 60;

export function flattened(value: unknown, prefix: string): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  const visit = (node: unknown, path: string, depth: number): void => {
    if (typeof node !== 'object' || node === null || Array.isArray(node) || depth > MAX_DEPTH) {
      Object.defineProperty(row, path, { value: node, writable: true, enumerable: true, configurable: true });
      return;
    }
    for (const [key, child] of Object.entries(node))
      visit(child, depth === 0 ? prefix + key : `${path}.${key}`, depth + 1);
  };
  visit(value, prefix, 0);
  return row;
}
