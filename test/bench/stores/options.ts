/** The command line of the stores' benchmark. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchStore, isStore, STORES } from './stores.ts';

export interface Options {
  readonly stores: readonly BenchStore[];
  readonly events: number;
  readonly runs: number;
  /** Where the figures and all runs are written, as JSON. */
  readonly json: string | null;
  readonly folder: string;
}

export const USAGE = `npm run bench:stores -- [--store ${STORES.join(',')}] [--events 1000000] [--runs 5] [--json FILE] [--folder FOLDER]`;

/** Throws for what is no option, or no value of it. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: STORES.join(',') },
      events: { type: 'string', default: '1000000' },
      runs: { type: 'string', default: '5' },
      json: { type: 'string' },
      folder: {
        type: 'string',
        default: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-audit/bench'),
      },
    },
  });
  const stores = values.store.split(',').map((name) => {
    if (!isStore(name)) throw new Error(`--store ${name}: one of ${STORES.join(', ')}`);
    return name;
  });
  return {
    stores,
    events: wholeNumber('events', values.events),
    runs: wholeNumber('runs', values.runs),
    json: values.json ?? null,
    folder: values.folder,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} ${text}: a whole number from 1`);
  return Number(text);
}
