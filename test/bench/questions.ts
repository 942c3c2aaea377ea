/** What is asked, of us and of our peers: each question in everybody's language, as a line for bash. */
import type { AnswerKind } from './answers.ts';
import type { ToolName } from './peers/peers.ts';

export type PeerName = 'jq' | 'jaq' | 'rg | jq' | 'DuckDB' | 'Go' | 'Node';

/** Where the executables are. */
export type Paths = Readonly<Record<ToolName, string>>;

export interface BenchQuestion {
  readonly name: 'deletes' | 'refused' | 'counts';
  readonly title: string;
  /** Ours, without what says where from, when and how. */
  readonly ours: string;
  readonly answer: AnswerKind;
  /** Prints the answer from a log in plain text; of `rg | jq` and DuckDB also from a packed one. */
  readonly lines: Readonly<Record<PeerName, (log: string, paths: Paths) => string>>;
  /** As DuckDB's, of the Parquet made of a log. */
  readonly ofParquet: (parquet: string, paths: Paths) => string;
}

export const PEER_NEEDS: Readonly<Record<PeerName, readonly ToolName[]>> = {
  jq: ['jq'],
  jaq: ['jaq'],
  'rg | jq': ['rg', 'jq'],
  DuckDB: ['duckdb'],
  Go: ['audit-scan'],
  Node: [],
};

const readline = new URL('./peers/readline.mjs', import.meta.url).pathname;

export const DELETES = question({
  name: 'deletes',
  title: 'who deleted one object',
  ours: 'who-did delete deploy/api -n prod',
  answer: 'ids',
  jq: 'select(.verb == "delete" and .objectRef.resource == "deployments" and .objectRef.namespace == "prod" and .objectRef.name == "api") | .auditID',
  // What a line must have to be one.
  search: `-F '"name":"api"'`,
  columns:
    "auditID: 'VARCHAR', verb: 'VARCHAR', objectRef: 'STRUCT(resource VARCHAR, namespace VARCHAR, name VARCHAR)'",
  sql: "SELECT auditID FROM log WHERE verb = 'delete' AND objectRef.resource = 'deployments' AND objectRef.namespace = 'prod' AND objectRef.name = 'api'",
});

export const REFUSED = question({
  name: 'refused',
  title: 'all 401 and 403',
  ours: 'who-did touch -A --code 401,403',
  answer: 'ids',
  jq: 'select(.responseStatus.code == 401 or .responseStatus.code == 403) | .auditID',
  search: `'"code":40[13]'`,
  columns: "auditID: 'VARCHAR', responseStatus: 'STRUCT(code INTEGER)'",
  sql: 'SELECT auditID FROM log WHERE responseStatus.code IN (401, 403)',
});

/** Of requests: of their events, the one that tells the outcome. */
export const COUNTS = question({
  name: 'counts',
  title: 'count by user, verb, resource',
  ours: 'top -A --count user,verb,resource --limit 0',
  answer: 'groups',
  jq: 'select(.stage == "ResponseComplete" or .responseStatus.code == 401) | [.user.username, .verb, (.objectRef.resource // "")] | join("\\t")',
  search: `-e '"stage":"ResponseComplete"' -e '"code":401'`,
  columns:
    "stage: 'VARCHAR', responseStatus: 'STRUCT(code INTEGER)', \"user\": 'STRUCT(username VARCHAR)', verb: 'VARCHAR', objectRef: 'STRUCT(resource VARCHAR)'",
  sql: "SELECT count(*), \"user\".username, verb, coalesce(objectRef.resource, '') FROM log WHERE stage = 'ResponseComplete' OR responseStatus.code = 401 GROUP BY ALL",
});

interface Languages extends Omit<BenchQuestion, 'lines' | 'ofParquet'> {
  readonly jq: string;
  readonly search: string;
  readonly columns: string;
  readonly sql: string;
}

function question({ jq, search, columns, sql, ...asked }: Languages): BenchQuestion {
  const counted = asked.answer === 'groups' ? ' | LC_ALL=C sort | uniq -c' : '';
  // One event can be larger than DuckDB takes a line to be.
  const table = (log: string) =>
    `CREATE VIEW log AS SELECT * FROM read_ndjson('${log}', columns = {${columns}}, maximum_object_size = 16777216)`;
  const byDuckdb = (view: string, { duckdb }: Paths) =>
    `'${duckdb}' -noheader -list -separator $'\\t' -c ${quoted(view)} -c ${quoted(sql)}`;
  const lines: BenchQuestion['lines'] = {
    jq: (log, paths) => `'${paths.jq}' -r '${jq}' '${log}'${counted}`,
    jaq: (log, paths) => `'${paths.jaq}' -r '${jq}' '${log}'${counted}`,
    'rg | jq': (log, paths) => {
      const packed = log.endsWith('.log') ? '' : ' -z';
      return `'${paths.rg}' --no-config -N${packed} ${search} '${log}' | '${paths.jq}' -r '${jq}'${counted}`;
    },
    DuckDB: (log, paths) => byDuckdb(table(log), paths),
    Go: (log, paths) => `'${paths['audit-scan']}' ${asked.name} < '${log}'`,
    Node: (log) => `'${process.execPath}' '${readline}' ${asked.name} < '${log}'`,
  };
  const ofParquet = (parquet: string, paths: Paths) =>
    byDuckdb(`CREATE VIEW log AS SELECT * FROM read_parquet('${parquet}')`, paths);
  return { ...asked, lines, ofParquet };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
