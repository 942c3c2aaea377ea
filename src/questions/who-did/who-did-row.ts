/** who-did's rows (PRODUCT §4) and the columns over them. */
import type { AnswerDocument, Cell, Column, Row } from '../../answer.ts';
import { kubectlName } from '../../event/resource-names.ts';
import { isNamed, isOfType, isOneObject, type ObjectQuery } from '../../query/object-query.ts';
import { actorName } from '../cause-chain/actor-name.ts';
import type { Cause, Effect } from '../cause-chain/cause.ts';
import { chainText, originText } from '../cause-chain/chain-text.ts';
import type { RequestRow } from '../fact/request-row.ts';
import { tellsSubresource } from '../fact/word-of.ts';
import { shortUser } from '../short-user.ts';
import type { Deed } from './deed.ts';
import { type EffectWords, effectWords } from './effect-words.ts';

export type WhoDidRow = RequestRow & {
  /** What set it off, nearest first. */
  readonly cause: readonly Cause[];
  /** What it led to, in time order; null: not asked (--effects). */
  readonly effects: readonly Effect[] | null;
  readonly now: WhoDidNow;
};

/** How the row's object stands now; each null when unknown. */
export interface WhoDidNow {
  readonly exists: boolean | null;
  /** Whether it is the object that the request was about, by its uid. */
  readonly sameObject: boolean | null;
  readonly uid: string | null;
  /** RFC 3339. */
  readonly createdAt: string | null;
  /** Where the log tells. */
  readonly createdBy: string | null;
  readonly ready: boolean | null;
  readonly text: string | null;
}

export type WhoDidAnswer = AnswerDocument<WhoDidRow>;

export const UNKNOWN_NOW: WhoDidNow = {
  exists: null,
  sameObject: null,
  uid: null,
  createdAt: null,
  createdBy: null,
  ready: null,
  text: null,
};

/** Drawn from the fact, told by columns; not part of the machine output. */
const EFFECTS = new WeakMap<object, EffectWords>();

interface Around {
  readonly now: WhoDidNow;
  readonly cause: readonly Cause[];
  readonly effects: readonly Effect[] | null;
}

const NOTHING_AROUND: Around = { now: UNKNOWN_NOW, cause: [], effects: null };

export function whoDidRow(deed: Deed, { now, cause, effects }: Around = NOTHING_AROUND): WhoDidRow {
  const row: WhoDidRow = {
    ...deed.fact.row,
    did: { verb: deed.fact.row.did.verb, word: deed.word },
    cause,
    effects,
    now,
  };
  EFFECTS.set(row, effectWords(deed));
  return row;
}

/** How things stand now is told in a column where the objects are many; of one request the answer's sentence tells the causes. */
export function columnsFor(object: ObjectQuery, rows: readonly WhoDidRow[]): Column[] {
  const columns: Column[] = [
    { name: 'WHEN', shrink: 0, cell: (row) => timeOf(asRow(row).when) },
    { name: 'AGE', shrink: 0, drop: 3, cell: (row) => ageOf(asRow(row).when) },
    {
      name: 'WHO',
      readable: 20,
      shorten: 'path',
      cell: (row) => textOf(whoText(asRow(row).who)),
      // Controllers are known by their own names.
      brief: (row) => textOf(actorName(asRow(row).who)),
    },
    { name: 'DID', readable: 16, cell: (row) => textOf(didText(asRow(row))) },
    {
      name: 'OBJECT',
      readable: 20,
      shorten: 'middle',
      wide: (rows) => isOneObject(object) && rows.every((row) => isItself(asRow(row), object)),
      cell: (row) => textOf(objectText(asRow(row))),
      brief: (row) => textOf(briefObjectText(asRow(row), object)),
    },
    { name: 'FROM', drop: 2, readable: 15, shorten: 'middle', cell: (row) => textOf(asRow(row).from.ip) },
    { name: 'WITH', wide: true, cell: (row) => textOf(asRow(row).with) },
    {
      name: 'RESULT',
      shrink: 0,
      cell: (row) => resultCell(row, 'full'),
      brief: (row) => resultCell(row, 'text'),
    },
    ...(rows.some((row) => chainText(row.cause) !== '') ? [BECAUSE] : []),
    { name: 'LEVEL', wide: true, cell: (row) => textOf(asRow(row).level) },
    { name: 'SOURCE', wide: true, cell: (row) => textOf(asRow(row).source) },
    { name: 'AUDIT-ID', wide: true, cell: (row) => textOf(asRow(row).auditID) },
  ];
  const hasNow = rows.some((row) => row.now.exists !== null);
  return hasNow && !isOneObject(object) ? [...columns, NOW] : columns;
}

/** The whole chain; where it has to fit, who set it off. */
const BECAUSE: Column = {
  name: 'BECAUSE',
  readable: 18,
  drop: 1,
  wide: (rows) => rows.length === 1,
  cell: (row) => ({ kind: 'text', text: chainText(asRow(row).cause) }),
  brief: (row) => ({ kind: 'text', text: originText(asRow(row).cause) }),
};

const NOW: Column = {
  name: 'NOW',
  drop: 1,
  cell: (row) => textOf(nowText(asRow(row).now)),
};

function nowText({ exists, sameObject }: WhoDidNow): string | null {
  if (exists === null) return null;
  if (!exists) return 'gone';
  return sameObject === null ? 'exists' : sameObject ? 'still there' : 'made again';
}

/** kubectl's form: `deployments.apps/web`, `configmaps/flags`; a URL's path. */
export function nameOfRow(row: Row): string {
  const { group, resource, name } = asRow(row).object;
  if (resource === null) return name ?? '';
  const type = group === null || group === '' ? resource : `${resource}.${group}`;
  return name === null ? type : `${type}/${name}`;
}

/** `alice`, `alice as bob`, `sa:ci/runner`, `node:cp-1`; whom the login hides, in brackets. */
export function whoText(who: RequestRow['who']): string {
  const user = shortUser(who.user);
  const session = who.session === null ? '' : ` (${who.session})`;
  return who.as === null ? `${user}${session}` : `${user}${session} as ${shortUser(who.as)}`;
}

export function objectText(row: RequestRow): string {
  const { group, resource, namespace, name } = row.object;
  if (resource === null) return name ?? '';
  return joined(namespace, kubectlName(group ?? '', resource), name, throughOf(row));
}

/** What the question and DID leave open: of pods in one namespace only the name, of anything in it the type too. */
function briefObjectText(row: RequestRow, object: ObjectQuery): string {
  const { group, resource, namespace, name } = row.object;
  if (resource === null) return name ?? '';
  const isHere = object.kind !== 'path' && object.namespace !== null && object.namespace === namespace;
  // A whole collection has no name: then the type stands for it.
  const isNameEnough = name !== null && object.kind === 'resource' && isOfType(row.object, object);
  const type = isNameEnough ? null : kubectlName(group ?? '', resource);
  const through = throughOf(row);
  const isTold = through !== null && row.did.word.split(' ').includes(through);
  return joined(isHere ? null : namespace, type, name, isTold ? null : through);
}

function joined(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join('/');
}

function throughOf(row: RequestRow): string | null {
  return tellsSubresource(row.did.word) ? null : row.object.subresource;
}

/** The very object that was asked about, and not its namespace, its type, or one of the same name elsewhere. */
function isItself({ object: target }: RequestRow, object: ObjectQuery): boolean {
  if (!isOfType(target, object) || !isNamed(target, object)) return false;
  return object.kind === 'resource' && (target.namespace === null || target.namespace === object.namespace);
}

function didText(row: WhoDidRow): string {
  const effect = EFFECTS.get(row);
  const word = row.did.word;
  if (effect?.detail == null) return word;
  return effect.detail.startsWith('to ') ? `${word} ${effect.detail}` : `${word}, ${effect.detail}`;
}

function resultCell(row: Row, words: 'text' | 'full'): Cell {
  const effect = EFFECTS.get(row);
  return effect === undefined ? { kind: 'none' } : { kind: 'status', text: effect[words], tone: effect.tone };
}

function asRow(row: Row): WhoDidRow {
  return row as WhoDidRow;
}

function textOf(text: string | null): Cell {
  return text === null || text === '' ? { kind: 'none' } : { kind: 'text', text };
}

function timeOf(at: string | null): Cell {
  return at === null ? { kind: 'none' } : { kind: 'time', at };
}

function ageOf(at: string | null): Cell {
  return at === null ? { kind: 'none' } : { kind: 'age', at };
}
