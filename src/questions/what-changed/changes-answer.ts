/** The answer that lists changes: which rows, in which order, and what is said beside them. */
import type { Row } from '../../answer.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import { isOneObject } from '../../query/object-query.ts';
import { CauseChain } from '../cause-chain/cause-chain.ts';
import type { Fact } from '../fact/fact.ts';
import type { AnswerDraft } from '../question.ts';
import { nameOfRow } from '../who-did/who-did-row.ts';
import { type ChangeRow, changeRow, changeRowsOf } from './change-rows.ts';
import { ChangePacker, withCause } from './packed-changes.ts';
import { classOf, foldedText, peopleFirst } from './people-first.ts';
import { isCounted, type Told } from './told.ts';
import { columnsFor } from './what-changed-columns.ts';
import { nextCommands } from './what-changed-next.ts';
import type { WhatChangedRow } from './what-changed-row.ts';
import { changesSentence } from './what-changed-says.ts';

/** Which rows there are, which of them are shown, and which of those a table leaves to a note. */
export interface Judged {
  /** Newest first. */
  readonly all: readonly ChangeRow[];
  /** In the order of the answer. */
  readonly shown: readonly ChangeRow[];
  readonly aside: readonly ChangeRow[];
  /** The controllers' are told in a note. */
  readonly isFolding: boolean;
}

export function judge(told: Told): Judged {
  const { params } = told;
  const all = rowsOf(told);
  const isMany = !isOneObject(params.object);
  const ordered = isMany ? peopleFirst(all) : all;
  const shown = params.limit === null ? ordered : ordered.slice(0, params.limit);
  const isFolding =
    isMany && !params.includesNoise && told.found.tally.of('controllers') < told.found.tally.total;
  return { all, shown, aside: isFolding ? all.filter(isControllers) : [], isFolding };
}

export interface Chained {
  readonly chain: CauseChain;
  /** The facts whose causes are asked for, by key: the newest. */
  readonly deeds: ReadonlyMap<string, Fact>;
}

/** Rows whose causes are asked for, and facts that may tell them without being read again. */
const MOST_DEEDS = 1_000;
const MOST_BESIDE = 4_000;

export function chainFor({ params, found }: Told, { shown }: Judged): Chained {
  const deeds = shown
    .flatMap(({ request }) => (request === null ? [] : (found.facts.get(request.key) ?? [])))
    .slice(0, MOST_DEEDS);
  const chain = new CauseChain(deeds, {
    beside: [...found.facts.values()].slice(-MOST_BESIDE),
    read: [],
    wantsEffects: false,
    isRevealed: params.isRevealed,
  });
  return { chain, deeds: new Map(deeds.map((fact) => [fact.key, fact])) };
}

export function changesAnswer(
  told: Told,
  { all, shown, aside, isFolding }: Judged,
  { chain, deeds }: Chained,
): AnswerDraft {
  const { params, found } = told;
  const isAside = new Set(aside);
  const gaps = gapsOf(told, all);
  // Of what was not looked at it is only known that it was done.
  const isPart = isCounted(told);
  const folded = isFolding ? foldedText(aside, isPart ? found.tally.of('controllers') : aside.length) : null;
  const rows = shown.map(({ row, request }) => {
    const deed = request === null ? undefined : deeds.get(request.key);
    return deed === undefined ? row : withCause(row, chain.causesOf(deed));
  });
  return {
    question: 'what-changed',
    says: changesSentence(told, all, gaps),
    rows,
    columns: columnsFor(params.object),
    nameOf: (row: Row) => nameOfRow(row),
    nearMisses: [],
    notes: [
      ...(folded === null ? [] : [{ code: 'folded', text: folded }]),
      ...notesOf(told, all),
      ...chain.notes(),
    ],
    now: [],
    next: nextCommands(told, all),
    total: isPart ? found.tally.total : all.length,
    aside: {
      rows: new Set<Row>(rows.filter((_, n) => isAside.has(shown[n] as ChangeRow))),
      total: isPart && isFolding ? found.tally.of('controllers') : aside.length,
    },
    events: shown.flatMap(({ request }) => (request?.event == null ? [] : [request.event])),
    gaps,
  };
}

function isControllers({ row, request }: ChangeRow): boolean {
  return request !== null && classOf(row.who) === 'controllers';
}

/** Newest first. */
function rowsOf({ params, found, ids }: Told): ChangeRow[] {
  const { includesNoise, isRevealed, object } = params;
  const how = {
    packer: new ChangePacker(),
    schemaOf: (id: Told['ids'][number]) => found.schemaOf(id),
    includesNoise,
    isRevealed,
  };
  const rows: ChangeRow[] = [];
  const isOne = isOneObject(object);
  for (const id of ids) {
    for (const one of changeRowsOf(id, found.histories, found.facts, how)) {
      // Of many objects, what is not in the log is told at the change that shows it.
      if (one.request !== null || isOne) rows.push(one);
    }
  }
  const told = new Set(rows.map(({ request }) => request?.key));
  const open = [...found.facts.values()].filter(({ key }) => !told.has(key));
  rows.push(...namelessRows(open, isOne));
  return rows.sort((a, b) => b.atUs - a.atUs || ((a.request?.key ?? '') < (b.request?.key ?? '') ? -1 : 1));
}

/** A collection's victims, or a generated name, that the log does not hold: only that it was done is known. */
function* namelessRows(facts: Iterable<Fact>, isOne: boolean): Generator<ChangeRow> {
  for (const fact of facts) {
    const isSweep = fact.row.did.verb === 'deletecollection' && fact.took === null;
    const isGenerated = fact.isCreation && fact.target.name === null && !isOne;
    if (fact.target.name !== null || !(isSweep || isGenerated)) continue;
    const row: WhatChangedRow = {
      ...fact.row,
      did: { verb: fact.row.did.verb, word: isSweep ? 'deletecollection' : 'create' },
      changes: [],
      basis: 'fact',
      unlogged: null,
      admission: [],
      cause: [],
      state: null,
    };
    yield changeRow(row, fact, false);
  }
}

function gapsOf({ params, found, coverage }: Told, rows: readonly ChangeRow[]): Gap[] {
  const gaps: Gap[] = [];
  const gap = (code: Gap['code'], text: string) => gaps.push({ code, text, source: null });
  if (found.dropped > 0 && params.limit === null)
    gap(
      'rows-bound',
      `only the newest ${found.size} requests were kept; ${found.dropped} older ones were let go: narrow it, or ask for them with --until`,
    );
  if (found.histories.dropped > 0)
    gap(
      'memory-bound',
      `${found.histories.dropped} states were let go to save memory: what older changes changed may be unknown; narrow it`,
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

function notesOf({ found, isWidened }: Told, rows: readonly ChangeRow[]): Note[] {
  const notes: Note[] = [];
  const note = (code: string, text: string) => notes.push({ code, text });
  const facts = rows.filter(
    ({ row, request }) => row.basis === 'fact' && request?.isCut === false && !ENDS.has(row.did.word),
  );
  if (facts.length > 0)
    note(
      'level',
      `of ${facts.length} of ${rows.length} changes the log does not hold what they changed (${levelsOf(facts)}): it may have been nothing`,
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

const ENDS: ReadonlySet<string> = new Set(['delete', 'evict']);

function levelsOf(rows: readonly ChangeRow[]): string {
  return [...new Set(rows.map(({ row }) => `level ${row.level ?? '?'}`))].sort().join(', ');
}
