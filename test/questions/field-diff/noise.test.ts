/** What is left out of an answer unless everything is asked for. */
import { describe, expect, it } from 'vitest';
import { fieldDiff } from '../../../src/questions/field-diff/field-diff.ts';
import { NOISE, withoutNoise } from '../../../src/questions/field-diff/noise.ts';
import { UNKNOWN_SCHEMA } from '../../../src/questions/schema/schema.ts';

function left(after: unknown, resource: string | null = null): string[] {
  return withoutNoise(fieldDiff({}, after, UNKNOWN_SCHEMA), resource).map(({ path }) => path);
}

describe('left out', () => {
  it('is what every write changes, and what controllers observe', () => {
    const metadata = {
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }],
      resourceVersion: '2',
      generation: 2,
      uid: 'u',
      creationTimestamp: 't',
      selfLink: '/x',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'deployment.kubernetes.io/revision': '2',
        'deprecated.daemonset.template.generation': '3',
      },
    };
    expect(left({ metadata, status: { replicas: 1, conditions: [{ type: 'Ready' }] } })).toEqual([]);
  });

  it('is the heartbeat of a lease, and of nothing else', () => {
    const lease = { spec: { renewTime: 't', holderIdentity: 'x' } };
    expect(left(lease, 'leases')).toEqual(['spec.holderIdentity']);
    expect(left(lease, 'widgets')).toEqual(['spec.renewTime', 'spec.holderIdentity']);
  });

  it('has a reason each time', () => {
    for (const { why } of NOISE) expect(why.length).toBeGreaterThan(10);
    const paths = NOISE.map(({ path }) => JSON.stringify(path));
    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe('left in', () => {
  it('is what somebody asked for, or what tells what becomes of the object', () => {
    const metadata = {
      deletionTimestamp: 't',
      deletionGracePeriodSeconds: 30,
      finalizers: ['a'],
      ownerReferences: [{ uid: 'u' }],
      labels: { status: 'x' },
      annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'kubernetes.io/change-cause': 'x', uid: 'x' },
    };
    expect(
      left({ metadata, spec: { status: 'x', template: { metadata: { creationTimestamp: null } } } }),
    ).toEqual([
      'metadata.deletionTimestamp',
      'metadata.deletionGracePeriodSeconds',
      'metadata.finalizers[0]',
      'metadata.ownerReferences[0].uid',
      'metadata.labels.status',
      'metadata.annotations["pv.kubernetes.io/bind-completed"]',
      'metadata.annotations["kubernetes.io/change-cause"]',
      'metadata.annotations.uid',
      'spec.status',
      'spec.template.metadata.creationTimestamp',
    ]);
  });

  it('is the approval of a certificate signing request', () => {
    const csr = { status: { conditions: [{ type: 'Approved' }], certificate: 'x' } };
    expect(left(csr, 'certificatesigningrequests')).toEqual(['status.conditions[0].type']);
  });
});
