/** Which time orders a table's rows: a column of times, best the one that the table is sorted by; else the event's own. */
import { UserError } from '../../errors.ts';
import { formatMicros, parseMicros } from '../../event/micros.ts';
import type { Nanos } from '../store/nanos.ts';
import { type Moment, OWN_TIMES, type Place } from './place.ts';
import { type Column, isNullable, isTime } from './places.ts';
import { quotedName, type Values } from './sql.ts';

export interface StoreTime {
  /** For messages. */
  readonly in: string;
  /** What rows are sorted by. */
  readonly sql: string;
  /** That time as text, which `nanosOf` reads. */
  told(sql: string): string;
  nanosOf(told: string): Nanos;
  /** Both ends belong to it; null: no bound. */
  within(from: Nanos | null, to: Nanos | null, values: Values): readonly string[];
}

/** Throws a UserError when the column that is set is none of times. */
export function storeTimeOf(set: string | null, columns: readonly Column[], place: Place): StoreTime {
  const times = columns.filter(({ type }) => isTime(type));
  const chosen =
    set === null
      ? times.filter(({ type }) => !isNullable(type)).toSorted((a, b) => rankOf(b) - rankOf(a))[0]
      : times.find(({ name }) => name === set);
  if (set !== null && chosen === undefined)
    throw new UserError(
      'AUDIT_BAD_CONFIG',
      `there is no column ${JSON.stringify(set)} of DateTime or DateTime64`,
      {
        hint: `columns of times: ${times.map(({ name }) => name).join(', ') || 'none'}`,
      },
    );
  if (chosen !== undefined) return byColumn(chosen, columns);
  const own = [...OWN_TIMES].reverse().map((field) => place.moment(field));
  const moment = own.find((one) => one !== null) ?? { as: 'micros', sql: '0' };
  return moment.as === 'text' ? byText(moment) : byMicros(moment);
}

/** Sorted by it first, then the finest, then by its name. */
function rankOf({ name, type, isSorting }: Column): number {
  const digits = Number(/DateTime64\((\d)/.exec(type)?.[1] ?? 0);
  const named = /^_?(?:@?timestamp|time|ts)$/i.test(name) ? 0.5 : 0;
  return (isSorting ? 100 : 0) + digits + named;
}

function byColumn({ name, type }: Column, columns: readonly Column[]): StoreTime {
  const sql = isNullable(type) ? `ifNull(${quotedName(name)}, toDateTime64(0, 9))` : quotedName(name);
  // OpenTelemetry's table is sorted by the same time, cut to the second.
  const coarse = name === 'Timestamp' && columns.some((column) => column.name === 'TimestampTime');
  return {
    in: `the column ${name}`,
    sql,
    told: (at) => `toString(toUnixTimestamp64Nano(CAST(${at}, 'DateTime64(9)')))`,
    nanosOf: (text) => BigInt(text),
    within: (from, to, values) => {
      const at = (ns: Nanos) => `fromUnixTimestamp64Nano(${values.whole(ns)}, 'UTC')`;
      const inColumn = (column: string, start: Nanos | null, end: Nanos | null) => [
        ...(start === null ? [] : [`${column} >= ${at(start)}`]),
        ...(end === null ? [] : [`${column} <= ${at(end)}`]),
      ];
      const cut = from === null ? null : from - (from % 1_000_000_000n);
      return [...inColumn(sql, from, to), ...(coarse ? inColumn(quotedName('TimestampTime'), cut, to) : [])];
    },
  };
}

/** The API server writes all of them in one form, so that they sort as texts. */
function byText({ sql }: Moment): StoreTime {
  return {
    in: "the event's own",
    sql,
    told: (at) => at,
    nanosOf: (text) => BigInt(parseMicros(text) ?? 0) * 1000n,
    within: (from, to, values) => {
      const text = (ns: Nanos) => values.text(formatMicros(Number(ns / 1000n)));
      return [
        ...(from === null ? [] : [`${sql} >= ${text(from)}`]),
        ...(to === null ? [] : [`${sql} <= ${text(to)}`]),
      ];
    },
  };
}

function byMicros(moment: Moment): StoreTime {
  const sql = `ifNull(${moment.sql}, 0)`;
  return {
    in: "the event's own",
    sql,
    told: (at) => `toString(${at})`,
    nanosOf: (text) => BigInt(text) * 1000n,
    within: (from, to, values) => [
      ...(from === null ? [] : [`${sql} >= ${values.whole(from / 1000n)}`]),
      ...(to === null ? [] : [`${sql} <= ${values.whole(to / 1000n)}`]),
    ],
  };
}
