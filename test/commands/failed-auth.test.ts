import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { failedAuthCommand } from '../../src/commands/failed-auth.ts';
import type { FlagValues } from '../../src/commands/flags.ts';
import { FORMATS } from '../../src/render/registry.ts';
import { forbidden, type Json, unauthenticated } from '../questions/failed-auth/failed-auth-support.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { runProgram } from '../support/program.ts';
import { NOW } from '../support/run-command.ts';

const SHOP: FlagValues = { file: ['test/fixtures/shop/audit.log'], since: '3d' };

async function run(words: string, flags: FlagValues, more: { columns?: number; stdin?: string } = {}) {
  const { columns = null, ...rest } = more;
  const io = fixedIo({ nowMs: NOW, columns, ...rest });
  const status = await failedAuthCommand.run(words === '' ? [] : words.split(' '), flags, io);
  return { status, out: io.stdout(), err: io.stderr() };
}

function linesOf(events: readonly Json[]): string {
  return events.map((json) => `${JSON.stringify(json)}\n`).join('');
}

describe('failed-auth', () => {
  it('tells the recorded incident', async () => {
    const { status, out } = await run(
      '',
      { demo: true, 'all-namespaces': true, 'not-by': ['system:*'], color: 'never' },
      { columns: 100 },
    );
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "1 identity was refused 3 times (RBAC 3); 5 requests without a valid login from 198.51.100.23

      CLASS  WHO           MISSING                                     COUNT  LAST   TREND   FROM
      login  nobody known  get /api                                    5      6m54s  ···█··  198.51.100.23
      RBAC   dana          create,get prod/pod/api-7675c5784c-6dtph/…  2      8m38s  ··█···  10.0.8.44
      RBAC   dana          get prod/secret/api-db                      1      8m46s  ··█···  10.0.8.44

      note   a 401 names nobody: the server does not know who it was. kubectl stops at its first one, so
             what was wanted is often not in the log
             kubectl tries exec, attach and port-forward with get (websocket), then with create (SPDY):
             one attempt is two refusals
             4 other refusals are not what was asked for
      read   cp-1/audit.log: 14:30:11 to 14:43:02 UTC, 480 kB
             cp-2/audit.log: 14:30:18 to 14:42:47 UTC, 42 kB
             483 events
      next   kubectl audit failed-auth --all-namespaces --not-by 'system:*' --suggest-role --demo
             kubectl audit who-did touch -A --by dana --demo
             kubectl audit who-did touch -A --from-ip 198.51.100.23 --demo
      "
    `);
  });

  it('fits 80 columns, and cuts nothing with wide', async () => {
    const narrow = await run('', { ...SHOP, output: 'table', color: 'never' }, { columns: 80 });
    expect(narrow.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(narrow.out).toContain('no room for TREND; -o wide shows all');
    const { out } = await run('', { ...SHOP, output: 'wide', color: 'never' }, { columns: 80 });
    expect(out).toMatch(
      /CLASS +WHO +MISSING +COUNT +FIRST {2}UTC +LAST +TREND +FROM +CODES +SIGNS +AUDIT-IDS/,
    );
  });

  it('takes the object, the filters and the limit of who-did', async () => {
    const rows = async (words: string, flags: FlagValues) =>
      JSON.parse((await run(words, { ...SHOP, output: 'json', ...flags })).out).rows.length;
    expect(await rows('secret/stripe', { namespace: 'payments', verb: ['get'] })).toBe(1);
    expect(await rows('/metrics', {})).toBe(1);
    expect(await rows('', { by: ['carol'] })).toBe(5);
    expect(await rows('', { subresource: 'scale' })).toBe(1);
    expect(await rows('', { code: ['401'] })).toBe(2);
    expect(await rows('', { limit: '3' })).toBe(3);
  });

  it('explains without reading', async () => {
    const { status, out } = await run('deploy/api', { ...SHOP, explain: true });
    expect(status).toBe(0);
    expect(out).toMatch(/^question +failed-auth\n/);
  });

  it('prints what docs/answer.schema.json says, every key there', async () => {
    const schema = JSON.parse(readFileSync('docs/answer.schema.json', 'utf8')) as {
      definitions: Record<string, { required?: string[] }>;
    };
    const validate = new Ajv({ strict: false }).compile(schema);
    const document = JSON.parse((await run('', { ...SHOP, output: 'json' })).out);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    const keys = [
      ...[
        'class',
        'who',
        'object',
        'verbs',
        'codes',
        'count',
        'first',
        'last',
        'sparkline',
        'from',
        'missing',
      ],
      ...['allowedNow', 'signs', 'auditIDs'],
    ];
    expect(schema.definitions.FailedAuthRow?.required?.toSorted()).toEqual(keys.toSorted());
    for (const row of document.rows) expect(Object.keys(row)).toEqual(keys);
    document.rows[0].class = 'whatever';
    expect(validate(document)).toBe(false);
  });

  it('never lets a control character through, in any format', async () => {
    const events = HOSTILE_TEXTS.flatMap((text, n) => [
      forbidden(n * 60, { verb: 'get', resource: 'secrets', namespace: 'prod', name: text }, `u${text}`, {
        userAgent: text,
        auditID: `a${n}${text}`,
      }),
      forbidden(n * 60, { verb: 'get', path: `/${text}` }, 'system:anonymous', { sourceIPs: [text] }),
      unauthenticated(n * 60, { verb: 'get', path: '/api' }, { userAgent: text }),
    ]);
    for (const { name, takesTemplate } of FORMATS) {
      if (takesTemplate) continue;
      const { out } = await run('', { file: ['-'], output: name }, { stdin: linesOf(events) });
      expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
  });

  it('redacts what looks like a secret, and reveals it when told to', async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;
    const stdin = linesOf([
      forbidden(0, { verb: 'get', resource: 'secrets', namespace: 'prod', name: token }, token, {
        userAgent: token,
      }),
      unauthenticated(1, { verb: 'get', path: `/${token}` }, { userAgent: token }),
    ]);
    for (const output of ['json', 'table', 'wide', 'raw', 'name'])
      expect((await run('', { file: ['-'], output }, { stdin })).out).not.toContain(token);
    const { out } = await run('', { file: ['-'], 'suggest-role': true }, { stdin });
    expect(out).not.toContain(token);
    expect((await run('', { file: ['-'], output: 'json', reveal: true }, { stdin })).out).toContain(token);
  });

  it('stays flat and quick on many refusals of many kinds', async () => {
    const stdin = linesOf(
      Array.from({ length: 20_000 }, (_, n) =>
        forbidden(n, { verb: 'get', path: `/p-${n}` }, n % 2 === 0 ? 'system:anonymous' : `u-${n % 3000}`, {
          sourceIPs: [`10.0.${n % 200}.${n % 250}`],
        }),
      ),
    );
    const { status, out } = await run('', { file: ['-'], output: 'json' }, { stdin });
    const { rows, coverage } = JSON.parse(out);
    expect(status).toBe(3);
    expect(coverage.gaps.map(({ code }: { code: string }) => code)).toContain('rows-bound');
    expect(rows.length).toBeLessThan(10_000);
  });
});

describe('failed-auth --suggest-role', () => {
  it('prints manifests that kubectl can apply, and says what they are from', async () => {
    const { status, out, err } = await run('', { ...SHOP, by: ['carol'], 'suggest-role': true });
    const documents = parseAllDocuments(out);
    expect(status).toBe(0);
    expect(documents.flatMap((document) => document.errors)).toEqual([]);
    const objects = documents.map((document) => document.toJS()).filter((object) => object !== null);
    expect(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`),
    ).toEqual([
      'Role payments/audit-suggested-carol',
      'RoleBinding payments/audit-suggested-carol',
      'Role shop/audit-suggested-carol',
      'RoleBinding shop/audit-suggested-carol',
    ]);
    expect(out).toMatch(
      /^# Suggested by failed-auth --suggest-role: .*\n# From: .* refused .*\n# Not applied\./,
    );
    expect(err).toContain('858 events');
  });

  it('keeps hostile text within its comment or its string', async () => {
    const names = HOSTILE_TEXTS.flatMap((text) => [text, `x\n---\nkind: ClusterRoleBinding #${text}`]);
    const stdin = linesOf(
      names.map((text, n) =>
        forbidden(n * 3600, { verb: 'get', resource: 'secrets', namespace: 'prod', name: text }, `u${text}`),
      ),
    );
    const { out } = await run('', { file: ['-'], 'suggest-role': true }, { stdin });
    const documents = parseAllDocuments(out);
    expect(documents.flatMap((document) => document.errors)).toEqual([]);
    const objects = documents.map((document) => document.toJS()).filter((object) => object !== null);
    expect(objects.every(({ kind }) => kind === 'Role' || kind === 'RoleBinding')).toBe(true);
    const users = objects.flatMap(({ subjects = [] }) => subjects.map(({ name }: { name: unknown }) => name));
    for (const user of users) expect(HOSTILE_TEXTS.map((text) => `u${text}`)).toContain(user);
  });

  it('says when there is nothing to suggest', async () => {
    const { out } = await run('', { ...SHOP, code: ['401'], 'suggest-role': true });
    expect(out).toContain('# Nothing to suggest');
    expect(out).not.toContain('apiVersion');
  });
});

describe('the command line', () => {
  const cli = (args: readonly string[]) => runProgram(['failed-auth', ...args], { env: { TZ: 'UTC' } });

  it('answers', () => {
    const done = cli(['deploy/api', '--demo']);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/^1 identity was refused once \(RBAC 1\)/);
  });

  it.each([
    [['--demo', '--suggest-role', '-o', 'yaml'], 'AUDIT_USAGE'],
    [['deploy/api', 'x', '--demo'], 'AUDIT_BAD_OBJECT'],
    [['--demo', '-n', 'a', '-A'], 'AUDIT_USAGE'],
    [['--demo', '--limit', 'x'], 'AUDIT_USAGE'],
    [['--demo', '--code', 'abc'], 'AUDIT_BAD_FILTER'],
  ])('%j is wrong usage: %s', (args, code) => {
    const done = cli(args);
    expect([done.status, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toContain(`[${code}]`);
  });

  it('lets no other question take --suggest-role', () => {
    const args = ['who-did', 'delete', 'deploy/api', '--demo', '--suggest-role'];
    expect(runProgram(args).stderr).toContain('AUDIT_USAGE');
  });
});
