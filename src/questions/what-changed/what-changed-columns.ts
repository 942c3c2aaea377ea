/** The columns over what-changed's rows. */
import type { Cell, Column, Row } from '../../answer.ts';
import { kubectlName } from '../../event/resource-names.ts';
import { isOneObject, type ObjectQuery } from '../../query/object-query.ts';
import { chainText } from '../cause-chain/chain-text.ts';
import { briefChangeText, changeText } from '../field-diff/change-text.ts';
import { whoText } from '../who-did/who-did-row.ts';
import { stateText } from './state-row.ts';
import type { WhatChangedRow } from './what-changed-row.ts';

export function columnsFor(object: ObjectQuery): Column[] {
  return [
    { name: 'WHEN', shrink: 0, cell: (row) => timeOf(asRow(row).when) },
    { name: 'AGE', shrink: 0, drop: 2, cell: (row) => ageOf(asRow(row).when) },
    { name: 'WHO', readable: 16, shorten: 'path', cell: (row) => textOf(byWhom(asRow(row))) },
    {
      name: 'OBJECT',
      readable: 18,
      shorten: 'middle',
      wide: () => isOneObject(object),
      cell: (row) => textOf(objectText(asRow(row), null)),
      brief: (row) => textOf(objectText(asRow(row), object)),
    },
    {
      name: 'CHANGED',
      readable: 40,
      cell: (row) => listOf(asRow(row), false),
      brief: (row) => listOf(asRow(row), true),
    },
    {
      name: 'FROM',
      drop: 1,
      readable: 15,
      shorten: 'middle',
      wide: true,
      cell: (row) => textOf(asRow(row).from.ip),
    },
    { name: 'BASIS', wide: true, cell: (row) => textOf(asRow(row).basis) },
    { name: 'WITH', wide: true, cell: (row) => textOf(asRow(row).with) },
    { name: 'LEVEL', wide: true, cell: (row) => textOf(asRow(row).level) },
    { name: 'SOURCE', wide: true, cell: (row) => textOf(asRow(row).source) },
    { name: 'AUDIT-ID', wide: true, cell: (row) => textOf(asRow(row).auditID) },
  ];
}

function byWhom(row: WhatChangedRow): string {
  return row.auditID === null ? '?' : whoText(row.who);
}

function objectText({ object }: WhatChangedRow, asked: ObjectQuery | null): string {
  const { group, resource, namespace, name } = object;
  const isHere =
    asked !== null && asked.kind !== 'path' && asked.namespace !== null && asked.namespace === namespace;
  const isTypeTold = asked?.kind === 'resource' && asked.name === null;
  const type = isTypeTold ? null : kubectlName(group ?? '', resource ?? '');
  return [isHere ? null : namespace, type, name].filter((part) => part !== null).join('/');
}

/** A table may cut so many fields. */
const MANY = 4;

/** What was changed, and before it what was changed before and is in no event. */
function listOf(row: WhatChangedRow, isBrief: boolean): Cell {
  const [unlogged, changes] = [unloggedText(row), changeTexts(row, isBrief)];
  const behind = [...admissionTexts(row), ...causeTexts(row)];
  // Whoever else had a part in it must not be cut off with the last of many fields.
  const items =
    isBrief && changes.length > MANY
      ? [...unlogged, ...behind, ...changes]
      : [...unlogged, ...changes, ...behind];
  return items.length === 0 ? { kind: 'none' } : { kind: 'list', items };
}

function unloggedText({ unlogged, did }: WhatChangedRow): string[] {
  if (unlogged === null || unlogged === 0) return [];
  const changes = unlogged === 1 ? '1 change' : `${unlogged} changes`;
  return [
    did.word === 'not in the log' ? `not in the log: ${changes}` : `(${changes} before this: not in the log)`,
  ];
}

/** Words that tell a whole change by themselves. */
const PAST: ReadonlyMap<string, string> = new Map([
  ['create', 'created'],
  ['delete', 'deleted'],
  ['evict', 'evicted'],
  ['complete delete', 'gone: the kubelet completed the deletion'],
  ['remove last finalizer', 'gone: its last finalizer was removed'],
  ['deletecollection', 'a whole collection deleted; which objects, the log does not hold'],
]);

const SHORT: ReadonlySet<string> = new Set(['create', 'delete', 'evict']);

/** `created`; null for a word that does not tell a whole change. */
export function pastOf(word: string): string | null {
  return SHORT.has(word) ? (PAST.get(word) ?? null) : null;
}

/** Whether it tells the whole change by itself. */
export function isWholeWord(word: string): boolean {
  return PAST.has(word);
}

export function changeTexts(row: WhatChangedRow, isBrief: boolean): string[] {
  const { word } = row.did;
  const said = PAST.get(word);
  if (said !== undefined) {
    if (isBrief || row.changes.length === 0) return [withEssence(said, row)];
    return [said, ...row.changes.map(changeText)];
  }
  const texts = row.changes.map(isBrief ? briefChangeText : changeText);
  if (texts.length > 0) return texts;
  if (word === 'not in the log') return [];
  const state = stateText(row);
  if (state !== '') return [state];
  return [`${word}; ${untoldText(row)}`];
}

/** Of a change of which only that it was done is known. */
export function untoldText({ level }: WhatChangedRow): string {
  return level === 'RequestResponse'
    ? 'what it changed is not in what was read'
    : `what it changed is not in the log (level ${level ?? '?'})`;
}

/** Of what was made: what people look for first. */
const ESSENTIAL =
  /^(?:spec\.replicas|spec\.(?:template\.spec\.)?containers\[[^\]]*\]\.image|roleRef\.name|spec\.type)$/;

function withEssence(said: string, { changes, did }: WhatChangedRow): string {
  if (did.word !== 'create') return said;
  const essence = changes.filter(({ path, redacted }) => ESSENTIAL.test(path) && !redacted).slice(0, 3);
  const texts = essence.map(({ path, after }) => `${path.split('.').at(-1)} ${String(after)}`);
  return texts.length === 0 ? said : `${said}: ${texts.join(', ')}`;
}

function admissionTexts({ admission }: WhatChangedRow): string[] {
  return admission
    .filter(({ mutated, patch }) => mutated === true || patch !== null)
    .map(({ name, patch }) => {
      const paths = (patch ?? []).flatMap((one) => {
        const path = (one as { path?: unknown } | null)?.path;
        return typeof path === 'string' ? [path] : [];
      });
      return `changed on the way by webhook ${name}${paths.length === 0 ? '' : `: ${paths.slice(0, 3).join(', ')}`}`;
    });
}

function causeTexts({ cause }: WhatChangedRow): string[] {
  const chain = chainText(cause);
  return chain === '' ? [] : [`← ${chain}`];
}

function asRow(row: Row): WhatChangedRow {
  return row as unknown as WhatChangedRow;
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
