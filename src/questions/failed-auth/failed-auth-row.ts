/** failed-auth's rows (PRODUCT §4) and the columns over them. */

import type { AnswerDocument, Cell, Column, Row } from '../../answer.ts';
import type { Actor } from '../../event/actor.ts';
import { formatMicros } from '../../event/micros.ts';
import type { DeniedBy } from '../../event/outcome.ts';
import type { Target } from '../../event/target.ts';
import { addressesText, text, time } from '../cells.ts';
import { sparkText } from '../spark-text.ts';
import { whoText } from '../who-did/who-did-row.ts';
import type { DeadToken } from './dead-tokens.ts';
import type { RefusalGroup } from './failed-auth-group.ts';
import { missingWords, shortWords } from './failed-auth-words.ts';
import type { Permission } from './missing-permission.ts';
import type { Sign } from './signs.ts';
import { BARS } from './time-counts.ts';

export type FailedAuthRow = {
  readonly class: DeniedBy;
  /** `credential`, `pod`, `node`, `groups`: what all of the requests share. */
  readonly who: Actor;
  /** The resource, without a name and uid; a URL's path as name. For impersonation, what was to be impersonated. */
  readonly object: Target;
  /** Of the requests. */
  readonly verbs: readonly string[];
  readonly codes: readonly number[];
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Counts in equal parts of the time from `coverage.from` to `coverage.to`, right to within a tenth of a part. */
  readonly sparkline: readonly number[];
  /** `distinct`: up to 256 are told apart. */
  readonly from: {
    readonly top: readonly { readonly ip: string; readonly count: number }[];
    readonly distinct: number;
  };
  /** The missing permission, or what else stood in the way, in words. */
  readonly missing: string;
  /** What the cluster says now; null: not asked, or not known. */
  readonly allowedNow: boolean | null;
  readonly signs: readonly Sign[];
  /** The newest, up to 20. */
  readonly auditIDs: readonly string[];
};

export type FailedAuthAnswer = AnswerDocument<FailedAuthRow>;

/** Whom the missing rights are missing to, as an authorizer takes it: what a SubjectAccessReview and a Role need. */
export interface Lacking {
  readonly user: string;
  readonly groups: readonly string[];
  readonly permissions: readonly Permission[];
  /** More objects were asked for by name than are told apart: the permissions for these verbs are for all of them. */
  readonly isWidened: boolean;
}

const LACKING = new WeakMap<object, Lacking>();
/** Told by a column; not part of the machine output. */
const SHORT = new WeakMap<object, string>();
const ADDRESSES_SHOWN = 5;

export interface RowContext {
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly signs: readonly Sign[];
  readonly deadToken: DeadToken | null;
}

export function failedAuthRow(
  group: RefusalGroup,
  { fromUs, toUs, signs, deadToken }: RowContext,
): FailedAuthRow {
  const { times } = group;
  const row: FailedAuthRow = {
    class: group.class,
    who: group.who,
    object: group.what,
    verbs: group.apiVerbs.texts(),
    codes: [...group.codes].sort((a, b) => a - b),
    count: group.count,
    first: times.firstUs === null ? null : formatMicros(times.firstUs),
    last: times.lastUs === null ? null : formatMicros(times.lastUs),
    sparkline: times.bars(fromUs ?? times.firstUs ?? 0, toUs ?? times.lastUs ?? 0, BARS),
    from: {
      top: group.addresses
        .top()
        .slice(0, ADDRESSES_SHOWN)
        .map(([ip, count]) => ({ ip, count })),
      distinct: group.addresses.size,
    },
    missing: missingWords(group, deadToken),
    allowedNow: null,
    signs,
    auditIDs: group.auditIDs(),
  };
  SHORT.set(row, shortWords(group));
  const user = group.who.as ?? group.who.user;
  // What admission and the guards of roles refuse is no right that an authorizer could be asked about.
  const isRight = group.class === 'rbac' || group.verbs().every((verb) => verb.startsWith('impersonate'));
  if (user !== null && isRight) LACKING.set(row, lackingOf(group, user));
  return row;
}

/** The same row, with what the cluster says now. */
export function withAllowedNow(row: FailedAuthRow, allowedNow: boolean | null): FailedAuthRow {
  const told = { ...row, allowedNow };
  const lacking = LACKING.get(row);
  if (lacking !== undefined) LACKING.set(told, lacking);
  SHORT.set(told, SHORT.get(row) ?? row.missing);
  return told;
}

/** Null when nobody is known to lack it, or it is no right. Not part of the machine output. */
export function lackingOfRow(row: Row): Lacking | null {
  return LACKING.get(row) ?? null;
}

function lackingOf(group: RefusalGroup, user: string): Lacking {
  const { what } = group;
  let isWidened = false;
  const permissions = group.verbs().flatMap((verb): Permission[] => {
    if (what.resource === null) return what.name === null ? [] : [{ kind: 'path', verb, path: what.name }];
    const known = group.names.get(verb);
    const isForAll = group.unnamed.texts().includes(verb) || known === undefined || known.hasMore;
    if (known?.hasMore === true) isWidened = true;
    const names = isForAll ? [null] : known.texts();
    const { resource, subresource, namespace } = what;
    return names.map((name) => ({
      ...{ kind: 'resource', verb, group: what.group ?? '', resource, subresource, namespace, name },
    }));
  });
  return { user, groups: group.groups, permissions, isWidened };
}

const CLASS_WORDS: Readonly<Record<DeniedBy, string>> = {
  unauthenticated: 'login',
  rbac: 'RBAC',
  escalation: 'escalation',
  admission: 'admission',
  other: 'other',
};

/** Bars of the sparkline that a table draws as one. */
const BARS_IN_ONE = 4;

/** NOW stands there only where the cluster was asked. */
export function columnsFor(rows: readonly FailedAuthRow[]): readonly Column[] {
  return rows.some((row) => row.allowedNow !== null) ? [...COLUMNS, NOW] : COLUMNS;
}

const NOW: Column = {
  name: 'NOW',
  shrink: 0,
  cell: (row) => {
    const { allowedNow } = asRow(row);
    if (allowedNow === null) return { kind: 'none' };
    return { kind: 'status', text: allowedNow ? 'allowed' : 'refused', tone: allowedNow ? 'good' : 'muted' };
  },
};

const COLUMNS: readonly Column[] = [
  { name: 'CLASS', shrink: 0, cell: (row) => status(asRow(row)) },
  {
    name: 'WHO',
    readable: 20,
    shorten: 'path',
    cell: (row) => text(whoText(asRow(row).who)),
  },
  {
    name: 'MISSING',
    readable: 20,
    cell: (row) => text(SHORT.get(row) ?? asRow(row).missing),
  },
  { name: 'COUNT', shrink: 0, cell: (row) => ({ kind: 'number', value: asRow(row).count }) },
  { name: 'FIRST', wide: true, shrink: 0, cell: (row) => time(asRow(row).first, 'time') },
  { name: 'LAST', shrink: 0, cell: (row) => time(asRow(row).last, 'age') },
  {
    name: 'TREND',
    shrink: 0,
    drop: 2,
    cell: (row) => text(sparkText(asRow(row).sparkline, BARS_IN_ONE)),
  },
  {
    name: 'FROM',
    drop: 1,
    readable: 15,
    shorten: 'middle',
    cell: (row) => text(addressesText(asRow(row).from)),
  },
  { name: 'CODES', wide: true, cell: (row) => text(asRow(row).codes.join(',')) },
  { name: 'SIGNS', wide: true, cell: (row) => text(asRow(row).signs.join(',')) },
  { name: 'AUDIT-IDS', wide: true, cell: (row) => text(asRow(row).auditIDs.join(',')) },
];

/** kubectl's form of the resource: `deployments.apps`; a URL's path. */
export function nameOfRow(row: Row): string {
  const { group, resource, subresource, name } = asRow(row).object;
  if (resource === null) return name ?? '';
  const type = group === null || group === '' ? resource : `${resource}.${group}`;
  return subresource === null ? type : `${type}/${subresource}`;
}

function status({ class: by, signs }: FailedAuthRow): Cell {
  return { kind: 'status', text: CLASS_WORDS[by], tone: signs.length > 0 ? 'bad' : 'plain' };
}

function asRow(row: Row): FailedAuthRow {
  return row as FailedAuthRow;
}
