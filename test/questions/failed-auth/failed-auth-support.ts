/** Events that are refused, and failed-auth asked about them through the memory source. */
import type { Answer } from '../../../src/answer.ts';
import { ask } from '../../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import { EVERYTHING } from '../../../src/query/predicate.ts';
import { type FailedAuthParams, failedAuth } from '../../../src/questions/failed-auth/failed-auth.ts';
import type { FailedAuthRow } from '../../../src/questions/failed-auth/failed-auth-row.ts';
import { type MemorySourceOptions, memorySource } from '../../support/memory-source.ts';

export type Json = Record<string, unknown>;

export const DAY = '2026-11-23';
let made = 0;

export interface Asked {
  readonly verb: string;
  /** `apps/deployments/scale`; null for a URL. */
  readonly resource?: string | null;
  readonly namespace?: string | null;
  readonly name?: string | null;
  readonly path?: string;
}

/** `seconds`: after midnight. */
export function event(seconds: number, asked: Asked, over: Json = {}): Json {
  const at = new Date(Date.parse(`${DAY}T00:00:00Z`) + seconds * 1000).toISOString().replace('Z', '000Z');
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `id-${++made}`,
    stage: 'ResponseComplete',
    verb: asked.verb,
    requestURI: pathOf(asked),
    user: { username: 'alice', groups: ['dev', 'system:authenticated'] },
    sourceIPs: ['10.0.0.1'],
    userAgent: 'kubectl/v1.34.4 (linux/amd64)',
    ...(asked.resource == null ? {} : { objectRef: refOf(asked) }),
    requestReceivedTimestamp: at,
    stageTimestamp: at,
    ...over,
  };
}

export function status(code: number, message: string, decision?: string): Json {
  return {
    responseStatus: { metadata: {}, status: 'Failure', reason: 'X', code, message },
    annotations: decision === undefined ? {} : { 'authorization.k8s.io/decision': decision },
  };
}

export function forbidden(seconds: number, asked: Asked, user = 'alice', over: Json = {}): Json {
  const [group = '', resource = ''] = typeOf(asked);
  const where = asked.namespace == null ? 'at the cluster scope' : `in the namespace "${asked.namespace}"`;
  const message =
    asked.resource == null
      ? `forbidden: User "${user}" cannot ${asked.verb} path "${asked.path}"`
      : `x is forbidden: User "${user}" cannot ${asked.verb} resource "${resource}" in API group "${group}" ${where}`;
  return event(seconds, asked, {
    user: { username: user, groups: ['system:authenticated'] },
    ...status(403, message, 'forbid'),
    ...over,
  });
}

export function unauthenticated(seconds: number, asked: Asked, over: Json = {}): Json {
  return event(seconds, asked, {
    stage: 'ResponseStarted',
    user: {},
    ...status(401, 'Unauthorized'),
    ...over,
  });
}

export const WHOLE: FailedAuthParams = {
  object: { kind: 'anything', namespace: null },
  window: { sinceUs: null, untilUs: null, isDefault: false },
  filters: EVERYTHING,
  limit: null,
  keepsEvents: false,
  isRevealed: false,
  calledAs: 'kubectl audit',
  sameLogs: '',
  sameWindow: '',
  sameQuestion: '',
};

export interface FailedAuth extends Omit<Answer, 'rows'> {
  readonly rows: readonly FailedAuthRow[];
}

export async function failedAuthOf(
  events: readonly Json[],
  params: Partial<FailedAuthParams> = {},
  options: MemorySourceOptions = {},
): Promise<FailedAuth> {
  const answer = await ask(
    failedAuth,
    { ...WHOLE, ...params },
    {
      sources: [memorySource(events, options)],
      inputs: {},
      live: null,
      nowUs: Date.parse(`${DAY}T12:00:00Z`) * 1000,
      signal: new AbortController().signal,
      progress: NO_PROGRESS,
    },
  );
  return answer as FailedAuth;
}

function typeOf({ resource }: Asked): [group: string, resource: string] {
  const [first = '', ...rest] = (resource ?? '').split('/');
  const isGrouped = first === 'apps' || first.includes('.');
  return isGrouped ? [first, rest.join('/')] : ['', [first, ...rest].join('/')];
}

function refOf(asked: Asked): Json {
  const [group, full] = typeOf(asked);
  const [resource, subresource] = full.split('/');
  return {
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(group === '' ? {} : { apiGroup: group }),
    ...(asked.namespace == null ? {} : { namespace: asked.namespace }),
    ...(asked.name == null ? {} : { name: asked.name }),
    apiVersion: 'v1',
  };
}

function pathOf(asked: Asked): string {
  if (asked.resource == null) return asked.path ?? '/api';
  const [group, full] = typeOf(asked);
  const [resource, subresource] = full.split('/');
  const parts = [
    group === '' ? '/api/v1' : `/apis/${group}/v1`,
    ...(asked.namespace == null ? [] : ['namespaces', asked.namespace]),
    resource,
    ...(asked.name == null ? [] : [encodeURIComponent(asked.name.toWellFormed())]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return parts.join('/');
}
