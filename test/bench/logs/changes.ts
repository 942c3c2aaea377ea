/** Requests that change something, with bodies. */
import { CONTROLLERS, KUBECTL, KUBELET, OPERATOR } from './agents.ts';
import { deployment, endpointSlice, node, pod, podStatus } from './bodies.ts';
import {
  component,
  kubelet,
  NAMESPACES,
  NODES,
  operator,
  person,
  serviceAccount,
  WORKLOADS,
} from './inhabitants.ts';
import type { Random } from './random.ts';
import type { Request } from './request.ts';

export function podStatusPatch(random: Random): Request {
  const [namespace, app] = [random.pick(NAMESPACES), random.pick(WORKLOADS)];
  const name = `${app}-${random.hex(9)}-${random.hex(5)}`;
  return {
    ...{ verb: 'patch', requestURI: `/api/v1/namespaces/${namespace}/pods/${name}/status` },
    ...{ user: kubelet(random.pick(NODES)), userAgent: KUBELET },
    objectRef: { resource: 'pods', namespace, name, apiVersion: 'v1', subresource: 'status' },
    requestObject: { metadata: { uid: random.uuid() }, status: podStatus(random, app) },
    responseObject: pod(random, namespace, app, name),
  };
}

export function nodeStatusPatch(random: Random): Request {
  const name = random.pick(NODES);
  return {
    ...{ verb: 'patch', requestURI: `/api/v1/nodes/${name}/status?timeout=10s`, user: kubelet(name) },
    ...{
      userAgent: KUBELET,
      objectRef: { resource: 'nodes', name, apiVersion: 'v1', subresource: 'status' },
    },
    requestObject: { status: { $setElementOrder: { conditions: ['MemoryPressure', 'Ready'] } } },
    responseObject: node(random, name),
  };
}

/** Made by a controller, given to a node, and ended by its kubelet. */
export function podLife(random: Random): Request {
  const [namespace, app] = [random.pick(NAMESPACES), random.pick(WORKLOADS)];
  const name = `${app}-${random.hex(9)}-${random.hex(5)}`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const of = { resource: 'pods', namespace, name, apiVersion: 'v1' };
  switch (random.below(3)) {
    case 0: {
      const made = pod(random, namespace, app, name);
      const user = serviceAccount(random, 'kube-system', 'replicaset-controller');
      const by = {
        user,
        userAgent: `${CONTROLLERS}/system:serviceaccount:kube-system:replicaset-controller`,
      };
      const bodies = { requestObject: made, responseObject: made };
      return { verb: 'create', requestURI: pods, ...by, objectRef: of, code: 201, ...bodies };
    }
    case 1:
      return {
        ...{ verb: 'create', requestURI: `${pods}/${name}/binding`, user: component('kube-scheduler') },
        ...{ userAgent: 'kube-scheduler/v1.34.4', objectRef: { ...of, subresource: 'binding' }, code: 201 },
      };
    default:
      return {
        ...{ verb: 'delete', requestURI: `${pods}/${name}`, user: kubelet(random.pick(NODES)) },
        ...{ userAgent: KUBELET, objectRef: of, responseObject: pod(random, namespace, app, name) },
        requestObject: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 },
      };
  }
}

export function deploymentWrites(random: Random): Request {
  const namespace = random.pick(NAMESPACES);
  // Others have an api too; prod's has a story of its own.
  const name = namespace !== 'prod' && random.oneIn(40) ? 'api' : random.pick(WORKLOADS);
  const verb =
    name === 'api' ? 'patch' : random.pick(['create', 'update', 'patch', 'patch', 'patch', 'delete']);
  const after = deployment(random, namespace, name);
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const query = '?fieldManager=kubectl-client-side-apply&fieldValidation=Strict';
  const patch = {
    spec: { template: { spec: { containers: [{ name, image: `registry/${random.hex(12)}` }] } } },
  };
  return {
    verb,
    requestURI: verb === 'create' ? `${deployments}${query}` : `${deployments}/${name}${query}`,
    user: random.oneIn(3) ? person(random) : operator(random),
    userAgent: random.oneIn(3) ? KUBECTL : OPERATOR,
    objectRef: { resource: 'deployments', namespace, name, apiGroup: 'apps', apiVersion: 'v1' },
    code: verb === 'create' ? 201 : 200,
    requestObject: verb === 'create' || verb === 'update' ? after : patch,
    responseObject: after,
  };
}

export function endpoints(random: Random): Request {
  const [namespace, app] = [random.pick(NAMESPACES), random.pick(WORKLOADS)];
  const slice = endpointSlice(random, namespace, app);
  return {
    verb: 'update',
    requestURI: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${app}`,
    user: serviceAccount(random, 'kube-system', 'endpointslice-controller'),
    userAgent: CONTROLLERS,
    objectRef: {
      resource: 'endpointslices',
      namespace,
      name: app,
      apiGroup: 'discovery.k8s.io',
      apiVersion: 'v1',
    },
    ...{ requestObject: slice, responseObject: slice },
  };
}

export function roles(random: Random): Request {
  const name = `role-${random.hex(5)}`;
  const rules = [
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'], resourceNames: ['api'] },
  ];
  const role = {
    ...{ kind: 'ClusterRole', apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name }, rules },
  };
  return {
    ...{ verb: 'update', requestURI: `/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}` },
    ...{ user: person(random), userAgent: KUBECTL, requestObject: role, responseObject: role },
    ...(random.oneIn(3)
      ? {
          impersonatedUser: { username: 'cluster-admin', groups: ['system:masters', 'system:authenticated'] },
        }
      : {}),
    objectRef: { resource: 'clusterroles', name, apiGroup: 'rbac.authorization.k8s.io', apiVersion: 'v1' },
  };
}
