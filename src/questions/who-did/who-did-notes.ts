/** What who-did adds to its rows in words: how sure each is, what completed it, what was left out. */
import type { Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import type { Fact } from '../fact/fact.ts';
import { targetName } from '../object-name.ts';
import type { Deed } from './deed.ts';
import type { Deeds } from './deeds.ts';

export interface Noted {
  readonly shown: readonly Deed[];
  readonly found: Deeds;
  readonly passes: (fact: Fact) => boolean;
  readonly isWidened: boolean;
  /** Of the window that was asked for, what lies before this was not read, microseconds; null: all was. */
  readonly unreadBefore: number | null;
}

export function notesOf({ shown, found, passes, isWidened, unreadBefore }: Noted): Note[] {
  const notes: Note[] = [];
  for (const deed of shown) {
    if (deed.link !== null) {
      notes.push({
        code: deed.link,
        text: `${deed.word} at ${deed.fact.row.when ?? '?'} (${deed.fact.row.auditID}): ${deed.why ?? deed.link}`,
      });
    }
    const completion = found.removals?.completions.get(deed.fact.key);
    if (completion !== undefined) {
      const { auditID, when, who } = completion.row;
      notes.push({
        code: 'completed-by-kubelet',
        text: `${completer(who)} completed the deletion of ${targetName(deed.fact.row.object)} at ${when ?? '?'} (${auditID})`,
      });
    }
  }
  const noOps = found.noOps.filter(passes).length;
  if (noOps > 0)
    notes.push({
      code: 'no-op',
      text: `${noOps} ${noOps === 1 ? 'request' : 'requests'} succeeded and changed nothing; not shown`,
    });
  for (const id of sharedIDs(shown))
    notes.push({
      code: 'shared-audit-id',
      text: `several requests carry the audit ID ${id}: clients choose it, and aggregated servers pass it on`,
    });
  if (unreadBefore !== null)
    notes.push({
      code: 'last-only',
      text: `read back to ${toTheSecond(unreadBefore)}, where the last one was found (--last): earlier ones are not counted`,
    });
  if (isWidened)
    notes.push({ code: 'widened', text: 'nothing in the last 24 h: everything before was read too' });
  return notes;
}

function toTheSecond(us: number): string {
  return formatMicros(Math.ceil(us / 1e6) * 1e6).replace('.000000Z', 'Z');
}

function completer({ user }: Fact['row']['who']): string {
  const node = /^system:node:(.+)$/.exec(user ?? '')?.[1];
  return node === undefined ? (user ?? 'a kubelet') : `the kubelet of ${node}`;
}

function sharedIDs(deeds: readonly Deed[]): readonly string[] {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { fact } of deeds) (seen.has(fact.row.auditID) ? shared : seen).add(fact.row.auditID);
  return [...shared];
}
