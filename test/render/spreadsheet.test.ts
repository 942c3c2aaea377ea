/** csv and markdown: what reads them gets the cells back, and no cell acts. */
import { describe, expect, it } from 'vitest';
import { csv } from '../../src/render/csv.ts';
import { escapeCsv, escapeMarkdown, escapeTerminal } from '../../src/render/escape.ts';
import { markdown } from '../../src/render/markdown.ts';
import { answerWith, COLUMNS, OPTIONS, ORDINARY, textOf } from '../support/answers.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

/** RFC 4180, written apart from the code it checks. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, bare = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    records.at(-1)?.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === '\n') records.push([]);
    if (end === '') break;
  }
  return records.slice(0, -1);
}

describe('csv', () => {
  it('prints every column but AGE, times in UTC, and coverage behind #', () => {
    expect(textOf(csv.render(ORDINARY, { ...OPTIONS, utc: false }))).toMatchInlineSnapshot(`
      "WHEN,WHO,DID,OBJECT,FROM,WITH,RESULT,LEVEL,SOURCE,AUDIT-ID
      2026-11-23T02:58:11.120000Z,alice@example.com,delete,shop/deploy/web,10.20.30.40,kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9,done,RequestResponse,nodes,3a1f6b1e-8f5c-4d2b-9f57-0c6a8a2f4c11
      2026-11-23T01:10:00.000000Z,system:serviceaccount:ci/deployer-of-everything-in-production,delete of its namespace,shop/deploy/web,2001:db8:1234:5678:9abc:def0:1234:5678,kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9,refused: Forbidden,RequestResponse,nodes,77f0a2b4-11a0-4b8f-8a33-6a1a3ce1b0c2
      # cp-1:/var/log/kubernetes/audit/audit.log: 11-22 16:00:00 to 11-23 03:59:58 UTC, 1.83 GB
      # 1204331 events, 1 line unreadable; deployments.apps at RequestResponse (412 requests seen)
      # cp-1:/var/log/kubernetes/audit/audit.log: the log before 2026-11-22T16:00:00Z was rotated away
      # INCOMPLETE: a match could be missing here (exit 3)
      "
    `);
  });

  it('gives cells back as a terminal would show them', () => {
    for (const text of HOSTILE_TEXTS) {
      const [heads, row] = parseCsv(
        textOf(
          csv.render(
            answerWith(() => text),
            OPTIONS,
          ),
        ),
      );
      const names = COLUMNS.map((column) => column.name).filter((known) => known !== 'AGE');
      expect(heads).toEqual(names);
      expect(row).toHaveLength(names.length);
      expect(row?.[names.indexOf('WITH')]?.replace(/^'/, '')).toBe(escapeTerminal(text));
    }
  });

  it.each([
    '=1',
    '+1',
    '-1',
    '@SUM(A1)',
    ' =1',
    '\t=1',
    '\r=1',
    '\n=1',
    '\u00a0=1',
    '\u3000=1',
    '\uff1d1',
    '\uff0b1',
    '\uff0d1',
    '\uff20x',
    ' \uff1d1',
    `=cmd|' /C calc'!A0`,
    '\u200b=1',
    '\ufeff=1',
  ])('lets no spreadsheet take %j for a formula', (text) => {
    for (const cell of parseCsv(`${escapeCsv(text)}\n`)[0] ?? []) expect(cell).toMatch(/^['\\]/);
  });

  it('leaves an innocent cell as it is', () => {
    for (const text of ['alice@example.com', 'a-b', 'shop/deploy/web', '10.0.0.1', ''])
      expect(escapeCsv(text)).toBe(text);
  });
});

describe('markdown', () => {
  it('prints a table for a ticket', () => {
    expect(textOf(markdown.render(ORDINARY, OPTIONS))).toMatchInlineSnapshot(`
      "**alice@example.com deleted deployment shop/web at 02:58:11 \\(RequestResponse, 200\\)**

      | WHEN UTC | WHO | DID | OBJECT | FROM | WITH | RESULT | LEVEL | SOURCE | AUDIT\\-ID |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      | 2026\\-11\\-23 02:58:11 | alice@example.com | delete | shop/deploy/web | 10.20.30.40 | kubectl/v1.34.1 \\(linux/amd64\\) kubernetes/93248f9 | done | RequestResponse | nodes | 3a1f6b1e\\-8f5c\\-4d2b\\-9f57\\-0c6a8a2f4c11 |
      | 2026\\-11\\-23 01:10:00 | system:serviceaccount:ci/deployer\\-of\\-everything\\-in\\-production | delete of its namespace | shop/deploy/web | 2001:db8:1234:5678:9abc:def0:1234:5678 | kubectl/v1.34.1 \\(linux/amd64\\) kubernetes/93248f9 | refused: Forbidden | RequestResponse | nodes | 77f0a2b4\\-11a0\\-4b8f\\-8a33\\-6a1a3ce1b0c2 |

      - shop\\-staging has a deployment web; carol scaled it to zero an hour before, at 01:58:11
      - cp\\-1:/var/log/kubernetes/audit/audit.log: 11\\-22 16:00:00 to 11\\-23 03:59:58 UTC, 1.83 GB
      - 1204331 events, 1 line unreadable; deployments.apps at RequestResponse \\(412 requests seen\\)
      - cp\\-1:/var/log/kubernetes/audit/audit.log: the log before 2026\\-11\\-22T16:00:00Z was rotated away
      - INCOMPLETE: a match could be missing here \\(exit 3\\)
      "
    `);
  });

  it('keeps every cell one inert cell', () => {
    for (const text of HOSTILE_TEXTS) {
      const printed = textOf(
        markdown.render(
          answerWith(() => text),
          OPTIONS,
        ),
      );
      const rows = printed.split('\n').filter((line) => line.startsWith('|'));
      for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(COLUMNS.length + 1);
      expect(printed).not.toMatch(/<[a-z/!]/i);
    }
    expect(escapeMarkdown('+https://evil.example WWW.evil.example $x$')).toBe(
      '\\+https&#58;//evil.example WWW&#46;evil.example \\$x\\$',
    );
    expect(escapeMarkdown('[a](b) `c` <d> &amp; e|f ![g] \\|')).toBe(
      '\\[a\\]\\(b\\) \\`c\\` &lt;d&gt; &amp;amp; e\\|f \\!\\[g\\] \\\\\\|',
    );
  });
});
