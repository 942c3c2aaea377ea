/** What rbac-diff answers, put together: sentence, rows, notes, gaps and commands, and no secret in any of them. */
import type { Coverage, Note } from '../../event/coverage.ts';
import { redactText } from '../../event/redact.ts';
import type { AnswerDraft } from '../question.ts';
import { isWantedDeed, isWantedRefusal, wantedRights } from './asked-for.ts';
import { type Chief, chiefGain } from './chief-gain.ts';
import type { Deed } from './deeds.ts';
import type { Refused } from './found.ts';
import type { Judgement } from './judge.ts';
import type { Asked } from './rbac-diff.ts';
import { COLUMNS, nameOfRow } from './rbac-diff-columns.ts';
import { gapsOf } from './rbac-diff-gaps.ts';
import { notesOf } from './rbac-diff-notes.ts';
import { rowsOf } from './rbac-diff-rows.ts';
import { nextCommands, sentence } from './rbac-diff-says.ts';
import { holdsAll, holdsNone, type RightChange } from './right-changes.ts';
import { subjectKey } from './subject.ts';

/** Rows that an answer holds at most, the newest. */
export const MAX_ROWS = 20_000;

/** What is told of one request, or of one change that no request accounts for. */
export interface Entry {
  readonly atUs: number;
  readonly deed: Deed | null;
  /** Of the deed, those that are asked for. */
  readonly rights: readonly RightChange[];
  readonly refused: Refused | null;
}

export interface Told extends Asked {
  readonly judgement: Judgement;
  readonly coverage: Coverage;
  /** Newest first. */
  readonly entries: readonly Entry[];
  readonly lasts: (change: RightChange) => boolean;
  /** Null: nothing was gained. */
  readonly chief: Chief | null;
}

export function rbacDiffAnswer(asked: Asked, judgement: Judgement, coverage: Coverage): AnswerDraft {
  const entries = entriesOf(asked, judgement);
  const known = { ...asked, judgement, coverage, entries, lasts: lastsIn(judgement), chief: null };
  const told: Told = { ...known, chief: chiefGain(known) };
  const made = rowsOf(told);
  // Names of users, roles and bindings are event text, and sentences quote them.
  const clean = asked.params.isRevealed ? (text: string) => text : redactText;
  return {
    question: 'rbac-diff',
    says: clean(sentence(told)),
    rows: made.rows,
    columns: COLUMNS,
    nameOf: nameOfRow,
    nearMisses: [],
    notes: notesOf(told, made).map((note) => (isOurs(note) ? note : { ...note, text: clean(note.text) })),
    now: [],
    // A command with a name taken out of it would ask something else.
    next: nextCommands(told).filter((command) => clean(command) === command),
    total: made.total,
    events: made.events,
    gaps: gapsOf(told, made.total).map((gap) => ({ ...gap, text: clean(gap.text) })),
  };
}

/** What a risk means is told in words of ours, of which some look like what is taken out. */
function isOurs({ code }: Note): boolean {
  return code.startsWith('risk-');
}

function entriesOf(asked: Asked, { deeds }: Judgement): readonly Entry[] {
  const changes = deeds.flatMap((deed): Entry[] => {
    const rights = wantedRights(asked, deed.change.rights);
    if (!isWantedDeed(asked, deed, rights)) return [];
    return [{ atUs: deed.change.event.endUs, deed, rights, refused: null }];
  });
  const refusals = asked.params.isNet
    ? []
    : asked.found.refused().filter((one) => isWantedRefusal(asked, one));
  const refused = refusals.map(
    (one): Entry => ({ atUs: one.fact.endUs, deed: null, rights: [], refused: one }),
  );
  // Those of one moment stay in their order, the last first.
  return [...changes, ...refused].reverse().sort((a, b) => b.atUs - a.atUs);
}

function lastsIn({ replay, groups }: Judgement): Told['lasts'] {
  const { end } = replay;
  return ({ subject, op, rights, grant }) => {
    const isBound = () =>
      end.subjectsOf(grant.binding).some((one) => subjectKey(one) === subjectKey(subject));
    if (rights === null) return isBound() === (op === 'gained');
    if (op === 'lost') return holdsNone(end, subject, rights, grant.namespace, groups);
    // By the same path, as a rule.
    const isSame = end.grantOf(grant.binding)?.rules === grant.rules && isBound();
    return isSame || holdsAll(end, subject, rights, grant.namespace, groups);
  };
}
