import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FlagValues } from '../../src/commands/flags.ts';
import { rbacDiffCommand } from '../../src/commands/rbac-diff.ts';
import { RISKS } from '../../src/questions/rbac-diff/risks.ts';
import { FORMATS } from '../../src/render/registry.ts';
import { binding, created, type Json, replaced, rules } from '../questions/rbac-diff/rbac-diff-support.ts';
import { eventOf, type Scene } from '../questions/story.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { runProgram } from '../support/program.ts';
import { NOW } from '../support/run-command.ts';

const SHOP: FlagValues = { file: ['test/fixtures/shop/audit.log'], since: '3d' };

async function run(flags: FlagValues, more: { columns?: number; stdin?: string; words?: string[] } = {}) {
  const { columns = null, words = [], ...rest } = more;
  const io = fixedIo({ nowMs: NOW, columns, ...rest });
  const status = await rbacDiffCommand.run(words, flags, io);
  return { status, out: io.stdout(), err: io.stderr() };
}

const linesOf = (scenes: readonly Scene[]) =>
  scenes.map((scene, n) => `${JSON.stringify(eventOf(scene, n))}\n`).join('');

/** Fewer texts that hold them all: each makes rows in all formats. */
const together = (texts: readonly string[], n: number) =>
  Array.from({ length: Math.ceil(texts.length / n) }, (_, at) => texts.slice(at * n, (at + 1) * n).join(' '));

describe('rbac-diff', () => {
  it('tells the recorded incident', async () => {
    const { status, out } = await run({ demo: true, by: ['bob'], color: 'never' }, { columns: 100 });
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "1 binding changed; dana gained 229 rights in prod (RoleBinding dana-debug → ClusterRole edit), by
      bob, and lost it again; in all 1 subject gained rights, 1 lost some (by the log alone)

      WHEN  UTC  WHO  WHAT                                      VIA                RISK
      14:36:47   bob  - dana may do 229 things of edit in prod  dana-debug → edit  impersonate, secrets +3
      14:35:53   bob  + dana may do 229 things of edit in prod  dana-debug → edit  impersonate, secrets +3

      note   rights are judged by the roles and bindings that the log itself shows: others may have given
             the same all along (heldElsewhere: unknown)
             no request of theirs shows which groups they are in, whose rights may be theirs too:
             agent-smith
             26 more rows (roles and bindings as such, single rights of roles with many): -o wide, or
             --all
             1 of the gains did not last: all of it, or part of it, was lost again before the end of what
             was asked about
             workloads: may make or change what runs: with it come the service accounts, secrets and
             volumes of the namespace
      read   cp-1/audit.log: 14:30:11 to 14:43:02 UTC, 1.9 MB
             cp-2/audit.log: 14:30:18 to 14:42:47 UTC, 169 kB
             483 events; rolebindings.rbac.authorization.k8s.io at RequestResponse (11 requests seen);
             clusterroles.rbac.authorization.k8s.io at RequestResponse (12 requests seen);
             clusterrolebindings.rbac.authorization.k8s.io at RequestResponse (6 requests seen)
      next   kubectl audit who-did touch -A --by dana --demo
             kubectl audit rbac-diff --subject dana --demo
      "
    `);
  });

  it('fits 80 columns, and tells rows of few words there', async () => {
    const { out } = await run({ ...SHOP, output: 'table', color: 'never' }, { columns: 80 });
    const lines = out.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.slice(0, 16)).toMatchInlineSnapshot(`
      [
        "12 bindings and 3 roles changed; mallory gained everything everywhere",
        "(ClusterRoleBinding helper-binding → ClusterRole cluster-admin), by mallory, and",
        "lost it again; in all 9 subjects gained rights, 5 lost some; 3 escalations were",
        "refused (by the log alone)",
        "",
        "WHEN  UTC       WHO         WHAT                                   RISK",
        "11-23 08:47:53  alice       - bob may do all of admin in scratch…  impersonate,…",
        "11-23 08:47:25  alice       + ci-bot may do everything with widg…  wildcard",
        "11-23 08:47:25  alice       created clusterrole/widgets-edit       wildcard",
        "                            + do everything with widgets.shop.ex…",
        "11-23 08:47:24  alice       - group:contractors may create servi…  tokens",
        "11-23 08:47:24  alice       - group:contractors may get, list, c…  rbac",
        "11-23 08:47:24  alice       - group:contractors may bind cluster…  bind",
        "11-23 08:47:13  alice       - sa:kube-system/backup-agent may do…  cluster-admin",
        "11-23 08:47:13  alice       - mallory may do everything everywhe…  cluster-admin",
        "11-23 08:47:13  mallory     + sa:kube-system/backup-agent may do…  cluster-admin",
      ]
    `);
  });

  it('has the whole right, its path and its dangers in 160 columns', async () => {
    const { out } = await run(
      { ...SHOP, output: 'table', color: 'never', subject: 'mallory' },
      { columns: 160 },
    );
    expect(out).toMatchInlineSnapshot(`
      "2 bindings and 1 role changed; mallory gained everything everywhere (ClusterRoleBinding helper-binding → ClusterRole cluster-admin), by mallory, and lost it
      again; in all 2 subjects gained rights, 2 lost some (by the log alone)

      WHEN  UTC       WHO      WHAT                                                                        VIA                             RISK
      11-23 08:47:24  alice    - group:contractors may create serviceaccounts, serviceaccounts/token eve…  contractors-rbac → rbac-helper  tokens
      11-23 08:47:24  alice    - group:contractors may get, list, create clusterrolebindings everywhere    contractors-rbac → rbac-helper  rbac
      11-23 08:47:24  alice    - group:contractors may bind clusterroles everywhere                        contractors-rbac → rbac-helper  bind
      11-23 08:47:13  alice    - mallory may do everything everywhere                                      helper-binding → cluster-admin  cluster-admin
      11-23 08:47:12  mallory  + mallory may do everything everywhere                                      helper-binding → cluster-admin  self-granted, cluster-admin
      11-23 08:46:57  alice    + group:contractors may create serviceaccounts, serviceaccounts/token eve…  contractors-rbac → rbac-helper  tokens
      11-23 08:46:57  alice    + group:contractors may get, list, create clusterrolebindings everywhere    contractors-rbac → rbac-helper  rbac
      11-23 08:46:57  alice    + group:contractors may get, list, bind clusterroles everywhere             contractors-rbac → rbac-helper  bind

      note   rights are judged by the roles and bindings that the log itself shows: others may have given the same all along (heldElsewhere: unknown)
             taken to be as Kubernetes v1.36 ships them, since the log does not hold them: cluster-admin
             4 more rows (roles and bindings as such, single rights of roles with many): -o wide, or --all
             4 of the gains did not last: all of it, or part of it, was lost again before the end of what was asked about
             self-granted: given to themselves, or to a group of their own, by who gained it
             and 2 more notes (-o json)
      read   test/fixtures/shop/audit.log: 11-23 08:46:51 to 11-23 08:48:03 UTC, 6.0 MB
             858 events; clusterrolebindings.rbac.authorization.k8s.io at RequestResponse (7 requests seen); clusterroles.rbac.authorization.k8s.io at RequestResponse
             (10 requests seen); rolebindings.rbac.authorization.k8s.io at RequestResponse (10 requests seen)
      next   kubectl audit who-did touch -A --by mallory --since 3d --file test/fixtures/shop/audit.log
      "
    `);
  });

  it('folds in a table what is one thing, and tells each right to programs', async () => {
    const rowsOf = async (flags: FlagValues) =>
      JSON.parse((await run({ ...SHOP, output: 'json', subject: 'ci-bot', ...flags })).out).rows as Json[];
    const rows = await rowsOf({});
    const all = rows.filter(
      (row) => row.kind === 'right' && (row.via as { role: Json }).role.name === 'edit',
    );
    expect(all.length).toBeGreaterThan(10);
    const table = (await run({ ...SHOP, subject: 'ci-bot', color: 'never' }, { columns: 160 })).out;
    expect(table.match(/ci-bot may do all of edit in shop: \d+ rights/g)).toHaveLength(1);
    const unfolded = (
      await run({ ...SHOP, subject: 'ci-bot', color: 'never', all: true, limit: '0' }, { columns: 160 })
    ).out;
    expect(unfolded).not.toContain('all of edit');
    expect(unfolded).toContain('ci-bot may get, list, watch');
    expect(await rowsOf({ limit: '3' })).toHaveLength(3);
  });

  it('limits what a terminal shows to rows that are shown', async () => {
    const { out } = await run({ ...SHOP, limit: '5', color: 'never' }, { columns: 160 });
    expect(out.split('\n').filter((line) => /^11-23 /.test(line))).toHaveLength(5);
    expect(out).toMatch(/5 of \d+ shown; --limit N for more/);
  });

  it('takes two moments, with or without dates, and refuses what are none', async () => {
    const between = ['2026-11-23T08:47:12.9Z', '2026-11-23T08:47:20Z'];
    const { out } = await run({ file: SHOP.file ?? [], between, output: 'json' });
    const { says, rows } = JSON.parse(out) as { says: string; rows: Json[] };
    expect(says).toContain('differ');
    const lost = rows.filter((row) => row.op === 'lost').map((row) => (row.subject as Json).name);
    expect(lost).toEqual(['mallory']);
    expect(rows.some((row) => (row.subject as Json | undefined)?.name === 'backup-agent')).toBe(false);
    await expect(run({ ...SHOP, between: ['now', 'yesterday'] })).rejects.toThrow(/not before the second/);
    await expect(run({ ...SHOP, between: ['x', 'y'] })).rejects.toThrow(/is no time/);
  });

  it('is not narrowed by the namespace of the context, but by -n', async () => {
    const places = async (flags: FlagValues) => {
      const { rows } = JSON.parse((await run({ ...SHOP, output: 'json', ...flags })).out) as { rows: Json[] };
      return [...new Set(rows.flatMap((row) => (row.kind === 'right' ? [row.namespace] : [])))].toSorted();
    };
    expect(await places({})).toEqual([null, 'payments', 'scratch', 'shop'].toSorted());
    expect(await places({ namespace: 'payments' })).toEqual([null, 'payments'].toSorted());
  });

  it('shows what a role or binding says since, and its dangers, where the log does not hold what it was', async () => {
    const stdin = linesOf([
      replaced(3, 'clusterroles/x', rules('* *.*'), 'bob'),
      replaced(4, 'prod/rolebindings/b', binding('ClusterRole/edit', 'mallory', 'group:dev'), 'bob'),
    ]);
    const { out, status } = await run({ file: ['-'], color: 'never' }, { columns: 100, stdin });
    expect(out.split('\n').slice(0, 9)).toMatchInlineSnapshot(`
      [
        "1 binding and 1 role changed (by the log alone)",
        "",
        "WHEN  UTC  WHO  WHAT                                        VIA  RISK",
        "08:00:04   bob  changed prod/rolebinding/b",
        "                before: the log does not hold it",
        "                now: ClusterRole edit → mallory, group:dev",
        "08:00:03   bob  changed clusterrole/x                            cluster-admin",
        "                before: the log does not hold it",
        "                now: do everything",
      ]
    `);
    expect(status).toBe(3);
  });

  it('takes no object', async () => {
    await expect(run(SHOP, { words: ['clusterrole/edit'] })).rejects.toThrow(/takes no object/);
  });

  it('has every key in every row', async () => {
    const { rows } = JSON.parse((await run({ ...SHOP, output: 'json' })).out) as { rows: Json[] };
    const keysOf = (kind: string) =>
      new Set(rows.filter((row) => row.kind === kind).map((row) => Object.keys(row).join()));
    expect(keysOf('right')).toEqual(
      new Set([
        'kind,subject,op,verbs,resources,apiGroups,resourceNames,nonResourceURLs,namespace,via,by,when,auditID,risks,lasts,heldElsewhere',
      ]),
    );
    expect(keysOf('object').size).toBe(1);
    expect(keysOf('refused').size).toBe(1);
    for (const row of rows) for (const value of Object.values(row)) expect(value).not.toBeUndefined();
  });

  it('never lets a control character through, in any format', async () => {
    const stdin = linesOf(
      together(HOSTILE_TEXTS, 5).flatMap((text, n) => [
        created(
          n * 4,
          'prod/roles/r',
          { rules: [{ verbs: [text], apiGroups: [text], resources: [text], resourceNames: [text] }] },
          text,
        ),
        created(n * 4 + 1, `prod/rolebindings/b${n}`, binding('Role/r', text, `group:${text}`), text),
        replaced(n * 4 + 2, 'prod/roles/r', rules('get pods'), text, { labels: { [text]: text } }),
      ]),
    );
    for (const { name, takesTemplate } of FORMATS) {
      if (takesTemplate) continue;
      const { out } = await run({ file: ['-'], output: name }, { stdin });
      expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
  });

  it('redacts what looks like a secret, and reveals it when told to', async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;
    const stdin = linesOf([
      created(
        1,
        `prod/roles/r`,
        { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: [token] }] },
        token,
      ),
      created(2, 'prod/rolebindings/b', binding('Role/r', token), token),
    ]);
    for (const output of ['json', 'table', 'wide', 'raw', 'name', 'csv'])
      expect((await run({ file: ['-'], output }, { stdin })).out).not.toContain(token);
    expect((await run({ file: ['-'], output: 'json', reveal: true }, { stdin })).out).toContain(token);
  });

  it('names its risks in help', () => {
    const help = runProgram(['rbac-diff', '--help']);
    expect(help.status).toBe(0);
    for (const risk of Object.keys(RISKS)) expect(help.stdout).toContain(risk);
  });

  it('answers on the command line as its examples say', () => {
    const readme = readFileSync('src/commands/registry.ts', 'utf8');
    expect(readme).toContain("'rbac-diff --demo'");
    const done = runProgram(['rbac-diff', '--subject', 'dana', '--demo'], { env: { TZ: 'UTC' } });
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(
      /^2 bindings changed; dana gained .* of edit|^2 bindings changed; dana gained \d+ rights in prod/,
    );
  });
});
