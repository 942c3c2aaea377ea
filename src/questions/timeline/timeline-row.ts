/** A timeline's rows (PRODUCT §4) and the columns over them. */
import type { AnswerDocument, Cell, Column, Row } from '../../answer.ts';
import type { Gap } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import type { Moment } from '../../event/moment.ts';
import { redactText } from '../../event/redact.ts';
import { actorName } from '../cause-chain/actor-name.ts';
import type { CauseChain } from '../cause-chain/cause-chain.ts';
import type { Fact } from '../fact/fact.ts';
import type { RequestRow } from '../fact/request-row.ts';
import type { EffectWords } from '../who-did/effect-words.ts';
import { nameOfRow as nameOfRequest, whoText } from '../who-did/who-did-row.ts';
import { type MomentWords, momentText, momentWords } from './moment-words.ts';
import type { Node } from './tree.ts';

/**
 * `audit`: a request. `gap`: a time, or a log, of which nothing is known. Else the other log that tells it (--with): `event`,
 * `falco`, `auth`; of another cluster, or log store, as it was named: `context:eu`.
 */
export type Origin = string;

/** What is no request has none of a request's fields but for the time, and what it tells of object and address: the others are null. */
export type TimelineRow = { readonly [Field in keyof RequestRow]: RequestRow[Field] | null } & {
  readonly origin: Origin;
  /** The audit ID of what set it off; null: nothing known. */
  readonly parent: string | null;
  readonly depth: number;
  readonly link: 'proven' | 'likely' | null;
  /** Why it is taken for set off by its parent. */
  readonly why: string | null;
  /** Why it belongs to whom was asked about, though it goes by another name; null: it goes by that name, or nobody was asked about. */
  readonly alias: Alias | null;
  /** One sentence. */
  readonly text: string;
};

export interface Alias {
  readonly of: string;
  readonly link: 'proven' | 'likely';
  readonly why: string;
}

export type TimelineAnswer = AnswerDocument<TimelineRow>;

interface Drawn {
  readonly words: MomentWords | null;
  /** Of what is no request, in the audit log's words: no Kubernetes user. */
  readonly who?: string;
  readonly tone?: EffectWords['tone'];
  /** What it stands under. */
  readonly above: TimelineRow | null;
}

/** Told by columns; not part of the machine output. */
const DRAWN = new WeakMap<object, Drawn>();

/** Blanks and hooks beyond say no more. */
const DEEPEST_DRAWN = 8;

export interface Telling {
  readonly chain: CauseChain;
  /** The namespace that was asked about; null: all. */
  readonly here: string | null;
  readonly aliasOf: (fact: Fact) => Alias | null;
}

export function rowsOf(nodes: readonly Node[], { chain, here, aliasOf }: Telling): readonly TimelineRow[] {
  const byNode = new Map<Node, TimelineRow>();
  for (const node of nodes) {
    const { fact, parent, depth } = node;
    const words = momentWords(fact, chain, here);
    const row: TimelineRow = {
      ...fact.row,
      origin: 'audit',
      parent: parent?.node.fact.row.auditID ?? null,
      depth,
      link: parent?.link ?? null,
      why: parent?.why ?? null,
      alias: aliasOf(fact),
      text: momentText(fact, words),
    };
    // Nothing stands above its cause.
    DRAWN.set(row, { words, above: parent === null ? null : (byNode.get(parent.node) ?? null) });
    byNode.set(node, row);
  }
  return [...byNode.values()];
}

/** What it stands under. */
export function aboveOf(row: TimelineRow): TimelineRow | null {
  return DRAWN.get(row)?.above ?? null;
}

/** The same, as another cluster or store tells it. `rows`: in their order. */
export function toldBy(origin: string, rows: readonly TimelineRow[]): readonly TimelineRow[] {
  const renamed = new Map<TimelineRow, TimelineRow>();
  for (const row of rows) {
    const isOwn = row.origin === 'audit';
    const other: TimelineRow = {
      ...row,
      origin: isOwn ? origin : row.origin,
      ...(isOwn ? {} : { text: `${origin}: ${row.text}` }),
    };
    const drawn = DRAWN.get(row);
    if (drawn !== undefined) {
      const above = drawn.above === null ? null : (renamed.get(drawn.above) ?? null);
      DRAWN.set(other, { ...drawn, above });
    }
    renamed.set(row, other);
  }
  return [...renamed.values()];
}

/** `atUs`: since when something is known; null: it is not known when. */
export function gapRow({ text, source }: Pick<Gap, 'text' | 'source'>, when: string | null): TimelineRow {
  return {
    ...{ auditID: null, when, until: null, who: null, did: null, object: null, from: null, with: null },
    ...{ result: null, dryRun: null, stage: null, level: null, source },
    ...{ origin: 'gap', parent: null, depth: 0, link: null, why: null, alias: null },
    text: source === null ? text : `${source}: ${text}`,
  };
}

/** `above`: the row of the request that it tells of. */
export function momentRow(moment: Moment, above: TimelineRow | null): TimelineRow {
  const { origin, atUs, who, text, object, ip, isAlarming, source } = moment;
  const row: TimelineRow = {
    ...{ auditID: null, when: formatMicros(atUs), until: null, who: null, did: null, with: null },
    object: object === null ? null : shownObject(object),
    from: ip === null ? null : { ip, chain: [ip] },
    ...{ result: null, dryRun: null, stage: null, level: null, source, origin, alias: null },
    ...(above === null
      ? { parent: null, depth: 0, link: null, why: null }
      : { parent: above.auditID, depth: above.depth + 1, link: 'proven', why: 'names its audit ID' }),
    text: `${who}: ${text}`,
  };
  DRAWN.set(row, { words: null, above, who, tone: isAlarming ? 'bad' : 'plain' });
  return row;
}

/** Another log's names are whatever somebody wrote there. */
function shownObject(object: NonNullable<Moment['object']>): TimelineRow['object'] {
  const shown = (text: string | null) => (text === null ? null : redactText(text));
  return {
    group: shown(object.group),
    resource: shown(object.resource),
    namespace: shown(object.namespace),
    name: shown(object.name),
    uid: shown(object.uid),
    subresource: null,
  };
}

/** `aside`: rows that a table leaves out. */
export function columnsFor(rows: readonly TimelineRow[], aside: ReadonlySet<Row>): Column[] {
  const because = becauseOf(rows);
  const briefly = becauseOf(rows.filter((row) => !aside.has(row)));
  return [
    { name: 'WHEN', shrink: 0, cell: (row) => timeOf(asRow(row).when) },
    {
      name: 'ORIGIN',
      wide: (all) => all.every((row) => isOwn(asRow(row))),
      cell: (row) => textOf(asRow(row).origin),
    },
    {
      name: 'WHO',
      readable: 16,
      shorten: 'path',
      cell: (row) => textOf(whoOf(asRow(row), whoText)),
      brief: (row) => textOf(whoOf(asRow(row), actorName)),
    },
    {
      name: 'WHAT',
      readable: 40,
      shorten: 'middle',
      cell: (row) => textOf(whatOf(asRow(row), 'what')),
      brief: (row) => textOf(whatOf(asRow(row), 'brief')),
    },
    { name: 'FROM', drop: 1, readable: 15, shorten: 'middle', cell: (row) => textOf(asRow(row).from?.ip) },
    { name: 'WITH', wide: true, cell: (row) => textOf(asRow(row).with) },
    {
      name: 'RESULT',
      shrink: 0,
      cell: (row) => resultOf(asRow(row), 'full'),
      brief: (row) => resultOf(asRow(row), 'text'),
    },
    ...(because.size > 0 ? [becauseColumn(because, briefly)] : []),
    { name: 'LINK', wide: true, cell: (row) => textOf(linkOf(asRow(row))) },
    ...(rows.some(({ alias }) => alias !== null) ? [ALIAS] : []),
    { name: 'LEVEL', wide: true, cell: (row) => textOf(asRow(row).level) },
    { name: 'SOURCE', wide: true, cell: (row) => textOf(asRow(row).source) },
    { name: 'AUDIT-ID', wide: true, cell: (row) => textOf(asRow(row).auditID) },
  ];
}

function isOwn({ origin }: TimelineRow): boolean {
  return origin === 'audit' || origin === 'gap';
}

/** What a row stands under, where a reader of the rows above it would take another one for it. */
function becauseOf(rows: readonly TimelineRow[]): ReadonlyMap<Row, string> {
  const because = new Map<Row, string>();
  const path: TimelineRow[] = [];
  for (const row of rows) {
    const above = aboveOf(row);
    if (above !== null && path[row.depth - 1] !== above) because.set(row, wordsOf(above, 'brief'));
    path.length = row.depth;
    path[row.depth] = row;
  }
  return because;
}

function becauseColumn(because: ReadonlyMap<Row, string>, briefly: ReadonlyMap<Row, string>): Column {
  return {
    name: 'BECAUSE',
    readable: 24,
    drop: 2,
    shorten: 'middle',
    cell: (row) => textOf(because.get(row)),
    brief: (row) => textOf(briefly.get(row)),
  };
}

const ALIAS: Column = {
  name: 'ALSO KNOWN AS',
  wide: true,
  cell: (row) => {
    const { alias } = asRow(row);
    return textOf(alias === null ? null : `${alias.of} (${alias.link}: ${alias.why})`);
  },
};

export function nameOfRow(row: Row): string {
  return asRow(row).object === null ? '' : nameOfRequest(row);
}

function whoOf(row: TimelineRow, name: (who: RequestRow['who']) => string): string | null {
  return row.who === null ? (DRAWN.get(row)?.who ?? null) : name(row.who);
}

export function whatOf(row: TimelineRow, words: 'what' | 'brief'): string {
  if (row.origin === 'gap') return `~~ ${row.text}`;
  const drawn = Math.min(row.depth, DEEPEST_DRAWN);
  const hook = drawn === 0 ? '' : `${'· '.repeat(drawn - 1)}└ `;
  return `${hook}${wordsOf(row, words)}`;
}

function wordsOf(row: TimelineRow, words: 'what' | 'brief'): string {
  return DRAWN.get(row)?.words?.[words] ?? momentWhat(row);
}

/** Who it was stands in a column of its own. */
function momentWhat(row: TimelineRow): string {
  const who = DRAWN.get(row)?.who;
  return who === undefined ? row.text : row.text.slice(who.length + ': '.length);
}

function linkOf({ link, why }: TimelineRow): string | null {
  return link === null ? null : `${link}: ${why}`;
}

function resultOf(row: TimelineRow, words: keyof Pick<EffectWords, 'text' | 'full'>): Cell {
  const result = DRAWN.get(row)?.words?.result;
  if (result === undefined) return { kind: 'status', text: row.origin, tone: toneOf(row) };
  return { kind: 'status', text: result[words], tone: result.tone };
}

export function toneOf(row: TimelineRow): EffectWords['tone'] {
  if (row.origin === 'gap') return 'bad';
  const drawn = DRAWN.get(row);
  return drawn?.words?.result.tone ?? drawn?.tone ?? 'plain';
}

function asRow(row: Row): TimelineRow {
  return row as TimelineRow;
}

function textOf(text: string | null | undefined): Cell {
  return text == null || text === '' ? { kind: 'none' } : { kind: 'text', text };
}

function timeOf(at: string | null): Cell {
  return at === null ? { kind: 'none' } : { kind: 'time', at };
}
