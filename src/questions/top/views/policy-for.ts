/**
 * Whether an audit policy could leave out the like of a row, and at what loss. Never what changes anything, what is about
 * secrets, rights or admission, or goes into a pod or node: that is what an audit log is for, and what detections read.
 */
import { kindOfUser } from '../../../event/actor.ts';
import { READS } from '../../../query/words.ts';
import type { TopRow } from '../top-row.ts';

export interface PolicyFor {
  /** What would be enough; null: as it is. */
  readonly level: 'None' | 'Metadata' | null;
  /** Without a level: why it is to be kept. With one: what would no longer be known. */
  readonly why: string;
}

/** Of noise's rows. */
export function policyFor(group: TopRow['group']): PolicyFor {
  const kept = whyKept(group);
  if (kept !== null) return { level: null, why: kept };
  const user = String(group.user);
  const what = `${group.verb} ${group.resource}`;
  if (isMachine(user) && group.as === null)
    return {
      level: 'None',
      why: `that ${user} did ${what}, refusals among them; whoever takes its credentials can do so unseen`,
    };
  if (group.level === 'Request' || group.level === 'RequestResponse')
    return {
      level: 'Metadata',
      why: `what the answers to ${user}'s ${what} held; who asked, when and from where stays`,
    };
  return { level: null, why: kindOfUser(user) === 'serviceaccount' ? TOKENS : 'people’s reads' };
}

/** The one that reads with a stolen token is told by its address and its client, as long as both are logged. */
const TOKENS = 'shows a stolen token';

function whyKept({ user, verb, group, resource, subresource, level }: TopRow['group']): string | null {
  if (!(READS as readonly string[]).includes(String(verb))) return 'a write';
  if (user === null || kindOfUser(String(user)) === 'anonymous') return 'no login';
  if (resource === null) return 'no object';
  if (level === null) return 'level not known';
  if (SECRET.test(String(resource))) return 'secrets';
  if (GUARDED.test(String(group))) return 'rights, admission';
  if (subresource !== null && subresource !== 'status') return 'into pods, nodes';
  // Without its group, a rule would be for the core group's.
  return group === null ? 'group not known' : null;
}

/** Resources of any group: what is called so holds such. */
const SECRET = /secrets?$|tokens?$|^(?:configmaps|serviceaccounts|tokenreviews)$/;

/** Groups of rights, logins, certificates and admission, of Kubernetes and of what is built on it. */
const GUARDED =
  /(?:^|\.)(?:rbac|authorization|authentication|certificates|admissionregistration|apiregistration|apiextensions|oauth|user|security)\./;

/** The control plane's own names, and nodes. Other names that begin with `system:` may be anybody's: a bootstrap token's, say. */
const CONTROL_PLANE: ReadonlySet<string> = new Set([
  'system:apiserver',
  'system:kube-scheduler',
  'system:kube-controller-manager',
  'system:cloud-controller-manager',
  'system:kube-proxy',
]);

function isMachine(user: string): boolean {
  return CONTROL_PLANE.has(user) || kindOfUser(user) === 'node';
}
