/** Where log files stand: the time of their newest event. Of a log that is replayed, or of a machine with another clock, that is not now. */
import type { Io } from '../io.ts';
import { EVERYTHING } from '../query/predicate.ts';
import type { FlagValues } from './flags.ts';
import { openSources } from './open-sources.ts';
import { reachCluster } from './reach-cluster.ts';

/** Of the newest of all logs, and enough for one event of the largest size. */
const LOOKED_AT = '4MB';

/** Microseconds since the epoch; null: there is no event in them yet. Stores keep time by the clock: now. Throws what opening and planning throws. */
export async function newestEventUs(flags: FlagValues, io: Io): Promise<number | null> {
  const reached = await reachCluster(flags, io);
  const nowUs = io.now() * 1000;
  if (reached.stores.length > 0) return nowUs;
  const sources = await openSources({ ...flags, 'max-bytes': LOOKED_AT }, io, reached);
  try {
    let newest: number | null = null;
    for (const source of sources) {
      // What can be read only once is read by whoever watches it.
      if (!source.capabilities.rereads) return nowUs;
      const window = { sinceUs: null, untilUs: null };
      const shape = { window, predicate: EVERYTHING, witness: null, aggregation: null } as const;
      const plan = await source.plan({ ...shape, fields: [], order: 'newest', limit: null }, io.signal);
      for await (const { events, passedOver } of source.read(plan, io.signal)) {
        const times = [...events.map(({ stageUs, receivedUs }) => stageUs ?? receivedUs), passedOver.toUs];
        for (const us of times) if (us !== null && us > (newest ?? 0)) newest = us;
      }
    }
    return newest === null ? null : Math.min(newest, nowUs);
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}
