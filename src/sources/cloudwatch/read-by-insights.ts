/** Logs Insights: a query is started, looked after until it is done, and stopped when nobody waits for it any more. */
import { UserError } from '../../errors.ts';
import type { EventTest } from '../../query/event-test.ts';
import { pause } from '../pause.ts';
import { pagesByTime, type TimedPage, type TimedRecord } from '../store/pages-by-time.ts';
import type { Page } from '../store/store.ts';
import type { MilliStretch } from './choose-way.ts';
import type { CloudWatchSettings } from './cloudwatch-settings.ts';
import { toInsightsQuery } from './insights-query.ts';
import { listAt } from './log-group.ts';
import type { LogsApi } from './logs-api.ts';
import { refusalType } from './refusals.ts';

/** Each page is a query of its own, and paid for: they are as large as results may be. */
const PAGE_ROWS = 10_000;
const FIRST_POLL_MS = 250;
const MOST_POLL_MS = 2_000;
const START_MS = 30_000;
const STOP_MS = 5_000;

/** As StartQuery takes it: seconds, both ends belong to it. The query itself holds to the millisecond. */
export function queryRequest(
  test: EventTest,
  { group, streams }: CloudWatchSettings,
  { fromMs, toMs }: MilliStretch,
  nowMs: number,
) {
  return {
    logGroupName: group,
    startTime: Math.max(0, Math.floor((fromMs ?? 0) / 1000)),
    // Events may be of some time to come, where clocks differ.
    endTime: Math.ceil((toMs ?? nowMs + 3_600_000) / 1000),
    queryString: toInsightsQuery(test, streams, { fromMs, toMs }, PAGE_ROWS),
  };
}

export async function* queriedPages(
  test: EventTest,
  settings: CloudWatchSettings,
  { fromMs, toMs }: MilliStretch,
  { api, name, now }: { readonly api: LogsApi; readonly name: string; readonly now: () => number },
  signal: AbortSignal,
): AsyncGenerator<Page> {
  yield* pagesByTime({
    fromNs: nanosOf(fromMs),
    toNs: nanosOf(toMs),
    ...{ pageSize: PAGE_ROWS, mostAtOnce: PAGE_ROWS, source: name },
    fetch: async (stretch) => {
      const bounds = { fromMs: millisOf(stretch.fromNs), toMs: millisOf(stretch.toNs) };
      return await queried(queryRequest(test, settings, bounds, now()), api, signal);
    },
  });
}

function nanosOf(ms: number | null): bigint | null {
  return ms === null ? null : BigInt(ms) * 1_000_000n;
}

function millisOf(ns: bigint | null): number | null {
  return ns === null ? null : Number(ns / 1_000_000n);
}

async function queried(
  request: ReturnType<typeof queryRequest>,
  api: LogsApi,
  signal: AbortSignal,
): Promise<TimedPage> {
  signal.throwIfAborted();
  // Whatever happens meanwhile, its name is waited for: without it, it could not be stopped.
  const queryId = await started(request, api, AbortSignal.timeout(START_MS));
  if (queryId === null) return { records: [], bytes: 0 };
  let isDone = false;
  try {
    signal.throwIfAborted();
    const status = await ended(queryId, api, signal);
    isDone = true;
    if (status !== 'Complete') throw failed(status, queryId);
    return await resultsOf(queryId, api, signal);
  } finally {
    // What is scanned is paid for: also when somebody pressed Ctrl-C.
    if (!isDone) await api.call('StopQuery', { queryId }, AbortSignal.timeout(STOP_MS)).catch(() => {});
  }
}

/** Null: nothing is kept of that time, which is refused. */
async function started(
  request: ReturnType<typeof queryRequest>,
  api: LogsApi,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { json } = await api.call('StartQuery', request, signal);
    const { queryId } = (json ?? {}) as { readonly queryId?: unknown };
    if (typeof queryId === 'string') return queryId;
  } catch (error) {
    if (signal.aborted) throw failed('without a name', null);
    const isOutside =
      refusalType(error) === 'MalformedQueryException' &&
      /creation time|retention/.test(error instanceof Error ? error.message : '');
    if (isOutside) return null;
    throw error;
  }
  throw failed('without a name', null);
}

const RUNNING = new Set(['Scheduled', 'Running', 'Unknown']);

async function ended(queryId: string, api: LogsApi, signal: AbortSignal): Promise<string> {
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 1.5, MOST_POLL_MS)) {
    const { json } = await api.call('GetQueryResults', { queryId, maxItems: 1 }, signal);
    const status = String((json as { readonly status?: unknown } | null)?.status ?? 'without a status');
    if (!RUNNING.has(status)) return status;
    await pause(waitMs, signal);
  }
}

async function resultsOf(queryId: string, api: LogsApi, signal: AbortSignal): Promise<TimedPage> {
  const records: TimedRecord[] = [];
  let read = 0;
  let nextToken: unknown;
  do {
    const more = nextToken === undefined ? {} : { nextToken };
    const { json, bytes } = await api.call('GetQueryResults', { queryId, ...more }, signal);
    read += bytes;
    records.push(...listAt(json, 'results').map(toRecord));
    const last = nextToken;
    nextToken = (json as { readonly nextToken?: unknown } | null)?.nextToken ?? undefined;
    if (nextToken !== undefined && nextToken === last) throw failed('with the same page again', queryId);
  } while (nextToken !== undefined);
  return { records, bytes: read };
}

/** A row is a list of fields and values. */
function toRecord(row: unknown): TimedRecord {
  const fields = new Map(
    (Array.isArray(row) ? (row as readonly { field?: unknown; value?: unknown }[]) : []).map(
      ({ field, value }) => [field, value],
    ),
  );
  const timestamp = String(fields.get('@timestamp') ?? '');
  const ms = /^\d+$/.test(timestamp) ? Number(timestamp) : Date.parse(`${timestamp.replace(' ', 'T')}Z`);
  const message = fields.get('@message');
  return {
    atNs: nanosOf(Number.isNaN(ms) ? 0 : ms) ?? 0n,
    identity: String(fields.get('@ptr') ?? JSON.stringify(row)),
    record: { message, ...(Number.isNaN(ms) ? {} : { timestamp: ms }) },
  };
}

function failed(status: string, queryId: string | null): UserError {
  return new UserError(
    'AUDIT_STORE_REFUSED',
    `the query of Logs Insights ended: ${status}${queryId === null ? '' : ` (${queryId})`}`,
    { hint: 'ask about a shorter time: --since, --until; or read=filter' },
  );
}
