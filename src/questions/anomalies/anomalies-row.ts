/** anomalies' rows (PRODUCT §4) and the columns over them. */

import type { AnswerDocument, Cell, Column, Row } from '../../answer.ts';
import type { Actor } from '../../event/actor.ts';
import { formatMicros } from '../../event/micros.ts';
import type { Target } from '../../event/target.ts';
import { addressesText, kubectlForm, text, time } from '../cells.ts';
import { actorName } from './actor-name.ts';
import { actorOfSeen, type Requests } from './evidence.ts';
import type { Finding } from './find.ts';
import type { FindingKind } from './finding-kinds.ts';

export type AnomalyRow = {
  readonly kind: FindingKind;
  /** Of a finding about several, the first; generated parts of names are `*`, and all nodes are `system:node:*`. */
  readonly who: Actor;
  /** What all of the requests were about; fields in which they differ are null. Null: several types, or not looked at. */
  readonly object: Target | null;
  /** `distinct`: up to 256 are told apart. Empty where the requests were not looked at. */
  readonly from: {
    readonly top: readonly { readonly ip: string; readonly count: number }[];
    readonly distinct: number;
  };
  /** What was found, in words with its numbers. */
  readonly value: string;
  /** What it is held against. */
  readonly baseline: string;
  /** As many findings of this kind, as odd, are expected a day with nothing amiss, of all actors together. Null: not known. */
  readonly falseAlarms: number | null;
  readonly why: string;
  /** The command that shows the requests. */
  readonly show: string;
  readonly first: string | null;
  readonly last: string | null;
  /** The newest, up to 20. */
  readonly auditIDs: readonly string[];
  /** Others that the finding is about too. */
  readonly folded: readonly string[];
};

export type AnomaliesAnswer = AnswerDocument<AnomalyRow>;

const ADDRESSES_SHOWN = 5;

/** `requests`: null where they were not looked at. */
export function anomalyRow(
  { candidate, falseAlarms }: Finding,
  requests: Requests | null,
  show: string,
): AnomalyRow {
  const seen = requests !== null && requests.count > 0 ? requests : null;
  const counted = actorOfSeen(candidate.habits.actor.seen);
  const who = seen?.who ?? counted;
  const row: AnomalyRow = {
    kind: candidate.kind,
    who: { ...who, user: counted.user, as: counted.as, groups: [...who.groups].sort() },
    object: seen?.object ?? null,
    from: {
      top: (seen?.addresses.top() ?? []).slice(0, ADDRESSES_SHOWN).map(([ip, count]) => ({ ip, count })),
      distinct: seen?.addresses.size ?? 0,
    },
    value: candidate.value,
    baseline: candidate.baseline,
    falseAlarms: Number.isFinite(falseAlarms) ? Number(falseAlarms.toPrecision(2)) : null,
    why: candidate.why,
    show,
    first: timeOf(seen?.firstUs),
    last: timeOf(seen?.lastUs),
    auditIDs: seen?.auditIDs() ?? [],
    folded: candidate.folded,
  };
  NAMES.set(row, namesOf(candidate.folded, actorName(candidate.habits.actor.seen)));
  return row;
}

/** Told by a column; not part of the machine output. */
const NAMES = new WeakMap<object, string>();

function namesOf(folded: readonly string[], name: string): string {
  return folded.length === 0 ? name : `${name} +${folded.length}`;
}

function timeOf(us: number | null | undefined): string | null {
  return us == null ? null : formatMicros(us);
}

/** Kinds that a person should look at first. */
const GRAVE: readonly FindingKind[] = ['token', 'network', 'bulk'];

export const COLUMNS: readonly Column[] = [
  { name: 'KIND', shrink: 0, cell: (row) => kindCell(asRow(row)) },
  { name: 'WHO', readable: 18, shorten: 'path', cell: (row) => text(NAMES.get(row) ?? '') },
  { name: 'FOUND', readable: 30, cell: (row) => text(asRow(row).value) },
  { name: 'BASELINE', readable: 24, drop: 2, cell: (row) => text(asRow(row).baseline) },
  { name: 'FALSE/DAY', shrink: 0, cell: (row) => text(rateText(asRow(row).falseAlarms)) },
  { name: 'FIRST', wide: true, shrink: 0, cell: (row) => time(asRow(row).first, 'time') },
  { name: 'LAST', shrink: 0, drop: 1, cell: (row) => time(asRow(row).last, 'age') },
  { name: 'FROM', wide: true, cell: (row) => text(addressesText(asRow(row).from)) },
  { name: 'WHY', wide: true, cell: (row) => text(asRow(row).why) },
  { name: 'SHOW', wide: true, cell: (row) => text(asRow(row).show) },
  { name: 'AUDIT-IDS', wide: true, cell: (row) => text(asRow(row).auditIDs.join(',')) },
];

/** kubectl's form of the resource; nothing where there are several. */
export function nameOfRow(row: Row): string {
  return kubectlForm(asRow(row).object);
}

function kindCell({ kind }: AnomalyRow): Cell {
  return { kind: 'status', text: kind, tone: GRAVE.includes(kind) ? 'bad' : 'plain' };
}

export function rateText(rate: number | null): string {
  if (rate === null) return 'unknown';
  return rate <= 0.01 ? '<0.01' : rate.toFixed(2);
}

function asRow(row: Row): AnomalyRow {
  return row as AnomalyRow;
}
