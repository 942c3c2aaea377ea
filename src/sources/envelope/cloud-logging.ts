/**
 * A Google Cloud Logging entry of GKE's API server → the audit event it tells of. GKE does not give the original away:
 * stage, level and HTTP code are inferred (facts: log-locations-and-backends, B2), and what cannot be had is named.
 */
import type { Carried } from '../../event/decode.ts';
import { parsePath } from '../../event/request-path.ts';
import {
  faithful,
  isRecord,
  type Json,
  NOTHING,
  parsed,
  present,
  repairedAnnotations,
  text,
} from './event-json.ts';

/** Null: not such an entry. Empty: one of another service, such as GKE's own control API (container.googleapis.com). */
export function ofCloudLogging(entry: Json): readonly Carried[] | null {
  // BigQuery has it under another name, and its bodies as text.
  const payload = entry.protoPayload ?? entry.protopayload_auditlog;
  if (!isRecord(payload)) return null;
  if (text(payload['@type'])?.endsWith('google.cloud.audit.AuditLog') === false) return null;
  if (payload.serviceName !== 'k8s.io') return NOTHING;
  const request = body(payload.request ?? parsed(payload.requestJson));
  const response = body(payload.response ?? parsed(payload.responseJson));
  const lost = ['level', 'stage', 'stageTimestamp', 'impersonatedUser', 'user.groups'];
  if (request === undefined) lost.push('requestObject');
  if (response === undefined) lost.push('responseObject');
  const event = toEvent(entry, payload, request, response);
  return [{ ...faithful(event), lost, isReconstructed: true }];
}

function toEvent(entry: Json, payload: Json, request: unknown, response: unknown): Json {
  const verb = text(payload.methodName)?.split('.').at(-1) ?? '';
  const labels = repairedAnnotations(entry.labels);
  const { uri, objectRef } = targetOf(payload.resourceName, isDryRun(labels));
  const caller = recordOf(payload.requestMetadata);
  const received = text(entry.timestamp) ?? text(entry.receiveTimestamp);
  return present({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: response !== undefined ? 'RequestResponse' : request !== undefined ? 'Request' : 'Metadata',
    auditID: text(entry.insertId) ?? text(recordOf(entry.operation).id) ?? 'unknown',
    stage: stageOf(recordOf(entry.operation)),
    requestURI: uri,
    verb,
    user: userOf(recordOf(payload.authenticationInfo)),
    sourceIPs: text(caller.callerIp) === null ? undefined : [caller.callerIp],
    userAgent: caller.callerSuppliedUserAgent,
    objectRef,
    responseStatus: statusOf(recordOf(payload.status), verb, response),
    requestObject: request,
    responseObject: response,
    requestReceivedTimestamp: received,
    stageTimestamp: received,
    annotations: labels,
  });
}

/** A long-running operation is logged when it begins and when it ends; any other request once, as both. */
function stageOf(operation: Json): string {
  return operation.first === true && operation.last !== true ? 'ResponseStarted' : 'ResponseComplete';
}

function userOf(info: Json): Json {
  const username = text(info.principalEmail) ?? text(info.principalSubject);
  return username === null ? {} : { username };
}

/** `core/v1/namespaces/x/pods/y/exec` → its URL and reference; other paths are non-resource URLs. */
function targetOf(resourceName: unknown, dryRun: boolean): { uri: string; objectRef: Json | undefined } {
  const name = text(resourceName) ?? '';
  const path = name.startsWith('core/') ? `/api/${name.slice('core/'.length)}` : `/apis/${name}`;
  const ref = NON_RESOURCE.test(name) ? null : parsePath(path);
  if (ref === null) return { uri: name.startsWith('/') ? name : `/${name}`, objectRef: undefined };
  const objectRef = present({
    resource: ref.resource,
    namespace: ref.namespace,
    name: ref.name,
    apiGroup: ref.group,
    apiVersion: ref.version,
    subresource: ref.subresource,
  });
  return { uri: dryRun ? `${path}?dryRun=All` : path, objectRef };
}

/** `metrics.k8s.io/…` is a group. */
const NON_RESOURCE = /^\/?(?:api|apis|openapi|version|healthz|livez|readyz|metrics|logs|swagger)(?:\/|$)/;

function isDryRun(labels: Readonly<Record<string, string>>): boolean {
  const label = Object.hasOwn(labels, 'command.gke.io/dryRun') ? labels['command.gke.io/dryRun'] : undefined;
  return label !== undefined && label !== 'false';
}

/** google.rpc.Code → the HTTP status that the API server gives for it; of one that is not here: 500. */
export const HTTP_CODES: Readonly<Record<number, number>> = {
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 412,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
};

function statusOf(status: Json, verb: string, response: unknown): Json {
  // A refusal's own answer, where it is logged, has the real code.
  if (isRecord(response) && response.kind === 'Status' && typeof response.code === 'number') {
    const { code, message, reason, status: outcome, details } = response;
    return present({ code, message, reason, status: outcome, details });
  }
  const rpc = typeof status.code === 'number' ? status.code : 0;
  const code = rpc === 0 ? (verb === 'create' ? 201 : 200) : (HTTP_CODES[rpc] ?? 500);
  return present({ code, message: status.message, status: rpc === 0 ? undefined : 'Failure' });
}

/** `{"@type": "apps.k8s.io/v1.Deployment", …}` → the body; an empty one is none. */
function body(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  const { '@type': type, ...rest } = value;
  if (Object.keys(rest).length === 0) return undefined;
  const kind = text(type)?.split('.').at(-1) ?? null;
  const isNamed = kind !== null && /^[A-Z][A-Za-z]+$/.test(kind);
  return isNamed && rest.kind === undefined ? { kind, ...rest } : rest;
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}
