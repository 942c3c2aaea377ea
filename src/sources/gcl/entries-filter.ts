/** The filter for a cluster's audit entries of a stretch of time, as one text. */
import { formatMicros } from '../../event/micros.ts';
import type { EventTest } from '../../query/event-test.ts';
import type { Window } from '../../query/query.ts';
import type { Ask } from '../store/store.ts';
import { type Filter, toFilter } from './filter.ts';
import type { GclSettings } from './gcl-settings.ts';

/** In it are all changes, and nobody can switch it off; in it are all reads, and it is off unless switched on. */
export type AuditLog = 'activity' | 'data_access';

/** https://cloud.google.com/logging/quotas */
const MOST_CHARACTERS = 20_000;

export interface Entries {
  readonly logs: readonly AuditLog[];
  readonly window: Window;
  readonly more: readonly Filter[];
}

/** Of one cluster: the API server's entries, not those of what manages clusters (container.googleapis.com). */
export function entriesFilter({ cluster, location }: GclSettings, { logs, window, more }: Entries): string {
  const { sinceUs, untilUs } = window;
  const lines = [
    'resource.type="k8s_cluster"',
    `resource.labels.cluster_name="${cluster}"`,
    ...(location === undefined ? [] : [`resource.labels.location="${location}"`]),
    `(${logs.map((log) => `log_id("cloudaudit.googleapis.com/${log}")`).join(' OR ')})`,
    'protoPayload.serviceName="k8s.io"',
    ...(sinceUs === null ? [] : [`timestamp>="${formatMicros(sinceUs)}"`]),
    ...(untilUs === null ? [] : [`timestamp<"${formatMicros(untilUs)}"`]),
  ];
  let text = lines.join('\nAND ');
  for (const line of more) {
    const longer = line === true ? text : `${text}\nAND ${line === false ? NOTHING : line}`;
    // What does not fit is judged here alone.
    if (longer.length <= MOST_CHARACTERS) text = longer;
  }
  return text;
}

const NOTHING = 'NOT resource.type="k8s_cluster"';

/** The parts that have to hold all. */
export function conjunctsOf(test: EventTest): readonly Filter[] {
  return test.kind === 'all' ? test.of.map(toFilter) : [toFilter(test)];
}

/** An entry has one time, which is told as when its request was received and as when it ended. */
export function windowOf({ received, stages }: Ask): Window {
  const sinces = [received.sinceUs, stages.sinceUs].filter((us) => us !== null);
  return { sinceUs: sinces.length === 0 ? null : Math.max(...sinces), untilUs: received.untilUs };
}
