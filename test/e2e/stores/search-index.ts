/** Indices of OpenSearch and Elasticsearch with events in them, in the ways in which forwarders put them there. */
import type { EventJson } from '../../support/arbitrary.ts';

export interface Index {
  /** The server's. */
  readonly url: string;
  readonly index: string;
}

export interface Kept {
  /** Mapping, and settings but for the number of replicas. */
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What is kept of an event. */
  readonly record: (event: EventJson) => unknown;
}

let indices = 0;
const known = new Map<string, Promise<Index>>();

/** The same events, kept the same way, lie in one index for all. */
export function indexed(url: string, jsons: readonly EventJson[], kept: Kept): Promise<Index> {
  const key = JSON.stringify([url, kept.mappings, String(kept.record), jsons]);
  const made = known.get(key) ?? makeIndex(url, jsons.map(kept.record), kept);
  known.set(key, made);
  return made;
}

export async function makeIndex(
  url: string,
  records: readonly unknown[],
  { mappings, settings = {} }: Omit<Kept, 'record'>,
): Promise<Index> {
  const index = `audit-${++indices}`;
  await call(url, 'PUT', `/${index}`, { settings: { number_of_replicas: 0, ...settings }, mappings });
  await addRecords({ url, index }, records);
  return { url, index };
}

export async function addRecords({ url, index }: Index, records: readonly unknown[]): Promise<void> {
  const BATCH = 2_000;
  for (let at = 0; at < records.length; at += BATCH) {
    const lines = records.slice(at, at + BATCH).map((record) => `{"create":{}}\n${JSON.stringify(record)}\n`);
    const { items } = (await call(url, 'POST', `/${index}/_bulk`, lines.join(''))) as {
      items: readonly { create: { error?: unknown } }[];
    };
    const refused = items.find(({ create }) => create.error !== undefined);
    if (refused !== undefined) throw new Error(JSON.stringify(refused.create.error));
  }
  await call(url, 'POST', `/${index}/_refresh`);
}

export async function call(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const isText = typeof body === 'string';
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': isText ? 'application/x-ndjson' : 'application/json' },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return JSON.parse(text) as unknown;
}

/** Points in time that nobody closed. */
export async function openPoints(url: string): Promise<number> {
  const { nodes } = (await call(url, 'GET', '/_nodes/stats/indices/search')) as {
    nodes: Readonly<Record<string, { indices: { search: Readonly<Record<string, number>> } }>>;
  };
  return Object.values(nodes).reduce((sum, { indices: { search } }) => {
    // OpenSearch counts them apart from others.
    return sum + (search.point_in_time_current ?? search.open_contexts ?? Number.NaN);
  }, 0);
}

/** What is whatever somebody made, and would be refused sooner or later. */
const NOT_MAPPED = { type: 'object', enabled: false } as const;
const BODIES = { requestObject: NOT_MAPPED, responseObject: NOT_MAPPED, annotations: NOT_MAPPED };

/** As Fluent Bit, Fluentd and Vector do without a template. */
export const DYNAMIC: Kept = { mappings: { properties: BODIES }, record: (event) => event };

const keyword = { type: 'keyword' } as const;
const nanos = { type: 'date_nanos' } as const;
const user = { properties: { username: keyword, uid: keyword, groups: keyword } };

/** With a template: whole values, times to the nanosecond; several shards. */
export const TEMPLATE: Kept = {
  settings: { number_of_shards: 3 },
  mappings: {
    dynamic: false,
    properties: {
      ...Object.fromEntries(
        ['auditID', 'stage', 'level', 'verb', 'requestURI', 'userAgent', 'sourceIPs'].map((name) => [
          name,
          keyword,
        ]),
      ),
      ...{ requestReceivedTimestamp: nanos, stageTimestamp: nanos, user, impersonatedUser: user },
      objectRef: {
        properties: Object.fromEntries(
          ['resource', 'namespace', 'name', 'apiGroup', 'subresource'].map((name) => [name, keyword]),
        ),
      },
      responseStatus: { properties: { code: { type: 'integer' }, reason: keyword } },
    },
  },
  record: (event) => event,
};

const short = { type: 'keyword', ignore_above: 1024 } as const;
const text = { type: 'text' } as const;
const person = {
  properties: { username: short, uid: short, groups: text, extra: { type: 'object', dynamic: true } },
};

/** As Elastic's Kubernetes integration does. */
export const INTEGRATION: Kept = {
  mappings: {
    dynamic: false,
    properties: {
      '@timestamp': { type: 'date' },
      kubernetes: {
        properties: {
          audit: {
            properties: {
              ...Object.fromEntries(
                ['auditID', 'stage', 'level', 'verb', 'requestURI', 'userAgent', 'apiVersion'].map((name) => [
                  name,
                  short,
                ]),
              ),
              ...{ sourceIPs: text, user: person, impersonatedUser: person, annotations: NOT_MAPPED },
              ...{ requestReceivedTimestamp: { type: 'date' }, stageTimestamp: { type: 'date' } },
              objectRef: {
                properties: Object.fromEntries(
                  ['resource', 'namespace', 'name', 'apiGroup', 'subresource'].map((name) => [name, short]),
                ),
              },
              responseStatus: { properties: { code: { type: 'integer' }, reason: short } },
            },
          },
        },
      },
    },
  },
  record: (event) => {
    const { annotations, requestObject, responseObject, ...rest } = event;
    const audit = {
      ...rest,
      ...(annotations === undefined ? {} : { annotations: rewritten(annotations as EventJson) }),
      ...(requestObject === undefined ? {} : { requestObject: withoutMetadata(requestObject as EventJson) }),
      ...(responseObject === undefined
        ? {}
        : { responseObject: withoutMetadata(responseObject as EventJson) }),
    };
    return { '@timestamp': '2026-11-22T10:30:00Z', kubernetes: { audit } };
  },
};

/** Its pipeline writes `_` for the dots of the API server's own keys. */
function rewritten(annotations: EventJson): EventJson {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [
      key.startsWith('authorization.') ? key.replaceAll('.', '_') : key,
      value,
    ]),
  );
}

function withoutMetadata({ metadata: _, ...body }: EventJson): EventJson {
  return body;
}

/** The whole event in one field that keeps objects. */
export function whole(type: 'flat_object' | 'flattened'): Kept {
  return {
    mappings: { properties: { '@timestamp': { type: 'date' }, audit: { type } } },
    record: (event) => ({ '@timestamp': event.stageTimestamp, audit: event }),
  };
}

/** The line as it was read, as Filebeat and rsyslog do. */
export const LINE: Kept = {
  mappings: { properties: { '@timestamp': nanos } },
  record: (event) => ({
    ...{ '@timestamp': event.stageTimestamp, host: { name: 'cp-1' } },
    message: JSON.stringify(event),
  }),
};
