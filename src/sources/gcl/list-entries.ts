/**
 * Pages of log entries, and what Cloud Logging refuses them with. A project's readers have 60 requests a minute together: it is waited
 * as long as the service says. https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
 */
import { UserError } from '../../errors.ts';
import type { ApiResponse, HttpCall, HttpServer } from '../../io.ts';
import { pause } from '../pause.ts';
import { askJson, isRefusedWith, type Refusals, textOf } from '../store/ask-store.ts';
import type { GclSettings } from './gcl-settings.ts';

export interface Asked {
  readonly server: HttpServer;
  readonly settings: GclSettings;
  readonly signal: AbortSignal;
}

export type Entry = Readonly<Record<string, unknown>>;

export interface ListAsk {
  readonly filter: string;
  readonly order: 'asc' | 'desc';
  readonly pageSize: number;
  /** Null: the first page. */
  readonly pageToken: string | null;
}

export interface EntriesPage {
  readonly entries: readonly Entry[];
  /** Null: this was the last. An empty page may have one. */
  readonly next: string | null;
  readonly bytes: number;
}

export async function listEntries(asked: Asked, ask: ListAsk): Promise<EntriesPage> {
  const { settings, signal } = asked;
  const { json, bytes } = await askJson(
    patient(asked),
    {
      method: 'POST',
      path: LIST_PATH,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(settings, ask)),
      signal,
    },
    refusalsOf(settings),
  );
  const { entries = [], nextPageToken } = (json ?? {}) as { entries?: unknown; nextPageToken?: unknown };
  if (json === null || !Array.isArray(entries))
    throw new UserError(
      'AUDIT_STORE_REFUSED',
      `what answers at ${asked.server.address} is no Cloud Logging`,
      {
        hint: 'url is the endpoint: https://logging.googleapis.com',
      },
    );
  const next = typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : null;
  if (next !== null && next === ask.pageToken)
    throw new UserError('AUDIT_STORE_REFUSED', 'Cloud Logging gives the same page again and again', {
      hint: 'once more; or ask about a shorter time: --since, --until',
    });
  return { entries: entries as readonly Entry[], next, bytes };
}

export const LIST_PATH = '/v2/entries:list';

export function bodyOf({ project }: GclSettings, { filter, order, pageSize, pageToken }: ListAsk) {
  return {
    resourceNames: [`projects/${project}`],
    filter,
    orderBy: `timestamp ${order}`,
    pageSize,
    ...(pageToken === null ? {} : { pageToken }),
  };
}

/** The quota of the project was used up, and stayed so. */
export function isQuota(error: unknown): error is UserError {
  return isRefusedWith(error, 429);
}

/** Longer than the minute that a quota is for. */
const MOST_WAITS = 6;
const LONGEST_WAIT_MS = 60_000;
const USUAL_WAIT_MS = 15_000;
/** Of a refusal. */
const MOST_SAID_BYTES = 64 * 1024;

/** Waits where it is told to. */
function patient({ server, settings, signal }: Asked): HttpServer {
  return {
    ...server,
    request: async (call: HttpCall): Promise<ApiResponse> => {
      for (let waits = 0; ; waits++) {
        const answer = await server.request({ ...call, pacesItself: true });
        if (answer.status !== 429 || waits >= MOST_WAITS) return answer;
        const { text } = await textOf(answer.body, MOST_SAID_BYTES, server, refusalsOf(settings));
        await pause(waitIn(text), signal);
      }
    },
  };
}

/** google.rpc.RetryInfo: `"retryDelay": "17.5s"`. */
function waitIn(said: string): number {
  const delay = errorIn(said)?.details?.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(delay ?? '')?.[1];
  return seconds === undefined ? USUAL_WAIT_MS : Math.min(LONGEST_WAIT_MS, Number(seconds) * 1000);
}

/** https://cloud.google.com/apis/design/errors */
interface SaidError {
  readonly message?: string;
  readonly status?: string;
  readonly details?: readonly { readonly reason?: string; readonly retryDelay?: string }[];
}

function errorIn(said: string): SaidError | null {
  try {
    const { error } = JSON.parse(said) as { readonly error?: SaidError };
    return error ?? null;
  } catch {
    return null;
  }
}

function refusalsOf({ project }: GclSettings): Refusals {
  return {
    kind: 'Cloud Logging',
    reasonIn: (said) => {
      const error = errorIn(said);
      if (error === null) return null;
      const reason = error.details?.find((detail) => detail.reason !== undefined)?.reason;
      return [error.status, reason, error.message].filter((part) => part).join(': ') || null;
    },
    hintFor: (status, reason) => {
      if (status === 401)
        return 'gcloud auth application-default login, or auth of the source; kubectl audit sources test NAME';
      if (reason.includes('SERVICE_DISABLED'))
        return `gcloud services enable logging.googleapis.com --project ${project}`;
      if (status === 403) return `${RIGHTS}; is ${project} the right project?`;
      if (status === 404) return `is ${project} the right project?`;
      if (status === 429)
        return 'others read the logs of the project too, and have 60 requests a minute together: later, or a shorter time';
      return status === 400 ? '--explain prints what is sent' : undefined;
    },
  };
}

/** The least that is needed. */
const RIGHTS =
  'logging.logEntries.list is needed (roles/logging.viewer), and for reads logging.privateLogEntries.list (roles/logging.privateLogViewer)';
