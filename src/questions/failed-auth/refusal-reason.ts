/** Why a request was refused after, or instead of, a plain lack of a right: by whom, and in which words. */
import type { AuditEvent } from '../../event/event.ts';
import type { DeniedBy } from '../../event/outcome.ts';
import { redactEvent } from '../../event/redact.ts';
import { at, text } from '../fact/body.ts';

/** A reason in full can be pages (a policy's report on each container). */
const MAX_REASON = 240;
const RULES_NAMED = 3;

/** Null when the message says no more than the class does. Redacted, unless revealed. */
export function refusalReason(event: AuditEvent, deniedBy: DeniedBy, isRevealed: boolean): string | null {
  // Most refusals: their messages need not be cleaned.
  if (deniedBy === 'rbac') return null;
  const message = isRevealed ? (event.responseStatus?.message ?? '') : redactedMessage(event);
  const reason = wordsOf(message, deniedBy, event);
  if (reason === null || reason === '') return null;
  return reason.length <= MAX_REASON ? reason : `${reason.slice(0, MAX_REASON)}…`;
}

/** Of a Secret and the like, a refusal may quote what was wrong, which is the secret. */
function redactedMessage({ objectRef, responseStatus }: AuditEvent): string {
  const clean = redactEvent({
    objectRef: { resource: objectRef?.resource ?? '' },
    responseStatus: { message: responseStatus?.message ?? '' },
  });
  return text(at(clean.responseStatus, 'message')) ?? '';
}

function wordsOf(message: string, deniedBy: Exclude<DeniedBy, 'rbac'>, event: AuditEvent): string | null {
  switch (deniedBy) {
    case 'unauthenticated':
      // What was tried survives only where another handler answers than the usual one.
      return message === 'Unauthorized' ? null : message;
    case 'escalation':
      return notHeld(message, event);
    case 'admission':
      return refusedBy(withoutObject(message));
    case 'other':
      return withoutObject(message);
  }
}

/** `pods "x" is forbidden: …`: the object is said elsewhere, and would make every reason another. */
function withoutObject(message: string): string {
  const rest = /^[^" ]{1,260} (?:"[^"]*" )?is forbidden: (.*)$/s.exec(message)?.[1];
  return (rest ?? message).trim();
}

function refusedBy(reason: string): string {
  const webhook = /^admission webhook "([^"]*)" denied the request(?: without explanation)?:? ?(.*)$/s.exec(
    reason,
  );
  if (webhook !== null) return joined(`webhook ${webhook[1]}`, webhook[2]);
  const policy = POLICY.exec(reason);
  if (policy !== null) return joined(`policy ${policy[1]} (binding ${policy[2]})`, policy[3]);
  const quota = /^(?:exceeded|failed) quota: ([^,: ]+)[,:] ?(.*)$/s.exec(reason);
  if (quota !== null) return joined(`quota ${quota[1]}`, quota[2]);
  const podSecurity = /^violates PodSecurity "([^"]*)": ?(.*)$/s.exec(reason);
  if (podSecurity !== null) return joined(`Pod Security ${podSecurity[1]}`, podSecurity[2]);
  return reason;
}

const POLICY =
  /^(?:(?:Validating|Mutating)AdmissionPolicy|policy) '([^']*)' with binding '([^']*)' denied request:? ?(.*)$/s;

function joined(by: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? by : `${by}: ${reason}`;
}

/** What was to be granted, which the client does not hold itself (apiserver, pkg/registry/rbac). */
function notHeld(message: string, event: AuditEvent): string | null {
  const [, listed] = message.split(' not currently held:');
  if (listed === undefined) return null;
  const rules = listed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('{'))
    .map(ruleWords);
  const more = rules.length > RULES_NAMED ? ` and ${rules.length - RULES_NAMED} more` : '';
  const role = text(at(event.requestObject, 'roleRef', 'name'));
  const kind = text(at(event.requestObject, 'roleRef', 'kind'));
  const right = role === null ? 'escalate' : `bind on ${kind ?? 'role'} ${role}`;
  return `needs ${right}, or to hold: ${rules.slice(0, RULES_NAMED).join('; ')}${more}`;
}

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}` → `get, list deployments.apps`. */
function ruleWords(rule: string): string {
  const list = (name: string): string[] => {
    const inside = new RegExp(`${name}:\\[([^\\]]*)\\]`).exec(rule)?.[1] ?? '';
    return [...inside.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
  };
  const verbs = list('Verbs').join(', ');
  const urls = list('NonResourceURLs');
  if (urls.length > 0) return `${verbs} on URLs ${urls.join(', ')}`;
  const groups = list('APIGroups').map((group) => (group === '' ? ' (core)' : `.${group}`));
  const resources = list('Resources').flatMap((resource) => groups.map((group) => `${resource}${group}`));
  const names = list('ResourceNames').map((name) => ` "${name}"`);
  return verbs === '' || resources.length === 0 ? rule : `${verbs} ${resources.join(', ')}${names.join(',')}`;
}
