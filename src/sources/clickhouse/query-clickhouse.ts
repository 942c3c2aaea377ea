/**
 * Queries to ClickHouse and their rows. Query and values go in a body, never in the URL: URLs are logged, by the API server too when
 * it stands between.
 */
import { UserError } from '../../errors.ts';
import type { HttpServer } from '../../io.ts';
import { askStore, type Refusals } from '../store/ask-store.ts';
import { jsonLinesOf } from '../store/lines-of.ts';
import type { Row } from './place.ts';
import type { Values } from './sql.ts';

export interface Asked {
  readonly server: HttpServer;
  /** What is set with every query; shared by all that ask that server. */
  readonly session: Session;
  readonly signal: AbortSignal;
}

export interface Session {
  /** Read-only users (readonly=1) may set nothing. */
  maySet: boolean;
}

/** The whole result before its first byte: an error then has a status of its own. No setting: readonly users may say it. */
const WHOLE = 'wait_end_of_query=1';
/** Nobody waits for the result of a query whose connection is gone. */
const ENDS_WITH_US = 'cancel_http_readonly_queries_on_client_close=1';

/** `query`: without its FORMAT. `column`: one that it selects, by which its rows are told from what is none. */
export async function askClickHouse(
  { server, session, signal }: Asked,
  query: string,
  values: Values,
  column: string,
): Promise<{ readonly rows: readonly Row[]; readonly bytes: number }> {
  const call = { ...formOf(query, values), method: 'POST', signal } as const;
  const ask = () =>
    askStore(server, { ...call, path: `/?${WHOLE}${session.maySet ? `&${ENDS_WITH_US}` : ''}` }, REFUSALS);
  const { body, headers } = await ask().catch(async (error: unknown) => {
    if (!session.maySet || !isAboutSettings(error)) throw error;
    session.maySet = false;
    return await ask();
  });
  const rows: Row[] = [];
  let bytes = 0;
  for await (const line of jsonLinesOf(body, server.address)) {
    bytes += line.bytes;
    rows.push(rowOf(line.json, column, server.address));
  }
  const code = headers['x-clickhouse-exception-code'];
  if (code !== undefined) throw brokeOff(server.address, `code ${code}`);
  return { rows, bytes };
}

/** An error in the midst of a result is a row of its own, by a setting of the server's; else it is no JSON. */
function rowOf(json: unknown, column: string, address: string): Row {
  const row = (typeof json === 'object' && json !== null ? json : {}) as Row;
  const { exception } = row;
  if (typeof exception === 'string' && Object.keys(row).length === 1)
    throw brokeOff(address, REFUSALS.reasonIn(exception) ?? exception);
  if (!Object.hasOwn(row, column)) throw brokeOff(address, `it sent ${JSON.stringify(json).slice(0, 80)}`);
  return row;
}

function brokeOff(address: string, reason: string): UserError {
  return new UserError('AUDIT_STORE_REFUSED', `ClickHouse at ${address} broke off: ${reason.slice(0, 500)}`, {
    hint: hintOf(reason) ?? 'once more; then --explain prints what is sent',
  });
}

/** Parameters are read from the form's fields of multipart/form-data alone. */
function formOf(query: string, values: Values) {
  const fields = [
    ['query', `${query}\nFORMAT JSONEachRow`],
    ...values.all.map(([name, value]) => [`param_${name}`, value]),
  ];
  const boundary = boundaryFor(fields.map(([, value]) => value));
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${parts.join('')}--${boundary}--\r\n`,
  };
}

/** One that stands in none of them. */
function boundaryFor(texts: readonly (string | undefined)[]): string {
  for (let number = 0; ; number++) {
    const boundary = `kubectl-audit-${number}`;
    if (!texts.some((text) => text?.includes(boundary))) return boundary;
  }
}

const REFUSALS: Refusals = {
  kind: 'ClickHouse',
  // Code: 60. DB::Exception: Table a.b does not exist. (UNKNOWN_TABLE) (version 26.9.2.1)
  reasonIn: (said) => /DB::Exception: (.*)/s.exec(said)?.[1]?.replace(/\s*\(version .*$/s, '') ?? null,
  hintFor: (_status, reason) => hintOf(reason),
};

function hintOf(reason: string): string | undefined {
  const [name] = /(?<=\()[A-Z_]+(?=\)\s*$)/.exec(reason.trim()) ?? [];
  return name === undefined ? undefined : HINTS[name];
}

/** By the name of the exception. */
const HINTS: Readonly<Record<string, string>> = {
  AUTHENTICATION_FAILED: 'user and password: auth.basic of the source',
  REQUIRED_PASSWORD: 'user and password: auth.basic of the source',
  ACCESS_DENIED: 'GRANT SELECT ON the table TO the user: nothing else is needed',
  UNKNOWN_DATABASE: 'database, and table, say where to look',
  UNKNOWN_TABLE: 'database and table say where to look',
  TIMEOUT_EXCEEDED:
    'ask about a shorter time: --since, --until; or let the user run longer: max_execution_time',
  MEMORY_LIMIT_EXCEEDED: 'ask about a shorter time: --since, --until',
  TOO_MANY_ROWS: 'ask about a shorter time: --since, --until',
  TOO_MANY_BYTES: 'ask about a shorter time: --since, --until',
  TOO_MANY_ROWS_OR_BYTES: 'ask about a shorter time: --since, --until',
  QUOTA_EXCEEDED: 'the quota of the user is used up; later',
  TOO_MANY_SIMULTANEOUS_QUERIES: 'the server is busy; later',
};

function isAboutSettings(error: unknown): boolean {
  return (
    error instanceof UserError &&
    /\((?:READONLY|SETTING_CONSTRAINT_VIOLATION|UNKNOWN_SETTING)\)/.test(error.message)
  );
}
