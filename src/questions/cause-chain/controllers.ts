/**
 * Which of Kubernetes' controllers a request is by: from the authenticated name alone. What a client calls itself in its
 * user agent is no proof of anything.
 */
import type { Fact } from '../fact/fact.ts';

/** By the names of their service accounts in kube-system (plugin/pkg/auth/authorizer/rbac/bootstrappolicy). */
const CONTROLLERS = [
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'namespace-controller',
  'node-controller',
  'pod-garbage-collector',
  'replicaset-controller',
  'replication-controller',
  'root-ca-cert-publisher',
  'service-account-controller',
  'statefulset-controller',
  'ttl-after-finished-controller',
] as const;

export type Controller = (typeof CONTROLLERS)[number];

const ACCOUNTS = 'system:serviceaccount:kube-system:';
/** Without service accounts of their own (--use-service-account-credentials=false) all controllers act as this one. */
const MANAGER = 'system:kube-controller-manager';

/** Those that it can be by: none, one, or all of them. Whoever only acted as a controller is none. */
export function controllersOf({ row: { who } }: Fact): readonly Controller[] {
  if (who.user === null || who.as !== null) return NONE;
  if (who.user === MANAGER) return CONTROLLERS;
  if (!who.user.startsWith(ACCOUNTS)) return NONE;
  const name = who.user.slice(ACCOUNTS.length);
  return CONTROLLERS.filter((controller) => controller === name);
}

const NONE: readonly Controller[] = [];

export function isBy(fact: Fact, ...controllers: readonly Controller[]): boolean {
  return controllersOf(fact).some((controller) => controllers.includes(controller));
}

/** Of the cluster itself, known to a rule or not: a controller, a component, a node. */
export function isOfControlPlane(fact: Fact): boolean {
  const { who } = fact.row;
  if (who.as !== null) return false;
  if (who.kind === 'node' || who.kind === 'component') return true;
  return controllersOf(fact).length > 0 || SYSTEM_CONTROLLER.test(who.user ?? '');
}

const SYSTEM_CONTROLLER =
  /^system:serviceaccount:kube-system:(?:[a-z0-9-]*-(?:controller|cleaner|publisher|binder)|generic-garbage-collector|pod-garbage-collector|horizontal-pod-autoscaler)$/;

/** For text: `replicaset-controller`, `deployment-controller`; null for anybody else. */
export function controllerName({ user, as }: Fact['row']['who']): string | null {
  if (user === null || as !== null || !user.startsWith(ACCOUNTS)) return null;
  const name = user.slice(ACCOUNTS.length);
  return SYSTEM_CONTROLLER.test(user) ? name : null;
}
