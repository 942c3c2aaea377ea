/** Queries to Log Analytics, and the rows of their answers. */
import { UserError } from '../../errors.ts';
import type { HttpServer } from '../../io.ts';
import { askJson, type Refusals } from '../store/ask-store.ts';
import type { AzureSettings } from './azure-settings.ts';

export interface Asked {
  readonly server: HttpServer;
  readonly settings: AzureSettings;
  readonly signal: AbortSignal;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly bytes: number;
  /** Why it is a part of the answer only; null: it is whole. */
  readonly partial: string | null;
}

/** A part of an answer has the status 200, and says so beside its rows. */
export async function askAzure({ server, settings, signal }: Asked, query: string): Promise<Answer> {
  const call = {
    method: 'POST',
    path: pathOf(settings),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal,
  } as const;
  const { json, bytes } = await askJson(server, call, REFUSALS);
  const { tables, error } = (json ?? {}) as { readonly tables?: unknown; readonly error?: unknown };
  const [table] = Array.isArray(tables) ? (tables as readonly Table[]) : [];
  if (table === undefined)
    throw new UserError('AUDIT_STORE_REFUSED', `what answers at ${server.address} is no Log Analytics`, {
      hint: 'url is the endpoint: https://api.loganalytics.azure.com, or that of your cloud',
    });
  const columns = table.columns.map(({ name }) => name);
  const rows = table.rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
  return { columns, rows, bytes, partial: error === undefined ? null : reasonOf(error) };
}

/** For what has to be whole. */
export async function askWhole(asked: Asked, query: string): Promise<Answer> {
  const answer = await askAzure(asked, query);
  if (answer.partial === null) return answer;
  throw new UserError(
    'AUDIT_STORE_REFUSED',
    `Log Analytics at ${asked.server.address} gave a part of its answer: ${answer.partial}`,
    { hint: 'ask about a shorter time: --since, --until' },
  );
}

/** Tables of the basic and the auxiliary plan are asked elsewhere. */
export function pathOf({ workspace, plan }: AzureSettings): string {
  return `/v1/workspaces/${workspace}/${plan === 'basic' ? 'search' : 'query'}`;
}

interface Table {
  readonly columns: readonly { readonly name: string }[];
  readonly rows: readonly (readonly unknown[])[];
}

interface SaidError {
  readonly code?: string;
  readonly message?: string;
  readonly innererror?: SaidError;
}

/** The innermost says most. */
function reasonOf(error: unknown): string {
  const { message = '', code = '', innererror } = (error ?? {}) as SaidError;
  const inner = innererror === undefined ? '' : reasonOf(innererror);
  return inner === '' ? [code, message].filter((text) => text !== '').join(': ') : inner;
}

export function isNoTable(error: unknown): boolean {
  return error instanceof UserError && /Failed to resolve table|SEM0100/.test(error.message);
}

const REFUSALS: Refusals = {
  kind: 'Log Analytics',
  reasonIn: (said) => {
    try {
      const { error } = JSON.parse(said) as { readonly error?: unknown };
      return reasonOf(error) || null;
    } catch {
      return null;
    }
  },
  hintFor: (status) =>
    status === 401
      ? 'az login, or auth of the source; the token must be for https://api.loganalytics.io'
      : status === 403
        ? 'the role Log Analytics Reader on the workspace, or on the table, is all that is needed'
        : status === 404
          ? "workspace is the workspace's ID, a GUID, not its name"
          : status === 504
            ? 'ask about a shorter time: --since, --until'
            : undefined,
};
