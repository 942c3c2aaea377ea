/**
 * A point in time: an index as it is now, for as long as it is read. Each of the two has its own words for it; one that has none
 * (before OpenSearch 2.4, or serverless), or does not allow it, is read as it changes.
 */
import { UserError } from '../../errors.ts';
import { type Asked, ask, indexIn } from './ask-opensearch.ts';
import { type Json, objectIn, textIn } from './json-in.ts';

/** Between two pages. Renewed by each. */
export const KEEP_ALIVE = '5m';
/** What closing may take, when nobody waits for it any more. */
const CLOSING_MS = 2_000;

export interface PointInTime {
  id: string;
  readonly way: Way;
}

interface Way {
  readonly path: string;
  readonly idIn: 'pit_id' | 'id';
  close(id: string): { readonly path: string; readonly body: Json };
}

const OPENSEARCH: Way = {
  path: '_search/point_in_time',
  idIn: 'pit_id',
  close: (id) => ({ path: '/_search/point_in_time', body: { pit_id: [id] } }),
};
const ELASTICSEARCH: Way = {
  path: '_pit',
  idIn: 'id',
  close: (id) => ({ path: '/_pit', body: { id } }),
};

export function waysOf(kind: string): readonly Way[] {
  return kind === 'Elasticsearch' ? [ELASTICSEARCH, OPENSEARCH] : [OPENSEARCH, ELASTICSEARCH];
}

/** Null: there is none to be had. */
export async function openPointInTime(asked: Asked): Promise<PointInTime | null> {
  for (const way of waysOf(asked.kind)) {
    try {
      const path = `/${indexIn(asked)}/${way.path}?keep_alive=${KEEP_ALIVE}`;
      const id = textIn(objectIn((await ask(asked, 'POST', path, null)).json)[way.idIn]);
      if (id !== null) return { id, way };
    } catch (error) {
      asked.signal.throwIfAborted();
      const isRefusal = error instanceof UserError && REFUSED.has(error.code);
      // If it is not this that is refused, the search will be too.
      if (!isRefusal) throw error;
    }
  }
  return null;
}

const REFUSED: ReadonlySet<string> = new Set(['AUDIT_STORE_REFUSED', 'AUDIT_FORBIDDEN']);

/** However reading ended. What is not closed ends by itself. */
export async function closePointInTime(asked: Asked, { id, way }: PointInTime): Promise<void> {
  const { path, body } = way.close(id);
  const signal = AbortSignal.timeout(CLOSING_MS);
  await ask({ ...asked, signal }, 'DELETE', path, body).catch(() => {});
}
