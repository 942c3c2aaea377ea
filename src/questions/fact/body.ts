/** Reading the bodies of events, whose shape nobody vouches for. */

export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** The objects of a list, or of the Table that kubectl asks for instead; null for any other body. */
export function itemsOf(body: unknown): readonly unknown[] | null {
  const kind = text(at(body, 'kind'));
  if (kind === 'Table') {
    const rows = at(body, 'rows');
    return Array.isArray(rows) ? rows.map((row) => at(row, 'object')) : null;
  }
  const items = at(body, 'items');
  if (Array.isArray(items)) return items;
  // Go leaves an empty list's items out or null.
  return kind?.endsWith('List') === true && items === null ? [] : null;
}

/** Null when one of them has no name, or the body is no list. */
export function namesIn(body: unknown): readonly string[] | null {
  const names = itemsOf(body)?.map((item) => text(at(item, 'metadata', 'name')));
  return names?.every((name) => name !== null) === true ? names : null;
}
