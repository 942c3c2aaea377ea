/** How long requests took, by verb and type. What is meant to last (watch, exec, log) is left out. */
import type { Cell, Column } from '../../../answer.ts';
import { LONG_RUNNING_SUBRESOURCES, LONG_RUNNING_VERBS } from '../../../event/request.ts';
import { parseCountFields } from '../../../query/count-fields.ts';
import { any, not, oneOf } from '../../../query/predicate.ts';
import type { TopRow } from '../top-row.ts';
import type { View } from './view.ts';
import { column, RESOURCE } from './view-columns.ts';

export const slow: View = {
  name: 'slow',
  counts: { one: 'request', many: 'requests' },
  names: ['verb', 'resource', 'subresource'],
  leads: 'slowest:',
  by: parseCountFields(['verb,group,resource,subresource']),
  values: [],
  predicate: not(
    any(
      oneOf('verb', [...LONG_RUNNING_VERBS]),
      oneOf('objectRef.subresource', [...LONG_RUNNING_SUBRESOURCES]),
    ),
  ),
  where: null,
  bucketUs: null,
  measuresTime: true,
  columns: [column('VERB', 'verb', { shrink: 0 }), RESOURCE],
  more: [
    { name: '>500MS', shrink: 0, cell: (row) => slowCell(row) },
    time('MEDIAN', 'medianMs'),
    time('95%', 'p95Ms'),
    time('SLOWEST', 'slowestMs'),
    {
      ...{ name: 'MOSTLY', readable: 10 },
      wide: (rows) => rows.every((row) => latencyOf(row)?.mostly == null),
      cell: (row) => mostlyCell(row),
    },
  ],
  notes: (rows) => [
    {
      code: 'durations',
      text: `from stageTimestamp - requestReceivedTimestamp of the outcome; median and 95% are within 1% of it. The first rows have the most requests over 500 ms, then the highest 95%. MOSTLY: of the requests over 500 ms, what took the most of their time (annotations apiserver.latency.k8s.io/…, which the API server gives only to those)`,
    },
    ...(rows.some(({ latency, count }) => latency !== null && latency.measured < count)
      ? [{ code: 'not-measured', text: 'some requests lack one of both times, and are only counted' }]
      : []),
  ],
};

function latencyOf(row: unknown) {
  return (row as TopRow).latency;
}

function slowCell(row: unknown): Cell {
  const latency = latencyOf(row);
  return latency === null ? { kind: 'none' } : { kind: 'number', value: latency.over500ms };
}

function time(name: string, of: 'medianMs' | 'p95Ms' | 'slowestMs'): Column {
  return {
    name,
    shrink: 0,
    cell: (row) => {
      const ms = latencyOf(row)?.[of] ?? null;
      return ms === null ? { kind: 'none' } : { kind: 'text', text: durationText(ms) };
    },
  };
}

function mostlyCell(row: unknown): Cell {
  const mostly = latencyOf(row)?.mostly ?? null;
  return mostly === null ? { kind: 'none' } : { kind: 'text', text: mostly };
}

/** `850us`, `12ms`, `1.4s`, `2m10s`. */
export function durationText(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)}us`;
  if (ms < 9.95) return `${ms.toFixed(1)}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
