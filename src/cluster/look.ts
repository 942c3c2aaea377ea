/** LiveCluster over an API server: each kind of key has its own way of asking; all share one budget. */
import type { ApiServer } from '../io.ts';
import type { LiveCluster, LiveFinding, LiveKey } from '../live.ts';
import { lookUpAccounts } from './accounts.ts';
import { lookUpAddresses } from './addresses.ts';
import { lookUpBodies } from './bodies.ts';
import { Budget } from './budget.ts';
import { Asker } from './look-up.ts';
import { lookUpNetworks } from './networks.ts';
import { lookUpObjects } from './objects.ts';
import { rbacSnapshot } from './rbac-snapshot.ts';
import { lookUpRights } from './rights.ts';
import { lookUpSchemas } from './schemas.ts';

export function liveCluster(api: ApiServer): LiveCluster {
  return {
    async look(keys, signal) {
      const found = new Map<LiveKey, LiveFinding>();
      const asker = new Asker(api, new Budget(signal));
      const of = <K extends LiveKey['kind']>(kind: K) =>
        keys.filter((key): key is Extract<LiveKey, { kind: K }> => key.kind === kind);
      const tell = (key: LiveKey, finding: LiveFinding): void => {
        found.set(key, finding);
      };
      // In the order of what matters most, for the budget's sake.
      await Promise.all([
        lookUpObjects(of('object'), asker, tell),
        lookUpBodies(of('body'), asker, tell),
        lookUpSchemas(of('schema'), asker, tell),
        lookUpRights(of('right'), asker, tell),
        lookUpAddresses(of('address'), asker, tell),
        lookUpNetworks(of('networks'), asker, tell),
        lookUpAccounts(of('account'), asker, tell),
      ]);
      signal.throwIfAborted();
      for (const key of keys) if (!found.has(key)) found.set(key, { kind: 'unknown', why: 'not asked' });
      return found;
    },
    rbac: (signal) => rbacSnapshot(api, signal),
  };
}
