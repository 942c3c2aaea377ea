/**
 * What the API server answered, and who said no: authentication, authorization, the guards against escalation, or
 * admission. From code, annotations and message alone, which stand at Metadata level too.
 */
import type { AuditEvent } from './event.ts';

export type DeniedBy = 'unauthenticated' | 'rbac' | 'escalation' | 'admission' | 'other';

/** `result` of the machine output (PRODUCT §4). */
export type Outcome = {
  readonly code: number | null;
  readonly reason: string | null;
  /** The authorizer's: a request can be allowed by it and refused afterwards. */
  readonly decision: 'allow' | 'forbid' | null;
  /** Null when it was not refused: done, or failed (304, 404, 409, schema 422, 429, 5xx). */
  readonly deniedBy: DeniedBy | null;
};

export function outcomeOf(event: AuditEvent): Outcome {
  const { responseStatus } = event;
  return {
    code: responseStatus?.code ?? null,
    reason: nonEmpty(responseStatus?.reason),
    decision: decisionOf(event),
    deniedBy: deniedByOf(event),
  };
}

export interface RefusedImpersonation {
  /** `users`, `groups`, `serviceaccounts`, `userextras`, `uids`; by 1.36 also what was to be done to it. */
  readonly resource: string;
  /** Whom the client wanted to be, as a user's name; null when the message does not say. */
  readonly name: string | null;
}

/** Refused because the client may not act as another: before authorization, and so without a decision. */
export function refusedImpersonationOf(event: AuditEvent): RefusedImpersonation | null {
  const message = event.responseStatus?.message ?? '';
  const isRefused = event.responseStatus?.code === 403 && event.impersonatedUser === null;
  if (!isRefused || decisionOf(event) !== null || !CANNOT_IMPERSONATE.test(message)) return null;
  const resource = IMPERSONATED.exec(message)?.[1] ?? '';
  const name = /^[^" ]+ "((?:[^"\\]|\\.)*)" is forbidden/.exec(message)?.[1] ?? null;
  if (name === null || IMPERSONATE_ON.test(message)) return { resource, name: null };
  if (resource !== 'serviceaccounts') return { resource, name };
  const namespace = /in the namespace "([^"]*)"/.exec(message)?.[1];
  return { resource, name: namespace === undefined ? null : `system:serviceaccount:${namespace}:${name}` };
}

function decisionOf(event: AuditEvent): Outcome['decision'] {
  const decision = Object.hasOwn(event.annotations, DECISION) ? event.annotations[DECISION] : undefined;
  return decision === 'allow' || decision === 'forbid' ? decision : null;
}

const DECISION = 'authorization.k8s.io/decision';

function deniedByOf(event: AuditEvent): DeniedBy | null {
  const code = event.responseStatus?.code ?? null;
  if (code === null || code < 400) return null;
  const decision = decisionOf(event);
  // The decision comes first: a message quotes names that the client chose.
  if (code === 403 && decision === 'forbid') return 'rbac';
  const message = event.responseStatus?.message ?? '';
  // After authorization a webhook or a policy may answer with any code, 401 too.
  if (decision !== 'forbid' && isAdmissionText(message)) return 'admission';
  // With a user, it is the answer of what stands behind a proxy (a pod, a kubelet): the server itself let them in.
  if (code === 401) return decision === 'allow' || event.user !== null ? 'other' : 'unauthenticated';
  if (code !== 403) return null;
  if (ESCALATIONS.some((text) => message.includes(text))) return 'escalation';
  if (isAdmissionRefusal(message)) return 'admission';
  if (decision === 'allow') return refusedAfterAllowed(message);
  // No decision: refused before authorization, or the annotations are lost.
  if (CANNOT_IMPERSONATE.test(message)) return 'escalation';
  return CANNOT.test(message) ? 'rbac' : 'other';
}

/**
 * Past authorization it is admission plugins that forbid, in words of their own (NodeRestriction, NamespaceLifecycle,
 * ServiceAccount, CertificateApproval, OpenShift's security context constraints, …); some ask the authorizer once more. A
 * backend's answer that is passed on has no such words.
 */
function refusedAfterAllowed(message: string): DeniedBy {
  if (!FORBIDDEN.test(message)) return 'other';
  return FORBIDDEN_TO_USER.test(message) ? 'rbac' : 'admission';
}

const FORBIDDEN = /^[^" ]{1,260} (?:"(?:[^"\\]|\\.)*" )?is forbidden: /;
const FORBIDDEN_TO_USER = /^[^" ]{1,260} (?:"(?:[^"\\]|\\.)*" )?is forbidden: User "(?:[^"\\]|\\.)*" cannot /;

/** Storage of roles and bindings, after authorization allowed the write. */
const ESCALATIONS = [
  'attempting to grant RBAC permissions not currently held',
  'must have cluster-admin privileges to use',
] as const;
/** 1.34: `cannot impersonate resource "users"`; 1.36: `cannot impersonate:user-info resource "users"`, `cannot impersonate-on:user-info:create resource "pods"`. */
const CANNOT_IMPERSONATE = /User "(?:[^"\\]|\\.)*" cannot impersonate(?:-on)?[ :]/;
const IMPERSONATE_ON = /" cannot impersonate-on:/;
const IMPERSONATED = /" cannot impersonate[^ ]* resource "([^"]*)"/;
const CANNOT = /User "(?:[^"\\]|\\.)*" cannot [^ ]{1,80} (?:resource|path) "/;

/** Wordings that stand at a fixed place, so that no name in the message can feign them (apiserver admission/plugin). */
function isAdmissionText(message: string): boolean {
  return WEBHOOK_DENIED.test(message) || POLICY_DENIED.test(message);
}

const WEBHOOK_DENIED = /^admission webhook "[^"]*" denied the request/;
const POLICY_DENIED =
  /^[^"]{1,260} (?:"[^"]*" )?is forbidden: (?:Validating|Mutating)AdmissionPolicy '|^(?:Validating|Mutating)AdmissionPolicy '|^policy '[^']*' with binding '[^']*' denied request/;

/** What the built-in admission plugins say in a 403: quota, Pod Security, LimitRanger, image policy, AlwaysDeny, external IPs. */
function isAdmissionRefusal(message: string): boolean {
  return REFUSALS.some((text) => message.includes(text)) || LIMIT_RANGE.test(message);
}

const REFUSALS = [
  'exceeded quota: ',
  'failed quota: ',
  'status unknown for quota: ',
  'insufficient quota to ',
  'violates PodSecurity ',
  'image policy webhook backend denied',
  'denied by admission control',
  'admission control is denying',
] as const;
const LIMIT_RANGE =
  /(?:maximum|minimum) [^ ]{1,80} usage per (?:Pod|Container|PersistentVolumeClaim)|limit to request ratio/;

function nonEmpty(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
