/** The benchmark's command line. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';

export interface Options {
  /** Of the smaller logs. */
  readonly bytes: number;
  readonly runs: number;
  /** Cases' names, or parts of them; empty: all. */
  readonly cases: readonly string[];
  /** Rivals' names; empty: all. */
  readonly peers: readonly string[];
  /** Where the figures are written, as JSON. */
  readonly json: string | null;
  readonly writesDocs: boolean;
  readonly folder: string;
}

const NAMES = CASES.map(({ name }) => name);

export const USAGE = `npm run bench -- [--size 1GB] [--runs 5] [--quick] [--cases ${NAMES.join(',')}]
  [--peers 'wc -l,jq,jaq,rg | jq,DuckDB,Go,Node'] [--json FILE] [--write-docs] [--folder FOLDER]
  --quick: 100 MB, 2 runs; --write-docs: docs/benchmark.json and docs/benchmark.md`;

/** Throws for what is no option, or no value of it. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: 'string' },
      runs: { type: 'string' },
      cases: { type: 'string', default: '' },
      peers: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      folder: {
        type: 'string',
        default: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubectl-audit/bench'),
      },
    },
  });
  const runs = Number(values.runs ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: a whole number from 1`);
  const cases = listOf(values.cases);
  for (const part of cases) {
    if (!NAMES.some((name) => isAsked(name, { cases: [part] })))
      throw new Error(`--cases ${part}: no case is called so`);
  }
  return {
    bytes: toBytes(values.size ?? (values.quick ? '100MB' : '1GB')),
    ...{ runs, cases, peers: listOf(values.peers), json: values.json ?? null },
    writesDocs: values['write-docs'],
    folder: values.folder,
  };
}

/** A whole name means that case alone. */
export function isAsked(name: string, { cases }: Pick<Options, 'cases'>): boolean {
  return (
    cases.length === 0 || cases.some((part) => (NAMES.includes(part) ? name === part : name.includes(part)))
  );
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function toBytes(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)\s*([kMG])B$/.exec(text) ?? [];
  const bytes = Number(count) * ({ k: 1e3, M: 1e6, G: 1e9 }[unit] ?? Number.NaN);
  if (!(bytes > 0)) throw new Error(`--size ${text}: 300MB, 1GB`);
  return bytes;
}
