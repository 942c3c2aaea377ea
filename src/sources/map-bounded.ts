/** Several at once, but not all. */

/** The results in the order of the items. Rejects with the first error; what was begun by then goes on. */
export async function mapBounded<T, R>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    for (const [n, item] of left) results[n] = await run(item);
  });
  await Promise.all(workers);
  return results;
}
