/** ClickHouse: finds the table, how events lie in it, and which of its times to go by. The asking is clickhouse-shape.ts's. */
import { UserError } from '../../errors.ts';
import type { HttpServer } from '../../io.ts';
import type { Shape, Store } from '../store/store.ts';
import type { ClickHouseSettings } from './clickhouse-settings.ts';
import { ClickHouseShape, type Table } from './clickhouse-shape.ts';
import type { Place, Row } from './place.ts';
import {
  type Column,
  isJson,
  isText,
  isTextMap,
  placeOfColumns,
  placeOfJson,
  placeOfLine,
  placeOfMap,
} from './places.ts';
import { type Asked, askClickHouse, type Session } from './query-clickhouse.ts';
import { quotedName, Values } from './sql.ts';
import { storeTimeOf } from './store-time.ts';

/** Rows that are looked at to see how events lie there. */
const SAMPLE_ROWS = 20;

export class ClickHouseStore implements Store {
  readonly name: string;
  readonly billed = false;
  readonly #settings: ClickHouseSettings;
  readonly #server: HttpServer;
  readonly #session: Session = { maySet: true };

  constructor(name: string, settings: ClickHouseSettings, server: HttpServer) {
    this.name = name;
    this.#settings = settings;
    this.#server = server;
  }

  async look(signal: AbortSignal): Promise<Shape> {
    const asked: Asked = { server: this.#server, session: this.#session, signal };
    const table = await this.#table(asked);
    const place = await this.#place(asked, table);
    const time = storeTimeOf(this.#settings.time ?? null, table.columns, place);
    const shape = new ClickHouseShape(this.name, asked, table, place, time);
    await shape.sample(SAMPLE_ROWS, signal);
    return shape;
  }

  async close(): Promise<void> {
    this.#server.close();
  }

  async #table(asked: Asked): Promise<Table> {
    const { database, table } = this.#settings;
    const values = new Values();
    const isNamed = table === undefined ? '1' : `table = ${values.text(table)}`;
    const query = `SELECT database, table, name, type, is_in_sorting_key AS isSorting FROM system.columns
WHERE database = ${database === undefined ? 'currentDatabase()' : values.text(database)} AND ${isNamed} AND default_kind != 'EPHEMERAL'
ORDER BY table, position`;
    const { rows } = await askClickHouse(asked, query, values, 'database');
    const tables = new Map<string, Row[]>();
    for (const row of rows) tables.set(String(row.table), [...(tables.get(String(row.table)) ?? []), row]);
    const [name, more] = table === undefined ? likeliest([...tables.keys()]) : [...tables.keys()];
    const columns = name === undefined ? undefined : tables.get(name);
    if (name === undefined || more !== undefined || columns === undefined)
      throw this.#noTable([...tables.keys()]);
    return {
      name: `${quotedName(String(columns[0]?.database))}.${quotedName(name)}`,
      columns: columns.map(
        (row): Column => ({
          name: String(row.name),
          type: String(row.type),
          isSorting: Number(row.isSorting) === 1,
        }),
      ),
    };
  }

  #noTable(there: readonly string[]): UserError {
    const { database, table } = this.#settings;
    const where = database === undefined ? '' : ` in the database ${database}`;
    if (table !== undefined) {
      return new UserError(
        'AUDIT_STORE_REFUSED',
        `ClickHouse at ${this.#server.address} has no table ${JSON.stringify(table)}${where} that we may read`,
        { hint: 'database and table say where to look; GRANT SELECT lets the user read it' },
      );
    }
    const names = there.slice(0, 10).join(', ');
    const which =
      there.length === 0
        ? 'no table that we may read'
        : `tables, and which holds the audit log is not plain: ${names}`;
    return new UserError(
      'AUDIT_STORE_REFUSED',
      `ClickHouse at ${this.#server.address} has${where} ${which}`,
      {
        hint: 'say database and table: clickhouse+https://HOST:8443/DATABASE.TABLE',
      },
    );
  }

  async #place(asked: Asked, table: Table): Promise<Place> {
    const { column: set } = this.#settings;
    const own = set === undefined ? placeOfColumns(table.columns) : null;
    const isCandidate = ({ name, type }: Column) =>
      (isText(type) || isJson(type) || isTextMap(type)) && (set === undefined || name === set);
    const columns = table.columns.filter(isCandidate).toSorted((a, b) => rankOf(a) - rankOf(b));
    const holds = columns.map((column) => holdsEvent(column, own));
    if (holds.length > 0) {
      const names = columns.map(({ name }) => quotedName(name));
      const query = `SELECT [${holds.join(', ')}] AS __holds, ${names.join(', ')} FROM ${table.name} WHERE ${holds.map((sql) => `(${sql})`).join(' OR ')} LIMIT ${SAMPLE_ROWS}`;
      const { rows } = await askClickHouse(asked, query, new Values(), '__holds');
      const held = columns.find((_, at) =>
        rows.some(({ __holds }) => Number((__holds as number[])[at]) === 1),
      );
      if (held !== undefined)
        return placeOf(
          held,
          rows.map((row) => row[held.name]).filter((value) => value !== ''),
        );
    }
    if (own !== null) return own;
    // Nothing is in it yet.
    const [column] = columns;
    if (column !== undefined) return placeOf(column, []);
    throw new UserError(
      'AUDIT_STORE_REFUSED',
      `${table.name} at ${this.#server.address} has no column ${set === undefined ? 'that could hold audit events' : `${JSON.stringify(set)} of JSON, text or attributes`}`,
      { hint: `its columns: ${table.columns.map(({ name }) => name).join(', ')}` },
    );
  }
}

function likeliest(tables: readonly string[]): readonly string[] {
  const audit = tables.filter((name) => /audit/i.test(name));
  if (audit.length > 0) return audit;
  return tables.includes('otel_logs') ? ['otel_logs'] : tables;
}

/** The line is nearest to what was written. */
function rankOf({ type }: Column): number {
  return isText(type) ? 0 : isJson(type) ? 1 : 2;
}

function placeOf(column: Column, sample: readonly unknown[]): Place {
  if (isJson(column.type)) return placeOfJson(column);
  if (isTextMap(column.type)) return placeOfMap(column, sample as readonly Row[]);
  return placeOfLine(column, sample.every(isEventLine));
}

/** Of a table with the values in columns of their own, only the line that they are of. */
function holdsEvent(column: Column, own: Place | null): string {
  if (isTextMap(column.type) && own === null)
    return `arrayExists(key -> endsWith(key, 'auditID'), mapKeys(${quotedName(column.name)}))`;
  if (!isText(column.type)) return own === null ? placeOf(column, []).holds : '0';
  const line = placeOfLine(column, true);
  return own === null ? line.holds : `${line.holds} AND ${line.text('auditID')} = ${own.text('auditID')}`;
}

function isEventLine(line: unknown): boolean {
  return typeof line === 'string' && /^\s*\{/.test(line) && /"auditID"\s*:/.test(line);
}
