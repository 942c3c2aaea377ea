/** What is said beside a list of changes: what the log could not tell of them, and why. */
import type { Gap, Note } from '../../event/coverage.ts';
import type { ChangeRow } from './change-rows.ts';
import type { Judged } from './changes-answer.ts';
import type { Told } from './told.ts';

export function gapsOf({ params, found, coverage }: Told, { all: rows, shown }: Judged): Gap[] {
  const gaps: Gap[] = [];
  const gap = (code: Gap['code'], text: string) => gaps.push({ code, text, source: null });
  if (found.dropped > 0 && params.limit === null)
    gap(
      'rows-bound',
      `only the newest ${found.size} requests were kept; ${found.dropped} older ones were let go: narrow it, or ask for them with --until`,
    );
  const { dropped, lost } = found.histories;
  if (lost > 0)
    gap(
      'memory-bound',
      `${lost} of the oldest requests were let go to save memory: what they changed is not told; narrow it, or ask for them with --until`,
    );
  else if (dropped > 0 && shown.some(isOpen))
    gap(
      'memory-bound',
      `${dropped} of the oldest bodies were let go to save memory: what some changes changed is not told; narrow it, or ask for them with --until`,
    );
  if (rows.length === 0 && coverage.witness === 0)
    gap('no-witness', 'the log holds no write of this resource: its policy may not log them');
  const unlogged = rows.reduce((sum, { row }) => sum + (row.unlogged ?? 0), 0);
  if (unlogged > 0)
    gap(
      'unlogged',
      `${unlogged} ${unlogged === 1 ? 'change' : 'changes'} by metadata.generation ${unlogged === 1 ? 'is' : 'are'} in no event that was read`,
    );
  const cut = rows.filter(({ row, request }) => row.basis === 'fact' && request?.isCut === true).length;
  if (cut > 0)
    gap(
      'bodies-cut',
      `of ${cut} ${cut === 1 ? 'change' : 'changes'} the bodies were cut before they were logged`,
    );
  return gaps;
}

export function notesOf({ found, isWidened }: Told, rows: readonly ChangeRow[]): Note[] {
  const notes: Note[] = [];
  const note = (code: string, text: string) => notes.push({ code, text });
  const facts = rows.filter(
    ({ row, request }) => row.basis === 'fact' && request?.isCut === false && !ENDS.has(row.did.word),
  );
  const mayBeNothing = facts.every(({ row }) => row.did.word === 'create')
    ? ''
    : ': it may have been nothing';
  if (facts.length > 0)
    note(
      'level',
      `of ${facts.length} of ${rows.length} changes the log does not hold what they changed (${levelsOf(facts)})${mayBeNothing}`,
    );
  const asked = rows.filter((one) => one.isAskedOnly).length;
  if (asked > 0)
    note(
      'asked',
      `of ${asked} the log holds what was asked for, not how it stood before, nor what admission and defaults made of it`,
    );
  if (found.attempts > 0)
    note(
      'attempts',
      `${found.attempts} ${found.attempts === 1 ? 'request' : 'requests'} changed nothing (refused, failed, or a dry run): not shown; who-did change tells`,
    );
  if (isWidened) note('widened', 'nothing in the last 24 h: everything before was read too');
  return notes;
}

/** What it changed, the log may have held. */
function isOpen({ row, request, isAskedOnly }: ChangeRow): boolean {
  return isAskedOnly || (row.basis === 'fact' && request !== null && !ENDS.has(row.did.word));
}

const ENDS: ReadonlySet<string> = new Set(['delete', 'evict', 'complete delete', 'remove last finalizer']);

function levelsOf(rows: readonly ChangeRow[]): string {
  return [...new Set(rows.map(({ row }) => `level ${row.level ?? '?'}`))].sort().join(', ');
}
