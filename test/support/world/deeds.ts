/** What people and programs do, by what they are. */
import { deed } from './request.ts';

export const EVERYBODYS = [
  ...['get core/pods', 'list core/pods', 'watch core/pods', 'get core/pods/log', 'get apps/deployments'],
  ...['list apps/deployments', 'list core/events', 'get core/services', 'list core/namespaces'],
].map(deed);

export const DEVELOPERS = [
  ...['patch apps/deployments', 'get core/configmaps', 'list core/configmaps', 'patch core/configmaps'],
  ...['create core/pods/exec', 'create core/pods/portforward', 'list core/services', 'get batch/jobs'],
  ...['list batch/jobs', 'create batch/jobs', 'delete core/pods', 'patch apps/deployments/scale'],
  ...[
    'list apps/replicasets',
    'get apps/statefulsets',
    'list apps/statefulsets',
    'list networking.k8s.io/ingresses',
  ],
  ...[
    'get core/secrets',
    'list batch/cronjobs',
    'get autoscaling/horizontalpodautoscalers',
    'get core/endpoints',
  ],
].map(deed);

export const OPERATORS = [
  ...['list core/nodes', 'get core/nodes', 'patch core/nodes', 'list core/pods *', 'list core/secrets'],
  ...[
    'get core/secrets',
    'patch core/secrets',
    'create core/pods/eviction',
    'list rbac.authorization.k8s.io/rolebindings',
  ],
  ...[
    'create rbac.authorization.k8s.io/rolebindings',
    'get rbac.authorization.k8s.io/clusterroles',
    'create core/namespaces',
  ],
  ...[
    'list apps/daemonsets',
    'patch apps/daemonsets',
    'list storage.k8s.io/storageclasses',
    'list core/persistentvolumes',
  ],
  ...[
    'create core/pods/exec',
    'delete core/pods',
    'list core/events *',
    'list apps/deployments *',
    'patch apps/deployments',
  ],
  ...[
    'get apiextensions.k8s.io/customresourcedefinitions',
    'list core/persistentvolumeclaims',
    'list policy/poddisruptionbudgets',
  ],
].map(deed);

export const PROGRAMS = [
  ...[
    'list core/pods',
    'watch core/pods',
    'get core/configmaps',
    'watch core/configmaps',
    'list core/services',
  ],
  ...[
    'watch core/endpoints',
    'get coordination.k8s.io/leases',
    'update coordination.k8s.io/leases',
    'create core/events',
  ],
  ...['patch apps/deployments/status', 'list apps/deployments', 'watch apps/deployments', 'get core/secrets'],
  ...[
    'watch core/secrets',
    'create core/configmaps',
    'update core/configmaps',
    'list batch/jobs',
    'create batch/jobs',
  ],
  ...[
    'patch core/pods',
    'list networking.k8s.io/ingresses',
    'watch networking.k8s.io/ingresses',
    'update networking.k8s.io/ingresses/status',
  ],
].map(deed);

export const CI = [
  ...[
    'get apps/deployments',
    'patch apps/deployments',
    'get core/services',
    'patch core/services',
    'get core/configmaps',
  ],
  ...[
    'patch core/configmaps',
    'get core/secrets',
    'patch core/secrets',
    'list core/pods',
    'watch apps/deployments',
  ],
].map(deed);

/** What nobody does by habit, and no power lies in. */
export const UNUSUAL = [
  ...[
    'list scheduling.k8s.io/priorityclasses *',
    'list discovery.k8s.io/endpointslices *',
    'delete core/persistentvolumeclaims',
  ],
  ...['patch core/endpoints', 'list resource.k8s.io/resourceclaims *', 'delete policy/poddisruptionbudgets'],
].map(deed);

/** What attackers come for. */
export const DANGEROUS = [
  ...[
    'list core/secrets *',
    'create rbac.authorization.k8s.io/clusterrolebindings',
    'create core/serviceaccounts/token',
  ],
  ...[
    'create core/nodes/proxy',
    'create admissionregistration.k8s.io/mutatingwebhookconfigurations',
    'create certificates.k8s.io/certificatesigningrequests',
  ],
].map(deed);

export const LISTED = [
  ...['pods', 'services', 'configmaps', 'secrets', 'serviceaccounts', 'endpoints', 'events', 'limitranges'],
].map((resource) => deed(`list core/${resource} *`));
