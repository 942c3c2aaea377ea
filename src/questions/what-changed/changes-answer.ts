/** The answer that lists changes: which rows, in which order, and what is said beside them. */
import type { Row } from '../../answer.ts';
import type { Note } from '../../event/coverage.ts';
import { isOneObject } from '../../query/object-query.ts';
import { CauseChain } from '../cause-chain/cause-chain.ts';
import type { Fact } from '../fact/fact.ts';
import type { AnswerDraft } from '../question.ts';
import { nameOfRow } from '../who-did/who-did-row.ts';
import { type ChangeRow, changeRow, changeRowsOf } from './change-rows.ts';
import { gapsOf, notesOf } from './changes-notes.ts';
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
  /** The facts whose causes are asked for, by key. */
  readonly deeds: ReadonlyMap<string, Fact>;
  /** There are more rows than causes were looked for. */
  readonly isPart: boolean;
}

/** Rows whose causes are asked for, and facts that may tell them without being read again. */
const MOST_DEEDS = 1_000;
const MOST_BESIDE = 4_000;

export function chainFor({ params, found }: Told, { shown }: Judged): Chained {
  const facts = shown.flatMap(({ request }) =>
    request === null ? [] : (found.facts.get(request.key) ?? []),
  );
  const deeds = facts.slice(0, MOST_DEEDS);
  const chain = new CauseChain(deeds, {
    beside: [...found.facts.values()].slice(-MOST_BESIDE),
    read: [],
    wantsEffects: false,
    isRevealed: params.isRevealed,
  });
  return {
    chain,
    deeds: new Map(deeds.map((fact) => [fact.key, fact])),
    isPart: deeds.length < facts.length,
  };
}

const CHAINED_IN_PART: Note = {
  code: 'causes-part',
  text: `causes were looked for of the first ${MOST_DEEDS} rows only: narrow it, or give --limit`,
};

export function changesAnswer(
  told: Told,
  judged: Judged,
  { chain, deeds, isPart: isChainedInPart }: Chained,
): AnswerDraft {
  const { params, found } = told;
  const { all, shown, aside, isFolding } = judged;
  const isAside = new Set(aside);
  const gaps = gapsOf(told, judged);
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
      ...(isChainedInPart ? [CHAINED_IN_PART] : []),
    ],
    now: [],
    next: nextCommands(told, shown),
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
    for (const one of changeRowsOf(id, found.steps(id), found.facts, how)) {
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
