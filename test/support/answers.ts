/** Answers made by hand, in the shape of PRODUCT §4 and with who-did's columns: an ordinary, an empty and a hostile one. */
import type { Answer, Cell, Column, Row } from '../../src/answer.ts';
import type { RenderOptions } from '../../src/render/renderer.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

export const NOW_MS = Date.parse('2026-11-23T04:00:00Z');

export const OPTIONS: RenderOptions = {
  columns: 100,
  isTTY: true,
  color: false,
  utc: true,
  timeZone: 'Europe/Berlin',
  nowMs: NOW_MS,
  noHeaders: false,
  template: null,
};

/** The texts of a row that somebody else chooses. */
export interface Texts {
  readonly user: string;
  readonly as: string | null;
  readonly word: string;
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly agent: string;
  readonly reason: string | null;
  readonly source: string;
  readonly auditID: string;
}

export const PLAIN: Texts = {
  user: 'alice@example.com',
  as: null,
  word: 'delete',
  namespace: 'shop',
  name: 'web',
  ip: '10.20.30.40',
  agent: 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
  reason: null,
  source: 'nodes',
  auditID: '3a1f6b1e-8f5c-4d2b-9f57-0c6a8a2f4c11',
};

export function rowOf(texts: Texts, when: string, code: number): Row {
  return {
    auditID: texts.auditID,
    when,
    until: when,
    who: {
      user: texts.user,
      as: texts.as,
      groups: ['ops', 'system:authenticated'],
      kind: 'person',
      session: null,
      credential: null,
      pod: null,
      node: null,
    },
    did: { verb: 'delete', word: texts.word },
    object: {
      group: 'apps',
      resource: 'deployments',
      subresource: null,
      namespace: texts.namespace,
      name: texts.name,
      uid: null,
    },
    from: { ip: texts.ip, chain: ['203.0.113.7', texts.ip] },
    with: texts.agent,
    result: {
      code,
      reason: texts.reason,
      decision: code === 403 ? 'forbid' : 'allow',
      deniedBy: code === 403 ? 'rbac' : null,
    },
    dryRun: false,
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    source: texts.source,
    cause: [],
    now: {
      exists: null,
      sameObject: null,
      uid: null,
      createdAt: null,
      createdBy: null,
      ready: null,
      text: null,
    },
  };
}

export const COLUMNS: readonly Column[] = [
  { name: 'WHEN', shrink: 0, cell: (row) => ({ kind: 'time', at: at(row, 'when') ?? '' }) },
  { name: 'AGE', shrink: 0, cell: (row) => ({ kind: 'age', at: at(row, 'when') ?? '' }) },
  { name: 'WHO', cell: (row) => words(at(row, 'who', 'user')) },
  { name: 'DID', cell: (row) => words(at(row, 'did', 'word')) },
  {
    name: 'OBJECT',
    wide: true,
    cell: (row) => words(`${at(row, 'object', 'namespace')}/deploy/${at(row, 'object', 'name')}`),
  },
  { name: 'FROM', cell: (row) => words(at(row, 'from', 'ip')) },
  { name: 'WITH', wide: true, cell: (row) => words(at(row, 'with')) },
  { name: 'RESULT', shrink: 0, cell: resultCell },
  { name: 'LEVEL', wide: true, cell: (row) => words(at(row, 'level')) },
  { name: 'SOURCE', wide: true, cell: (row) => words(at(row, 'source')) },
  { name: 'AUDIT-ID', wide: true, cell: (row) => words(at(row, 'auditID')) },
];

/** Free texts besides the rows': what is said, near misses, notes, next, a gap, a log's name. */
export interface Asides {
  readonly says: string;
  readonly near: string;
  readonly note: string;
  readonly next: string;
  readonly gap: string;
  readonly log: string;
}

const ASIDES: Asides = {
  says: 'alice@example.com deleted deployment shop/web at 02:58:11 (RequestResponse, 200)',
  near: 'shop-staging has a deployment web; carol scaled it to zero an hour before, at 01:58:11',
  note: 'audit ID 3a1f6b1e was used by two requests',
  next: 'kubectl audit timeline deploy/web -n shop --since 3h',
  gap: 'the log before 2026-11-22T16:00:00Z was rotated away',
  log: 'cp-1:/var/log/kubernetes/audit/audit.log',
};

export function answerOf(rows: readonly Row[], asides: Asides, more: Partial<Answer> = {}): Answer {
  return {
    question: 'who-did',
    says: asides.says,
    rows,
    columns: COLUMNS,
    nameOf: (row) => `deployments.apps/${at(row, 'object', 'name')}`,
    nearMisses: [{ code: 'scaled', text: asides.near, count: 1, row: null }],
    notes: [{ code: 'shared-id', text: asides.note }],
    now: [],
    next: [asides.next],
    coverage: {
      complete: false,
      from: '2026-11-22T16:00:00.000000Z',
      to: '2026-11-23T03:59:58.120000Z',
      events: 1_204_331,
      requests: 602_113,
      bytes: 1_834_554_112,
      unreadable: 1,
      witness: 412,
      gaps: [{ code: 'log-starts-late', text: asides.gap, source: asides.log }],
      levels: { 'apps/deployments': { RequestResponse: 412 } },
      sources: [
        {
          name: asides.log,
          from: '2026-11-22T16:00:00.000000Z',
          to: '2026-11-23T03:59:58.120000Z',
          bytes: 1_834_554_112,
          pushed: 'time',
          residual: 'everything else',
        },
      ],
    },
    total: rows.length,
    events: rows.map((row) => ({ kind: 'Event', auditID: at(row, 'auditID') })),
    ...more,
  };
}

export const ORDINARY = answerOf(
  [
    rowOf(PLAIN, '2026-11-23T02:58:11.120000Z', 200),
    rowOf(
      {
        ...PLAIN,
        user: 'system:serviceaccount:ci/deployer-of-everything-in-production',
        word: 'delete of its namespace',
        name: 'web',
        ip: '2001:db8:1234:5678:9abc:def0:1234:5678',
        reason: 'Forbidden',
        auditID: '77f0a2b4-11a0-4b8f-8a33-6a1a3ce1b0c2',
      },
      '2026-11-23T01:10:00.000000Z',
      403,
    ),
  ],
  ASIDES,
);

export const EMPTY = answerOf([], { ...ASIDES, says: 'nobody deleted deployment shop/web' });

/** `pick(n)`: the text of the nth field. */
export function answerWith(pick: (n: number) => string): Answer {
  const texts = (n: number): Texts => ({
    user: pick(n),
    as: pick(n + 1),
    word: pick(n + 2),
    namespace: pick(n + 3),
    name: pick(n + 4),
    ip: pick(n + 5),
    agent: pick(n + 6),
    reason: pick(n + 7),
    source: pick(n + 8),
    auditID: pick(n + 9),
  });
  const rows = [0, 10].map((n) => ({
    ...rowOf(texts(n), '2026-11-23T02:58:11.120000Z', 200),
    ...Object.fromEntries([
      ['__proto__', pick(n)],
      [pick(n + 20), { [pick(n + 21)]: [pick(n + 22)] }],
    ]),
  }));
  const asides = {
    says: pick(40),
    near: pick(41),
    note: pick(42),
    next: pick(43),
    gap: pick(44),
    log: pick(45),
  };
  return answerOf(rows, asides);
}

export const HOSTILE = answerWith((n) => HOSTILE_TEXTS[n % HOSTILE_TEXTS.length] ?? '');

export function textOf(pieces: Iterable<string>): string {
  return [...pieces].join('');
}

function resultCell(row: Row): Cell {
  const code = Number(at(row, 'result', 'code'));
  const reason = at(row, 'result', 'reason');
  return code < 400
    ? { kind: 'status', text: reason ?? 'done', tone: 'good' }
    : { kind: 'status', text: `refused: ${reason ?? code}`, tone: 'bad' };
}

function words(text: string | null): Cell {
  return text === null || text === '' ? { kind: 'none' } : { kind: 'text', text };
}

function at(row: Row, ...path: string[]): string | null {
  let value: unknown = row;
  for (const key of path) value = (value as Record<string, unknown>)[key];
  return value === null || value === undefined ? null : String(value);
}
