/** Lines into a Loki of the tests. */
import type { EventJson } from '../../support/arbitrary.ts';

export interface Stream {
  readonly stream: Readonly<Record<string, string>>;
  /** Nanoseconds, the line, and what is known beside it. */
  readonly values: readonly (readonly [string, string, Readonly<Record<string, string>>?])[];
}

export async function pushLoki(url: string, streams: readonly Stream[], tenant?: string): Promise<void> {
  const answer = await fetch(`${url}/loki/api/v1/push`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(tenant === undefined ? {} : { 'X-Scope-OrgID': tenant }),
    },
    body: JSON.stringify({ streams }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Of the API server's own timestamps. */
export function nanosOf(stamp: unknown): bigint {
  const text = String(stamp);
  return BigInt(Date.parse(text)) * 1_000_000n + BigInt(text.slice(23, 26)) * 1000n;
}

/** One deletion; received at that microsecond. */
export function deletion(id: string, atUs: number, more: EventJson = {}): EventJson {
  const at = `${new Date(Math.floor(atUs / 1000)).toISOString().slice(0, 23)}${String(atUs % 1000).padStart(3, '0')}Z`;
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: id },
    ...{ stage: 'ResponseComplete', requestURI: '/api/v1/namespaces/prod/pods/api', verb: 'delete' },
    ...{ user: { username: 'alice' }, userAgent: 'kubectl/v1.34.1' },
    objectRef: { resource: 'pods', namespace: 'prod', name: 'api', apiVersion: 'v1' },
    ...{ responseStatus: { metadata: {}, code: 200 }, requestReceivedTimestamp: at, stageTimestamp: at },
    ...more,
  };
}
