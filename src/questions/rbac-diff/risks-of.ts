/** Which dangers a right has, by what it lets its holder do, wherever it holds. */
import { type BindingContent, type Labels, RBAC_GROUP } from './rbac-object.ts';
import { RISKS, type Risk } from './risks.ts';
import type { ResourceRule, Rule } from './rule.ts';
import { type Subject, usernameOf } from './subject.ts';

export interface RiskContext {
  readonly subject: Subject;
  /** Null: everywhere. */
  readonly namespace: string | null;
  readonly role: BindingContent['role'];
  /** Of the role; null: not known. */
  readonly labels: Labels | null;
  /** It came by a role that gathers its rules from others. */
  readonly isGathered: boolean;
  /** Null: it was taken, or nobody knows. */
  readonly giver: Giver | null;
}

/** Who gave it: the name of the login, the name that the server judged by, and the groups. */
export interface Giver {
  readonly names: readonly string[];
  readonly groups: readonly string[];
}

interface Danger {
  readonly risk: Risk;
  readonly verbs: readonly string[];
  readonly apiGroup: string;
  readonly resources: readonly string[];
  /** Of objects that are in no namespace: a RoleBinding gives no such right, whatever its role says. */
  readonly isClusterWide?: true;
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const CHANGE = ['create', 'update', 'patch'];

const DANGERS: readonly Danger[] = [
  { risk: 'escalate', verbs: ['escalate'], apiGroup: RBAC_GROUP, resources: ['roles', 'clusterroles'] },
  { risk: 'bind', verbs: ['bind'], apiGroup: RBAC_GROUP, resources: ['roles', 'clusterroles'] },
  { risk: 'rbac', verbs: WRITE, apiGroup: RBAC_GROUP, resources: ['roles', 'rolebindings'] },
  {
    ...{ risk: 'rbac', verbs: WRITE, apiGroup: RBAC_GROUP, isClusterWide: true },
    resources: ['clusterroles', 'clusterrolebindings'],
  },
  { risk: 'secrets', verbs: READ, apiGroup: '', resources: ['secrets'] },
  { risk: 'tokens', verbs: ['create'], apiGroup: '', resources: ['serviceaccounts/token'] },
  {
    ...{ risk: 'exec', apiGroup: '', verbs: ['get', 'create'] },
    resources: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'],
  },
  { risk: 'exec', verbs: ['update', 'patch'], apiGroup: '', resources: ['pods/ephemeralcontainers'] },
  {
    risk: 'workloads',
    verbs: CHANGE,
    apiGroup: '',
    resources: ['pods', 'replicationcontrollers', 'podtemplates'],
  },
  {
    ...{ risk: 'workloads', verbs: CHANGE, apiGroup: 'apps' },
    resources: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'],
  },
  { risk: 'workloads', verbs: CHANGE, apiGroup: 'batch', resources: ['jobs', 'cronjobs'] },
  {
    risk: 'workloads',
    verbs: CHANGE,
    apiGroup: 'extensions',
    resources: ['deployments', 'daemonsets', 'replicasets'],
  },
  {
    risk: 'node-proxy',
    verbs: ['get', 'create', ...CHANGE, 'delete'],
    apiGroup: '',
    resources: ['nodes/proxy'],
    isClusterWide: true,
  },
  { risk: 'nodes', verbs: WRITE, apiGroup: '', resources: ['nodes', 'nodes/status'], isClusterWide: true },
  {
    ...{ risk: 'webhooks', verbs: WRITE, apiGroup: 'admissionregistration.k8s.io', isClusterWide: true },
    resources: [
      ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations', 'validatingadmissionpolicies'],
      ...[
        'validatingadmissionpolicybindings',
        'mutatingadmissionpolicies',
        'mutatingadmissionpolicybindings',
      ],
    ],
  },
  {
    risk: 'webhooks',
    verbs: WRITE,
    apiGroup: 'apiregistration.k8s.io',
    resources: ['apiservices'],
    isClusterWide: true,
  },
  {
    ...{ risk: 'webhooks', verbs: WRITE, apiGroup: 'apiextensions.k8s.io', isClusterWide: true },
    resources: ['customresourcedefinitions'],
  },
  {
    ...{
      risk: 'certificates',
      verbs: ['update', 'patch'],
      apiGroup: 'certificates.k8s.io',
      isClusterWide: true,
    },
    resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
  },
  {
    ...{
      risk: 'certificates',
      verbs: ['approve', 'sign'],
      apiGroup: 'certificates.k8s.io',
      isClusterWide: true,
    },
    resources: ['signers'],
  },
  { risk: 'volumes', verbs: CHANGE, apiGroup: '', resources: ['persistentvolumes'], isClusterWide: true },
  { risk: 'namespaces', verbs: ['update', 'patch'], apiGroup: '', resources: ['namespaces'] },
  {
    risk: 'impersonate',
    verbs: ['impersonate', 'impersonate:serviceaccount'],
    apiGroup: '',
    resources: ['serviceaccounts'],
  },
  {
    ...{
      risk: 'impersonate',
      verbs: ['impersonate', 'impersonate:user-info'],
      apiGroup: '',
      isClusterWide: true,
    },
    resources: ['users', 'groups'],
  },
  {
    ...{ risk: 'impersonate', apiGroup: 'authentication.k8s.io', isClusterWide: true },
    // Constrained impersonation (1.35) has verbs for each sort of identity.
    verbs: [
      ...['impersonate', 'impersonate:user-info', 'impersonate:serviceaccount'],
      ...['impersonate:arbitrary-node', 'impersonate:associated-node'],
    ],
    resources: ['users', 'groups', 'uids', 'serviceaccounts', 'nodes'],
  },
];

/** In the order in which RISKS has them. `rule`: null when what the role allows is not known. */
export function risksOf(rule: Rule | null, context: RiskContext): readonly Risk[] {
  const { subject, namespace, role, labels, isGathered, giver } = context;
  const found = new Set<Risk>();
  if (giver !== null && isIts(giver, subject)) found.add('self-granted');
  if (rule === null) found.add('unknown-role');
  if (role?.kind === 'ClusterRole' && role.name === 'cluster-admin') found.add('cluster-admin');
  if (isEverybody(subject)) found.add('everybody');
  if (isGathered || flowsOn(role, labels)) found.add('aggregated');
  if (rule !== null) for (const risk of dangersOf(rule, namespace === null)) found.add(risk);
  return (Object.keys(RISKS) as Risk[]).filter((risk) => found.has(risk));
}

/** By the rule alone. */
export function dangersOf(rule: Rule, isEverywhere: boolean): ReadonlySet<Risk> {
  const found = new Set<Risk>();
  if (rule.kind === 'url') {
    if (rule.verbs.includes('*') || rule.urls.includes('*')) found.add('wildcard');
    return found;
  }
  if (isEverything(rule)) found.add('cluster-admin');
  if ([rule.verbs, rule.apiGroups, rule.resources].some((list) => list.includes('*'))) found.add('wildcard');
  for (const danger of DANGERS)
    if ((isEverywhere || danger.isClusterWide !== true) && lets(rule, danger)) found.add(danger.risk);
  return found;
}

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

/** Not of the roles that Kubernetes itself lets flow into one another. */
export function flowsOn(role: RiskContext['role'], labels: Labels | null): boolean {
  if (labels === null || role === null || role.name === 'edit' || role.name === 'view') return false;
  return [...labels].some(([label, value]) => label.startsWith(AGGREGATE) && value === 'true');
}

function isEverything({ verbs, apiGroups, resources, resourceNames }: ResourceRule): boolean {
  return [verbs, apiGroups, resources].every((list) => list.includes('*')) && resourceNames === null;
}

/** The giver's own name, or a group that the giver is in by more than having logged in. */
function isIts({ names, groups }: Giver, subject: Subject): boolean {
  const name = usernameOf(subject);
  return name === null ? groups.includes(subject.name) && !isEverybody(subject) : names.includes(name);
}

function isEverybody({ kind, name }: Subject): boolean {
  if (kind === 'User') return name === 'system:anonymous';
  if (kind !== 'Group') return false;
  return /^system:(?:authenticated|unauthenticated|serviceaccounts(?::.*)?)$/.test(name);
}

function lets(rule: ResourceRule, { verbs, apiGroup, resources }: Danger): boolean {
  if (!rule.apiGroups.includes('*') && !rule.apiGroups.includes(apiGroup)) return false;
  return resources.some((resource) => {
    const slash = resource.indexOf('/');
    const isThere =
      rule.resources.includes('*') ||
      rule.resources.includes(resource) ||
      (slash > 0 && rule.resources.includes(`*${resource.slice(slash)}`));
    // A creation, and the deletion of all, name no object: with names they are never allowed.
    const needsNoName = (verb: string) => slash < 0 && (verb === 'create' || verb === 'deletecollection');
    return (
      isThere &&
      verbs.some(
        (verb) =>
          (rule.verbs.includes('*') || rule.verbs.includes(verb)) &&
          (rule.resourceNames === null || !needsNoName(verb)),
      )
    );
  });
}
