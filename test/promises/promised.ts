/** What of a document is promised: all but how things are said to people, and how much was read to know them. */

/** Of these only that they are there, and not empty. */
const TOLD = new Set(['says', 'text', 'why', 'detail', 'show', 'missing', 'pushed', 'residual']);
/** Of these only that they are numbers: another way of reading has others. */
const MEASURED = new Set(['bytes']);

/**
 * Texts become `<text>`. Commands to try next become one mark, for how many there are is not promised; notes, gaps and near misses stand
 * under their codes, for there may be more.
 */
export function promisedOf(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return TOLD.has(key) && value !== '' ? '<text>' : value;
  if (typeof value === 'number') return MEASURED.has(key) ? '<number>' : value;
  if (Array.isArray(value)) {
    if (key === 'next') return value.slice(0, 1).map(() => '<command>');
    const isCoded = ['notes', 'gaps', 'nearMisses'].includes(key);
    return isCoded ? byCode(value as { code: string }[]) : value.map((one) => promisedOf(one));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, promisedOf(inner, name)]));
}

function byCode(list: readonly { readonly code: string }[]): Record<string, unknown> {
  const codes = [...new Set(list.map(({ code }) => code))];
  return Object.fromEntries(
    codes.map((code) => [code, list.filter((one) => one.code === code).map((one) => promisedOf(one))]),
  );
}
