/** Runs a command in this process, with a fixed clock and captured streams. */

import type { FlagValues } from '../../src/commands/flags.ts';
import { whatChangedCommand } from '../../src/commands/what-changed.ts';
import { whoDidCommand } from '../../src/commands/who-did.ts';
import type { Coverage } from '../../src/event/coverage.ts';
import type { RequestRow } from '../../src/questions/fact/request-row.ts';
import type { WhatChangedRow } from '../../src/questions/what-changed/what-changed-row.ts';
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

export type WhatChangedDocument = Omit<WhoDidDocument, 'rows'> & { readonly rows: readonly WhatChangedRow[] };

export async function whatChanged(
  words: string,
  flags: FlagValues,
): Promise<WhatChangedDocument & { status: number }> {
  const io = fixedIo({ nowMs: NOW });
  const split = words === '' ? [] : words.split(' ');
  const status = await whatChangedCommand.run(split, { output: 'json', ...flags }, io);
  return { ...(JSON.parse(io.stdout()) as WhatChangedDocument), status };
}

/** `user[ as other] word`, and what became of the field at this path, oldest first: `bob scale 2→5`. */
export function briefChanges(rows: readonly WhatChangedRow[], path: string): string[] {
  return rows
    .map((row) => {
      const as = row.who.as === null ? '' : ` as ${row.who.as}`;
      const change = row.changes.find((one) => one.path === path);
      const values =
        change === undefined
          ? ''
          : ` ${told(change.before, change.beforeKnown)}→${told(change.after, change.afterKnown)}`;
      return `${row.who.user}${as} ${row.did.word}${values}`;
    })
    .reverse();
}

function told(value: unknown, isKnown: boolean): string {
  return isKnown ? (value === null ? '' : String(value)) : '?';
}
