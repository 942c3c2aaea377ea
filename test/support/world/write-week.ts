/**
 * The log of docs/questions/anomalies.md: eight days of a small company from a seed, and in the last of them what nobody should miss.
 * `node test/support/world/write-week.ts FILE`.
 */
import { writeFileSync } from 'node:fs';
import { smallWorld, TESTED, weekOf } from '../../questions/anomalies/anomalies-support.ts';
import { plantIn } from './plants.ts';

/** A line each, in the order of their times. */
export function weekLog(): string {
  const world = smallWorld();
  const planted = (['token', 'bulk'] as const).flatMap((kind) => plantIn(world, TESTED, kind, 4) ?? []);
  const events = weekOf(
    world,
    planted.flatMap(({ requests }) => requests),
    0,
  );
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

if (import.meta.main) writeFileSync(process.argv[2] ?? 'week.log', weekLog());
