/**
 * Documents of Elastic's Kubernetes integration: the event under `kubernetes.audit`, its annotation keys rewritten, the
 * metadata of its bodies dropped. Documents with dotted keys are flattened.ts's.
 */
import type { Carried } from '../../event/decode.ts';
import { faithful, isEvent, isRecord, type Json, NOTHING, repairedAnnotations } from './event-json.ts';

export function isElastic(record: Json): boolean {
  return isRecord(record.kubernetes) && isEvent(record.kubernetes.audit);
}

export function ofElastic(record: Json): readonly Carried[] {
  const audit = isRecord(record.kubernetes) ? record.kubernetes.audit : undefined;
  if (!isRecord(audit)) return NOTHING;
  const event = isRecord(audit.annotations)
    ? { ...audit, annotations: repairedAnnotations(audit.annotations) }
    : audit;
  return [{ ...faithful(event), lost: bodiesWithoutMetadata(audit) }];
}

/** Without its metadata a body says neither which object it is nor which version of it. */
export function bodiesWithoutMetadata(event: Json): string[] {
  return ['requestObject', 'responseObject'].filter((name) => {
    const body = event[name];
    return isRecord(body) && !isRecord(body.metadata) && body.kind !== 'DeleteOptions';
  });
}
