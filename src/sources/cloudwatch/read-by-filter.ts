/** FilterLogEvents: a pattern, page by page. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
import { UserError } from '../../errors.ts';
import type { EventTest } from '../../query/event-test.ts';
import type { Page } from '../store/store.ts';
import type { MilliStretch } from './choose-way.ts';
import type { CloudWatchSettings } from './cloudwatch-settings.ts';
import { CUT_PATTERN, toFilterPattern } from './filter-pattern.ts';
import { listAt } from './log-group.ts';
import type { LogsApi } from './logs-api.ts';

/** Newest first is to be had from 2024 on. */
const REVERSIBLE_SINCE_MS = Date.parse('2024-01-01T00:00:00Z');

export type FilterRequest = Readonly<Record<string, string | number | boolean>>;

/** One after the other: first what matches, then what was cut and cannot be matched; of each, what is newer first. */
export function filterRequests(
  test: EventTest,
  { group, streams }: CloudWatchSettings,
  stretch: MilliStretch,
): readonly FilterRequest[] {
  const pattern = toFilterPattern(test);
  const patterns = pattern === null ? [{}] : [{ filterPattern: pattern }, { filterPattern: CUT_PATTERN }];
  const of = { logGroupName: group, ...(streams === '' ? {} : { logStreamNamePrefix: streams }) };
  return patterns.flatMap((filter) => timesOf(stretch).map((times) => ({ ...of, ...times, ...filter })));
}

function timesOf({ fromMs, toMs }: MilliStretch): readonly FilterRequest[] {
  const end = toMs === null ? {} : { endTime: toMs };
  const newer = { startTime: Math.max(fromMs ?? 0, REVERSIBLE_SINCE_MS), ...end, startFromHead: false };
  if (fromMs !== null && fromMs >= REVERSIBLE_SINCE_MS) return [newer];
  const older = {
    startTime: Math.max(fromMs ?? 0, 0),
    endTime: Math.min(toMs ?? REVERSIBLE_SINCE_MS - 1, REVERSIBLE_SINCE_MS - 1),
  };
  return toMs !== null && toMs < REVERSIBLE_SINCE_MS ? [older] : [newer, older];
}

export async function* filteredPages(
  requests: readonly FilterRequest[],
  api: LogsApi,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  for (const request of requests) yield* pagesOf(request, api, signal);
}

/** Pages may be empty, and more follow all the same. */
async function* pagesOf(request: FilterRequest, api: LogsApi, signal: AbortSignal): AsyncGenerator<Page> {
  const isOfCut = request.filterPattern === CUT_PATTERN;
  let nextToken: unknown;
  do {
    const before = nextToken;
    const { json, bytes } = await api.call(
      'FilterLogEvents',
      nextToken === undefined ? request : { ...request, nextToken },
      signal,
    );
    const events = listAt(json, 'events');
    // Events that only have the mark somewhere in them were asked for before.
    const records = isOfCut ? events.filter(({ message }) => !endsLikeEvent(message)) : events;
    yield { records, bytes };
    nextToken = (json as Readonly<Record<string, unknown>> | null)?.nextToken ?? undefined;
    if (nextToken !== undefined && nextToken === before)
      throw new UserError('AUDIT_STORE_REFUSED', 'CloudWatch Logs gives the same page again and again', {
        hint: 'ask about a shorter time: --since, --until',
      });
  } while (nextToken !== undefined);
}

export function endsLikeEvent(message: unknown): boolean {
  return typeof message === 'string' && message.trimEnd().endsWith('}');
}
