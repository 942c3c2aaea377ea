/** Which way events are had: by FilterLogEvents, which is free of charge and slow, or by Logs Insights, which is neither. */
import { sizeOf } from '../rotated-logs/in-words.ts';
import type { CloudWatchSettings } from './cloudwatch-settings.ts';
import type { DescribedGroup, LogGroup } from './log-group.ts';

/** Up to that, filtering takes some minutes at most: of a group it goes through everything, by some MB a call, and some calls a second. */
const FILTERED_BYTES = 1e9;
/** Beyond that nobody is made to pay who did not say so. */
const INSIGHTS_BYTES = 100e9;
/** US dollars, list price in us-east-1. https://aws.amazon.com/cloudwatch/pricing/ */
const DOLLARS_PER_GB = 0.005;

export interface ChosenWay {
  readonly way: 'filter' | 'insights';
  /** Why, and what it costs: for --explain. */
  readonly why: string;
}

/** Milliseconds since the epoch, both ends belong to it; null: no bound. */
export interface MilliStretch {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** `isNarrowed`: something of the test can be asked of Insights; else all would have to be fetched anyway. */
export function chooseWay(
  { read }: CloudWatchSettings,
  { described }: LogGroup,
  bytes: number | null,
  isNarrowed: boolean,
): ChosenWay {
  const filter = (because: string): ChosenWay => ({
    way: 'filter',
    why: `FilterLogEvents, which is free of charge: ${because}`,
  });
  const insights = (because: string): ChosenWay => ({
    way: 'insights',
    why: `Logs Insights: ${because}${bytes === null ? '' : `; ${priceOf(bytes)}`}`,
  });
  if (!isFilterable({ described }))
    return insights(`a group of the class ${described?.class} cannot be asked otherwise`);
  if (read === 'filter') return filter('read is set to filter');
  if (read === 'insights') return insights('read is set to insights');
  if (bytes === null) return filter('how much there is cannot be told');
  const size = `about ${sizeOf(bytes)} are kept of that time`;
  if (bytes <= FILTERED_BYTES) return filter(size);
  if (bytes > INSIGHTS_BYTES)
    return filter(`${size}, and read=insights was not said: that would be ${priceOf(bytes)}`);
  return isNarrowed ? insights(size) : filter(`${size}, and all of it is wanted`);
}

/** By its class: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html */
export function isFilterable({ described }: Pick<LogGroup, 'described'>): boolean {
  return described === null || described.class === 'STANDARD';
}

function priceOf(bytes: number): string {
  const dollars = (bytes / 1e9) * DOLLARS_PER_GB;
  const amount = dollars < 0.01 ? 'less than $0.01' : `about $${dollars.toFixed(2)}`;
  return `${amount} ($${DOLLARS_PER_GB} a GB scanned in us-east-1; other regions differ, and more may be scanned than is kept)`;
}

/** Of what the group keeps, as far as that lies within the stretch; evenly, for nothing else is known. Null: it may not be asked. */
export function bytesWithin(
  { described, extent }: LogGroup,
  { fromMs, toMs }: MilliStretch,
  nowMs: number,
): number | null {
  if (described === null) return null;
  const beginMs = extent === null ? bornMs(described, nowMs) : extent.oldestUs / 1000;
  const wholeMs = Math.max(nowMs - beginMs, 1);
  const partMs = Math.min(toMs ?? nowMs, nowMs) - Math.max(fromMs ?? beginMs, beginMs);
  return Math.round(described.storedBytes * Math.min(Math.max(partMs / wholeMs, 0), 1));
}

function bornMs({ creationTime, retentionInDays }: DescribedGroup, nowMs: number): number {
  return retentionInDays === null
    ? creationTime
    : Math.max(creationTime, nowMs - retentionInDays * 86_400_000);
}
