/**
 * A search as a stream of its rows, and what Splunk says beside them: an answer with the status 200 may still be a part, or none.
 * https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch#search.2Fv2.2Fjobs.2Fexport
 */
import { randomUUID } from 'node:crypto';
import { UserError } from '../../errors.ts';
import type { ApiResponse, HttpCall, HttpServer } from '../../io.ts';
import { pause } from '../pause.ts';
import { askStore, isRefusedWith, type Refusals } from '../store/ask-store.ts';
import { jsonLinesOf } from '../store/lines-of.ts';

export interface Search {
  readonly spl: string;
  /** Whole seconds since the epoch; the latter does not belong to it. */
  readonly earliest: number;
  /** Null: whatever there is, and what is dated in the future. */
  readonly latest: number | null;
}

export type Row = Readonly<Record<string, unknown>>;

/** One row, or what speaks against the answer's being whole. */
export type Exported =
  | { readonly row: Row; readonly bytes: number }
  | { readonly incomplete: string; readonly bytes: number };

/** Rejects with a UserError when there is no answer. A search that nobody reads to its end is cancelled. */
export async function* exportSearch(
  server: HttpServer,
  search: Search,
  signal: AbortSignal,
): AsyncGenerator<Exported> {
  const id = `kubectl-audit-${randomUUID()}`;
  let mayRun = false;
  try {
    const stream = new ExportStream(server.address);
    const { body } = await opened(server, search, id, signal);
    mayRun = true;
    for await (const { json, bytes } of jsonLinesOf(body, server.address)) yield* stream.take(json, bytes);
    mayRun = false;
    yield* stream.end();
  } finally {
    if (mayRun || signal.aborted) await cancel(server, id);
  }
}

/** What is dated in the future is taken in for two days (MAX_DAYS_HENCE). */
const FUTURE = '+3d';

export function formOf({ spl, earliest, latest }: Search): Readonly<Record<string, string>> {
  return {
    search: spl,
    earliest_time: String(earliest),
    latest_time: latest === null ? FUTURE : String(latest),
    output_mode: 'json',
    preview: 'false',
    count: '0',
    // Fields are not needed, and cost as much as the search.
    adhoc_search_level: 'fast',
  };
}

export const EXPORT_PATH = '/services/search/v2/jobs/export';
/** Before 9.0. */
const OLD_EXPORT_PATH = '/services/search/jobs/export';
const CANCELS_WITHIN_MS = 2000;

async function cancel(server: HttpServer, id: string): Promise<void> {
  try {
    const signal = AbortSignal.timeout(CANCELS_WITHIN_MS);
    const call = post(`/services/search/jobs/${id}/control`, { action: 'cancel' }, signal);
    for await (const _ of (await server.request(call)).body);
  } catch {
    // It ends by itself when nobody is connected any more.
  }
}

/** Of the searches that one may have at a time, one ends before long. */
const WAITS_MS = [2000, 4000, 8000, 16_000];

async function opened(
  server: HttpServer,
  search: Search,
  id: string,
  signal: AbortSignal,
): Promise<ApiResponse> {
  let path = EXPORT_PATH;
  for (let waits = 0; ; ) {
    try {
      return await askStore(server, post(path, { ...formOf(search), id }, signal), REFUSALS);
    } catch (error) {
      const waitMs = WAITS_MS[waits];
      if (path === EXPORT_PATH && isRefusedWith(error, 404)) path = OLD_EXPORT_PATH;
      else if (waitMs !== undefined && isRefusedWith(error, 503)) {
        waits++;
        await pause(waitMs, signal);
      } else throw error;
    }
  }
}

function post(path: string, form: Readonly<Record<string, string>>, signal: AbortSignal): HttpCall {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    signal,
  };
}

interface Message {
  readonly type?: string;
  readonly text?: string;
}

interface Line {
  readonly preview?: boolean;
  readonly lastrow?: boolean;
  readonly result?: Row;
  readonly messages?: readonly Message[];
}

/** limits.conf's, where an answer may have been cut off without a word. */
const LIMITS: ReadonlySet<number> = new Set([10_000, 50_000, 500_000]);
const SPEAKS_OF_A_PART =
  /finaliz|limit|truncat|incomplete|partial|restrict|exceed|fail|skipp|timed? ?out|unable|could not|quota/i;

class ExportStream {
  readonly #address: string;
  #rows = 0;
  #error: string | null = null;
  #hasEnded = false;

  constructor(address: string) {
    this.#address = address;
  }

  *take(json: unknown, bytes: number): Generator<Exported> {
    const { preview, lastrow, result, messages = [] } = (json ?? {}) as Line;
    for (const message of messages) yield* this.#heed(message);
    // Interim results come again as final ones.
    if (preview === true) return;
    this.#hasEnded = lastrow === true || (result === undefined && this.#hasEnded);
    if (result === undefined) return;
    this.#rows++;
    yield { row: result, bytes };
  }

  *end(): Generator<Exported> {
    if (this.#rows === 0 && this.#error !== null) throw this.#refused(this.#error);
    if (!this.#hasEnded)
      yield { incomplete: 'its answer ended without saying that it was at its end', bytes: 0 };
    if (LIMITS.has(this.#rows))
      yield { incomplete: `it gave ${this.#rows} rows, which may be a limit of its own`, bytes: 0 };
  }

  /** An error may be about one of many indexers. */
  *#heed({ type = '', text = '' }: Message): Generator<Exported> {
    if (type === 'FATAL') throw this.#refused(text);
    if (type === 'ERROR') this.#error ??= text;
    if (type === 'ERROR' || type === 'WARN' || (type === 'INFO' && SPEAKS_OF_A_PART.test(text)))
      yield { incomplete: `it says: ${text}`, bytes: 0 };
  }

  #refused(text: string): UserError {
    return new UserError('AUDIT_STORE_REFUSED', `Splunk at ${this.#address} says: ${text}`, {
      hint: hintFor(200, text) ?? '--explain prints what is sent',
    });
  }
}

function hintFor(status: number, reason: string): string | undefined {
  if (status === 401) return 'a token or login that may use the management port; auth of the source';
  if (status === 403) return 'a role with the capability search, and the index among srchIndexesAllowed';
  if (status === 404) return 'url is the management port, 8089 as a rule, and not the web one';
  return status === 503 || /concurrent|quota/i.test(reason)
    ? 'as many searches run as you may have at a time: once more, later'
    : undefined;
}

const REFUSALS: Refusals = {
  kind: 'Splunk',
  reasonIn: (said) => {
    try {
      const { messages = [] } = JSON.parse(said) as Line;
      return messages.map(({ type, text }) => `${type}: ${text}`).join('; ') || null;
    } catch {
      return /<msg[^>]*>([^<]*)<\/msg>/.exec(said)?.[1] ?? null;
    }
  },
  hintFor,
};
