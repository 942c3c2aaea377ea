import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { FlagValues } from '../../src/commands/flags.ts';
import { topCommand } from '../../src/commands/top.ts';
import { COUNT_FIELDS } from '../../src/query/count-fields.ts';
import type { TopRow } from '../../src/questions/top/top-row.ts';
import { VIEW_MEANS } from '../../src/questions/top/views/view-means.ts';
import { FORMATS } from '../../src/render/registry.ts';
import { event, type Json } from '../questions/failed-auth/failed-auth-support.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { runProgram } from '../support/program.ts';
import { NOW } from '../support/run-command.ts';

const SHOP: FlagValues = { file: ['test/fixtures/shop/audit.log'], since: '3d' };
const DEMO: FlagValues = { demo: true, 'all-namespaces': true, color: 'never' };

async function run(
  words: string,
  flags: FlagValues,
  more: { columns?: number; stdin?: string; timeZone?: string } = {},
) {
  const { columns = null, ...rest } = more;
  const io = fixedIo({ nowMs: NOW, columns, ...rest });
  const status = await topCommand.run(words === '' ? [] : words.split(' '), flags, io);
  return { status, out: io.stdout(), err: io.stderr() };
}

function linesOf(events: readonly Json[]): string {
  return events.map((json) => `${JSON.stringify(json)}\n`).join('');
}

describe('top', () => {
  it('counts the recorded incident', async () => {
    const { status, out } = await run('', { ...DEMO, humans: true, limit: '6' }, { columns: 100 });
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "113 requests, by user, verb and resource: 38 groups; most by kubernetes-admin get serviceaccounts:
      17 (15%)

      USER              VERB    RESOURCE             COUNT  SHARE  FIRST  UTC  LAST   TREND
      kubernetes-admin  get     serviceaccounts      17     15%    14:30:12    13m    █······
      bob               get     deployments          8      7.1%   14:30:18    59s    ██···▃▃
      kubernetes-admin  create  rolebindings         8      7.1%   14:30:17    13m    █······
      bob               get     namespaces           6      5.3%   14:30:18    2m30s  █····▂·
      kubernetes-admin  create  clusterrolebindings  6      5.3%   14:30:17    13m    █······
      kubernetes-admin  create  namespaces           6      5.3%   14:30:16    13m    █······
      6 of 38 shown; --limit N for more

      note   over time: 14 parts of 1m, the first from 2026-11-24T14:30:00Z
      read   cp-1/audit.log: 14:30:11 to 14:43:02 UTC, 480 kB
             cp-2/audit.log: 14:30:18 to 14:42:47 UTC, 42 kB
             483 events
      next   kubectl audit who-did touch serviceaccounts --all-namespaces --humans --by kubernetes-admin
             --verb get --demo
      "
    `);
  });

  it('compares with the time before', async () => {
    const when = { since: '2026-11-23T08:47:20Z', until: '2026-11-23T08:47:40Z', compare: 'previous' };
    const flags = { ...SHOP, ...when, count: ['user,verb'], color: 'never', limit: '8' };
    const { out } = await run('deploy', flags, { columns: 100 });
    expect(out).toMatchInlineSnapshot(`
      "12 requests on deployments in all namespaces (the same time before: 25), by user and verb: 4 groups;
      most by sa:kube-system/deployment-controller update: 9 (75%)

      USER                       VERB    COUNT  SHARE  BEFORE  CHANGE  FIRST  UTC      LAST    TREND
      sa:…/deployment-controll…  update  9      75%    15      -40%    11-23 08:47:30  24h     ·····█▅▂···
      kubernetes-admin           get     1      8.3%   1       =       11-23 08:47:27  24h     ···█·······
      kubernetes-admin           list    1      8.3%   1       =       11-23 08:47:27  24h     ···█·······
      kubernetes-admin           watch   1      8.3%   1       =       11-23 08:47:27  24h     ···█·······
      alice                      get     0      0%     1       gone    <none>          <none>  ···········
      alice                      patch   0      0%     1       gone    <none>          <none>  ···········
      bob                        create  0      0%     1       gone    <none>          <none>  ···········
      carol                      get     0      0%     1       gone    <none>          <none>  ···········
      8 of 11 shown; --limit N for more

      note   over time: 21 parts of 1s, the first from 2026-11-23T08:47:20Z
             requests (watch, exec, …) that began before the window and have not ended are not seen
      read   test/fixtures/shop/audit.log: 11-23 08:46:58 to 11-23 08:48:03 UTC, 3.7 MB
             1099 events
      next   kubectl audit who-did touch deploy --by
             system:serviceaccount:kube-system:deployment-controller --verb update --since
             2026-11-23T08:47:20Z --until 2026-11-23T08:47:40Z --file test/fixtures/shop/audit.log
      "
    `);
  });

  it('fits 80 columns, and cuts nothing with wide', async () => {
    const flags = { ...SHOP, count: ['user,verb,resource,agent,uri'], color: 'never' };
    const narrow = await run('', { ...flags, output: 'table', limit: '9' }, { columns: 80 });
    expect(narrow.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const wide = await run('', { ...flags, output: 'wide', limit: '9' }, { columns: 80 });
    expect(wide.out).toMatch(/USER +VERB +RESOURCE +AGENT +URI +COUNT +SHARE +FIRST {2}UTC +LAST +TREND/);
    expect(wide.out).toContain('system:serviceaccount:kube-system:');
  });

  it('takes the object, the filters and the limit of who-did', async () => {
    const total = async (words: string, flags: FlagValues) => {
      const { rows } = JSON.parse((await run(words, { ...SHOP, output: 'json', ...flags })).out);
      return rows.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    };
    const all = await total('', {});
    expect(await total('secret/stripe', { namespace: 'payments', verb: ['get'] })).toBe(3);
    expect(await total('', { by: ['carol'] })).toBeLessThan(all);
    expect((await total('', { code: ['4xx'] })) + (await total('', { code: ['!4xx'] }))).toBe(all);
    expect(await total('', { until: '2d' })).toBe(0);
    const { rows } = JSON.parse((await run('', { ...SHOP, output: 'json', limit: '3' })).out);
    expect(rows).toHaveLength(3);
  });

  it('begins days and hours where the user’s do', async () => {
    const noon = Array.from({ length: 3 }, (_, n) => event(n * 12 * 3600, { verb: 'get', path: '/x' }));
    const flags = { file: ['-'], output: 'json', bucket: '1d', count: ['verb'] };
    const buckets = async (timeZone: string) =>
      JSON.parse((await run('', flags, { stdin: linesOf(noon), timeZone })).out).rows[0].buckets;
    expect(await buckets('UTC')).toEqual([2, 1]);
    expect(await buckets('Asia/Kolkata')).toEqual([2, 1]);
    expect(await buckets('America/New_York')).toEqual([1, 2]);
  });

  it('explains without reading', async () => {
    const { status, out } = await run('deploy/api', { ...SHOP, explain: true });
    expect(status).toBe(0);
    expect(out).toMatch(/^question +top\n/);
    expect(out).toMatch(/counted +by user.username, verb, objectRef.resource/);
  });

  it('prints what docs/answer.schema.json says, every key there', async () => {
    const schema = JSON.parse(readFileSync('docs/answer.schema.json', 'utf8')) as {
      definitions: Record<string, { required?: string[] }>;
    };
    const validate = new Ajv({ strict: false }).compile(schema);
    const count = [COUNT_FIELDS.map(({ name }) => name).join(',')];
    const document = JSON.parse((await run('', { ...SHOP, output: 'json', count })).out);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    const keys = ['group', 'count', 'share', 'first', 'last', 'buckets', 'previous', 'latency'];
    expect(schema.definitions.TopRow?.required?.toSorted()).toEqual(keys.toSorted());
    for (const row of document.rows) {
      expect(Object.keys(row)).toEqual(keys);
      expect(Object.keys(row.group)).toEqual(COUNT_FIELDS.map(({ name }) => name));
    }
    document.rows[0].count = '1';
    expect(validate(document)).toBe(false);
  });

  it.each(Object.keys(VIEW_MEANS))(
    'prints --view %s as the schema says, and within 80 columns',
    async (view) => {
      const schema = JSON.parse(readFileSync('docs/answer.schema.json', 'utf8'));
      const validate = new Ajv({ strict: false }).compile(schema);
      const document = JSON.parse((await run('', { ...SHOP, output: 'json', view })).out);
      expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
      const { out } = await run('', { ...SHOP, view, limit: '9', color: 'never' }, { columns: 80 });
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('suggests rules to stop noise, on stdout, and tells what was read on stderr', async () => {
    const watch = { verb: 'watch', resource: 'apps/replicasets' };
    const by = (username: string) => ({ user: { username } });
    const stdin = linesOf([
      event(1, watch, by('system:kube-scheduler')),
      event(2, watch, { ...by('x\n- evil'), level: 'Request' }),
    ]);
    const flags = { file: ['-'], view: 'noise', 'suggest-policy': true };
    const all = await run('', flags, { stdin });
    expect(all.status).toBe(0);
    expect(all.err).toContain('2 events');
    const [head = '', body = ''] = all.out.split('---\n');
    expect(head.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    expect(parse(body)).toMatchObject({
      ...{ apiVersion: 'audit.k8s.io/v1', kind: 'Policy' },
      rules: [{ users: ['system:kube-scheduler'] }, { users: ['x\n- evil'] }],
    });
    const none = await run('', { ...flags, namespace: 'prod' }, { stdin });
    expect(none.out).toContain('# Nothing to suggest');
    expect(none.out).not.toContain('---');
  });

  it('names types, and objects when they are counted by name', async () => {
    const names = async (count: string) =>
      (await run('cm', { ...SHOP, output: 'name', count: [count], verb: ['delete'] })).out
        .trimEnd()
        .split('\n');
    expect(new Set(await names('resource,user'))).toEqual(new Set(['cm']));
    expect(await names('group,resource,name')).toContain('cm/flags');
  });

  it('never lets a control character through, in any format', async () => {
    const events = HOSTILE_TEXTS.flatMap((text, n) => [
      event(
        n,
        { verb: 'get', resource: 'secrets', namespace: 'prod', name: text },
        {
          user: { username: text },
          userAgent: text,
        },
      ),
      event(n, { verb: text, path: `/${text}` }, { sourceIPs: [text] }),
    ]);
    const count = ['user,verb,resource,name,ip,agent,path,uri'];
    for (const { name, takesTemplate } of FORMATS) {
      if (takesTemplate || name === 'raw') continue;
      const { out } = await run('', { file: ['-'], output: name, count }, { stdin: linesOf(events) });
      expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
  });

  it('says how many requests are in no row when there are too many groups to tell apart', async () => {
    const events = Array.from({ length: 4000 }, (_, n) => {
      const path = { verb: 'get', path: '/x' };
      const user = { username: n % 4 === 0 ? 'busy' : `u-${n}` };
      return event(n % 1400, path, { auditID: `many-${n}`, user });
    });
    const flags = { file: ['-'], output: 'json', count: ['user'], bucket: '1s', limit: '1' };
    const { status, out } = await run('', flags, { stdin: linesOf([...events, ...moreUsers(3000)]) });
    const { rows, says, coverage } = JSON.parse(out);
    expect(status).toBe(3);
    expect(says).toMatch(/^7000 requests, by user: \d+ or more groups; most by busy: 1000 \(14%\)$/);
    expect(coverage.gaps.map(({ code }: { code: string }) => code)).toEqual(['rows-bound']);
    expect(coverage.gaps[0].text).toMatch(/^\d{4} requests, of up to \d{4} groups, are in no row/);
    expect(rows[0].buckets).toHaveLength(1400);
  });

  it('says so when a request that stands in two logs could count twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-top-'));
    try {
      const copy = join(folder, 'copy.log');
      copyFileSync('test/fixtures/shop/audit.log', copy);
      const codes = async (file: readonly string[]) =>
        JSON.parse((await run('', { ...SHOP, file, output: 'json' })).out).notes.map(
          ({ code }: { code: string }) => code,
        );
      expect(await codes(['test/fixtures/shop/audit.log'])).not.toContain('counted-apart');
      expect(await codes(['test/fixtures/shop/audit.log', copy])).toContain('counted-apart');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says of how many requests a cut took away what they are counted by', async () => {
    const whole = JSON.stringify(event(0, { verb: 'get', path: '/x' }));
    const cut = whole.slice(0, whole.indexOf(',"userAgent"'));
    const flags = { file: ['-'], output: 'json', count: ['verb,agent'] };
    const { status, out } = await run('', flags, { stdin: `${whole}\n${cut}\n${whole.slice(0, 10)}` });
    const { rows, notes } = JSON.parse(out);
    expect(status).toBe(3);
    expect(
      rows.map(({ group, count, first }: TopRow) => [group.agent !== null, count, first !== null]),
    ).toEqual([
      [true, 1, true],
      [false, 1, false],
    ]);
    expect(notes.map(({ code }: { code: string }) => code)).toContain('cut');
  });
});

function moreUsers(count: number): Json[] {
  return Array.from({ length: count }, (_, n) =>
    event(n % 1400, { verb: 'get', path: '/x' }, { auditID: `more-${n}`, user: { username: `more-${n}` } }),
  );
}

describe('the command line', () => {
  const cli = (args: readonly string[]) => runProgram(['top', ...args], { env: { TZ: 'UTC' } });

  it('answers', () => {
    const done = cli(['deploy/api', '--demo', '--count', 'user', '--count', 'verb']);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/^\d+ requests on prod\/deploy\/api, by user and verb: \d+ groups; most by /);
  });

  it('names the ready views in its help', () => {
    const { stdout } = cli(['--help']);
    for (const [name, means] of Object.entries(VIEW_MEANS))
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${name} ${means}`);
  });

  it('explains in its help what can be counted by', () => {
    const { stdout } = cli(['--help']);
    for (const { name } of COUNT_FIELDS) expect(stdout).toMatch(new RegExp(`^ +${name} +\\S`, 'm'));
  });

  it.each([
    [['--count', 'usr'], 'AUDIT_USAGE', 'did you mean user?'],
    [['--bucket', '5'], 'AUDIT_USAGE', '--bucket 5m'],
    [['--bucket', '1M'], 'AUDIT_USAGE', 'a month is 30d'],
    [['--bucket', '0s'], 'AUDIT_USAGE', 'shorter than a second'],
    [['--compare', 'yesterday'], 'AUDIT_USAGE', '--compare previous'],
    [['--view', 'nois'], 'AUDIT_USAGE', 'did you mean noise?'],
    [['--view', 'toString'], 'AUDIT_USAGE', '--view noise; there are noise, deprecated'],
    [['--view', 'slow', '--count', 'user'], 'AUDIT_USAGE', 'leave one of them out'],
    [['--suggest-policy'], 'AUDIT_USAGE', 'top -A --view noise --suggest-policy'],
    [['--view', 'noise', '--suggest-policy', '-o', 'yaml'], 'AUDIT_USAGE', 'leave one of them out'],
    [['--view', 'noise', '--suggest-policy', '--code', '200'], 'AUDIT_USAGE', '--suggest-policy with --code'],
    [['pods', '--view', 'noise', '--suggest-policy'], 'AUDIT_USAGE', '--suggest-policy with pods'],
    [['-o', 'raw'], 'AUDIT_BAD_FORMAT', 'who-did touch -o raw'],
    [['-o', 'name', '--count', 'user'], 'AUDIT_BAD_FORMAT', '--count group,resource,name'],
    [['deploy/api', 'x'], 'AUDIT_BAD_OBJECT', ''],
  ])('%j is wrong usage: %s', (args, code, hint) => {
    const done = cli([...args, '--demo']);
    expect([done.status, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toContain(`[${code}]`);
    expect(done.stderr).toContain(hint);
  });

  it('lets no other question take --count', () => {
    const args = ['who-did', 'delete', 'deploy/api', '--demo', '--count', 'user'];
    expect(runProgram(args).stderr).toContain('AUDIT_USAGE');
  });
});
