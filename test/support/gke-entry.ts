/**
 * An audit event as GKE writes it to Cloud Logging, in the form of recorded entries (Dynatrace's, Forseti's and Falco's fixtures, and
 * https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging): one entry for a request, two for a long-running one.
 */
import type { AuditEvent } from '../../src/event/event.ts';
import { Collector } from '../../src/scan/collector.ts';
import { HTTP_CODES } from '../../src/sources/envelope/cloud-logging.ts';
import { unwrap } from '../../src/sources/envelope.ts';
import type { EventJson } from './arbitrary.ts';

export const PROJECT = 'corp-prod';
export const CLUSTER = 'prod-1';

/** Null: GKE writes none for it. */
export function gkeEntry(json: EventJson, over: EventJson = {}): EventJson | null {
  const { stage, verb, requestURI, user, responseStatus, sourceIPs, requestObject, responseObject } = json;
  const isLong =
    verb === 'watch' || /\/(?:exec|attach|portforward|proxy|log)(?:\?|$)/.test(String(requestURI));
  if (
    stage === 'RequestReceived' ||
    (stage === 'ResponseStarted' && !isLong && fieldOf(user, 'username') !== undefined)
  )
    return null;
  const resourceName = resourceNameOf(String(requestURI));
  const code = Number(fieldOf(responseStatus, 'code') ?? 200);
  const isRead = ['get', 'list', 'watch'].includes(String(verb));
  const refusal = {
    '@type': 'core.k8s.io/v1.Status',
    status: 'Failure',
    code,
    reason: fieldOf(responseStatus, 'reason'),
  };
  const [request, response] = [bodyOf(requestObject), code >= 400 ? refusal : bodyOf(responseObject)];
  return JSON.parse(
    JSON.stringify({
      insertId: json.auditID,
      logName: `projects/${PROJECT}/logs/cloudaudit.googleapis.com%2F${isRead ? 'data_access' : 'activity'}`,
      timestamp: json.requestReceivedTimestamp,
      receiveTimestamp: '2026-11-22T12:00:00.618372611Z',
      labels: json.annotations,
      resource: {
        type: 'k8s_cluster',
        labels: { project_id: PROJECT, cluster_name: CLUSTER, location: 'europe-west1' },
      },
      operation: {
        id: json.auditID,
        producer: 'k8s.io',
        ...(isLong && stage !== 'ResponseStarted' ? {} : { first: true }),
        ...(isLong && stage === 'ResponseStarted' ? {} : { last: true }),
      },
      protoPayload: {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        serviceName: 'k8s.io',
        methodName: methodNameOf(resourceName, String(verb)),
        resourceName,
        authenticationInfo: { principalEmail: fieldOf(user, 'username') },
        requestMetadata: {
          callerIp: Array.isArray(sourceIPs) ? sourceIPs.at(-1) : undefined,
          callerSuppliedUserAgent: json.userAgent,
        },
        ...(request === undefined ? {} : { request }),
        ...(response === undefined ? {} : { response }),
        ...(code < 400 ? {} : { status: { code: rpcOf(code), message: 'refused' } }),
      },
      ...over,
    }),
  ) as EventJson;
}

export function gkeEntries(jsons: readonly EventJson[]): readonly EventJson[] {
  return jsons.map((json) => gkeEntry(json)).filter((entry) => entry !== null);
}

/** What the entries of these events tell. */
export function toldByGke(jsons: readonly EventJson[]): readonly AuditEvent[] {
  return toldBy(gkeEntries(jsons));
}

export function toldBy(records: readonly unknown[]): readonly AuditEvent[] {
  const collector = new Collector({ source: 'test', file: 'test', unwrap, isLive: false });
  for (const record of records) collector.record(record, { line: 1, recordTime: null, isUnfinished: false });
  return collector.takeBatch().events;
}

function resourceNameOf(requestURI: string): string {
  const path = decodeURIComponent(requestURI.replace(/\?.*$/s, '')).replace(/^\//, '');
  return path.startsWith('api/') ? `core/${path.slice('api/'.length)}` : path.replace(/^apis\//, '');
}

function methodNameOf(resourceName: string, verb: string): string {
  const [group = '', version = '', ...rest] = resourceName.split('/');
  const [resource = '', , subresource] = rest[0] === 'namespaces' && rest.length > 2 ? rest.slice(2) : rest;
  const parts = [group.replace(/\.k8s\.io$/, ''), version, resource, subresource ?? ''];
  return ['io.k8s', ...parts.filter((part) => part !== ''), verb].join('.');
}

function rpcOf(code: number): number {
  return Number(Object.entries(HTTP_CODES).find(([, http]) => http === code)?.[0] ?? 2);
}

function bodyOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? { '@type': 'core.k8s.io/v1.Thing', ...body } : undefined;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as EventJson)[key] : undefined;
}
