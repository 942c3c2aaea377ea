/**
 * Azure's forms of an event: rows of the AKSAudit tables, rebuilt here, and resource records of other categories, which
 * hold none. The event as text (`properties.log`, `log_s`) is envelope.ts's.
 */
import type { Carried } from '../../event/decode.ts';
import { faithful, isRecord, type Json, parsed, present, repairedAnnotations, text } from './event-json.ts';

/** A diagnostic record or row of something else than the audit log: scheduler, autoscaler, controller manager. */
export function otherAzureCategory(record: Json): boolean {
  const category = text(record.category) ?? text(record.Category);
  if (category === null) return false;
  const isDiagnostic = 'properties' in record || 'log_s' in record;
  return isDiagnostic && !/audit/i.test(category);
}

/** Tables AKSAudit, AKSAuditAdmin and ArcK8sAudit: the columns are the event's fields in Pascal case, but for impersonatedUser. */
export function ofAksAudit(row: Json): readonly Carried[] | null {
  if (text(row.AuditId) === null || text(row.Stage) === null || text(row.Verb) === null) return null;
  const request = body(row.RequestObject);
  const response = body(row.ResponseObject);
  const lost = ['impersonatedUser'];
  if (request === SKIPPED) lost.push('requestObject');
  if (response === SKIPPED) lost.push('responseObject');
  const annotations = repairedAnnotations(parsed(row.Annotations));
  const event = present({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: row.Level,
    auditID: row.AuditId,
    stage: row.Stage,
    requestURI: row.RequestUri,
    verb: row.Verb,
    user: recordOf(row.User),
    sourceIPs: parsed(row.SourceIps),
    userAgent: row.UserAgent,
    objectRef: recordOf(row.ObjectRef),
    responseStatus: recordOf(row.ResponseStatus),
    requestObject: request === SKIPPED ? undefined : request,
    responseObject: response === SKIPPED ? undefined : response,
    requestReceivedTimestamp: row.RequestReceivedTime,
    stageTimestamp: row.StageReceivedTime,
    annotations,
  });
  return [{ ...faithful(event), lost }];
}

/** What the table holds in place of a body of over 32 KiB. */
const SKIPPED = 'skipped-too-big-size-object';

function body(column: unknown): unknown {
  const value = parsed(column);
  // Text that is no JSON is a body that was cut.
  return typeof value === 'string' && value !== '' ? SKIPPED : value;
}

function recordOf(column: unknown): Json | undefined {
  const value = parsed(column);
  return isRecord(value) && Object.keys(value).length > 0 ? value : undefined;
}
