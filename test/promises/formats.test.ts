/** The promise of docs/output.md on what scripts read line by line: jsonl, csv's columns by their names, names, templates. */
import { describe, expect, it } from 'vitest';
import { asked, RULES } from './asked.ts';

const DELETED = ['who-did', 'delete', 'deploy/api', '--demo'];

async function lines(...argv: readonly string[]): Promise<string[]> {
  const { status, out } = await asked(argv);
  expect(status).toBe(0);
  return out.trimEnd().split('\n');
}

describe('-o jsonl', () => {
  it('is a row a line, as -o json has them, and the rest in a last line of kind AnswerEnd', async () => {
    const parsed = (await lines(...DELETED, '-o', 'jsonl')).map((line) => JSON.parse(line) as object);
    const whole = JSON.parse((await asked([...DELETED, '-o', 'json'])).out) as { rows: object[] };
    const { rows, ...rest } = whole;
    expect(parsed.slice(0, -1)).toEqual(rows);
    expect(parsed.at(-1)).toEqual({ ...rest, kind: 'AnswerEnd' });
  });
});

describe('-o csv', () => {
  it.each([
    [DELETED, 'WHEN,WHO,DID,OBJECT,FROM,WITH,RESULT,LEVEL,SOURCE,AUDIT-ID'],
    [
      ['what-changed', 'deploy/worker', '--demo'],
      'WHEN,WHO,OBJECT,CHANGED,FROM,BASIS,WITH,LEVEL,SOURCE,AUDIT-ID',
    ],
    [['failed-auth', '-A', '--demo'], 'CLASS,WHO,MISSING,COUNT,FIRST,LAST,TREND,FROM,CODES,SIGNS,AUDIT-IDS'],
    [['rbac-diff', '--by', 'bob', '--demo'], 'WHEN,WHO,WHAT,VIA,RISK,FROM,AUDIT-ID'],
    [
      ['timeline', '-A', '--by', 'agent-smith', '--demo'],
      'WHEN,ORIGIN,WHO,WHAT,FROM,WITH,RESULT,BECAUSE,LEVEL,SOURCE,AUDIT-ID',
    ],
    [
      ['detect', '--rules', RULES, '--demo'],
      'SEVERITY,RULE,TITLE,WHO,OBJECT,COUNT,FIRST,LAST,FROM,DETAIL,WHY,TAGS,PACK,SHOW,AUDIT-IDS',
    ],
    [['top', '-A', '--count', 'user,verb', '--demo'], 'USER,VERB,COUNT,SHARE,FIRST,LAST,TREND'],
  ])('%j has these columns', async (argv, columns) => {
    const [head = '', first = ''] = await lines(...argv, '-o', 'csv');
    const now = new Set(head.split(','));
    expect(columns.split(',').filter((column) => !now.has(column))).toEqual([]);
    expect(first.split(',').length).toBeGreaterThanOrEqual(now.size);
  });

  it('has whole values: times in UTC to the microsecond, audit IDs, quotes where they are needed', async () => {
    const [head = '', first = ''] = await lines(...DELETED, '-o', 'csv');
    const at = (column: string) => first.split(',')[head.split(',').indexOf(column)];
    expect([at('WHEN'), at('WHO'), at('AUDIT-ID')]).toEqual([
      '2026-11-24T14:40:41.821780Z',
      'alice as agent-smith',
      '2babee7d-6295-46b6-b80e-1c828e888913',
    ]);
  });
});

describe('-o sarif', () => {
  it('has a result for each finding, with its rule, level, place and fingerprint', async () => {
    const { status, out } = await asked(['detect', '--rules', RULES, '--demo', '-o', 'sarif']);
    expect(status).toBe(0);
    const log = JSON.parse(out) as { version: string; runs: object[] };
    expect([log.version, log.runs.length]).toEqual(['2.1.0', 1]);
    expect(log.runs[0]).toMatchObject({
      tool: {
        driver: {
          name: 'kubectl-audit',
          rules: [
            { id: 'refused-then-exec', properties: { tags: ['security', 'attack.t1609'], severity: 'high' } },
            { id: 'nobody-refused', properties: { severity: 'low' } },
          ],
        },
      },
      results: [
        {
          ruleId: 'refused-then-exec',
          ruleIndex: 0,
          level: 'error',
          occurrenceCount: 3,
          partialFingerprints: { 'kubectlAudit/v1': expect.stringMatching(/^refused-then-exec\/dana\/prod/) },
          locations: [{ logicalLocations: [{ kind: 'pods' }] }],
        },
        { ruleId: 'nobody-refused', ruleIndex: 1, level: 'note', occurrenceCount: 1 },
      ],
    });
  });
});

describe('-o name, jsonpath and custom-columns', () => {
  it('name objects as kubectl takes them', async () => {
    expect(await lines('who-did', 'delete', 'cm', '--demo', '-o', 'name')).toContain(
      'configmaps/ledger-snapshot',
    );
  });

  it('read the document as kubectl does', async () => {
    const paths = "{range .rows[*]}{.who.user} {.result.code}{'\\n'}{end}";
    expect(await lines(...DELETED, '-o', `jsonpath=${paths}`)).toEqual([
      'alice 200',
      'system:serviceaccount:ci:runner 403',
      'otto 200',
    ]);
    expect(await lines(...DELETED, '--no-headers', '-o', 'custom-columns=A:.who.as,C:.result.code')).toEqual([
      'agent-smith   200',
      '<none>        403',
      '<none>        200',
    ]);
  });
});
