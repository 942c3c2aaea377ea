/** The columns over rbac-diff's rows: under each change what it gave and took. */
import type { Cell, Column, Row } from '../../answer.ts';
import { drawnOf } from './rbac-diff-row.ts';

export const COLUMNS: readonly Column[] = [
  { name: 'WHEN', shrink: 0, cell: (row) => time(drawnOf(row)?.when ?? null) },
  { name: 'WHO', readable: 10, shorten: 'path', cell: (row) => text(drawnOf(row)?.who ?? '') },
  {
    name: 'WHAT',
    readable: 40,
    cell: (row) => list(drawnOf(row)?.what),
    brief: (row) => list(drawnOf(row)?.brief ?? drawnOf(row)?.what),
  },
  {
    name: 'VIA',
    readable: 16,
    drop: 1,
    shorten: 'middle',
    cell: (row) => text(drawnOf(row)?.via ?? ''),
    brief: (row) => text(drawnOf(row)?.briefVia ?? ''),
  },
  { name: 'RISK', readable: 13, cell: risk, brief: briefRisk },
  { name: 'FROM', wide: true, cell: (row) => text(drawnOf(row)?.from ?? '') },
  { name: 'AUDIT-ID', wide: true, cell: (row) => text(typeof row.auditID === 'string' ? row.auditID : '') },
];

const SAID = 2;

function risk(row: Row): Cell {
  const { risks = [], tone = 'plain' } = drawnOf(row) ?? {};
  return risks.length === 0 ? text('') : { kind: 'status', text: risks.join(', '), tone };
}

function briefRisk(row: Row): Cell {
  const { risks: all = [], briefRisks = null, tone = 'plain' } = drawnOf(row) ?? {};
  const risks = briefRisks ?? all;
  if (risks.length === 0) return text('');
  // Whoever may do everything may do all the rest.
  const shown = risks.includes('cluster-admin')
    ? risks.filter((one) => one === 'cluster-admin' || one === 'self-granted' || one === 'everybody')
    : risks.slice(0, SAID);
  const left = risks.includes('cluster-admin') ? 0 : risks.length - shown.length;
  return { kind: 'status', text: `${shown.join(', ')}${left > 0 ? ` +${left}` : ''}`, tone };
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
  return { kind: 'text', text: of };
}

function time(at: string | null): Cell {
  return at === null ? { kind: 'none' } : { kind: 'time', at };
}
