/** top's rows (PRODUCT §4) and the columns over them. */

import type { AnswerDocument, Cell, Column, Row } from '../../answer.ts';
import { formatMicros } from '../../event/micros.ts';
import { kubectlName } from '../../event/resource-names.ts';
import type { CountField } from '../../query/count-fields.ts';
import type { Field } from '../../query/predicate.ts';
import { text, time } from '../cells.ts';
import { shortUser } from '../short-user.ts';
import { sparkText } from '../spark-text.ts';
import type { GroupCount } from './group-counts.ts';
import type { Latency } from './latencies.ts';
import type { View } from './views/view.ts';

export type TopRow = {
  /** What its requests have in common, under the names of `--count`; null: they have no such thing. */
  readonly group: Readonly<Record<string, GroupValue>>;
  readonly count: number;
  /** Of all requests that were counted: 0 to 1. */
  readonly share: number;
  readonly first: string | null;
  readonly last: string | null;
  /**
   * Counts over time, in equal parts that all rows have in common; a note says how long they are and when the first begins,
   * which `coverage.from` lies in.
   */
  readonly buckets: readonly number[];
  /** The count of the window before, which was as long; null: not asked for. */
  readonly previous: number | null;
  /** How long its requests took, with `--view slow`; else null. */
  readonly latency: Latency | null;
};

/** A code is a number, and dryRun true or false. */
export type GroupValue = string | number | boolean | null;

export type TopAnswer = AnswerDocument<TopRow>;

/** What a value of a group is: a field's, or a view's own. */
export interface GroupField {
  readonly name: string;
  /** Null: no field's. */
  readonly field: Field | null;
}

/** In the order of the values in a group's key. */
export function groupFields(by: readonly CountField[], view: View | null): readonly GroupField[] {
  return [...by, ...(view?.values ?? []).map(({ name }) => ({ name, field: null }))];
}

/** Makes rows, of which there may be very many: what they have in common is one object. */
export class RowMaker {
  readonly #by: readonly GroupField[];
  readonly #total: number;
  readonly #texts = new Shared<string>();
  readonly #series = new Shared<readonly number[]>();

  /** `total`: all requests that were counted. */
  constructor(by: readonly GroupField[], total: number) {
    this.#by = by;
    this.#total = total;
  }

  /** `key`: a JSON list of the fields' values. */
  row(
    { key, count, firstUs, lastUs, buckets }: GroupCount,
    previous: number | null,
    latency: Latency | null = null,
  ): TopRow {
    const values = JSON.parse(key) as (string | null)[];
    const first = firstUs === null ? null : formatMicros(firstUs);
    return {
      group: Object.fromEntries(this.#by.map((one, n) => [one.name, this.#value(one, values[n] ?? null)])),
      count,
      share: this.#total === 0 ? 0 : Number((count / this.#total).toFixed(6)),
      first,
      last: lastUs === firstUs || lastUs === null ? first : formatMicros(lastUs),
      buckets: this.#series.of(buckets.join(), buckets),
      previous,
      latency,
    };
  }

  #value(field: GroupField, text: string | null): GroupValue {
    const value = groupValue(field, text);
    return typeof value === 'string' ? this.#texts.of(value, value) : value;
  }
}

/** As many as are worth being shared, and no more. */
const SHARED = 10_000;

class Shared<T> {
  readonly #known = new Map<string, T>();

  of(key: string, value: T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size < SHARED) this.#known.set(key, value);
    return value;
  }
}

function groupValue({ field }: GroupField, text: string | null): GroupValue {
  if (text === null) return null;
  if (field === 'responseStatus.code') return Number(text);
  return field === 'dryRun' ? text === 'true' : text;
}

/** Characters that a table gives a trend at most; all of them where nothing is cut. */
const TREND_WIDTH = 12;
const TREND_WIDTH_WIDE = 24;

export function columnsFor(
  { by, view }: { readonly by: readonly CountField[]; readonly view: View | null },
  rows: readonly TopRow[],
): readonly Column[] {
  const hasTrend = rows.some(({ buckets }) => buckets.length > 1);
  const isCompared = rows.some(({ previous }) => previous !== null);
  return [
    ...(view?.columns ?? groupFields(by, view).map(groupColumn)),
    { name: 'COUNT', shrink: 0, cell: (row) => ({ kind: 'number', value: asRow(row).count }) },
    { name: 'SHARE', shrink: 0, cell: (row) => text(percent(asRow(row).share)) },
    ...(isCompared ? COMPARED : []),
    ...(view?.more ?? []),
    { name: 'FIRST', shrink: 0, drop: 3, cell: (row) => time(asRow(row).first, 'time') },
    { name: 'LAST', shrink: 0, drop: 1, cell: (row) => time(asRow(row).last, 'age') },
    ...(hasTrend ? [TREND] : []),
  ];
}

const COMPARED: readonly Column[] = [
  { name: 'BEFORE', shrink: 0, cell: (row) => ({ kind: 'number', value: asRow(row).previous ?? 0 }) },
  { name: 'CHANGE', shrink: 0, cell: (row) => text(changeText(asRow(row))) },
];

const TREND: Column = {
  name: 'TREND',
  shrink: 0,
  drop: 2,
  cell: (row) => text(trendText(asRow(row), TREND_WIDTH_WIDE)),
  brief: (row) => text(trendText(asRow(row), TREND_WIDTH)),
};

function groupColumn(of: GroupField): Column {
  const cell = (row: Row) => valueCell(asRow(row).group[of.name] ?? null, of);
  const look = LOOKS[of.name] ?? {};
  const column = { name: columnName(of), ...look, cell };
  if (of.name !== 'user' && of.name !== 'as') return column;
  return { ...column, brief: (row) => userCell(asRow(row).group[of.name] ?? null) };
}

/** What is long may be cut, in the place where it tells least. */
const LOOKS: Readonly<Record<string, Pick<Column, 'readable' | 'shorten'>>> = {
  user: { readable: 20, shorten: 'path' },
  as: { readable: 20, shorten: 'path' },
  name: { readable: 20, shorten: 'middle' },
  ip: { readable: 15, shorten: 'middle' },
  agent: { readable: 20 },
  path: { readable: 24, shorten: 'path' },
  uri: { readable: 24, shorten: 'path' },
};

function columnName({ name }: GroupField): string {
  return name.replace(/[A-Z]+/, '-$&').toUpperCase();
}

function valueCell(value: GroupValue, { field }: GroupField): Cell {
  // Tables and CSV cannot tell '' from nothing.
  if (field === 'objectRef.apiGroup' && value === '') return text('core');
  return value === null ? { kind: 'none' } : text(String(value));
}

function userCell(value: GroupValue): Cell {
  return text(shortUser(value === null ? null : String(value)));
}

export function percent(share: number): string {
  const hundredths = share * 100;
  if (hundredths >= 10) return `${Math.round(hundredths)}%`;
  if (hundredths >= 0.1) return `${hundredths.toFixed(1)}%`;
  return hundredths > 0 ? '<0.1%' : '0%';
}

function changeText({ count, previous }: TopRow): string {
  if (previous === null || previous === count) return '=';
  if (previous === 0) return 'new';
  if (count === 0) return 'gone';
  const times = count / previous;
  return times >= 10 ? `×${Math.round(times)}` : `${times > 1 ? '+' : '-'}${percent(Math.abs(times - 1))}`;
}

function trendText({ buckets }: TopRow, width: number): string {
  return sparkText(buckets, Math.max(1, Math.ceil(buckets.length / width)));
}

/** kubectl's name of the type, and of the object where they are counted by it. */
export function nameOfRow(row: Row): string {
  const { group, resource, name } = asRow(row).group;
  if (resource == null) return '';
  const type = kubectlName(String(group ?? ''), String(resource));
  return name == null ? type : `${type}/${name}`;
}

function asRow(row: Row): TopRow {
  return row as TopRow;
}
