/** Whoever acted as another set the request off themselves: told by the request itself. */
import type { Fact } from '../fact/fact.ts';
import type { Cause } from './cause.ts';

export function impersonationOf({ row }: Fact): readonly Cause[] {
  const { who, auditID, when } = row;
  if (who.as === null || who.user === null) return [];
  const [, , namespace, account] = who.as.startsWith('system:serviceaccount:') ? who.as.split(':') : [];
  return [
    {
      auditID,
      when,
      who: { ...who, as: null },
      did: { verb: 'impersonate', word: 'impersonate' },
      object: {
        group: '',
        resource: account === undefined ? 'users' : 'serviceaccounts',
        subresource: null,
        namespace: namespace ?? null,
        name: account ?? who.as,
        uid: null,
      },
      link: 'proven',
      why: `the same request: sent by ${who.user}, acting as ${who.as}`,
      depth: 1,
    },
  ];
}
