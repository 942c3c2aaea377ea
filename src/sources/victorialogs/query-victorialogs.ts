/** Questions to VictoriaLogs, in a body and never in the URL: URLs are logged, by the API server too when it stands between. */
import { UserError } from '../../errors.ts';
import type { HttpServer } from '../../io.ts';
import { askJson, askStore, type Refusals } from '../store/ask-store.ts';
import { jsonLinesOf } from '../store/lines-of.ts';
import type { VictoriaLogsSettings } from './victorialogs-settings.ts';

export interface Asked {
  readonly server: HttpServer;
  readonly settings: VictoriaLogsSettings;
  readonly signal: AbortSignal;
}

/** All values are texts. */
export type Row = Readonly<Record<string, string | undefined>>;

const REFUSALS: Refusals = {
  kind: 'VictoriaLogs',
  reasonIn: (said) => said.replace(/^remoteAddr: .*?; requestURI: \S*?; /s, '') || null,
};

/** `limit`: the newest rows; null: all, which is for counts alone. */
export async function askVictoriaLogs(
  { server, settings, signal }: Asked,
  query: string,
  limit: number | null,
): Promise<{ readonly rows: readonly Row[]; readonly bytes: number }> {
  const form = { query, ...(limit === null ? {} : { limit: String(limit) }) };
  const call = { ...callTo('/select/logsql/query', form, settings), signal };
  const { body } = await askStore(server, call, REFUSALS);
  const rows: Row[] = [];
  let bytes = 0;
  for await (const { json, bytes: length } of jsonLinesOf(body, server.address)) {
    if (!isRow(json, limit !== null)) throw noVictoriaLogs(server, json);
    rows.push(json);
    bytes += length;
  }
  return { rows, bytes };
}

/** Of all records that pass the filter. */
export async function fieldNames(
  { server, settings, signal }: Asked,
  filter: string,
): Promise<readonly string[]> {
  const call = { ...callTo('/select/logsql/field_names', { query: filter }, settings), signal };
  const { json } = await askJson(server, call, REFUSALS);
  const { values } = (json ?? {}) as { readonly values?: readonly { readonly value?: unknown }[] };
  if (!Array.isArray(values)) throw noVictoriaLogs(server, json);
  return values.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}

/** A record has its time; a count has whatever it is called. An error may come behind rows, in their stead. */
function isRow(json: unknown, isRecord: boolean): json is Row {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  return isRecord ? '_time' in json : !('error' in json);
}

function noVictoriaLogs({ address }: HttpServer, json: unknown): UserError {
  const said = JSON.stringify(json).slice(0, 200);
  return new UserError(
    'AUDIT_STORE_REFUSED',
    `what answers at ${address} is no VictoriaLogs: it sent ${said}`,
    {
      hint: 'is it the right address, and the right path?',
    },
  );
}

function callTo(
  path: string,
  form: Readonly<Record<string, string>>,
  { account, project }: VictoriaLogsSettings,
) {
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(account === undefined ? {} : { AccountID: String(account) }),
      ...(project === undefined ? {} : { ProjectID: String(project) }),
    },
    body: new URLSearchParams(form).toString(),
  } as const;
}
