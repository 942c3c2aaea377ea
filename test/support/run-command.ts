/** Runs a command in this process, with a fixed clock and captured streams. */

import type { FlagValues } from '../../src/commands/flags.ts';
import { whoDidCommand } from '../../src/commands/who-did.ts';
import type { Coverage } from '../../src/event/coverage.ts';
import type { RequestRow } from '../../src/questions/fact/request-row.ts';
import { fixedIo } from './fixed-io.ts';

export interface WhoDidDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly question: string;
  readonly says: string;
  readonly rows: readonly RequestRow[];
  readonly nearMisses: readonly { code: string; text: string; count: number; row: RequestRow | null }[];
  readonly notes: readonly { code: string; text: string }[];
  readonly next: readonly string[];
  readonly coverage: Coverage;
}

/** The day after the samples were recorded. */
export const NOW = Date.parse('2026-11-24T09:00:00Z');

export async function whoDid(words: string, flags: FlagValues): Promise<WhoDidDocument & { status: number }> {
  const io = fixedIo({ nowMs: NOW });
  const status = await whoDidCommand.run(words.split(' '), { output: 'json', ...flags }, io);
  return { ...(JSON.parse(io.stdout()) as WhoDidDocument), status };
}

/** `user[ as other] verb[/subresource] code[ dry]`, oldest first. */
export function brief(rows: readonly RequestRow[]): string[] {
  return rows
    .map((row) => {
      const as = row.who.as === null ? '' : ` as ${row.who.as}`;
      const sub = row.object.subresource === null ? '' : `/${row.object.subresource}`;
      return `${row.who.user}${as} ${row.did.verb}${sub} ${row.result.code}${row.dryRun ? ' dry' : ''}`;
    })
    .reverse();
}
