/** Findings for tests of what is made of them. */
import type { Finding } from '../../src/alerts/finding.ts';

export function finding(
  of: Partial<Finding> & { readonly user?: string; readonly name?: string } = {},
): Finding {
  const { user = 'alice', name = 'api-1', ...more } = of;
  return {
    rule: 'exec-into-pod',
    title: 'A command was run in a pod',
    severity: 'medium',
    pack: 'own',
    tags: ['attack.t1609'],
    who: { user, as: null },
    object: { group: '', resource: 'pods', subresource: 'exec', namespace: 'prod', name },
    from: fromIP('10.0.3.7'),
    count: 1,
    first: '2026-11-22T02:58:11.000000Z',
    last: '2026-11-22T02:58:11.000000Z',
    detail: null,
    why: 'Whoever can run commands in a pod has what the pod has.',
    show: "kubectl audit who-did exec pod/api-1 -n prod --since '2026-11-22T02:58:11Z'",
    auditIDs: [`id-${user}-${name}`],
    ...more,
  };
}

/** What `from` is of one address. */
export function fromIP(ip: string): Finding['from'] {
  return { top: [{ ip, count: 1 }], distinct: 1 };
}
