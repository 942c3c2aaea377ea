/** What changes all the time and tells nobody anything: left out unless everything is asked for. Each with its reason. */
import type { FieldChange } from './field-diff.ts';

export interface Noise {
  /** Names of fields from the root; what is under them too. */
  readonly path: readonly string[];
  readonly why: string;
  /** Only of objects of this resource. */
  readonly resource?: string;
}

const annotation = (name: string, why: string): Noise => ({ path: ['metadata', 'annotations', name], why });

export const NOISE: readonly Noise[] = [
  { path: ['status'], why: 'what controllers observe, not what anybody asked for' },
  { path: ['metadata', 'managedFields'], why: 'who owns which field: bookkeeping of every write' },
  { path: ['metadata', 'resourceVersion'], why: 'another one with every write' },
  { path: ['metadata', 'generation'], why: 'counts the writes that changed the spec' },
  { path: ['metadata', 'uid'], why: 'given by the API server at creation' },
  { path: ['metadata', 'creationTimestamp'], why: 'given by the API server at creation' },
  { path: ['metadata', 'selfLink'], why: "the object's own URL, filled in by the API server before 1.20" },
  annotation(
    'kubectl.kubernetes.io/last-applied-configuration',
    'what kubectl apply sent last: its fields are told by themselves',
  ),
  annotation('deployment.kubernetes.io/revision', 'counted by the Deployment controller at every rollout'),
  annotation('deployment.kubernetes.io/revision-history', 'kept by the Deployment controller'),
  annotation('deployment.kubernetes.io/desired-replicas', 'kept by the Deployment controller'),
  annotation('deployment.kubernetes.io/max-replicas', 'kept by the Deployment controller'),
  annotation('deprecated.daemonset.template.generation', 'counted by the API server at every rollout'),
  annotation('endpoints.kubernetes.io/last-change-trigger-time', 'kept by the endpoints controllers'),
  annotation('control-plane.alpha.kubernetes.io/leader', 'the heartbeat of a leader'),
  annotation('autoscaling.alpha.kubernetes.io/conditions', 'the status of an autoscaler in an older version'),
  annotation(
    'autoscaling.alpha.kubernetes.io/current-metrics',
    'the status of an autoscaler in an older version',
  ),
  annotation('node.alpha.kubernetes.io/ttl', 'kept by the node controller'),
  { path: ['spec', 'renewTime'], why: 'the heartbeat of who holds the lease', resource: 'leases' },
];

/** What is under such a path and is no noise: it is what the request was for. */
const NO_NOISE: readonly Noise[] = [
  {
    path: ['status', 'conditions'],
    why: 'approved or denied: that is how it is done',
    resource: 'certificatesigningrequests',
  },
];

/** `resource`: plural; null: not known, then only what is noise in every object. */
export function noiseOf({ segments }: Pick<FieldChange, 'segments'>, resource: string | null): Noise | null {
  const isOf = (one: Noise): boolean =>
    (one.resource === undefined || one.resource === resource) &&
    one.path.every((name, n) => {
      const segment = segments[n];
      return segment?.kind === 'field' && segment.name === name;
    });
  return NO_NOISE.some(isOf) ? null : (NOISE.find(isOf) ?? null);
}

export function isNoise(change: Pick<FieldChange, 'segments'>, resource: string | null = null): boolean {
  return noiseOf(change, resource) !== null;
}

export function withoutNoise<C extends Pick<FieldChange, 'segments'>>(
  changes: readonly C[],
  resource: string | null = null,
): readonly C[] {
  return changes.filter((change) => !isNoise(change, resource));
}
