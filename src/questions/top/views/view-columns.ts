/** Columns that several views have in common. */
import type { Cell, Column } from '../../../answer.ts';
import { shortUser } from '../../short-user.ts';
import type { GroupValue, TopRow } from '../top-row.ts';

export function groupValue(row: unknown, name: string): GroupValue {
  return (row as TopRow).group[name] ?? null;
}

export const USER: Column = {
  name: 'USER',
  readable: 20,
  shorten: 'path',
  cell: (row) => textCell(groupValue(row, 'user')),
  brief: (row) => {
    const user = groupValue(row, 'user');
    return textCell(shortUser(user === null ? null : String(user)));
  },
};

/** A column of one value, as it is. */
export function column(name: string, of: string, look: Partial<Column> = {}): Column {
  return { name, ...look, cell: (row) => textCell(groupValue(row, of)) };
}

/** `deployments.apps/scale`; where there is little room, without the group. */
export const RESOURCE: Column = {
  name: 'RESOURCE',
  readable: 20,
  shorten: 'middle',
  cell: (row) => textCell(resourceText(row, true)),
  brief: (row) => textCell(resourceText(row, false)),
};

/** The group is part of what it is. */
export const GROUPED_RESOURCE: Column = {
  ...{ name: 'RESOURCE', readable: 20, shorten: 'middle' },
  cell: (row) => textCell(resourceText(row, true)),
};

function resourceText(row: unknown, isGrouped: boolean): string | null {
  const resource = groupValue(row, 'resource');
  if (resource === null) return null;
  const group = groupValue(row, 'group');
  const subresource = groupValue(row, 'subresource');
  const dotted = isGrouped && group !== null && group !== '' ? `${resource}.${group}` : String(resource);
  return subresource === null ? dotted : `${dotted}/${subresource}`;
}

export function textCell(value: GroupValue): Cell {
  return value === null || value === '' ? { kind: 'none' } : { kind: 'text', text: String(value) };
}
