/** The places that are known: a line of text, a JSON column, a map of attributes, and a column for each value. */
import { formatMicros } from '../../event/micros.ts';
import type { EventPath } from '../../query/event-test.ts';
import { flattened } from './flattened.ts';
import {
  type Moment,
  microsOfText,
  microsOfTime,
  OWN_TIMES,
  type OwnTime,
  type Place,
  type Row,
} from './place.ts';
import { quotedName, word } from './sql.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isSorting: boolean;
}

/** `isTestable`: every line is the event's JSON and nothing else. */
export function placeOfLine({ name, type }: Column, isTestable: boolean): Place {
  const line = isNullable(type) ? `ifNull(${quotedName(name)}, '')` : quotedName(name);
  const text = (path: EventPath) => `JSONExtractString(${line}, ${keys(path)})`;
  const extract = (path: EventPath, as: string) => `JSONExtract(${line}, ${keys(path)}, '${as}')`;
  const ifTestable = (sql: string) => (isTestable ? sql : null);
  return {
    in: `the column ${name}, as text`,
    text: (path) => ifTestable(text(path)),
    list: (path) => ifTestable(extract(path, 'Array(String)')),
    number: (path) => ifTestable(extract(path, 'Nullable(Int64)')),
    moment: (field) => (isTestable ? { as: 'text', sql: text(field) } : null),
    // Written otherwise in JSON, other signs may be.
    mention: (value, values) =>
      /^[\w.:@-]+$/.test(value) ? `position(${line}, ${values.text(value)}) > 0` : null,
    holds: `position(${line}, 'auditID') > 0`,
    // A line that was cut, where it was kept at all.
    broken: `NOT (endsWith(${line}, '}') OR endsWith(${line}, '}\\n'))`,
    mayTakeForTime: false,
    columns: [name],
    recordOf: (row) => row[name],
  };
}

/** https://clickhouse.com/docs/sql-reference/data-types/newjson: keys with dots lie there as nested ones, times as times. */
export function placeOfJson({ name, type }: Column): Place {
  const at = (path: EventPath) => [name, ...path.split('.')].map(quotedName).join('.');
  const text = (path: EventPath) => `ifNull(toString(${at(path)}), '')`;
  return {
    in: `the column ${name}, as JSON`,
    text,
    list: (path) => `JSONExtract(ifNull(toJSONString(${at(path)}), '[]'), 'Array(String)')`,
    number: (path) => `toInt64OrNull(${text(path)})`,
    moment: (field) => ({ as: 'micros', sql: microsInJson(at(field), typeWithin(type, field)) }),
    holds: `${text('auditID')} != ''`,
    broken: null,
    mayTakeForTime: true,
    columns: [name],
    recordOf: (row, times) => ({ ...flattened(row[name], 'event.'), ...stamps('event.', times) }),
  };
}

/** Null: it has none of its own, and each value has that which it came with. */
function typeWithin(type: string, path: string): string | null {
  return new RegExp(`[( ,]\`?${path}\`? (\\w+)`).exec(type)?.[1] ?? null;
}

function microsInJson(sql: string, type: string | null): string {
  if (type?.startsWith('DateTime') === true) return microsOfTime(sql);
  if (type !== null) return microsOfText(`toString(${sql})`);
  const kinds = ['DateTime64(9)', 'DateTime'].map((kind) => microsOfTime(`${sql}.:\`${kind}\``));
  return `coalesce(${[...kinds, microsOfText(`${sql}.:String`)].join(', ')})`;
}

/** Attributes of OpenTelemetry: text by key; what was nested is JSON, or has a key for each value. `sample`: some maps. */
export function placeOfMap({ name }: Column, sample: readonly Row[]): Place {
  const known = new Set(sample.flatMap((map) => Object.keys(map)));
  const prefix = [...known].find((key) => key.endsWith('auditID'))?.slice(0, -'auditID'.length) ?? '';
  const isFlat = [...known].some(
    (key) => key.startsWith(`${prefix}user.`) || key.startsWith(`${prefix}objectRef.`),
  );
  const value = (key: string) => `${quotedName(name)}[${word(prefix + key)}]`;
  const text = (path: EventPath) => {
    const [first = '', ...rest] = path.split('.');
    if (rest.length === 0 || isFlat) return value(path);
    return `JSONExtractString(${value(first)}, ${rest.map(word).join(', ')})`;
  };
  const list = (path: EventPath) => {
    const [first = '', ...rest] = path.split('.');
    if (rest.length > 0 && !isFlat)
      return `JSONExtract(${value(first)}, ${[...rest.map(word), "'Array(String)'"].join(', ')})`;
    // Where lists have a key for each element, nobody knows how many they are.
    const isKnown = sample.some((map) => String(map[prefix + path] ?? '').startsWith('['));
    return isKnown ? `JSONExtract(${value(path)}, 'Array(String)')` : null;
  };
  return {
    in: `the column ${name}, as attributes`,
    text,
    list,
    number: (path) => {
      const [first = '', ...rest] = path.split('.');
      if (isFlat || rest.length === 0) return `toInt64OrNull(${value(path)})`;
      return `JSONExtract(${value(first)}, ${rest.map(word).join(', ')}, 'Nullable(Int64)')`;
    },
    moment: (field) => ({ as: 'text', sql: text(field) }),
    holds: `${value('auditID')} != ''`,
    broken: null,
    mayTakeForTime: false,
    columns: [name],
    recordOf: (row) => row[name],
  };
}

/** Null: the columns are not those of an event. */
export function placeOfColumns(columns: readonly Column[]): Place | null {
  const names = new Map(columns.map((column) => [column.name, column]));
  const prefix = prefixIn(names);
  if (prefix === null) return null;
  const separator =
    SEPARATORS.find((sign) =>
      [...names.keys()].some((name) => PARENTS.some((parent) => name.startsWith(prefix + parent + sign))),
    ) ?? '.';
  const columnAt = (path: EventPath) => names.get(prefix + path.split('.').join(separator));
  const textAt = (path: EventPath) => {
    const column = columnAt(path);
    return column === undefined ? nestedText(names, prefix, path) : textOf(column);
  };
  const moment = (field: OwnTime): Moment | null => {
    const column = names.get(prefix + field);
    if (column === undefined) return null;
    const sql = quotedName(column.name);
    return isTime(column.type)
      ? { as: 'micros', sql: microsOfTime(sql) }
      : { as: 'text', sql: textOf(column) };
  };
  const own = columns.filter(({ name }) => name.startsWith(prefix));
  const numbers = own.filter(({ type }) => isNumber(type)).map(({ name }) => name);
  return {
    in: `columns of its own, ${prefix}auditID and others`,
    text: textAt,
    list: (path) => {
      const column = columnAt(path);
      return column === undefined ? null : listOf(column);
    },
    number: (path) => {
      const text = textAt(path);
      return text === null ? null : `toInt64OrNull(${text})`;
    },
    moment,
    holds: `${textAt('auditID') ?? "''"} != ''`,
    broken: null,
    mayTakeForTime: false,
    columns: own.map(({ name }) => name),
    recordOf: (row, times) => ({
      // Where a column must hold a number, 0 stands for none.
      ...Object.fromEntries(
        Object.entries(row).filter(
          ([name, value]) => value !== null && !(Number(value) === 0 && numbers.includes(name)),
        ),
      ),
      ...stamps(prefix, times),
    }),
  };
}

const SEPARATORS = ['.', '__', '_', '/'];
const PARENTS = ['user', 'objectRef', 'responseStatus'];

function prefixIn(names: ReadonlyMap<string, Column>): string | null {
  const prefixes = [...names.keys()]
    .filter((name) => name.endsWith('auditID'))
    .map((name) => name.slice(0, -'auditID'.length));
  return prefixes.find((prefix) => /^(?:.*[._])?$/.test(prefix) && names.has(`${prefix}stage`)) ?? null;
}

/** What stands in a column that holds the whole of `objectRef`. */
function nestedText(names: ReadonlyMap<string, Column>, prefix: string, path: EventPath): string | null {
  const [first = '', ...rest] = path.split('.');
  const column = names.get(prefix + first);
  if (column === undefined || rest.length === 0) return null;
  if (isText(column.type)) return `JSONExtractString(${textOf(column)}, ${rest.map(word).join(', ')})`;
  if (isJson(column.type)) return `ifNull(toString(${[column.name, ...rest].map(quotedName).join('.')}), '')`;
  return isTextMap(column.type) && rest.length === 1
    ? `${quotedName(column.name)}[${rest.map(word).join()}]`
    : null;
}

function textOf({ name, type }: Column): string {
  const sql = quotedName(name);
  if (isNumber(type)) return `if(${sql} = 0, '', toString(${sql}))`;
  const text = isText(type) ? sql : `toString(${sql})`;
  return isNullable(type) ? `ifNull(${text}, '')` : text;
}

function listOf({ name, type }: Column): string | null {
  const sql = quotedName(name);
  if (/^Array\((?:LowCardinality\()?String\)+$/.test(type)) return sql;
  if (type.startsWith('Array(')) return `arrayMap(e -> ifNull(toString(e), ''), ${sql})`;
  return null;
}

function keys(path: EventPath): string {
  return path.split('.').map(word).join(', ');
}

function stamps(prefix: string, times: Readonly<Record<OwnTime, number | null>>): Row {
  return Object.fromEntries(
    OWN_TIMES.flatMap((field) => {
      const us = times[field];
      return us === null ? [] : [[prefix + field, formatMicros(us)]];
    }),
  );
}

export function isText(type: string): boolean {
  return /^(?:LowCardinality\(|Nullable\()*String\)*$/.test(type);
}

export function isJson(type: string): boolean {
  return /^JSON\b/.test(type);
}

export function isTextMap(type: string): boolean {
  return /^Map\((?:LowCardinality\()?String\)?, (?:LowCardinality\()?String\)+$/.test(type);
}

export function isTime(type: string): boolean {
  return /^(?:Nullable\()?DateTime/.test(type);
}

export function isNullable(type: string): boolean {
  return type.includes('Nullable(');
}

function isNumber(type: string): boolean {
  return /^(?:LowCardinality\(|Nullable\()*U?Int\d+\)*$/.test(type);
}
