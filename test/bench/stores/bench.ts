/** Log stores with a large log in them, asked by us and by curl: ../README.md says how. Fails when the answers differ. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeEvents } from './events.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { markdown } from './report.ts';
import { runStore, type StoreResult } from './run-store.ts';

const { stores, events, runs, json, folder } = optionsOrUsage();
const log = await madeEvents(join(folder, 'logs'), events);
const results: StoreResult[] = [];
for (const store of stores) {
  results.push(await runStore(store, log, runs));
  // After each store: one that is broken off was not for nothing.
  if (json !== null) writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`);
}
process.stdout.write(`${markdown(results, runs)}\n`);

function optionsOrUsage(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
    process.exit(2);
  }
}
