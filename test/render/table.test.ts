/** The table at three widths, and what it does with colours, long lists and little room. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/answer.ts';
import { escapeTerminal } from '../../src/render/escape.ts';
import { table, wide } from '../../src/render/table.ts';
import { fitted, widthOf } from '../../src/render/width.ts';
import { answerWith, EMPTY, HOSTILE, OPTIONS, ORDINARY, PLAIN, rowOf, textOf } from '../support/answers.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

describe('table', () => {
  it('fits 80 columns', () => {
    expect(textOf(table.render(ORDINARY, { ...OPTIONS, columns: 80 }))).toMatchInlineSnapshot(`
      "alice@example.com deleted deployment shop/web at 02:58:11 (RequestResponse, 200)

      WHEN  UTC  AGE   WHO            DID            FROM           RESULT
      02:58:11   61m   alice@exampl…  delete         10.20.30.40    done
      01:10:00   170m  system:servi…  delete of it…  2001:db8:123…  refused: Forbidden

      near   shop-staging has a deployment web; carol scaled it to zero an hour
             before, at 01:58:11
      note   audit ID 3a1f6b1e was used by two requests
      read   cp-1:/var/log/kubernetes/audit/audit.log: 11-22 16:00:00 to 11-23
             03:59:58 UTC, 1.83 GB
             1204331 events, 1 line unreadable; deployments.apps at RequestResponse
             (412 requests seen)
             cp-1:/var/log/kubernetes/audit/audit.log: the log before
             2026-11-22T16:00:00Z was rotated away
             INCOMPLETE: a match could be missing here (exit 3)
      next   kubectl audit timeline deploy/web -n shop --since 3h
      "
    `);
  });

  it('fits 100 columns', () => {
    expect(textOf(table.render(ORDINARY, { ...OPTIONS, columns: 100 }))).toMatchInlineSnapshot(`
      "alice@example.com deleted deployment shop/web at 02:58:11 (RequestResponse, 200)

      WHEN  UTC  AGE   WHO                  DID                   FROM                  RESULT
      02:58:11   61m   alice@example.com    delete                10.20.30.40           done
      01:10:00   170m  system:serviceacco…  delete of its names…  2001:db8:1234:5678:…  refused: Forbidden

      near   shop-staging has a deployment web; carol scaled it to zero an hour before, at 01:58:11
      note   audit ID 3a1f6b1e was used by two requests
      read   cp-1:/var/log/kubernetes/audit/audit.log: 11-22 16:00:00 to 11-23 03:59:58 UTC, 1.83 GB
             1204331 events, 1 line unreadable; deployments.apps at RequestResponse (412 requests seen)
             cp-1:/var/log/kubernetes/audit/audit.log: the log before 2026-11-22T16:00:00Z was rotated
             away
             INCOMPLETE: a match could be missing here (exit 3)
      next   kubectl audit timeline deploy/web -n shop --since 3h
      "
    `);
  });

  it('fits 160 columns', () => {
    expect(textOf(table.render(ORDINARY, { ...OPTIONS, columns: 160 }))).toMatchInlineSnapshot(`
      "alice@example.com deleted deployment shop/web at 02:58:11 (RequestResponse, 200)

      WHEN  UTC  AGE   WHO                                                         DID                      FROM                                    RESULT
      02:58:11   61m   alice@example.com                                           delete                   10.20.30.40                             done
      01:10:00   170m  system:serviceaccount:ci/deployer-of-everything-in-produc…  delete of its namespace  2001:db8:1234:5678:9abc:def0:1234:5678  refused: Forbidden

      near   shop-staging has a deployment web; carol scaled it to zero an hour before, at 01:58:11
      note   audit ID 3a1f6b1e was used by two requests
      read   cp-1:/var/log/kubernetes/audit/audit.log: 11-22 16:00:00 to 11-23 03:59:58 UTC, 1.83 GB
             1204331 events, 1 line unreadable; deployments.apps at RequestResponse (412 requests seen)
             cp-1:/var/log/kubernetes/audit/audit.log: the log before 2026-11-22T16:00:00Z was rotated away
             INCOMPLETE: a match could be missing here (exit 3)
      next   kubectl audit timeline deploy/web -n shop --since 3h
      "
    `);
  });

  it('draws every column with wide', () => {
    expect(textOf(wide.render(ORDINARY, { ...OPTIONS, columns: 240 }))).toMatchInlineSnapshot(`
      "alice@example.com deleted deployment shop/web at 02:58:11 (RequestResponse, 200)

      WHEN  UTC  AGE   WHO                                                            DID                      OBJECT           FROM                                    WITH                                              RESULT              LEVEL            SOURCE  AUDIT-ID
      02:58:11   61m   alice@example.com                                              delete                   shop/deploy/web  10.20.30.40                             kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9  done                RequestResponse  nodes   3a1f6b1e-8f5c-4d2b-9f57-0c6a8a2f4c11
      01:10:00   170m  system:serviceaccount:ci/deployer-of-everything-in-production  delete of its namespace  shop/deploy/web  2001:db8:1234:5678:9abc:def0:1234:5678  kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9  refused: Forbidden  RequestResponse  nodes   77f0a2b4-11a0-4b8f-8a33-6a1a3ce1b0c2

      near   shop-staging has a deployment web; carol scaled it to zero an hour before, at 01:58:11
      note   audit ID 3a1f6b1e was used by two requests
      read   cp-1:/var/log/kubernetes/audit/audit.log: 11-22 16:00:00 to 11-23 03:59:58 UTC, 1.83 GB
             1204331 events, 1 line unreadable; deployments.apps at RequestResponse (412 requests seen)
             cp-1:/var/log/kubernetes/audit/audit.log: the log before 2026-11-22T16:00:00Z was rotated away
             INCOMPLETE: a match could be missing here (exit 3)
      next   kubectl audit timeline deploy/web -n shop --since 3h
      "
    `);
  });

  it('says so when there are no rows', () => {
    expect(textOf(table.render(EMPTY, { ...OPTIONS, columns: 80 }))).toMatchInlineSnapshot(`
      "nobody deleted deployment shop/web

      near   shop-staging has a deployment web; carol scaled it to zero an hour
             before, at 01:58:11
      note   audit ID 3a1f6b1e was used by two requests
      read   cp-1:/var/log/kubernetes/audit/audit.log: 11-22 16:00:00 to 11-23
             03:59:58 UTC, 1.83 GB
             1204331 events, 1 line unreadable; deployments.apps at RequestResponse
             (412 requests seen)
             cp-1:/var/log/kubernetes/audit/audit.log: the log before
             2026-11-22T16:00:00Z was rotated away
             INCOMPLETE: a match could be missing here (exit 3)
      next   kubectl audit timeline deploy/web -n shop --since 3h
      "
    `);
  });

  it('tells local times, and their zone', () => {
    const [, , head, row] = textOf(table.render(ORDINARY, { ...OPTIONS, utc: false })).split('\n');
    expect(head).toMatch(/^WHEN {2}CET /);
    expect(row).toMatch(/^03:58:11 /);
  });

  it('leaves heads out with --no-headers', () => {
    expect(textOf(table.render(ORDINARY, { ...OPTIONS, noHeaders: true }))).not.toMatch(/WHEN|RESULT/);
  });

  it('says how many rows are not shown', () => {
    const text = textOf(table.render({ ...ORDINARY, total: 9 }, OPTIONS));
    expect(text).toContain('2 of 9 shown; --limit N for more');
  });

  it('shows the first note of each kind, and counts the others', () => {
    const kinds = ['likely', 'done', 'likely', 'likely', 'widened', 'a', 'b', 'c', 'c'];
    const notes = kinds.map((code, n) => ({ code, text: `${code} ${n}` }));
    const text = textOf(table.render({ ...ORDINARY, notes }, OPTIONS));
    expect(text).toContain(
      [
        'note   likely 0',
        '       and 2 more of this kind (-o json)',
        '       done 1',
        '       widened 4',
        '       a 5',
        '       b 6',
        '       and 2 more notes (-o json)',
      ].join('\n'),
    );
  });

  it('does not repeat a near miss that is a row', () => {
    const nearMisses = [
      { code: 'refused', text: 'a refused attempt', count: 1, row: ORDINARY.rows[0] ?? null },
    ];
    expect(textOf(table.render({ ...ORDINARY, nearMisses }, OPTIONS))).not.toContain('a refused attempt');
  });

  it.each([40, 41, 63, 80, 100, 160])('keeps hostile text within %i columns', (columns) => {
    for (const line of textOf(table.render(HOSTILE, { ...OPTIONS, columns })).split('\n')) {
      expect(widthOf(line), line).toBeLessThanOrEqual(columns);
    }
  });

  it('lets one long text push nothing but its own row apart with wide', () => {
    const long = { ...PLAIN, agent: 'a'.repeat(5000) };
    const rows = [long, PLAIN].map((texts) => rowOf(texts, '2026-11-23T02:58:11.120000Z', 200));
    const [, , head, first, second] = textOf(wide.render({ ...ORDINARY, rows }, OPTIONS)).split('\n');
    expect(first).toContain(long.agent);
    expect(widthOf(second ?? '')).toBeLessThan(500);
    expect(second?.indexOf('RequestResponse')).toBe(head?.indexOf('LEVEL'));
  });

  it('tells blanks of a name from those between columns', () => {
    const name = 'alice  delete  10.0.0.1  done ';
    const answer = {
      ...ORDINARY,
      rows: [rowOf({ ...PLAIN, user: name }, '2026-11-23T02:58:11.120000Z', 200)],
    };
    expect(textOf(table.render(answer, { ...OPTIONS, columns: 200 }))).toContain(
      'alice \\u{20}delete \\u{20}10.0.0.1 \\u{20}done\\u{20}  delete',
    );
  });

  it('leaves every text in its own row, marks and all', () => {
    const users = HOSTILE_TEXTS.filter((text) => /^[\p{L}\p{M} ]{3,20}$/u.test(text));
    const rows = [`${'z'.repeat(3)}${'\u0301\u0489'.repeat(200)}`, ...users].map((user) =>
      rowOf({ ...PLAIN, user }, '2026-11-23T02:58:11.120000Z', 200),
    );
    const lines = textOf(table.render({ ...ORDINARY, rows }, { ...OPTIONS, columns: 160 })).split('\n');
    expect(users.length).toBeGreaterThan(2);
    for (const [n, user] of users.entries()) expect(lines[4 + n]).toContain(escapeTerminal(user));
  });

  it('aligns columns by what a terminal shows', () => {
    for (const text of HOSTILE_TEXTS.filter((known) => known.trim() !== '')) {
      const answer = answerWith((n) => (n === 0 ? text : 'x'));
      const [, , ...lines] = textOf(table.render(answer, { ...OPTIONS, columns: 100 })).split('\n');
      const starts = lines.slice(1, 3).map((line) => widthOf(line.slice(0, line.lastIndexOf('  x  x'))));
      const ends = lines.slice(1, 3).map((line) => widthOf(line));
      expect(new Set(ends).size, `${text}: ${starts.join()}`).toBe(1);
    }
  });
});

describe('a table too narrow for its columns', () => {
  const [plain] = ORDINARY.rows;
  const rows = plain === undefined ? [] : [plain];
  const fixed = (name: string, text: string, more: Partial<Column> = {}): Column => ({
    ...{ name, cell: () => ({ kind: 'text', text }) },
    ...more,
  });
  const drawn = (columns: readonly Column[], width: number, total = 1) => {
    const [, , head = '', row = '', below = ''] = textOf(
      table.render({ ...ORDINARY, says: 'x', rows, columns, total }, { ...OPTIONS, columns: width }),
    ).split('\n');
    return { head, row, below };
  };

  it('leaves out those of the highest rank, and says which', () => {
    const columns = [
      fixed('POD', 'web-6bf4c8fd48-4mxg4-of-a-long-name', { readable: 20 }),
      fixed('AGE', '2d1h', { shrink: 0, drop: 2 }),
      fixed('FROM', '127.0.0.1', { drop: 1 }),
      fixed('RESULT', 'refused RBAC 403', { shrink: 0 }),
    ];
    expect(drawn(columns, 60).head).toMatch(/POD +AGE +FROM +RESULT/);
    expect(drawn(columns, 50).head).toMatch(/POD +FROM +RESULT/);
    expect(drawn(columns, 45).head).toMatch(/POD +RESULT/);
    expect(drawn(columns, 45).below).toBe('no room for AGE, FROM; -o wide shows all');
    expect(drawn(columns, 60, 17).below).toBe('1 of 17 shown; --limit N for more');
    expect(drawn(columns, 50).below).toBe('no room for AGE; -o wide shows all');
  });

  it('keeps of a name what tells it apart', () => {
    const columns = [
      fixed('POD', 'web-6bf4c8fd48-4mxg4', { shorten: 'middle' }),
      fixed('WHO', 'sa:kube-system/generic-garbage-collector', { shorten: 'path' }),
      fixed('DID', 'remove last finalizer'),
    ];
    expect(drawn(columns, 48).row).toBe('web-6bf…-4mxg4  sa:…/generic-g…  remove last fi…');
  });

  it.each([
    ['sa:kube-system/generic-garbage-collector', 'sa:…/generic-garb…'],
    ['alice as sa:shop/deployer', 'alice as sa:…/dep…'],
    ['https://issuer.example.com/realm#alice', 'https:…#alice'],
    ['arn:aws:iam::1234:role/ops', 'arn:…/ops'],
    ['somebody.with-long@example.com', 'somebody.…mple.com'],
  ])('keeps of %s the last name', (text, shown) => {
    expect(fitted(text, 18, 'path')).toBe(shown);
  });

  it('says briefly what wide says in full', () => {
    const columns = [
      fixed('RESULT', 'failed 429 TooManyRequests', { brief: () => ({ kind: 'text', text: 'failed 429' }) }),
    ];
    expect(drawn(columns, 80).row).toBe('failed 429');
    expect(textOf(wide.render({ ...ORDINARY, rows, columns }, OPTIONS))).toContain('429 TooManyRequests');
  });

  it('draws a column of wide when the rows call for it', () => {
    const columns = [fixed('NAME', 'x'), fixed('OBJECT', 'y', { wide: (all) => all.length > 1 })];
    expect(drawn(columns, 80).head).toBe('NAME  OBJECT');
    const two = textOf(table.render({ ...ORDINARY, rows: [...rows, ...rows], columns }, OPTIONS));
    expect(two.split('\n')[2]).toBe('NAME');
  });
});

describe('colours', () => {
  const colored = textOf(table.render(ORDINARY, { ...OPTIONS, color: true }));

  it('are there only when asked for', () => {
    expect(textOf(table.render(ORDINARY, OPTIONS))).not.toContain('\u001b');
    expect(colored).toContain('\u001b[32mdone\u001b[39m');
    expect(colored).toContain('\u001b[31mrefused: Forbidden\u001b[39m');
    expect(colored).toMatch(/\u001b\[31mINCOMPLETE/);
  });

  it('change nothing else', () => {
    expect(stripVTControlCharacters(colored)).toBe(textOf(table.render(ORDINARY, OPTIONS)));
  });

  it('stand around escaped text, never in it', () => {
    const text = textOf(table.render(HOSTILE, { ...OPTIONS, color: true }));
    expect(stripVTControlCharacters(text)).toBe(textOf(table.render(HOSTILE, OPTIONS)));
    expect(text.match(/\u001b\[[\d;]*[^\d;]/g)?.every((code) => code.endsWith('m'))).toBe(true);
    expect(text).not.toMatch(/\\u\{[^}…\n]*\u001b/);
  });

  it('gives each item of a list a line of its own, and says how many more there are', () => {
    const many = Array.from({ length: 12 }, (_, n) => `field-${n + 1}`);
    const columns: Column[] = [
      { name: 'WHO', cell: (row) => ({ kind: 'text', text: String(row.who) }) },
      { name: 'CHANGED', cell: (row) => ({ kind: 'list', items: row.items as string[] }) },
    ];
    const answer = {
      ...EMPTY,
      columns,
      rows: [
        { who: 'alice', items: ['one', 'two'] },
        { who: 'bob', items: [] },
        { who: 'carol', items: many },
      ],
      total: 3,
    };
    const lines = textOf(table.render(answer, { ...OPTIONS, columns: 80 })).split('\n');
    const from = lines.findIndex((line) => line.startsWith('WHO'));
    expect(lines.slice(from, from + 12)).toEqual([
      'WHO    CHANGED',
      'alice  one',
      '       two',
      'bob    <none>',
      'carol  field-1',
      ...many.slice(1, 7).map((text) => `       ${text}`),
      '       and 5 more; -o wide shows all',
    ]);
    expect(textOf(wide.render(answer, OPTIONS))).toContain('field-12');
  });

  it('leaves rows that a note tells of out of the table, and out of its count, but not out of -o wide', () => {
    const rows = ['alice', 'controller', 'carol'].map((who) => ({ who }));
    const columns: Column[] = [{ name: 'WHO', cell: (row) => ({ kind: 'text', text: String(row.who) }) }];
    const answer = {
      ...EMPTY,
      columns,
      rows,
      total: 9,
      aside: { rows: new Set(rows.slice(1, 2)), total: 5 },
    };
    const text = textOf(table.render(answer, OPTIONS));
    expect(text).not.toContain('controller');
    expect(text).toContain('2 of 4 shown');
    expect(textOf(wide.render(answer, OPTIONS))).toMatch(/controller[\s\S]*3 of 9 shown/);
  });
});
