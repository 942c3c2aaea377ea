/**
 * Questions to OpenSearch and Elasticsearch, in bodies and never in the URL: URLs are logged, by the API server too when it stands
 * between. Values are quoted where the body becomes JSON, and nowhere else.
 */
import { UserError } from '../../errors.ts';
import type { Gap } from '../../event/coverage.ts';
import type { HttpServer } from '../../io.ts';
import { askJson, type Refusals, type StoreAnswer } from '../store/ask-store.ts';
import { type Json, listIn, numberIn, objectIn, textIn } from './json-in.ts';

/** `kind`: what it is called, for messages. */
export interface Asked {
  readonly kind: string;
  readonly server: HttpServer;
  readonly index: string;
  readonly signal: AbortSignal;
}

/** One that holds nobody's data, but what to look for. */
export type Query = Json;

/** `isEach`: also in which indices they are not. */
export async function fieldCaps(asked: Asked, fields: readonly string[], isEach = false): Promise<Json> {
  const more = isEach ? '&include_unmapped=true' : '';
  const path = `/${indexIn(asked)}/_field_caps?fields=${inQuery(fields)}${more}`;
  const { json } = await ask(asked, 'GET', path, null);
  const caps = objectIn(json);
  if (listIn(caps.indices).length > 0) return caps;
  throw new UserError(
    'AUDIT_STORE_REFUSED',
    `${asked.kind} at ${asked.server.address} has no index ${JSON.stringify(asked.index)}, or none that may be read`,
    { hint: `index names it: GET /_cat/indices tells which there are` },
  );
}

/** Of these parts of it. */
export async function mapping(asked: Asked, paths: readonly string[]): Promise<Json> {
  const path = `/${indexIn(asked)}/_mapping?filter_path=${inQuery(paths)}`;
  return objectIn((await ask(asked, 'GET', path, null)).json);
}

/** What an answer is asked for: the rest costs more bytes than it tells. */
const PARTS = [
  ...['took', 'timed_out', 'pit_id', 'error', '_shards', '_clusters', 'aggregations'],
  ...['_source', '_index', '_id', 'sort', 'fields'].map((name) => `hits.hits.${name}`),
];

export interface Found {
  readonly hits: readonly Json[];
  readonly aggregations: Json;
  readonly pitId: string | null;
  readonly bytes: number;
  /** What it did not look at; empty: it is whole. */
  readonly missing: readonly string[];
}

/** `body.pit`: the index is not to be named again. Throws for what is no answer to a search. */
export async function search(asked: Asked, body: Json): Promise<Found> {
  const path = `${searchPath(asked, body)}?filter_path=${PARTS.join(',')}`;
  const { json, bytes } = await ask(asked, 'POST', path, body);
  const answer = objectIn(json);
  if (answer.error !== undefined || numberIn(answer.took) === null) {
    const said = textIn(answer.error) ?? reasonOf(answer.error) ?? 'nothing';
    throw new UserError(
      'AUDIT_STORE_REFUSED',
      `${asked.kind} at ${asked.server.address} answered no search: ${said.slice(0, 500)}`,
      { hint: 'is it the right address? --explain prints what is sent' },
    );
  }
  return {
    hits: listIn(objectIn(answer.hits).hits).map(objectIn),
    aggregations: objectIn(answer.aggregations),
    pitId: textIn(answer.pit_id),
    bytes,
    missing: missingIn(answer),
  };
}

export function searchPath(asked: Asked, body: Json): string {
  return body.pit === undefined ? `/${indexIn(asked)}/_search` : '/_search';
}

/** That it stopped early (OpenSearch 3 says so of every composite aggregation) means nothing: it is never told to. */
function missingIn(answer: Json): readonly string[] {
  const { total, failed, failures } = objectIn(answer._shards);
  const clusters = objectIn(answer._clusters);
  const away = ['skipped', 'partial', 'failed'].filter((how) => (numberIn(clusters[how]) ?? 0) > 0);
  const why = listIn(failures)
    .slice(0, 3)
    .map((failure) => {
      const { index, shard, reason } = objectIn(failure);
      return `${textIn(index) ?? '?'}[${numberIn(shard) ?? '?'}]: ${reasonOf(reason) ?? 'no reason given'}`;
    });
  return [
    ...(answer.timed_out === true ? ['it ran out of time'] : []),
    ...((numberIn(failed) ?? 0) > 0
      ? [
          `${failed} of ${numberIn(total) ?? '?'} shards failed${why.length === 0 ? '' : ` (${why.join('; ')})`}`,
        ]
      : []),
    ...away.map((how) => `clusters ${how}: ${clusters[how]} of ${numberIn(clusters.total) ?? '?'}`),
  ].map((text) => text.slice(0, 500));
}

export function gapsOf({ missing }: Found, source: string): readonly Gap[] {
  return missing.map((text) => ({ code: 'source-unreadable', text: `answered in part: ${text}`, source }));
}

export function ask(
  { kind, server, index, signal }: Asked,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body: Json | null,
): Promise<StoreAnswer> {
  return askJson(
    server,
    {
      ...{ method, path, signal },
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: body === null ? null : JSON.stringify(body),
    },
    refusalsOf(kind, index),
  );
}

function refusalsOf(kind: string, index: string): Refusals {
  return {
    kind,
    reasonIn(said) {
      try {
        const { error, message } = objectIn(JSON.parse(said));
        return textIn(error) ?? reasonOf(error) ?? textIn(message);
      } catch {
        return null;
      }
    },
    hintFor(status, reason) {
      if (status === 404) return `index names it: now ${JSON.stringify(index)}`;
      if (status === 403) return `read and view_index_metadata of ${index} are all that is needed`;
      if (/expensive/.test(reason)) return 'ask without * and ?: the cluster forbids patterns';
      return /max_result_window|too_many_clauses|max_clause|nested/.test(reason)
        ? 'ask for less at once'
        : undefined;
    },
  };
}

/** The innermost one says the most. */
function reasonOf(error: unknown): string | null {
  const { root_cause: roots, caused_by: cause, reason, type } = objectIn(error);
  const [root] = listIn(roots);
  const own = textIn(reason) ?? textIn(type);
  const inner = root === undefined ? null : reasonOf(root);
  const deeper = cause === undefined ? null : reasonOf(cause);
  const parts = [inner ?? own, deeper].filter((text) => text !== null);
  return parts.length === 0 ? null : [...new Set(parts)].join(': ');
}

/** Commas and stars are the pattern's own. */
export function indexIn({ index }: Pick<Asked, 'index'>): string {
  return encodeURIComponent(index).replaceAll('%2C', ',').replaceAll('%3A', ':');
}

function inQuery(names: readonly string[]): string {
  return names.map(encodeURIComponent).join(',');
}
