/**
 * Pages of records in an order in which several may share a place, when one can only go on after a place: those of a page's last
 * place are left for the next one. A place that holds more than a page is asked for in larger ones, up to the store's limit.
 */

export interface Keyed {
  /** Its place in the order. */
  readonly key: readonly unknown[];
  readonly record: unknown;
}

export interface KeyedPage {
  readonly records: readonly Keyed[];
  readonly bytes: number;
}

export interface KeyPaging<P extends KeyedPage> {
  /** Records of the first page; later ones have as many as `pageBytes` holds. */
  readonly firstSize: number;
  readonly pageBytes: number;
  /** The store gives no more at a time. */
  readonly mostAtOnce: number;
  /** At most so many, after that place; null: from the beginning. */
  readonly fetch: (after: readonly unknown[] | null, size: number) => Promise<P>;
}

/** `isCut`: more records share the last place than the store gives. */
export async function* pagesByKey<P extends KeyedPage>({
  firstSize,
  pageBytes,
  mostAtOnce,
  fetch,
}: KeyPaging<P>): AsyncGenerator<P & { readonly isCut: boolean }> {
  let after: readonly unknown[] | null = null;
  let size = firstSize;
  for (;;) {
    const page: P = await fetch(after, size);
    const { records, bytes } = page;
    if (records.length < size) {
      yield { ...page, isCut: false };
      return;
    }
    const whole = beginningOfLast(records);
    const isOnePlace = whole === 0;
    if (isOnePlace && size < mostAtOnce) {
      yield { ...page, records: [], isCut: false };
      size = Math.min(mostAtOnce, size * 8);
      continue;
    }
    const given = isOnePlace ? records : records.slice(0, whole);
    yield { ...page, records: given, isCut: isOnePlace };
    after = given.at(-1)?.key ?? null;
    size = Math.min(
      mostAtOnce,
      Math.max(LEAST, Math.min(MOST, Math.floor((pageBytes * records.length) / bytes))),
    );
  }
}

/** Records a page: fewer are many requests, more are long waits. */
const LEAST = 20;
const MOST = 2_000;

function beginningOfLast(records: readonly Keyed[]): number {
  const last = JSON.stringify(records.at(-1)?.key);
  let at = records.length;
  while (at > 0 && JSON.stringify(records[at - 1]?.key) === last) at--;
  return at;
}
