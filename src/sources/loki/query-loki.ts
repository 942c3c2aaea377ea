/** Questions to Loki, in a body: URLs are logged, by the API server too when it stands between. Labels alone are asked for by URL, with nothing but times in it. */
import { UserError } from '../../errors.ts';
import type { HttpServer } from '../../io.ts';
import { askJson, type Refusals } from '../store/ask-store.ts';
import type { Nanos } from '../store/nanos.ts';
import type { TimedRecord } from '../store/pages-by-time.ts';
import { LimitHit, limitOf } from './loki-limits.ts';
import type { LokiSettings } from './loki-settings.ts';

export interface Asked {
  readonly server: HttpServer;
  readonly settings: LokiSettings;
  readonly signal: AbortSignal;
}

/** Both ends belong to it. */
export interface TimeSpan {
  readonly fromNs: Nanos;
  readonly toNs: Nanos;
}

export interface Line extends TimedRecord {
  readonly record: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Lines {
  readonly lines: readonly Line[];
  readonly bytes: number;
  /** What the server says besides: parts of it did not answer. */
  readonly warnings: readonly string[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly atNs: Nanos;
  readonly value: number;
}

/** Rejects with a LimitHit where less has to be asked for, else with a UserError. */
export async function linesOf(
  asked: Asked,
  query: string,
  { fromNs, toNs }: TimeSpan,
  limit: number,
  direction: 'backward' | 'forward' = 'backward',
): Promise<Lines> {
  const answer = await ask(asked, '/loki/api/v1/query_range', {
    ...{ query, limit: String(limit), direction },
    // Its own end does not belong to it.
    ...{ start: String(fromNs), end: String(toNs + 1n) },
  });
  const { result, warnings } = resultOf(answer.json, 'streams', asked);
  const lines = (result as readonly StreamJson[]).flatMap(({ stream, values }) =>
    values.map(([at, line]) => ({ atNs: BigInt(at), identity: line, record: line, labels: stream })),
  );
  return { lines, bytes: answer.bytes, warnings };
}

interface StreamJson {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [string, string])[];
}

/** A metric query at one moment. Rejects as `linesOf` does. */
export async function valuesOf(
  asked: Asked,
  query: string,
  atNs: Nanos,
): Promise<{
  readonly samples: readonly Sample[];
  readonly bytes: number;
  readonly warnings: readonly string[];
}> {
  const answer = await ask(asked, '/loki/api/v1/query', { query, time: String(atNs) });
  const { result, warnings } = resultOf(answer.json, 'vector', asked);
  return { samples: (result as readonly VectorJson[]).map(sampleOf), bytes: answer.bytes, warnings };
}

interface VectorJson {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

function sampleOf({ metric, value: [at, value] }: VectorJson): Sample {
  return { labels: metric, atNs: BigInt(Math.round(at * 1000)) * 1_000_000n, value: Number(value) };
}

/** Bytes that the streams have in each step, by the index alone; the step's last moment. */
export async function volumesOf(
  asked: Asked,
  matchers: string,
  { fromNs, toNs }: TimeSpan,
  stepSeconds: bigint,
): Promise<readonly Sample[]> {
  const answer = await ask(asked, '/loki/api/v1/index/volume_range', {
    ...{ query: matchers, start: String(fromNs), end: String(toNs), limit: '1000' },
    step: String(stepSeconds),
  });
  const { result } = resultOf(answer.json, null, asked);
  return (result as readonly (VectorJson & MatrixJson)[]).flatMap(({ metric, value, values }) =>
    (values ?? [value]).map((one) => sampleOf({ metric, value: one })),
  );
}

interface MatrixJson {
  readonly values?: readonly (readonly [number, string])[];
}

/** Names of labels, or the values of one. */
export async function labelsOf(
  asked: Asked,
  name: string | null,
  { fromNs, toNs }: TimeSpan,
): Promise<readonly string[]> {
  const path =
    name === null ? '/loki/api/v1/labels' : `/loki/api/v1/label/${encodeURIComponent(name)}/values`;
  const times = new URLSearchParams({ start: String(fromNs), end: String(toNs) });
  const { json } = await ask(asked, `${path}?${times}`, null);
  const { data = [] } = (json ?? {}) as { readonly data?: readonly string[] };
  return data;
}

async function ask(
  { server, settings, signal }: Asked,
  path: string,
  form: Readonly<Record<string, string>> | null,
): Promise<{ readonly json: unknown; readonly bytes: number }> {
  const tenant = settings.tenant === undefined ? {} : { 'X-Scope-OrgID': String(settings.tenant) };
  try {
    return await askJson(
      server,
      form === null
        ? { method: 'GET', path, headers: tenant, body: null, signal }
        : {
            ...{ method: 'POST', path, signal },
            headers: { 'content-type': 'application/x-www-form-urlencoded', ...tenant },
            body: new URLSearchParams(form).toString(),
          },
      REFUSALS,
    );
  } catch (error) {
    signal.throwIfAborted();
    const limit = error instanceof UserError ? limitOf(error) : null;
    throw limit === null ? error : new LimitHit(limit, error as UserError);
  }
}

const REFUSALS: Refusals = {
  kind: 'Loki',
  reasonIn: (said) => {
    try {
      const { message, error } = JSON.parse(said) as { readonly message?: unknown; readonly error?: unknown };
      return [message, error].find((text) => typeof text === 'string' && text !== '') as string | null;
    } catch {
      return null;
    }
  },
  hintFor: (status, reason) => {
    if (reason.includes('no org id')) return 'it keeps tenants apart: say tenant, the X-Scope-OrgID';
    if (reason.includes('parse error')) return 'is it the selector? such as {job="k8s-audit"}';
    return status === 504 || /deadline|timeout/.test(reason)
      ? 'ask about a shorter time (--since, --until), or let selector name fewer streams'
      : undefined;
  },
};

interface AnswerJson {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly warnings?: unknown;
  readonly data?: {
    readonly resultType?: unknown;
    readonly result?: unknown;
    readonly warnings?: unknown;
  };
}

/** Throws for an answer of another kind: an error with the status of a success, or a page of somebody else. */
function resultOf(
  json: unknown,
  type: 'streams' | 'vector' | null,
  { server }: Asked,
): { readonly result: readonly unknown[]; readonly warnings: readonly string[] } {
  const { status, error, data, ...more } = (json ?? {}) as AnswerJson;
  const { resultType, result = [] } = data ?? {};
  if (status === 'error')
    throw new UserError(
      'AUDIT_STORE_REFUSED',
      `Loki at ${server.address} answered: ${String(error).slice(0, 500)}`,
      {
        hint: '--explain prints what is sent',
      },
    );
  const isKnown = status === 'success' && (type === null || resultType === type);
  // Without any line, an old one says null.
  const list = result ?? [];
  if (!isKnown || !Array.isArray(list))
    throw new UserError(
      'AUDIT_STORE_REFUSED',
      `what answers at ${server.address} is no Loki: it sent ${JSON.stringify(json)?.slice(0, 80)}`,
      { hint: 'is it the right address?' },
    );
  const warnings = [more.warnings, data?.warnings].flatMap((each) =>
    Array.isArray(each) ? each.map(String) : [],
  );
  return { result: list as readonly unknown[], warnings };
}
