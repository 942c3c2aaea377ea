/** Answers entries:list as Cloud Logging's documentation has it, over entries in memory. No real one is to be had. */
import { createServer } from 'node:http';
import type { EventJson } from './arbitrary.ts';
import { filterMeaning } from './logging-filter.ts';

export interface Refusal {
  readonly status: number;
  readonly body: string;
}

export interface CloudLogging {
  readonly url: string;
  entries: readonly EventJson[];
  /** Page sizes are cut to that: the service gives fewer than asked for when it likes. */
  mostEntries: number;
  /** Every second page is an empty one, with a token. */
  givesEmptyPages: boolean;
  /** As the filter interpreter has it. */
  missing: 'fails' | 'unknown';
  /** Decides on each request, before it is looked at; null: it is answered. */
  refuses: (body: ListBody, token: string) => Refusal | null;
  readonly asked: ListBody[];
  stop(): Promise<void>;
}

export interface ListBody {
  readonly resourceNames: readonly string[];
  readonly filter: string;
  readonly orderBy: string;
  readonly pageSize: number;
  readonly pageToken?: string;
}

const MOST_ENTRIES = 1000;
const MOST_CHARACTERS = 20_000;

export async function startCloudLogging(): Promise<CloudLogging> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, body } = answer(
      `${request.method} ${request.url}`,
      Buffer.concat(chunks).toString('utf8'),
      request.headers.authorization ?? '',
    );
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const logging: CloudLogging = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    entries: [],
    mostEntries: MOST_ENTRIES,
    givesEmptyPages: false,
    missing: 'fails',
    refuses: () => null,
    asked: [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return logging;

  function answer(call: string, text: string, authorization: string): Refusal {
    if (call !== 'POST /v2/entries:list') return refusal(404, 'NOT_FOUND', `no ${call}`);
    const body = JSON.parse(text) as ListBody;
    logging.asked.push(body);
    const refused = logging.refuses(body, authorization);
    if (refused !== null) return refused;
    if (body.pageSize > MOST_ENTRIES)
      return refusal(400, 'INVALID_ARGUMENT', 'page_size must be at most 1000');
    if (body.filter.length > MOST_CHARACTERS)
      return refusal(400, 'INVALID_ARGUMENT', 'the filter is too long');
    return { status: 200, body: JSON.stringify(pageOf(body)) };
  }

  function pageOf({ filter, orderBy, pageSize, pageToken = '0' }: ListBody): object {
    const sign = orderBy === 'timestamp desc' ? -1 : 1;
    const found = logging.entries
      .filter(filterMeaning(filter, logging.missing))
      .toSorted((a, b) => sign * (String(a.timestamp) < String(b.timestamp) ? -1 : 1));
    const [, empty = '', at = '0'] = /^(e?)(\d+)$/.exec(pageToken) ?? [];
    if (logging.givesEmptyPages && empty === '') return { nextPageToken: `e${at}` };
    const end = Number(at) + Math.min(pageSize, logging.mostEntries);
    const entries = found.slice(Number(at), end);
    return {
      ...(entries.length === 0 ? {} : { entries }),
      ...(end < found.length ? { nextPageToken: String(end) } : {}),
    };
  }
}

/** https://cloud.google.com/apis/design/errors */
export function refusal(
  code: number,
  status: string,
  message: string,
  details: readonly object[] = [],
): Refusal {
  return { status: code, body: JSON.stringify({ error: { code, message, status, details } }) };
}
