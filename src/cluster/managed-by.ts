/**
 * Which delivery tool an object belongs to, by the labels and annotations that it sets itself: that tool puts back what
 * was deleted, and takes back what was changed.
 */
import { textAt } from './json.ts';

export function managedBy(body: unknown): string | null {
  return argoApplication(body) ?? fluxOwner(body) ?? helmRelease(body);
}

/**
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/: the annotation is `APP:GROUP/KIND:NAMESPACE/NAME`
 * and the application's name may be `PROJECT-NAMESPACE_NAME`; the label is the older way.
 */
function argoApplication(body: unknown): string | null {
  const tracking = textAt(body, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id');
  const name = tracking?.split(':')[0] ?? textAt(body, 'metadata', 'labels', 'argocd.argoproj.io/instance');
  return name == null || name === '' ? null : `Argo CD application ${name.replace('_', '/')}`;
}

/** https://fluxcd.io/flux/components/: each controller labels what it applies with its own object. */
function fluxOwner(body: unknown): string | null {
  for (const [prefix, kind] of FLUX) {
    const name = textAt(body, 'metadata', 'labels', `${prefix}/name`);
    const namespace = textAt(body, 'metadata', 'labels', `${prefix}/namespace`);
    if (name !== null) return `Flux ${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
  }
  return null;
}

const FLUX: readonly (readonly [prefix: string, kind: string])[] = [
  ['kustomize.toolkit.fluxcd.io', 'Kustomization'],
  ['helm.toolkit.fluxcd.io', 'HelmRelease'],
];

/** Helm 3 marks what a release may adopt (helm.sh: pkg/action/validate.go). */
function helmRelease(body: unknown): string | null {
  const name = textAt(body, 'metadata', 'annotations', 'meta.helm.sh/release-name');
  const namespace = textAt(body, 'metadata', 'annotations', 'meta.helm.sh/release-namespace');
  return name === null ? null : `Helm release ${namespace === null ? '' : `${namespace}/`}${name}`;
}
