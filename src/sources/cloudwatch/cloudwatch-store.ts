/** A log group of CloudWatch Logs: looks at it, and at how events lie there. The reading is cloudwatch-shape.ts's. */
import { parseMicros } from '../../event/micros.ts';
import type { Shape, Store } from '../store/store.ts';
import { clockOf, type Stamped } from '../store/store-clock.ts';
import type { CloudWatchSettings } from './cloudwatch-settings.ts';
import { CloudWatchShape } from './cloudwatch-shape.ts';
import { type LogGroup, listAt, lookAtGroup, numberOf } from './log-group.ts';
import type { LogsApi } from './logs-api.ts';
import { endsLikeEvent } from './read-by-filter.ts';

/** Messages that are looked at to see how events lie there. */
const SAMPLE_EVENTS = 20;
/** Pages may be empty: it is only a look. */
const SAMPLE_PAGES = 3;
/** Up to the newest known; that is an hour late. */
const SAMPLE_MS = 2 * 3600_000;

export class CloudWatchStore implements Store {
  readonly name: string;
  readonly billed: boolean;
  /** EKS sends them within minutes: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html. */
  readonly lateUs = 180 * 1_000_000;
  readonly #settings: CloudWatchSettings;
  readonly #api: LogsApi;
  readonly #now: () => number;

  /** `now`: milliseconds since the epoch. */
  constructor(name: string, settings: CloudWatchSettings, api: LogsApi, now: () => number) {
    this.name = name;
    // FilterLogEvents is free of charge, Logs Insights is not.
    this.billed = settings.read !== 'filter';
    this.#settings = settings;
    this.#api = api;
    this.#now = now;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const group = await lookAtGroup(this.#api, this.#settings, this.#now(), signal);
    const { address } = await this.#api.place();
    const sample = await this.#sample(group, signal);
    return new CloudWatchShape({
      name: this.name,
      settings: this.#settings,
      ...{ api: this.#api, address, group, now: this.#now },
      clock: clockOf(sample.map(stampedOf)),
      isTestable:
        sample.length === 0 ? isOfEks(this.#settings) : sample.every(({ message }) => isLine(message)),
    });
  }

  async close(): Promise<void> {
    this.#api.close();
  }

  /** Of other classes than the standard one, all that is asked is paid for. */
  async #sample({ described, extent }: LogGroup, signal: AbortSignal): Promise<readonly Sampled[]> {
    if (described !== null && described.class !== 'STANDARD') return [];
    const { group, streams } = this.#settings;
    const newestMs = extent === null ? this.#now() : extent.newestUs / 1000;
    const request = {
      logGroupName: group,
      ...(streams === '' ? {} : { logStreamNamePrefix: streams }),
      ...{ startTime: Math.max(0, newestMs - SAMPLE_MS), limit: SAMPLE_EVENTS },
    };
    let nextToken: unknown;
    for (let page = 0; page < SAMPLE_PAGES; page++) {
      const more = nextToken === undefined ? {} : { nextToken };
      const { json } = await this.#api.call('FilterLogEvents', { ...request, ...more }, signal);
      const events = listAt(json, 'events');
      nextToken = (json as { readonly nextToken?: unknown } | null)?.nextToken ?? undefined;
      if (events.length > 0 || nextToken === undefined) return events;
    }
    return [];
  }
}

type Sampled = Readonly<Record<string, unknown>>;

/** There a message is the event's line, as the API server writes it. */
function isOfEks({ group, streams }: CloudWatchSettings): boolean {
  return /^\/aws\/eks\/[\w-]+\/cluster$/.test(group) && streams.startsWith('kube-apiserver-audit');
}

/** An event's own fields lie at its root, and no space stands between them. */
function isLine(message: unknown): boolean {
  if (typeof message !== 'string') return false;
  if (!endsLikeEvent(message)) return message.startsWith('{"kind":"Event",');
  try {
    const { auditID } = JSON.parse(message) as { readonly auditID?: unknown };
    return typeof auditID === 'string' && message.includes(`"auditID":"`);
  } catch {
    return false;
  }
}

function stampedOf({ timestamp, message }: Sampled): Stamped {
  // The last ones: what stands in bodies stands before.
  const stamp = (name: string): number | null => {
    const found = [...String(message).matchAll(new RegExp(`"${name}":"([^"]*)"`, 'g'))].at(-1)?.[1];
    return found === undefined || !endsLikeEvent(message) ? null : parseMicros(found);
  };
  return {
    storeUs: (numberOf(timestamp) ?? 0) * 1000,
    receivedUs: stamp('requestReceivedTimestamp'),
    stageUs: stamp('stageTimestamp'),
  };
}
