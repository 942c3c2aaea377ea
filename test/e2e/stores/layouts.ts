/** Objects as forwarders and clouds write them into archives: some events each, in the order in which they come. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { EventJson } from '../../support/arbitrary.ts';
import type { PutObject } from './bucket.ts';

const EVENTS_EACH = 4;

/** `hour`: of the first of them. */
export type Layout = (lines: readonly EventJson[], hour: Date, number: number) => PutObject;

export function objectsOf(jsons: readonly EventJson[], layout: Layout): readonly PutObject[] {
  return Array.from({ length: Math.ceil(jsons.length / EVENTS_EACH) }, (_, number) => {
    const some = jsons.slice(number * EVENTS_EACH, (number + 1) * EVENTS_EACH);
    const hour = new Date(Math.min(...some.map(timeOf)));
    hour.setUTCMinutes(0, 0, 0);
    return layout(some, hour, number);
  });
}

function timeOf(json: EventJson): number {
  return Date.parse(String(json.requestReceivedTimestamp ?? json.stageTimestamp));
}

function writtenAt(jsons: readonly EventJson[]): string {
  const latest = Math.max(...jsons.map((json) => Date.parse(String(json.stageTimestamp))));
  return new Date(Math.ceil(latest / 1000) * 1000 + 60_000).toISOString();
}

const lines = (jsons: readonly unknown[]): string =>
  jsons.map((json) => `${JSON.stringify(json)}\n`).join('');
const iso = (hour: Date, length: number): string => hour.toISOString().slice(0, length);

/** Below `audit/`, gzip. */
export const FIREHOSE: Layout = (some, hour, number) => ({
  key: `audit/${iso(hour, 13).replaceAll(/[-T]/g, '/')}/k8s-1-${iso(hour, 19).replaceAll(/[T:]/g, '-')}-${number}`,
  body: gzipSync(lines(some)),
  at: writtenAt(some),
});

/** Azure's diagnostic settings of a cluster, plain. */
export const AKS: Layout = (some, hour, number) => {
  const [year, month, day, h] = iso(hour, 13).split(/[-T]/);
  const records = some.map((json) => ({
    time: json.stageTimestamp,
    category: 'kube-audit',
    operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
    properties: { log: `${JSON.stringify(json)}\n`, stream: 'stdout', pod: 'kube-apiserver-0' },
  }));
  return {
    key: `resourceId=/SUBSCRIPTIONS/${number}/y=${year}/m=${month}/d=${day}/h=${h}/m=00/PT1H.json`,
    body: lines(records),
    at: writtenAt(some),
  };
};

/** Packed with zstd, whatever their names say. */
export const VECTOR: Layout = (some, hour, number) => ({
  key: `date=${iso(hour, 10)}/${Math.floor(hour.getTime() / 1000) + number}-5b1c8f2e-${number}.log.gz`,
  body: zstdCompressSync(lines(some)),
  at: writtenAt(some),
});

/** Gzip, each line behind its time. */
export const CLOUDWATCH: Layout = (some, _hour, number) => ({
  key: `export/6c0f/kube-apiserver-audit-${number}/000000.gz`,
  body: gzipSync(
    some.map((json) => `${iso(new Date(timeOf(json)), 23)}Z ${JSON.stringify(json)}\n`).join(''),
  ),
  at: writtenAt(some),
});
