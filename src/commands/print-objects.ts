/** Objects as they were, as YAML on stdout under comments that say from where; what was read of the log, on stderr. */
import type { Answer } from '../answer.ts';
import type { Io } from '../io.ts';
import { targetName } from '../questions/object-name.ts';
import { restorable } from '../questions/what-changed/restorable.ts';
import { restorableTogether } from '../questions/what-changed/restorable-together.ts';
import { stateText } from '../questions/what-changed/state-row.ts';
import type { WhatChangedRow } from '../questions/what-changed/what-changed-row.ts';
import { withoutRedacted } from '../questions/what-changed/without-redacted.ts';
import { coverageLines } from '../render/coverage-lines.ts';
import { escapeTerminal } from '../render/escape.ts';
import { manifestText } from '../render/manifest.ts';
import type { Printing } from './print-answer.ts';

/** `isManifest`: for kubectl apply; else as `kubectl get -o yaml` printed it. */
export function printObjects(isManifest: boolean) {
  return async (answer: Answer, printing: Printing, io: Io): Promise<void> => {
    const rows = answer.rows as readonly WhatChangedRow[];
    const { kept, owned } = isManifest ? restorableTogether(rows) : { kept: rows, owned: [] };
    const pieces = kept.map((row) => pieceOf(row, isManifest));
    const objects = pieces.flatMap(({ object }) => (object === null ? [] : [object]));
    const head = [
      `${answer.says}.`,
      ...(answer.coverage.complete ? [] : ['What was read is INCOMPLETE: see below, on stderr.']),
      // Of one object the sentence tells it.
      ...pieces.flatMap(({ comments }) => (pieces.length === 1 ? comments.slice(1) : comments)),
      ...(owned.length === 0 ? [] : [ownedText(owned)]),
      ...answer.notes.map(({ text }) => text),
    ];
    await io.out.write(manifestText(objects, head));
    const options = { nowMs: printing.nowMs, timeZone: io.timeZone, utc: printing.utc };
    for (const line of coverageLines(answer, options)) await io.err.write(`${escapeTerminal(line)}\n`);
  };
}

/** Named at most. */
const NAMED = 5;

function ownedText(owned: readonly WhatChangedRow[]): string {
  const more = owned.length > NAMED ? ` and ${owned.length - NAMED} more` : '';
  const names = owned
    .slice(0, NAMED)
    .map(({ object }) => targetName(object))
    .join(', ');
  return `NOT in this manifest, as what is in it makes them anew: ${names}${more}`;
}

function pieceOf(
  row: WhatChangedRow,
  isManifest: boolean,
): { readonly object: object | null; readonly comments: readonly string[] } {
  const { state } = row;
  const name = targetName(row.object);
  const said = `${name}: ${stateText(row)}`;
  if (state === null) return { object: null, comments: [said] };
  if (!isManifest) return { object: state, comments: [said] };
  const made = restorable(state);
  const open = withoutRedacted(made.object);
  const lacking = (what: string) => `${name}: NOT in this manifest: ${what}`;
  return {
    object: open.object,
    comments: [
      said,
      ...open.paths.map((path) => lacking(`${path}: it is secret, --reveal puts it in`)),
      ...open.masked.map(
        (path) => `${name}: MASKED in this manifest: ${path}: part of it is secret, --reveal shows it`,
      ),
      ...made.without.map(lacking),
      ...made.warnings.map((text) => `${name}: ${text}`),
    ],
  };
}
