/** The columns over rbac-diff's rows: under each change what it gave and took. */
import type { Cell, Column, Row } from '../../answer.ts';
import { drawnOf } from './rbac-diff-row.ts';

export const COLUMNS: readonly Column[] = [
  { name: 'WHEN', shrink: 0, cell: (row) => time(drawnOf(row)?.when ?? null) },
  { name: 'WHO', readable: 12, shorten: 'path', cell: (row) => text(drawnOf(row)?.who ?? '') },
  {
    name: 'WHAT',
    readable: 36,
    cell: (row) => list(drawnOf(row)?.what),
    brief: (row) => list(drawnOf(row)?.brief ?? drawnOf(row)?.what),
  },
  { name: 'VIA', readable: 14, drop: 1, shorten: 'middle', cell: (row) => text(drawnOf(row)?.via ?? '') },
  { name: 'RISK', readable: 10, cell: risk, brief: briefRisk },
  { name: 'FROM', wide: true, cell: (row) => text(drawnOf(row)?.from ?? '') },
  { name: 'AUDIT-ID', wide: true, cell: (row) => text(typeof row.auditID === 'string' ? row.auditID : '') },
];

/** What stands for all the others comes first. */
const SAID = 2;

function risk(row: Row): Cell {
  const { risks = [], tone = 'plain' } = drawnOf(row) ?? {};
  return risks.length === 0 ? { kind: 'none' } : { kind: 'status', text: risks.join(', '), tone };
}

function briefRisk(row: Row): Cell {
  const { risks = [], tone = 'plain' } = drawnOf(row) ?? {};
  if (risks.length === 0) return { kind: 'none' };
  const [first = ''] = risks;
  const isTold = first === 'cluster-admin' || risks.length <= SAID;
  const shown = first === 'cluster-admin' ? first : risks.slice(0, SAID).join(', ');
  return { kind: 'status', text: isTold ? shown : `${shown} +${risks.length - SAID}`, tone };
}

export function nameOfRow(row: Row): string {
  return drawnOf(row)?.name ?? '';
}

function list(items: readonly string[] | undefined): Cell {
  if (items === undefined || items.length === 0) return { kind: 'none' };
  const [only] = items;
  return items.length === 1 && only !== undefined ? { kind: 'text', text: only } : { kind: 'list', items };
}

function text(of: string): Cell {
  return of === '' ? { kind: 'none' } : { kind: 'text', text: of };
}

function time(at: string | null): Cell {
  return at === null ? { kind: 'none' } : { kind: 'time', at };
}
