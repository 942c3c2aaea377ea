import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { kubectlName, parseResource } from '../../src/event/resource-names.ts';
import { resourceTypes } from '../../src/event/resource-table.ts';

describe('a type is found by every name that kubectl takes', () => {
  it.each([
    ['deploy', 'apps', 'deployments'],
    ['deployment', 'apps', 'deployments'],
    ['Deployment', 'apps', 'deployments'],
    ['DEPLOYMENTS', 'apps', 'deployments'],
    ['deployments.apps', 'apps', 'deployments'],
    ['deploy.v1.apps', 'apps', 'deployments'],
    ['deployments.v1beta1.extensions', 'extensions', 'deployments'],
    ['po', '', 'pods'],
    ['pods.v1.', '', 'pods'],
    ['pods.v1', '', 'pods'],
    ['pods.metrics.k8s.io', 'metrics.k8s.io', 'pods'],
    ['ev', '', 'events'],
    ['events.events.k8s.io', 'events.k8s.io', 'events'],
    ['no', '', 'nodes'],
    ['cm', '', 'configmaps'],
    ['secret', '', 'secrets'],
    ['sa', '', 'serviceaccounts'],
    ['svc', '', 'services'],
    ['services.serving.knative.dev', 'serving.knative.dev', 'services'],
    ['endpoints', '', 'endpoints'],
    ['ep', '', 'endpoints'],
    ['ingress', 'networking.k8s.io', 'ingresses'],
    ['netpol', 'networking.k8s.io', 'networkpolicies'],
    ['sc', 'storage.k8s.io', 'storageclasses'],
    ['crds', 'apiextensions.k8s.io', 'customresourcedefinitions'],
    ['clusterrolebinding', 'rbac.authorization.k8s.io', 'clusterrolebindings'],
    // A group may be cut short, as kubectl allows.
    ['rolebindings.rbac', 'rbac.authorization.k8s.io', 'rolebindings'],
    ['gateways.networking.istio.io', 'networking.istio.io', 'gateways'],
    ['pvc', '', 'persistentvolumeclaims'],
    ['csr', 'certificates.k8s.io', 'certificatesigningrequests'],
  ])('%s is %s %s', (typed, group, resource) => {
    expect(parseResource(typed)).toMatchObject({ group, resources: expect.arrayContaining([resource]) });
  });

  it('says whether it stands in a namespace, and its kind', () => {
    expect(parseResource('ns')).toEqual({
      resources: ['namespaces'],
      group: '',
      isNamespaced: false,
      kind: 'Namespace',
    });
    expect(parseResource('cj')).toEqual({
      resources: ['cronjobs'],
      group: 'batch',
      isNamespaced: true,
      kind: 'CronJob',
    });
  });
});

describe('a custom type', () => {
  it('is meant in any group when none is said, because no table knows them all', () => {
    expect(parseResource('app')).toEqual({
      resources: ['applications'],
      group: null,
      isNamespaced: true,
      kind: 'Application',
    });
    expect(parseResource('gw')).toMatchObject({ resources: ['gateways'], group: null });
    expect(parseResource('vs').resources).toEqual(['virtualservices', 'volumesnapshots']);
    expect(parseResource('clusters')).toMatchObject({ group: null, isNamespaced: null });
  });

  it.each([
    ['widget', ['widget', 'widgets']],
    ['Widgets', ['widgets', 'widgetss', 'widgetses']],
    ['canary', ['canary', 'canarys', 'canaries']],
    ['mesh', ['mesh', 'meshs', 'meshes']],
  ])('that is in no table, %s, is guessed', (typed, resources) => {
    expect(parseResource(typed)).toEqual({ resources, group: null, isNamespaced: null, kind: null });
  });

  it('keeps the group that was said', () => {
    expect(parseResource('widgets.shop.example.com')).toMatchObject({
      group: 'shop.example.com',
      isNamespaced: null,
    });
    expect(parseResource('widgets.v1alpha1.shop.example.com').group).toBe('shop.example.com');
  });
});

describe('what is no type', () => {
  it.each(['all', 'deploy,sts', '', ' ', '*', 'deploy api', 'x"y', '../etc', '__proto__', '-n'])(
    '%j is refused with a hint',
    (typed) => {
      const refused = () => parseResource(typed);
      expect(refused).toThrow(UserError);
      expect(refused).toThrow(
        expect.objectContaining({ code: 'AUDIT_BAD_OBJECT', hint: expect.any(String) }),
      );
    },
  );

  it('finds nothing in the names that every object of the language has', () => {
    expect(parseResource('constructor').kind).toBeNull();
    expect(kubectlName('', 'constructor')).toBe('constructor');
  });
});

describe('for display', () => {
  it.each([
    ['apps', 'deployments', 'deploy'],
    ['', 'pods', 'pod'],
    ['', 'nodes', 'node'],
    ['', 'configmaps', 'cm'],
    ['', 'secrets', 'secret'],
    ['', 'serviceaccounts', 'sa'],
    ['', 'namespaces', 'ns'],
    ['', 'endpoints', 'endpoints'],
    ['', 'events', 'event'],
    ['events.k8s.io', 'events', 'events.events.k8s.io'],
    ['metrics.k8s.io', 'pods', 'pods.metrics.k8s.io'],
    ['storage.k8s.io', 'storageclasses', 'storageclass'],
    ['rbac.authorization.k8s.io', 'clusterrolebindings', 'clusterrolebinding'],
    ['argoproj.io', 'applications', 'application'],
    ['networking.istio.io', 'gateways', 'gateways.networking.istio.io'],
    ['shop.example.com', 'widgets', 'widgets.shop.example.com'],
    ['extensions', 'deployments', 'deployments.extensions'],
    ['', 'newthings', 'newthings'],
  ])('%s %s is %s', (group, resource, name) => {
    expect(kubectlName(group, resource)).toBe(name);
  });

  it('every name of the table leads back to its type', () => {
    for (const { group, resource } of resourceTypes()) {
      const back = parseResource(kubectlName(group, resource));
      expect(back.resources).toContain(resource);
      expect([group, null]).toContain(back.group);
    }
  });
});
