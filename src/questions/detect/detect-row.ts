/** detect's rows (PRODUCT §4): what one rule found of one actor, and of whoever took part in it; and the columns over them. */
import type { AnswerDocument, Cell, Column, Row } from '../../answer.ts';
import type { Actor } from '../../event/actor.ts';
import { formatMicros } from '../../event/micros.ts';
import type { Target } from '../../event/target.ts';
import type { Pack, Severity } from '../../rules/rule.ts';
import { addressesText, kubectlForm, text, time } from '../cells.ts';
import { targetName } from '../object-name.ts';
import { whoText } from '../who-did/who-did-row.ts';
import type { FindingGroup } from './finding-group.ts';
import { NOT_ASKED, type ObjectNow } from './finding-now.ts';

export type FindingRow = {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly pack: Pack;
  /** MITRE ATT&CK as `attack.t1609`, Microsoft's threat matrix as `ms-ta9006`, and the author's own. */
  readonly tags: readonly string[];
  /** What all of their requests share. Of requests that came together, whoever began it. */
  readonly who: Actor;
  /** Whose requests came together with theirs, in the order in which they came in: the first 5. `distinct`: up to 64 are told apart. */
  readonly others: { readonly top: readonly Actor[]; readonly distinct: number };
  /** What all of the requests were about; fields in which they differ are null. Null: several types. */
  readonly object: Target | null;
  /** `distinct`: up to 256 are told apart. */
  readonly from: {
    readonly top: readonly { readonly ip: string; readonly count: number }[];
    readonly distinct: number;
  };
  /** Requests. */
  readonly count: number;
  /** How often requests came together as the rule says; of a rule about single requests, `count`. */
  readonly episodes: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Why it matters. */
  readonly why: string;
  /** Of the newest: the rule's own words, or what came together; null: the rule is about single requests, and has none. */
  readonly detail: string | null;
  readonly advice: readonly string[];
  readonly falsePositives: readonly string[];
  /** The command that shows the requests. */
  readonly show: string;
  /** The newest, up to 20. */
  readonly auditIDs: readonly string[];
  /** Where the newest stands in the log, a line from 1. */
  readonly position: { readonly source: string; readonly file: string; readonly line: number } | null;
  readonly now: ObjectNow;
};

export type DetectAnswer = AnswerDocument<FindingRow>;

const ADDRESSES_SHOWN = 5;
const OTHERS_SHOWN = 5;
/** In a cell. */
const ACTORS_NAMED = 2;
const NOBODY: Actor = {
  ...{ user: null, as: null, groups: [], kind: 'unknown', session: null },
  ...{ credential: null, pod: null, node: null },
};

export function findingRow(group: FindingGroup, show: string, now: ObjectNow = NOT_ASKED): FindingRow {
  const { rule } = group;
  const newest = group.newest();
  const [last] = newest;
  const others = group.others();
  return {
    rule: rule.id,
    title: rule.title,
    severity: rule.severity,
    pack: rule.pack,
    tags: rule.tags,
    who: group.who ?? NOBODY,
    others: { top: others.slice(0, OTHERS_SHOWN), distinct: others.length },
    object: group.object,
    from: {
      top: group.addresses
        .top()
        .slice(0, ADDRESSES_SHOWN)
        .map(([ip, count]) => ({ ip, count })),
      distinct: group.addresses.size,
    },
    count: group.count,
    episodes: rule.correlation === null ? group.count : group.episodes,
    first: group.firstUs === null ? null : formatMicros(group.firstUs),
    last: group.lastUs === null ? null : formatMicros(group.lastUs),
    why: rule.why,
    detail: group.detail,
    advice: rule.advice,
    falsePositives: rule.falsePositives,
    show,
    auditIDs: [...new Set(newest.map(({ row }) => row.auditID))],
    position: last === undefined ? null : { source: last.row.source, file: last.file, line: last.line },
    now,
  };
}

export function columnsFor(rows: readonly FindingRow[]): readonly Column[] {
  return rows.some(({ now }) => now.text !== null) ? [...COLUMNS, NOW] : COLUMNS;
}

const NOW: Column = {
  name: 'NOW',
  drop: 1,
  readable: 10,
  cell: (row) => text(asRow(row).now.text ?? ''),
};

export const COLUMNS: readonly Column[] = [
  { name: 'SEVERITY', shrink: 0, cell: (row) => severityCell(asRow(row)) },
  { name: 'RULE', readable: 20, shrink: 0, cell: (row) => text(asRow(row).rule) },
  { name: 'TITLE', wide: true, cell: (row) => text(asRow(row).title) },
  { name: 'WHO', readable: 18, shorten: 'path', cell: (row) => text(actorsText(asRow(row))) },
  { name: 'OBJECT', readable: 18, shorten: 'path', cell: (row) => text(objectText(asRow(row))) },
  { name: 'COUNT', shrink: 0, cell: (row) => ({ kind: 'number', value: asRow(row).count }) },
  { name: 'FIRST', wide: true, shrink: 0, cell: (row) => time(asRow(row).first, 'time') },
  { name: 'LAST', shrink: 0, cell: (row) => time(asRow(row).last, 'age') },
  {
    name: 'FROM',
    drop: 2,
    readable: 15,
    shorten: 'middle',
    cell: (row) => text(addressesText(asRow(row).from)),
  },
  { name: 'DETAIL', wide: true, cell: (row) => text(asRow(row).detail ?? '') },
  { name: 'WHY', wide: true, cell: (row) => text(asRow(row).why) },
  { name: 'TAGS', wide: true, cell: (row) => text(asRow(row).tags.join(',')) },
  { name: 'PACK', wide: true, cell: (row) => text(asRow(row).pack) },
  { name: 'SHOW', wide: true, cell: (row) => text(asRow(row).show) },
  { name: 'AUDIT-IDS', wide: true, cell: (row) => text(asRow(row).auditIDs.join(',')) },
];

/** kubectl's form of the object; nothing where there are several types. */
export function nameOfRow(row: Row): string {
  return kubectlForm(asRow(row).object);
}

/** `mallory`; `mallory, sa:kube-system/backup-agent +2` */
export function actorsText({ who, others }: FindingRow): string {
  const names = [who, ...others.top].slice(0, ACTORS_NAMED).map(whoText);
  const more = 1 + others.distinct - names.length;
  return `${names.join(', ')}${more > 0 ? ` +${more}` : ''}`;
}

export function objectText({ object }: FindingRow): string {
  if (object === null) return 'several';
  const name = targetName(object);
  return object.subresource === null ? name : `${name}/${object.subresource}`;
}

function severityCell({ severity }: FindingRow): Cell {
  const tone =
    severity === 'critical' || severity === 'high' ? 'bad' : severity === 'info' ? 'muted' : 'plain';
  return { kind: 'status', text: severity, tone };
}

export function asRow(row: Row): FindingRow {
  return row as FindingRow;
}
