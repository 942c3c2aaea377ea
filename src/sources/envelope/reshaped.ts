/**
 * Records that arrive in another shape than an object with keys: OpenTelemetry's values, lists of key and value, tables of
 * columns and rows. Put back into objects; what they hold is envelope.ts's.
 */
import { isRecord, type Json } from './event-json.ts';

/** `{stringValue: …}`, `{kvlistValue: {values: [{key, value}]}}` → the plain value; undefined: it is no such. */
export function plainValue(value: Json, depth = 0): unknown {
  const keys = Object.keys(value);
  const [kind] = keys;
  if (kind === undefined || keys.length !== 1 || depth > MAX_DEPTH) return undefined;
  const held = value[kind];
  if (kind === 'kvlistValue' && isRecord(held)) return pairsIn(held.values, depth) ?? {};
  if (kind === 'arrayValue' && isRecord(held)) {
    const items = Array.isArray(held.values) ? held.values : [];
    return items.map((item) => plainOr(item, depth + 1));
  }
  if (kind === 'intValue') return Number(held);
  return SCALARS.has(kind) ? held : undefined;
}

const SCALARS: ReadonlySet<string> = new Set(['stringValue', 'boolValue', 'doubleValue']);
/** As deep as events are let in. */
const MAX_DEPTH = 500;

function plainOr(value: unknown, depth: number): unknown {
  return isRecord(value) ? (plainValue(value, depth) ?? value) : value;
}

/** `[{field: '@message', value: …}, …]` (CloudWatch Insights), `[{key, value}]` (OpenTelemetry) → an object. */
export function pairsIn(items: unknown, depth = 0): Json | null {
  if (!Array.isArray(items) || items.length === 0) return null;
  const entries: [string, unknown][] = [];
  for (const item of items) {
    if (!isRecord(item) || !Object.hasOwn(item, 'value')) return null;
    const key = item.field ?? item.key;
    if (typeof key !== 'string') return null;
    entries.push([key, plainOr(item.value, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

/** `{columns: [{name}], rows: [[…]]}` (Azure Monitor), `{fields: […], rows}` (Splunk), `{meta, data}` (ClickHouse) → its rows. */
export function rowsOf(record: Json): readonly Json[] | null {
  const { columns, fields, meta, rows, data } = record;
  const names = namesOf(columns) ?? namesOf(fields) ?? namesOf(meta);
  const values = Array.isArray(rows) ? rows : data;
  if (names === null || !Array.isArray(values)) return null;
  const isTable = values.every((row) => Array.isArray(row) && row.length === names.length);
  if (!isTable) return null;
  return values.map((row: unknown[]) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
}

function namesOf(columns: unknown): readonly string[] | null {
  if (!Array.isArray(columns) || columns.length === 0) return null;
  const names = columns.map((column: unknown) => (isRecord(column) ? column.name : column));
  return names.every((name) => typeof name === 'string') ? names : null;
}
