/** who-did's rows (PRODUCT §4) and the columns over them. */
import type { AnswerDocument, Cell, Column, Row } from '../answer.ts';
import { kubectlName } from '../event/resource-names.ts';
import type { ObjectQuery } from '../query/object-query.ts';
import { isOneObject } from '../query/object-query.ts';
import type { Deed } from './deed.ts';
import { type EffectWords, effectWords } from './effect-words.ts';
import type { RequestRow } from './request-row.ts';
import { tellsSubresource } from './word-of.ts';

export type WhoDidRow = RequestRow & {
  /** Nearest first; filled by the chain of causes. */
  readonly cause: readonly unknown[];
  /** Filled by correlation with the live cluster; each null when unknown. */
  readonly now: {
    readonly exists: boolean | null;
    readonly sameObject: boolean | null;
    readonly uid: string | null;
    readonly createdAt: string | null;
    readonly createdBy: string | null;
    readonly ready: boolean | null;
    readonly text: string | null;
  };
};

export type WhoDidAnswer = AnswerDocument<WhoDidRow>;

const UNKNOWN_NOW = {
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

export function whoDidRow(deed: Deed): WhoDidRow {
  const row: WhoDidRow = {
    ...deed.fact.row,
    did: { verb: deed.fact.row.did.verb, word: deed.word },
    cause: [],
    now: UNKNOWN_NOW,
  };
  EFFECTS.set(row, effectWords(deed));
  return row;
}

export function columnsFor(object: ObjectQuery): Column[] {
  const columns: Column[] = [
    { name: 'WHEN', shrink: 0, cell: (row) => timeOf(asRow(row).when) },
    { name: 'AGE', shrink: 0, cell: (row) => ageOf(asRow(row).when) },
    { name: 'WHO', cell: (row) => textOf(whoText(asRow(row).who)) },
    { name: 'DID', cell: (row) => textOf(didText(asRow(row))) },
    {
      name: 'OBJECT',
      ...(isOneObject(object) ? { wide: true } : {}),
      cell: (row) => textOf(objectText(asRow(row))),
    },
    { name: 'FROM', cell: (row) => textOf(asRow(row).from.ip) },
    { name: 'WITH', wide: true, shrink: 2, cell: (row) => textOf(asRow(row).with) },
    { name: 'RESULT', shrink: 0, cell: (row) => resultCell(row) },
    { name: 'LEVEL', wide: true, shrink: 2, cell: (row) => textOf(asRow(row).level) },
    { name: 'SOURCE', wide: true, shrink: 2, cell: (row) => textOf(asRow(row).source) },
    { name: 'AUDIT-ID', wide: true, shrink: 0, cell: (row) => textOf(asRow(row).auditID) },
  ];
  return columns;
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

function shortUser(user: string | null): string {
  if (user === null) return 'nobody known';
  const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (serviceAccount !== null) return `sa:${serviceAccount[1]}/${serviceAccount[2]}`;
  return user.startsWith('system:node:') ? `node:${user.slice('system:node:'.length)}` : user;
}

export function objectText(row: RequestRow): string {
  const { group, resource, subresource, namespace, name } = row.object;
  if (resource === null) return name ?? '';
  const through = tellsSubresource(row.did.word) ? null : subresource;
  const path = [kubectlName(group ?? '', resource), name, through].filter((part) => part !== null).join('/');
  return namespace === null ? path : `${namespace}/${path}`;
}

function didText(row: WhoDidRow): string {
  const effect = EFFECTS.get(row);
  const word = row.did.word;
  if (effect?.detail == null) return word;
  return effect.detail.startsWith('to ') ? `${word} ${effect.detail}` : `${word}, ${effect.detail}`;
}

function resultCell(row: Row): Cell {
  const effect = EFFECTS.get(row);
  return effect === undefined ? { kind: 'none' } : { kind: 'status', text: effect.text, tone: effect.tone };
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
