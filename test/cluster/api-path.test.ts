import { describe, expect, it } from 'vitest';
import { resourcePath } from '../../src/cluster/api-path.ts';

const deployments = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'prod' };

describe('a path of the API', () => {
  it('is what kubectl would ask', () => {
    expect(resourcePath({ ...deployments, name: 'api' })).toBe(
      '/apis/apps/v1/namespaces/prod/deployments/api',
    );
    expect(resourcePath({ ...deployments, name: null })).toBe('/apis/apps/v1/namespaces/prod/deployments');
    const node = { group: '', version: 'v1', resource: 'nodes', namespace: null, name: 'cp-1' };
    expect(resourcePath(node)).toBe('/api/v1/nodes/cp-1');
    const binding = {
      group: 'rbac.authorization.k8s.io',
      version: 'v1',
      resource: 'clusterroles',
      namespace: null,
    };
    expect(resourcePath({ ...binding, name: 'system:node' })).toBe(
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    );
  });

  it.each(['..', '.', '', 'a/b', 'a%2fb', '\ud800'])('leads nowhere else: %j', (name) => {
    expect(resourcePath({ ...deployments, name })).toBeNull();
    expect(resourcePath({ ...deployments, namespace: name, name: 'api' })).toBeNull();
  });

  it('keeps what would end a path', () => {
    expect(resourcePath({ ...deployments, name: 'a?b#c' })).toMatch(/deployments\/a%3Fb%23c$/);
  });
});
