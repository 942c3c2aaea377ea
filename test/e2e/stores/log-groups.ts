/** Log groups of moto for tests, filled as EKS fills them, and an AWS before it that does what moto ignores. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Source } from '../../../src/sources/source.ts';
import { type InsightsRow, passesPattern, rowsOf } from '../../support/cloudwatch-language.ts';
import { openStore } from './open-store.ts';

/** moto's clock: moto-server.py. */
export const NOW_MS = Date.parse('2026-11-22T10:30:00Z');
export const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'testtest1', HOME: '/nowhere' };
const STREAM = 'kube-apiserver-audit-0123456789abcdef';
const AS_TEST =
  'AWS4-HMAC-SHA256 Credential=test/20261122/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0';

type Json = Readonly<Record<string, unknown>>;

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
  readonly stream?: string;
}

export async function call(url: string, action: string, body: Json): Promise<Json> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      ...{ 'x-amz-target': `Logs_20140328.${action}`, authorization: AS_TEST },
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Json);
}

let groups = 0;

export async function groupWith(url: string, events: readonly LogEvent[]): Promise<string> {
  const group = `/aws/eks/log-${++groups}/cluster`;
  await call(url, 'CreateLogGroup', { logGroupName: group });
  const byStream = Map.groupBy(events, ({ stream = STREAM }) => stream);
  for (const stream of new Set([STREAM, ...byStream.keys()])) {
    const of = { logGroupName: group, logStreamName: stream };
    await call(url, 'CreateLogStream', of);
    const sorted = (byStream.get(stream) ?? []).toSorted((a, b) => a.timestamp - b.timestamp);
    const logEvents = sorted.map(({ timestamp, message }) => ({ timestamp, message }));
    if (logEvents.length === 0) continue;
    const { rejectedLogEventsInfo } = await call(url, 'PutLogEvents', { ...of, logEvents });
    if (rejectedLogEventsInfo !== undefined) throw new Error(JSON.stringify(rejectedLogEventsInfo));
  }
  return group;
}

export async function openGroup(
  url: string,
  group: string,
  settings: Json = {},
  { env = KEYS, maxBytes = null }: { env?: Readonly<Record<string, string>>; maxBytes?: number | null } = {},
): Promise<Source> {
  const whole = { endpoint: url, region: 'eu-west-1', group, ...settings };
  return openStore('cloudwatch', whole, { env, maxBytes, now: () => NOW_MS });
}

export interface LikeAws {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Of the events that it looks through for a page, those that do not match are left out: pages may be empty. */
const SCANNED_AT_ONCE = 20;

/**
 * Patterns, queries, prefixes of streams and the order of what is filtered, as AWS's documentation describes them; moto keeps the
 * events, and answers all else.
 */
export async function startLikeAws(moto: string): Promise<LikeAws> {
  const queries = new Map<string, string>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      response.writeHead(400).end(JSON.stringify({ __type: 'InvalidParameterException', message }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const action = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
    const result = await answerTo(action, body).catch((error: unknown) => {
      const [, said] = /: (\{.*)$/s.exec(String(error)) ?? [];
      if (said === undefined) throw error;
      response.writeHead(400).end(said);
      return null;
    });
    if (result !== null) response.writeHead(200).end(JSON.stringify(result));
  }

  async function answerTo(action: string, body: Json): Promise<Json> {
    if (action === 'FilterLogEvents') return await filtered(body);
    if (action === 'StartQuery') {
      const { queryString, ...rest } = body;
      // Whole, and with its streams: what is asked is answered here.
      const whole = 'fields @timestamp, @message, @logStream';
      const started = await call(moto, action, { ...rest, queryString: whole });
      queries.set(String(started.queryId), String(queryString));
      return started;
    }
    const answered = await call(moto, action, body);
    return action === 'GetQueryResults'
      ? queried(answered, queries.get(String(body.queryId)) ?? '')
      : answered;
  }

  async function filtered({ filterPattern, nextToken, startFromHead, limit, ...rest }: Json): Promise<Json> {
    if (String(filterPattern ?? '').length > 1024) throw new Error('the pattern is too long');
    const { events } = (await call(moto, 'FilterLogEvents', rest)) as {
      events: readonly { message: string; logStreamName: string }[];
    };
    const inOrder = startFromHead === false ? events.toReversed() : events;
    const from = Number(nextToken ?? 0);
    const page = inOrder.slice(from, from + SCANNED_AT_ONCE);
    const passing = page.filter(
      ({ message, logStreamName }) =>
        logStreamName.startsWith(String(rest.logStreamNamePrefix ?? '')) &&
        (filterPattern === undefined || passesPattern(message, String(filterPattern))),
    );
    const isEnd = from + SCANNED_AT_ONCE >= inOrder.length;
    return {
      events: passing.slice(0, Number(limit ?? 10_000)),
      searchedLogStreams: [],
      ...(isEnd ? {} : { nextToken: String(from + SCANNED_AT_ONCE) }),
    };
  }
}

function queried({ status, results }: Json, query: string): Json {
  const rows = (results as readonly (readonly { field: string; value: string }[])[]).map(
    (row): InsightsRow & { readonly row: unknown } => {
      const of = (name: string) => row.find(({ field }) => field === name)?.value ?? '';
      const timestamp = Number(of('@timestamp'));
      const time = new Date(timestamp).toISOString().replace('T', ' ').replace('Z', '');
      const shown = row
        .filter(({ field }) => field !== '@logStream')
        .map((cell) => (cell.field === '@timestamp' ? { ...cell, value: time } : cell));
      return { timestamp, message: of('@message'), logStream: of('@logStream'), row: shown };
    },
  );
  return { status, results: rowsOf(query, rows).map(({ row }) => row) };
}
