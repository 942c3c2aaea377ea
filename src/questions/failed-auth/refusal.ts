/** One refused request, as far as failed-auth looks at it: who said no, to whom, and what for. */
import { type DeniedBy, outcomeOf } from '../../event/outcome.ts';
import { redactEvent, redactText } from '../../event/redact.ts';
import type { AuditRequest } from '../../event/request.ts';
import type { Target } from '../../event/target.ts';
import { type RequestRow, requestRow } from '../fact/request-row.ts';
import { refusalReason } from './refusal-reason.ts';
import { type RefusedRight, refusedRight } from './refused-right.ts';

export interface Refusal {
  readonly class: DeniedBy;
  /** Null when the record was cut before its time. */
  readonly atUs: number | null;
  readonly key: string;
  readonly row: RequestRow;
  /** Whom the server judged by: the impersonated user's groups, else the authenticated one's. */
  readonly groups: readonly string[];
  /** What the missing right is about, at the level of resources: without a name, but for a URL's path. */
  readonly what: Target;
  /** The verb of the missing right; the request's own, but for impersonation and second checks. */
  readonly verb: string;
  readonly name: string | null;
  readonly reason: string | null;
  readonly event: Readonly<Record<string, unknown>> | null;
}

/** Null when the request was not refused: done, or failed in another way (304, 404, 409, 422 by schema, 429, 5xx). */
export function refusalOf(
  request: AuditRequest,
  keep: { readonly events: boolean; readonly isRevealed: boolean },
): Refusal | null {
  const { event } = request;
  const { deniedBy } = outcomeOf(event);
  if (deniedBy === null) return null;
  const row = requestRow(request, event.verb, keep.isRevealed);
  const right = refusedRight(event.responseStatus?.message ?? '');
  return {
    class: deniedBy,
    atUs: event.receivedUs ?? event.stageUs,
    key: request.key,
    row,
    groups: event.impersonatedUser?.groups ?? event.user?.groups ?? [],
    ...rightOf(row, deniedBy, right, keep.isRevealed),
    reason: refusalReason(event, deniedBy, keep.isRevealed),
    event: keep.events ? (keep.isRevealed ? event.json : redactEvent(event.json)) : null,
  };
}

function rightOf(
  { object, did }: RequestRow,
  deniedBy: DeniedBy,
  right: RefusedRight | null,
  isRevealed: boolean,
): Pick<Refusal, 'what' | 'verb' | 'name'> {
  const isActing = deniedBy === 'escalation' && right?.verb.startsWith('impersonate') === true;
  if (right !== null && (deniedBy === 'rbac' || isActing)) {
    // Not always the request's own: whom to act as, the second check of an exec (get, then create), what a plugin asks.
    const { verb, group, resource, subresource } = right;
    const clean = (text: string | null) => (text === null || isRevealed ? text : redactText(text));
    const isNamespace = resource === 'namespaces' && group === '';
    const namespace = isNamespace ? null : clean(right.namespace);
    const name = resource === object.resource ? object.name : clean(right.name);
    return { what: { group, resource, subresource, namespace, name: null, uid: null }, verb, name };
  }
  if (object.resource === null) {
    // Who is not logged in lacks no right to a path; and clients start with whichever path they start with.
    const name = deniedBy === 'unauthenticated' ? null : object.name;
    return { what: { ...object, name, uid: null }, verb: did.verb, name: object.name };
  }
  return { what: { ...object, name: null, uid: null }, verb: did.verb, name: object.name };
}
