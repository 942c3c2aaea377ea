/** From what is to be told, newest first, to rows: all of them, or for a table those that tell of the others too. */

import { stateAt } from '../object-history/state-at.ts';
import type { State, Step } from '../object-history/step.ts';
import type { Deed } from './deeds.ts';
import type { Refused } from './found.ts';
import { netRow, type ObjectRowsHow, objectRow, refusedRow } from './object-rows.ts';
import { type Entry, MAX_ROWS, type Told } from './rbac-diff-answer.ts';
import type { RbacDiffRow } from './rbac-diff-row.ts';
import { idKey, objectIdOf, type RbacId } from './rbac-object.ts';
import type { RightChange } from './right-changes.ts';
import { countRows, type RightRowsHow, rightRows } from './right-rows.ts';

export interface Made {
  readonly rows: readonly RbacDiffRow[];
  readonly total: number;
  /** Changes by the cluster itself that are left out. */
  readonly housekeeping: number;
  /** Rows that are left out because another one tells of them. */
  readonly folded: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export function rowsOf(told: Told): Made {
  const maker = new RowMaker(told);
  for (const entry of told.entries) maker.add(entry);
  return maker.made();
}

class RowMaker {
  readonly #told: Told;
  readonly #limit: number;
  readonly #objects: ObjectRowsHow;
  readonly #rights: RightRowsHow;
  readonly #steps: Steps;
  readonly #rows: RbacDiffRow[] = [];
  readonly #events = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #refusals: ReadonlyMap<string, number>;
  readonly #refused = new Set<string>();
  #total = 0;
  #folded = 0;
  #housekeeping = 0;

  constructor(told: Told) {
    const { params, judgement, entries } = told;
    this.#told = told;
    this.#limit = Math.min(params.limit ?? MAX_ROWS, MAX_ROWS);
    this.#steps = stepsOf(told, entries.slice(0, this.#limit));
    this.#objects = {
      isRevealed: params.isRevealed,
      includesNoise: params.includesAll,
      stepOf: (id, key) => this.#steps.of(id, key),
    };
    this.#rights = {
      isRevealed: params.isRevealed,
      isFolded: params.isFolded,
      lasts: told.lasts,
      roleContent: (role) => {
        const content = judgement.replay.end.content(role);
        return content?.kind === 'role' ? content : null;
      },
    };
    this.#refusals = countsOf(entries);
  }

  add({ deed, rights, refused }: Entry): void {
    if (refused !== null) this.#addRefusal(refused);
    if (deed !== null) this.#addDeed(deed, rights);
  }

  made(): Made {
    return {
      rows: this.#rows,
      total: this.#total + this.#told.found.dropped,
      housekeeping: this.#housekeeping,
      folded: this.#folded,
      events: [...this.#events.values()],
    };
  }

  get #isFull(): boolean {
    return this.#rows.length >= this.#limit;
  }

  /** `event`: of the request that the rows are about. */
  #push(rows: readonly RbacDiffRow[], fact: Deed['fact']): void {
    this.#total += rows.length;
    if (this.#isFull || rows.length === 0) return;
    this.#rows.push(...rows.slice(0, this.#limit - this.#rows.length));
    if (fact?.event != null) this.#events.set(fact.key, fact.event);
  }

  /** Whoever is refused tries again and again. */
  #addRefusal(refused: Refused): void {
    const key = keyOf(refused);
    const isRepeated = this.#refused.has(key);
    this.#refused.add(key);
    if (this.#told.params.isFolded && isRepeated) this.#folded++;
    else
      this.#push(
        [refusedRow(refused, this.#told.params.isFolded ? (this.#refusals.get(key) ?? 1) : 1)],
        refused.fact,
      );
  }

  #addDeed(deed: Deed, rights: readonly RightChange[]): void {
    const { isFolded, isNet } = this.#told.params;
    const isObjectTold = !isNet || deed.change.isNet === true;
    if (isObjectTold && deed.isHousekeeping && isFolded) this.#housekeeping++;
    // What it gave and took tells what was changed.
    else if (isObjectTold && isFolded && rights.length > 0) this.#folded++;
    else if (isObjectTold && this.#isFull) this.#total++;
    else if (isObjectTold) this.#push([this.#objectRow(deed)], deed.fact);
    if (deed.isByItself && isFolded) return;
    for (const change of rights) {
      const { rows, folded } = countRows(change, isFolded);
      this.#folded += folded;
      if (this.#isFull) this.#total += rows;
      else this.#push(rightRows(change, deed, this.#rights), deed.fact);
    }
  }

  #objectRow(deed: Deed): RbacDiffRow {
    if (!this.#told.params.isNet) return objectRow(deed, this.#objects);
    return netRow(deed, ...this.#steps.ends(deed.change.id), this.#objects);
  }
}

function keyOf({ fact, missing }: Refused): string {
  const { who, did, object } = fact.row;
  return JSON.stringify([
    who.user,
    who.as,
    did.verb,
    object.resource,
    object.namespace,
    object.name,
    missing,
  ]);
}

function countsOf(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { refused } of entries)
    if (refused !== null) counts.set(keyOf(refused), (counts.get(keyOf(refused)) ?? 0) + 1);
  return counts;
}

interface Steps {
  of(id: RbacId, key: string): Step | null;
  /** Between two moments: how the object stood at both. */
  ends(id: RbacId): readonly [State, State];
}

/** Only of the rows that are shown: each is read out of its object's history. */
function stepsOf({ params, found, judgement, live }: Told, shown: readonly Entry[]): Steps {
  const changes = shown.flatMap(({ deed }) => (deed === null || params.isNet ? [] : [deed.change]));
  const known = new Map<string, Step>();
  for (const some of Map.groupBy(changes, ({ id }) => idKey(id)).values()) {
    const id = some[0]?.id;
    if (id === undefined) continue;
    const keys = new Set(some.map(({ event }) => event.key));
    for (const step of found.histories.steps(objectIdOf(id)))
      if (keys.has(step.key)) known.set(`${idKey(id)} ${step.key}`, step);
  }
  const { sinceUs, untilUs } = params.window;
  return {
    of: (id, key) => known.get(`${idKey(id)} ${key}`) ?? null,
    ends: (id) => {
      const at = (us: number) => stateAt(found.histories.steps(objectIdOf(id)), us).state;
      // The live cluster knows what the log lost.
      const isGone = live !== null && judgement.replay.end.content(id) === null;
      const after: State = isGone ? { kind: 'absent' } : at(untilUs ?? Number.MAX_SAFE_INTEGER);
      return [at(sinceUs ?? Number.MIN_SAFE_INTEGER), after];
    },
  };
}
