/** The cluster's Events, as `kubectl get events -A -o json` prints them, or one a line: core/v1 and events.k8s.io/v1. */
import { parseMicros } from '../event/micros.ts';
import type { Moment } from '../event/moment.ts';
import { redactText } from '../event/redact.ts';
import { resourceTypes } from '../event/resource-table.ts';
import { at, text, whole } from './json-field.ts';
import type { RecordKind, Telling, Told } from './moment-kind.ts';

export const events: RecordKind = {
  name: 'events',
  means: "the cluster's Events: kubectl get events -A -o json",
  isInCluster: true,
  reads: 'records',
  decode(record, telling) {
    const items = at(record, 'items');
    return (Array.isArray(items) ? items : [record]).flatMap((item) => momentsOf(item, telling));
  },
};

/** One Event stands for all that were alike: the first and the last of them are told. */
function momentsOf(item: unknown, { source, line }: Telling): readonly Told[] {
  const involved = at(item, 'involvedObject') ?? at(item, 'regarding');
  if (involved === undefined) return [{ unreadable: 'no Event' }];
  const times = timesOf(item);
  const [first = null] = times;
  const last = times.at(-1) ?? null;
  if (first === null || last === null) return [{ unreadable: 'an Event without a time' }];
  const count =
    whole(at(item, 'series', 'count')) ?? whole(at(item, 'count')) ?? whole(at(item, 'deprecatedCount'));
  const reason = text(at(item, 'reason')) ?? 'no reason';
  const message = (text(at(item, 'message')) ?? text(at(item, 'note')) ?? '').trim();
  const object = objectOf(involved);
  // A token in small letters would not be known for one.
  const kind = redactText(text(at(involved, 'kind')) ?? '').toLowerCase();
  const name = [object.namespace, kind, object.name].filter(Boolean).join('/');
  const moment = (atUs: number, which: string): Told => ({
    moment: {
      ...{ origin: 'event', atUs, source, line, object, ip: null, auditID: null },
      who: redactText(reporterOf(item)),
      text: redactText(`${reason} ${name}${message === '' ? '' : `: ${message}`}${which}`),
      isAlarming: text(at(item, 'type')) === 'Warning',
    } satisfies Moment,
  });
  if (first === last || count === null || count < 2) return [moment(last, '')];
  return [moment(first, ` (first of ${count})`), moment(last, ` (last of ${count})`)];
}

/** In order; Kubernetes leaves out those that it has no use for (null, or Go's zero time). */
function timesOf(item: unknown): readonly number[] {
  const texts = [
    at(item, 'firstTimestamp') ?? at(item, 'deprecatedFirstTimestamp'),
    at(item, 'eventTime'),
    at(item, 'lastTimestamp') ?? at(item, 'deprecatedLastTimestamp'),
    at(item, 'series', 'lastObservedTime'),
  ];
  const known = texts.flatMap((time) => parseMicros(text(time) ?? '') ?? []);
  const made = parseMicros(text(at(item, 'metadata', 'creationTimestamp')) ?? '');
  return known.length > 0 ? known.sort((a, b) => a - b) : made === null ? [] : [made];
}

function reporterOf(item: unknown): string {
  const names = [
    at(item, 'reportingComponent'),
    at(item, 'reportingController'),
    at(item, 'source', 'component'),
    at(item, 'deprecatedSource', 'component'),
  ];
  return names.map(text).find((name) => name !== null && name !== '') ?? 'event';
}

function objectOf(involved: unknown): NonNullable<Moment['object']> {
  const apiVersion = text(at(involved, 'apiVersion')) ?? '';
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const kind = text(at(involved, 'kind'));
  const type = resourceTypes().find((known) => known.kind === kind && known.group === group);
  const namespace = text(at(involved, 'namespace'));
  return {
    ...{ group, resource: type?.resource ?? null },
    // An Event about a cluster-scoped object stands in a namespace, the object does not.
    namespace: type?.isNamespaced === false || namespace === '' ? null : namespace,
    name: text(at(involved, 'name')),
    uid: text(at(involved, 'uid')),
  };
}
