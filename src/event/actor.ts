/**
 * Who acted: the authenticated user, whom they acted as, and what reveals the person or the pod behind a shared login.
 * Says what kind of actor a name is; which of them a question wants is query's.
 */
import type { AuditEvent, UserInfo } from './event.ts';

export type ActorKind = 'person' | 'serviceaccount' | 'node' | 'component' | 'anonymous' | 'unknown';

/** `who` of the machine output (PRODUCT §4). */
export type Actor = {
  /** The authenticated name; null when nobody could be authenticated. */
  readonly user: string | null;
  /** The impersonated name, which the server acted under. */
  readonly as: string | null;
  /** Of the authenticated user. */
  readonly groups: readonly string[];
  /** Of the authenticated user. */
  readonly kind: ActorKind;
  /** The person behind a shared login, where the authenticator or a proxy says so. */
  readonly session: string | null;
  /** `JTI=…` or `X509SHA256=…`: an identifier of the credential, not the credential. */
  readonly credential: string | null;
  /** The pod and node that a service account's token is bound to. */
  readonly pod: string | null;
  readonly node: string | null;
};

export function actorOf(event: AuditEvent): Actor {
  const { user, impersonatedUser } = event;
  return {
    user: nonEmpty(user?.username),
    as: nonEmpty(impersonatedUser?.username),
    groups: user?.groups ?? [],
    kind: kindOfUser(user?.username ?? null),
    session: sessionOf(user) ?? sessionOf(impersonatedUser),
    credential: extraOf(user, 'authentication.kubernetes.io/credential-id'),
    pod: extraOf(user, 'authentication.kubernetes.io/pod-name'),
    node: extraOf(user, 'authentication.kubernetes.io/node-name'),
  };
}

/** By the name alone: groups can be granted to anybody. `system:admin` is what k3s and OpenShift give their administrators. */
export function kindOfUser(username: string | null): ActorKind {
  if (username === null || username === '') return 'unknown';
  if (username === 'system:anonymous') return 'anonymous';
  if (username === 'system:admin') return 'person';
  if (username.startsWith('system:serviceaccount:')) return 'serviceaccount';
  if (username.startsWith('system:node:')) return 'node';
  // A Google Cloud service account is a program's login too.
  if (username.endsWith('.gserviceaccount.com')) return 'serviceaccount';
  return COMPONENTS.some((prefix) => username.startsWith(prefix)) ? 'component' : 'person';
}

const COMPONENTS = ['system:', 'eks:', 'aksService', 'kube-apiserver', 'kubelet-'];

/** A person's login, or a machine's that acts as a person (Rancher's proxy does). */
export function isHuman(event: AuditEvent): boolean {
  const isPerson = (user: UserInfo | null) => kindOfUser(user?.username ?? null) === 'person';
  return isPerson(event.user) || isPerson(event.impersonatedUser);
}

/** EKS: session name, else the last part of the ARN. Rancher, Teleport, OIDC proxies: the name in an extra of their own. */
function sessionOf(user: UserInfo | null): string | null {
  const named = extraOf(user, 'sessionName') ?? arnSession(extraOf(user, 'arn'));
  if (named !== null) return named;
  for (const key of ['username', 'preferred_username', 'email', 'upn']) {
    const value = extraOf(user, key);
    if (value !== null && value !== user?.username) return value;
  }
  return null;
}

/** `arn:aws:sts::1234:assumed-role/admins/alice` → alice. An ARN without a path names no session. */
function arnSession(arn: string | null): string | null {
  if (arn?.startsWith('arn:') !== true) return null;
  const slash = arn.lastIndexOf('/');
  return slash < 0 ? null : nonEmpty(arn.slice(slash + 1));
}

function extraOf(user: UserInfo | null, key: string): string | null {
  if (user === null || !Object.hasOwn(user.extra, key)) return null;
  return nonEmpty(user.extra[key]?.[0]);
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
