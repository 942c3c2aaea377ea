/** What CloudWatch says about a log group and the streams of the audit log in it, as far as it may be asked. */
import { UserError } from '../../errors.ts';
import type { Extent } from '../store/store.ts';
import type { CloudWatchSettings } from './cloudwatch-settings.ts';
import type { LogsApi } from './logs-api.ts';
import { refusalType } from './refusals.ts';

export interface LogGroup {
  /** Null: it may not be asked. */
  readonly described: DescribedGroup | null;
  /** Of the streams; null: they may not be listed, or are too many. */
  readonly extent: Extent | null;
  /** Streams of the audit log; null: as above. */
  readonly streams: number | null;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html */
export interface DescribedGroup {
  readonly storedBytes: number;
  /** Milliseconds since the epoch. */
  readonly creationTime: number;
  /** Null: for ever. */
  readonly retentionInDays: number | null;
  /** `STANDARD`, `INFREQUENT_ACCESS`, … */
  readonly class: string;
  /** What looks sensitive is masked. */
  readonly isMasked: boolean;
}

const DAY_MS = 86_400_000;
/** 50 each. */
const MOST_STREAM_PAGES = 20;
/** Named when another one is not there. */
const MOST_NAMED = 8;

/** Throws a UserError when there is no such group, or no audit log in it. */
export async function lookAtGroup(
  api: LogsApi,
  settings: CloudWatchSettings,
  nowMs: number,
  signal: AbortSignal,
): Promise<LogGroup> {
  const described = await unlessDenied(describe(api, settings, signal));
  const streams = await unlessDenied(streamsOf(api, settings, signal));
  if (streams?.length === 0) throw await noStreams(api, settings);
  const retentionMs = (described?.retentionInDays ?? Number.POSITIVE_INFINITY) * DAY_MS;
  return {
    described,
    streams: streams?.length ?? null,
    extent: extentOf(streams ?? [], nowMs - retentionMs),
  };
}

async function unlessDenied<T>(asking: Promise<T>): Promise<T | null> {
  return await asking.catch((error: unknown) => {
    if (/^AccessDenied/.test(refusalType(error))) return null;
    throw error;
  });
}

async function describe(
  api: LogsApi,
  settings: CloudWatchSettings,
  signal: AbortSignal,
): Promise<DescribedGroup> {
  const { group } = settings;
  const found = (await groupsBelow(group, api, signal)).find(({ logGroupName }) => logGroupName === group);
  if (found === undefined) throw await noGroup(api, settings, signal);
  return {
    storedBytes: numberOf(found.storedBytes) ?? 0,
    creationTime: numberOf(found.creationTime) ?? 0,
    retentionInDays: numberOf(found.retentionInDays),
    class: typeof found.logGroupClass === 'string' ? found.logGroupClass : 'STANDARD',
    isMasked: found.dataProtectionStatus === 'ACTIVATED',
  };
}

type Described = Readonly<Record<string, unknown>>;

/** The first 50: names come in their order, and the prefix itself before all that are longer. */
async function groupsBelow(prefix: string, api: LogsApi, signal: AbortSignal): Promise<readonly Described[]> {
  const { json } = await api.call('DescribeLogGroups', { logGroupNamePrefix: prefix }, signal);
  return listAt(json, 'logGroups');
}

/** Null: too many. */
async function streamsOf(
  api: LogsApi,
  { group, streams }: CloudWatchSettings,
  signal: AbortSignal,
): Promise<readonly Described[] | null> {
  const found: Described[] = [];
  const asked = { logGroupName: group, ...(streams === '' ? {} : { logStreamNamePrefix: streams }) };
  let nextToken: unknown;
  for (let page = 0; page < MOST_STREAM_PAGES; page++) {
    const more = nextToken === undefined ? {} : { nextToken };
    const { json } = await api.call('DescribeLogStreams', { ...asked, ...more }, signal);
    found.push(...listAt(json, 'logStreams'));
    nextToken = (json as Described | null)?.nextToken ?? undefined;
    if (nextToken === undefined) return found;
  }
  return null;
}

/** The newest is known to within an hour, says the service. */
function extentOf(streams: readonly Described[], keptSinceMs: number): Extent | null {
  const times = streams.flatMap((stream) => {
    const [first, last] = [numberOf(stream.firstEventTimestamp), numberOf(stream.lastEventTimestamp)];
    return first === null || last === null ? [] : [{ first, last }];
  });
  if (times.length === 0) return null;
  const oldestMs = Math.max(Math.min(...times.map(({ first }) => first)), keptSinceMs);
  const newestMs = Math.max(...times.map(({ last }) => last));
  return oldestMs > newestMs ? null : { oldestUs: oldestMs * 1000, newestUs: newestMs * 1000 };
}

async function noGroup(api: LogsApi, settings: CloudWatchSettings, signal: AbortSignal): Promise<UserError> {
  const { group } = settings;
  const { region } = await api.place();
  const others = (await groupsBelow('/aws/eks/', api, signal)).map(({ logGroupName }) =>
    String(logGroupName),
  );
  const named = others.slice(0, MOST_NAMED).join(', ');
  const there =
    others.length === 0
      ? `${region} has no group of an EKS cluster: is it another region, or another account?`
      : `of EKS clusters there are in ${region}: ${named}${others.length > MOST_NAMED ? ', …' : ''}`;
  const mend = switchOn(group, region);
  return new UserError('AUDIT_STORE_REFUSED', `there is no log group ${group} in ${region}`, {
    hint: `${there}${mend === null ? '' : `; if the cluster logs nothing yet: ${mend}`}`,
  });
}

async function noStreams(api: LogsApi, { group, streams }: CloudWatchSettings): Promise<UserError> {
  const { region } = await api.place();
  const mend = switchOn(group, region);
  return new UserError(
    'AUDIT_NO_AUDIT_LOG',
    `the log group ${group} in ${region} has no stream ${streams}…: no audit log was ever sent there`,
    {
      hint:
        mend === null
          ? 'streams says what the names of its streams begin with'
          : `switch it on; from then on it is kept: ${mend}`,
    },
  );
}

/** The command that has EKS send its audit log. Null: it is no EKS group. */
function switchOn(group: string, region: string): string | null {
  const [, cluster] = /^\/aws\/eks\/([\w-]+)\/cluster$/.exec(group) ?? [];
  if (cluster === undefined) return null;
  return `aws eks update-cluster-config --region ${region} --name ${cluster} --logging '{"clusterLogging":[{"types":["audit"],"enabled":true}]}'`;
}

/** Throws a UserError where there is none: CloudWatch Logs gives an empty one when nothing is found. */
export function listAt(json: unknown, key: string): readonly Described[] {
  const value = (json as Described | null)?.[key];
  if (Array.isArray(value)) return value as readonly Described[];
  throw new UserError('AUDIT_STORE_REFUSED', `CloudWatch Logs answered without ${key}`, {
    hint: 'is it the right address, or does a proxy answer for it?',
  });
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
