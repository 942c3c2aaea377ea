/** Answers searches as Splunk's documentation of search/v2/jobs/export has it, over events in memory. */
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSpl, parseTerms, type SplunkEvent } from './spl.ts';

export interface Told {
  readonly status?: number;
  /** Instead of an answer. */
  readonly body?: string;
  /** Before the first row, and behind the last. */
  readonly first?: readonly object[];
  readonly last?: readonly object[];
  /** No rows. */
  readonly isEmpty?: boolean;
  /** The end is not marked. */
  readonly isCut?: boolean;
  /** Between rows. */
  readonly delayMs?: number;
}

export interface SplunkServer {
  readonly url: string;
  events: readonly SplunkEvent[];
  /** Decides on each search, by its SPL and path; null: it is answered. */
  tells: (spl: string, path: string) => Told | null;
  /** Forms of searches. */
  readonly asked: Readonly<Record<string, string>>[];
  /** Searches that were cancelled. */
  readonly cancelled: string[];
  stop(): Promise<void>;
}

export async function startSplunk(): Promise<SplunkServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
    await answer(request.url ?? '', form, response).catch((error: unknown) => {
      const text = error instanceof SyntaxError ? error.message : String(error);
      response.writeHead(400).end(JSON.stringify({ messages: [{ type: 'FATAL', text }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const splunk: SplunkServer = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    events: [],
    tells: () => null,
    asked: [],
    cancelled: [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return splunk;

  async function answer(
    path: string,
    form: Readonly<Record<string, string>>,
    response: ServerResponse,
  ): Promise<void> {
    const [, cancelled] = /^\/services\/search\/jobs\/([\w-]+)\/control$/.exec(path) ?? [];
    if (cancelled !== undefined && form.action === 'cancel') {
      splunk.cancelled.push(cancelled);
      response.end('{"messages":[{"type":"INFO","text":"Search job cancelled."}]}');
      return;
    }
    splunk.asked.push(form);
    const told = splunk.tells(form.search ?? '', path) ?? {};
    if (told.body !== undefined) {
      response.writeHead(told.status ?? 200).end(told.body);
      return;
    }
    const all = (form.search ?? '').startsWith('| tstats') ? tstats(form) : found(form);
    const rows = told.isEmpty === true ? [] : all;
    const lines = [
      ...(told.first ?? []),
      ...rows.map((result, offset) => ({ preview: false, offset, result })),
      ...(told.last ?? []),
      ...(told.isCut === true ? [] : [{ preview: false, lastrow: true }]),
    ];
    for (const line of lines) {
      if (told.delayMs !== undefined) await sleep(told.delayMs);
      response.write(`${JSON.stringify(line)}\n`);
    }
    response.end();
  }

  function within({ earliest_time: earliest, latest_time: latest }: Readonly<Record<string, string>>) {
    const untilUs = latest === '+3d' ? Number.POSITIVE_INFINITY : Number(latest) * 1e6;
    return splunk.events
      .filter(({ timeUs }) => timeUs >= Number(earliest) * 1e6 && timeUs < untilUs)
      .toSorted((a, b) => b.timeUs - a.timeUs);
  }

  function found(form: Readonly<Record<string, string>>): readonly object[] {
    const { isWanted, head } = parseSpl(form.search ?? '');
    const events = within(form).filter(isWanted);
    return (head === null ? events : events.slice(0, head)).map(({ raw, timeUs }) => ({
      _raw: raw,
      audit_time: textOf(timeUs),
    }));
  }

  function tstats(form: Readonly<Record<string, string>>): readonly object[] {
    const terms = / WHERE (.*)$/.exec(form.search ?? '')?.[1] ?? '';
    const times = within(form)
      .filter(parseTerms(terms))
      .map(({ timeUs }) => timeUs);
    if (times.length === 0) return [{}];
    return [{ oldest: textOf(Math.min(...times)), newest: textOf(Math.max(...times)) }];
  }
}

function textOf(us: number): string {
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
}
