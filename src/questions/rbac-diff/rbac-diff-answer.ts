/** The answer: under each change of a role or binding, newest first, what it gave and took; and what was refused. */
import type { Row } from '../../answer.ts';
import type { Coverage } from '../../event/coverage.ts';
import { stateAt } from '../object-history/state-at.ts';
import type { State, Step } from '../object-history/step.ts';
import type { AnswerDraft } from '../question.ts';
import { isWantedDeed, isWantedRefusal, wantedRights } from './asked-for.ts';
import type { Deed } from './deeds.ts';
import type { Refused } from './found.ts';
import type { Judgement } from './judge.ts';
import { netRow, objectRow, refusedRow } from './object-rows.ts';
import type { Asked } from './rbac-diff.ts';
import { COLUMNS, nameOfRow } from './rbac-diff-columns.ts';
import { gapsOf } from './rbac-diff-gaps.ts';
import { notesOf } from './rbac-diff-notes.ts';
import type { RbacDiffRow } from './rbac-diff-row.ts';
import { nextCommands, sentence } from './rbac-diff-says.ts';
import { idKey, KINDS, RBAC_GROUP, type RbacId, type RbacResource } from './rbac-object.ts';
import { holdsAll, holdsNone, type RightChange } from './right-changes.ts';
import { rightRows } from './right-rows.ts';
import { subjectKey } from './subject.ts';

/** Rows that an answer holds at most, the newest. */
const MAX_ROWS = 20_000;

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
}

export function rbacDiffAnswer(asked: Asked, judgement: Judgement, coverage: Coverage): AnswerDraft {
  const told: Told = {
    ...asked,
    judgement,
    coverage,
    entries: entriesOf(asked, judgement),
    lasts: lastsIn(judgement),
  };
  const made = rowsOf(told);
  return {
    question: 'rbac-diff',
    says: sentence(told),
    rows: made.rows,
    columns: COLUMNS,
    nameOf: nameOfRow,
    nearMisses: [],
    notes: notesOf(told, made),
    now: [],
    next: nextCommands(told),
    total: made.total,
    aside: { rows: made.aside, total: made.asideTotal },
    events: made.events,
    gaps: gapsOf(told, made.total),
  };
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
    if (rights === null) {
      const isBound = end.subjectsOf(grant.binding).some((one) => subjectKey(one) === subjectKey(subject));
      return isBound === (op === 'gained');
    }
    const holds = op === 'gained' ? holdsAll : holdsNone;
    return holds(end, subject, rights, grant.namespace, groups);
  };
}

export interface Made {
  readonly rows: readonly RbacDiffRow[];
  readonly total: number;
  /** Rows that only `-o wide` and the machine output show. */
  readonly aside: ReadonlySet<Row>;
  readonly asideTotal: number;
  readonly housekeeping: number;
  readonly folded: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

function rowsOf(told: Told): Made {
  const { params, found, judgement, entries } = told;
  const limit = Math.min(params.limit ?? MAX_ROWS, MAX_ROWS);
  const shown = entries.slice(0, limit);
  const steps = stepsOf(told, shown);
  const how = { isRevealed: params.isRevealed, includesNoise: params.includesAll, stepOf: steps.of };
  const rights = {
    isRevealed: params.isRevealed,
    isUnfolded: params.includesAll,
    lasts: told.lasts,
    roleContent: (role: RbacId) => {
      const content = judgement.replay.end.content(role);
      return content?.kind === 'role' ? content : null;
    },
  };
  const rows: RbacDiffRow[] = [];
  const aside = new Set<Row>();
  const events = new Map<string, Readonly<Record<string, unknown>>>();
  const counts = { total: 0, aside: 0, housekeeping: 0, folded: 0 };
  for (const { deed, rights: changes, refused } of entries) {
    const isFull = rows.length >= limit;
    const its: RbacDiffRow[] = [];
    const fact = deed?.fact ?? refused?.fact;
    const set = (row: RbacDiffRow, isAside: boolean) => {
      its.push(row);
      if (isAside) counts.aside++;
      if (isAside && !isFull) aside.add(row);
    };
    if (refused !== null && !isFull) set(refusedRow(refused), false);
    if (refused !== null && isFull) counts.total++;
    if (deed !== null) {
      const isHidden = deed.isHousekeeping && !params.includesAll;
      const isObjectTold = !params.isNet || deed.change.isNet === true;
      if (isObjectTold && isHidden) counts.housekeeping++;
      if (isObjectTold && isFull) {
        counts.total++;
        if (isHidden) counts.aside++;
      } else if (isObjectTold) {
        const row = params.isNet ? netRow(deed, ...steps.ends(deed.change.id), how) : objectRow(deed, how);
        // What it gave and took tells what was changed.
        const isToldByRights = changes.length > 0 && !params.includesAll;
        if (isToldByRights && !isHidden) counts.folded++;
        set(row, isHidden || isToldByRights);
      }
      for (const change of changes) {
        const { rows: some, folded } = rightRows(change, deed, rights);
        counts.folded += isHidden ? 0 : folded.length;
        for (const row of some) set(row, isHidden || folded.includes(row));
      }
    }
    counts.total += its.length;
    if (isFull) continue;
    rows.push(...its.slice(0, limit - rows.length));
    if (fact?.event != null) events.set(fact.key, fact.event);
  }
  const bound = { rows, total: counts.total + found.dropped, asideTotal: counts.aside };
  return {
    ...bound,
    aside,
    housekeeping: counts.housekeeping,
    folded: counts.folded,
    events: [...events.values()],
  };
}

interface Steps {
  of(id: RbacId, key: string): Step | null;
  /** Between two moments: how the object stood at both. */
  ends(id: RbacId): readonly [State, State];
}

/** Only of the rows that are shown: each is read out of its object's history. */
function stepsOf({ params, found, judgement, live }: Told, shown: readonly Entry[]): Steps {
  const wanted = Map.groupBy(
    shown.flatMap(({ deed }) => (deed === null ? [] : [deed.change])),
    ({ id }) => idKey(id),
  );
  const known = new Map<string, Step>();
  for (const [first, ...more] of wanted.values()) {
    if (first === undefined || params.isNet) continue;
    const keys = new Set([first, ...more].map(({ event }) => event.key));
    for (const step of found.histories.steps(objectId(first.id)))
      if (keys.has(step.key)) known.set(`${idKey(first.id)} ${step.key}`, step);
  }
  const { sinceUs, untilUs } = params.window;
  return {
    of: (id, key) => known.get(`${idKey(id)} ${key}`) ?? null,
    ends: (id) => {
      const at = (us: number) => stateAt(found.histories.steps(objectId(id)), us).state;
      const standing = judgement.replay.end.content(id);
      const after = at(untilUs ?? Number.MAX_SAFE_INTEGER);
      // The live cluster knows what the log lost.
      const isGone = live !== null && standing === null;
      return [at(sinceUs ?? Number.MIN_SAFE_INTEGER), isGone ? { kind: 'absent' } : after];
    },
  };
}

function objectId({ kind, namespace, name }: RbacId) {
  const resources = Object.keys(KINDS) as RbacResource[];
  const resource = resources.find((one) => KINDS[one] === kind) ?? 'roles';
  return { group: RBAC_GROUP, resource, namespace, name };
}
