/** What never ends: leases, reads, lists, watches, probes, reviews, events. Logged without bodies. */
import { CONTROLLERS, KUBECTL, KUBELET, OPERATOR } from './agents.ts';
import { version } from './bodies.ts';
import { component, kubelet, NAMESPACES, NODES, operator, person, WORKLOADS } from './inhabitants.ts';
import type { Random } from './random.ts';
import type { Request } from './request.ts';

export function nodeLease(random: Random): Request {
  const name = random.pick(NODES);
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
  return {
    ...{ verb: 'update', requestURI: `${path}?timeout=10s`, user: kubelet(name), userAgent: KUBELET },
    objectRef: {
      ...{ resource: 'leases', namespace: 'kube-node-lease', name, uid: random.uuid() },
      ...{ apiGroup: 'coordination.k8s.io', apiVersion: 'v1', resourceVersion: version(random) },
    },
  };
}

export function leaderElection(random: Random): Request {
  const name = random.pick(['kube-scheduler', 'kube-controller-manager', 'cert-manager', 'argocd']);
  return {
    verb: random.pick(['get', 'update']),
    requestURI: `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}?timeout=5s`,
    user: component(name),
    userAgent: `${name}/v1.34.4 (linux/amd64) kubernetes/5864a46/leader-election`,
    objectRef: {
      ...{ resource: 'leases', namespace: 'kube-system', name },
      ...{ apiGroup: 'coordination.k8s.io', apiVersion: 'v1' },
    },
  };
}

export function operatorReads(random: Random): Request {
  const [resource, namespace, name] = [
    random.pick(['configmaps', 'endpoints', 'secrets', 'services', 'pods']),
    random.pick(NAMESPACES),
    random.pick(WORKLOADS),
  ];
  const request = {
    ...{
      verb: 'get',
      requestURI: `/api/v1/namespaces/${namespace}/${resource}/${name}`,
      user: operator(random),
    },
    ...{ userAgent: OPERATOR, objectRef: { resource, namespace, name, apiVersion: 'v1' } },
  };
  if (!random.oneIn(20)) return request;
  return {
    ...{ ...request, code: 404 },
    failed: { reason: 'NotFound', message: `${resource} "${name}" not found` },
  };
}

export function controllerLists(random: Random): Request {
  const resource = random.pick(['replicasets', 'deployments', 'daemonsets', 'statefulsets']);
  return {
    verb: 'list',
    requestURI: `/apis/apps/v1/${resource}?limit=500&resourceVersion=0`,
    user: random.oneIn(3) ? component('kube-controller-manager') : operator(random),
    userAgent: `${CONTROLLERS}/shared-informers`,
    objectRef: { resource, apiGroup: 'apps', apiVersion: 'v1' },
  };
}

export function watches(random: Random): Request {
  const resource = random.pick(['pods', 'services', 'configmaps', 'secrets', 'nodes', 'endpoints']);
  const query = `allowWatchBookmarks=true&resourceVersion=${version(random)}&timeout=7m12s&timeoutSeconds=432&watch=true`;
  return {
    ...{
      verb: 'watch',
      requestURI: `/api/v1/${resource}?${query}`,
      user: operator(random),
      userAgent: OPERATOR,
    },
    ...{ objectRef: { resource, apiVersion: 'v1' }, long: { seconds: 300 + random.below(300) } },
  };
}

export function probes(random: Random): Request {
  return {
    verb: 'get',
    requestURI: random.pick(['/healthz', '/readyz?exclude=etcd', '/livez', '/openapi/v2', '/metrics']),
    user: {
      username: 'system:apiserver',
      uid: random.uuid(),
      groups: ['system:authenticated', 'system:masters'],
    },
    userAgent: 'kube-apiserver/v1.34.4 (linux/amd64) kubernetes/5864a46',
  };
}

export function personReads(random: Random): Request {
  const [namespace, resource] = [random.pick(NAMESPACES), random.pick(['pods', 'deployments', 'services'])];
  const group = resource === 'deployments' ? '/apis/apps/v1' : '/api/v1';
  const name = random.oneIn(30) ? 'api' : random.pick(WORKLOADS);
  const isOne = random.oneIn(2);
  return {
    verb: isOne ? 'get' : 'list',
    requestURI: `${group}/namespaces/${namespace}/${resource}${isOne ? `/${name}` : '?limit=500'}`,
    user: person(random),
    userAgent: KUBECTL,
    objectRef: {
      ...{ resource, namespace, ...(isOne ? { name } : {}) },
      ...{ ...(resource === 'deployments' ? { apiGroup: 'apps' } : {}), apiVersion: 'v1' },
    },
  };
}

export function accessReviews(random: Random): Request {
  const [resource, apiGroup] = random.oneIn(3)
    ? ['tokenreviews', 'authentication.k8s.io']
    : ['subjectaccessreviews', 'authorization.k8s.io'];
  return {
    ...{ verb: 'create', requestURI: `/apis/${apiGroup}/v1/${resource}`, user: operator(random) },
    ...{ userAgent: OPERATOR, objectRef: { resource, apiGroup, apiVersion: 'v1' }, code: 201 },
  };
}

export function events(random: Random): Request {
  const namespace = random.pick(NAMESPACES);
  return {
    verb: random.pick(['create', 'create', 'patch']),
    requestURI: `/api/v1/namespaces/${namespace}/events`,
    user: random.oneIn(2) ? kubelet(random.pick(NODES)) : component('kube-scheduler'),
    userAgent: KUBELET,
    objectRef: {
      resource: 'events',
      namespace,
      name: `${random.pick(WORKLOADS)}.${random.hex(16)}`,
      apiVersion: 'v1',
    },
    code: 201,
  };
}
