/** What is refused, and what people do inside pods. */
import { KUBECTL } from './agents.ts';
import { NAMESPACES, operator, person, WORKLOADS } from './inhabitants.ts';
import type { Random } from './random.ts';
import type { Request } from './request.ts';

export function refused(random: Random): Request {
  const [namespace, resource] = [random.pick(NAMESPACES), random.pick(['secrets', 'pods', 'configmaps'])];
  const user = random.oneIn(2) ? person(random) : operator(random);
  const verb = random.pick(['list', 'get', 'create']);
  const where = `cannot ${verb} resource "${resource}" in API group "" in the namespace "${namespace}"`;
  return {
    ...{ verb, requestURI: `/api/v1/namespaces/${namespace}/${resource}`, user, userAgent: KUBECTL },
    ...{ objectRef: { resource, namespace, apiVersion: 'v1' }, code: 403, decision: 'forbid' },
    failed: { reason: 'Forbidden', message: `${resource} is forbidden: User "${user.username}" ${where}` },
  };
}

/** Nobody knows who asks, and the authorizer was not asked. */
export function unauthenticated(random: Random): Request {
  const resource = random.pick(['secrets', 'pods', 'nodes']);
  return {
    ...{ verb: 'list', requestURI: `/api/v1/${resource}?limit=500`, user: { username: '' } },
    ...{ userAgent: 'curl/8.5.0', objectRef: { resource, apiVersion: 'v1' }, code: 401, decision: 'none' },
    failed: { reason: 'Unauthorized', message: 'Unauthorized' },
  };
}

export function execs(random: Random): Request {
  const [namespace, app] = [random.pick(NAMESPACES), random.pick(WORKLOADS)];
  const name = `${app}-${random.hex(9)}-${random.hex(5)}`;
  const query = `command=sh&command=-c&command=echo+%22hi%22&container=${app}&stdin=true&stdout=true&tty=true`;
  return {
    ...{ verb: 'get', requestURI: `/api/v1/namespaces/${namespace}/pods/${name}/exec?${query}`, code: 101 },
    ...{ user: person(random), userAgent: KUBECTL, long: { seconds: 1 + random.below(600) } },
    objectRef: { resource: 'pods', namespace, name, apiVersion: 'v1', subresource: 'exec' },
  };
}
