/** A log as DuckDB's own columns: made once, by DuckDB, beforehand, as an index is. It has the columns that an index has. */
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import type { Log } from './logs.ts';

const USER = 'STRUCT(username VARCHAR, "groups" VARCHAR[])';
const COLUMNS = {
  auditID: 'VARCHAR',
  level: 'VARCHAR',
  stage: 'VARCHAR',
  verb: 'VARCHAR',
  user: USER,
  impersonatedUser: USER,
  sourceIPs: 'VARCHAR[]',
  userAgent: 'VARCHAR',
  objectRef:
    'STRUCT(apiGroup VARCHAR, resource VARCHAR, subresource VARCHAR, namespace VARCHAR, name VARCHAR)',
  responseStatus: 'STRUCT(code INTEGER, reason VARCHAR)',
  requestReceivedTimestamp: 'TIMESTAMP',
};

/** Returns its path. Throws what DuckDB says. */
export function madeParquet({ path }: Log, duckdb: string): string {
  const parquet = `${path}.parquet`;
  if (existsSync(parquet)) return parquet;
  const columns = Object.entries(COLUMNS).map(([name, type]) => `"${name}": '${type}'`);
  const log = `read_ndjson('${path}', columns = {${columns.join(', ')}}, maximum_object_size = 16777216)`;
  const sql = `COPY (SELECT * FROM ${log}) TO '${parquet}.part' (FORMAT parquet)`;
  const { status, stderr, error } = spawnSync(duckdb, ['-c', sql], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`DuckDB made no Parquet: ${stderr}`);
  renameSync(`${parquet}.part`, parquet);
  return parquet;
}
