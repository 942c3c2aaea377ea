/**
 * Our own pack over recorded work: what is graver than info are the misdeeds that each recording's FACTS.md, or the demo's README, tells
 * of, and nothing else; ordinary work is info at most.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { detectCommand } from '../../../src/commands/detect.ts';
import type { DetectAnswer, FindingRow } from '../../../src/questions/detect/detect-row.ts';
import { fixedIo } from '../../support/fixed-io.ts';
import { NOW } from '../../support/run-command.ts';

async function findings(file: readonly string[], nowMs = NOW): Promise<readonly FindingRow[]> {
  const io = fixedIo({ nowMs });
  await detectCommand.run([], { output: 'json', since: '3d', file }, io);
  return (JSON.parse(io.stdout()) as DetectAnswer).rows;
}

/** `severity rule who count`, the gravest first. */
function brief(rows: readonly FindingRow[]): string[] {
  return rows
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, rule, who, count }) => {
      const as = who.as === null ? '' : ` as ${who.as}`;
      return `${severity} ${rule} ${who.user ?? '?'}${as} ${count}`;
    });
}

describe('the shop', () => {
  let rows: readonly FindingRow[] = [];
  beforeAll(async () => {
    rows = await findings(['test/fixtures/shop/audit.log']);
  }, 60_000);

  it('has mallory’s escalation, what she did by the account she made, and bob’s two refused ones', () => {
    expect(brief(rows).sort()).toMatchInlineSnapshot(`
      [
        "critical backdoor-account mallory 2",
        "critical cluster-admin-bound-by-lesser mallory 1",
        "critical self-granted-then-used mallory 3",
        "high issued-token-read-secrets mallory 2",
        "high self-granted mallory 1",
        "high system-account-token-used mallory 4",
        "high token-of-system-account mallory 1",
        "medium escalation-refused bob 2",
        "medium fresh-account-made-cluster-admin mallory 2",
        "medium refused-then-read-secret mallory 3",
        "medium secrets-read-by-hand-with-account system:serviceaccount:kube-system:backup-agent 1",
      ]
    `);
  });

  it('has work that could be taken for more, as info', () => {
    const info = rows.filter(({ severity }) => severity === 'info');
    for (const [rule, who] of [
      // Actions 53, 55, 56, 59, 60: a shell, an attach, a port, a debug container, a copy.
      ...[
        ['exec-into-pod', 'bob'],
        ['attach-to-pod', 'bob'],
        ['port-forward', 'bob'],
        ['debug-container', 'alice'],
        ['file-copied-out', 'bob'],
      ],
      // 61 to 67: acting as another, and refused to.
      ...[
        ['impersonation', 'alice'],
        ['impersonation-refused', 'bob'],
      ],
      // 76, 97: roles widened by a cluster-admin; 9: one that leads to more, a mistake.
      ...[
        ['role-written', 'alice'],
        ['role-with-ways-to-more', 'alice'],
      ],
      // 1: made a group cluster-admin, by a superuser.
      ['cluster-admin-bound', 'kubernetes-admin'],
      // 28, 70, 82, 123, 140: refused now and then.
      ...[
        ['request-refused', 'dave'],
        ['request-refused', 'erin'],
        ['login-failed', null],
      ],
      // 110 to 118, 131, 133 to 139: budgets, evictions, nodes, collections, certificates, cascades.
      ...[
        ['guard-of-namespace-changed', 'bob'],
        ['pod-evicted', 'bob'],
        ['node-cordoned', 'alice'],
        ['collection-deleted', 'bob'],
      ],
      ...[
        ['csr-self-approved', 'alice'],
        ['namespace-deleted', 'alice'],
        ['custom-kind-deleted', 'alice'],
        ['finalizers-removed', 'alice'],
      ],
      // 115: a pod removed at once; 124: the node's log.
      ...[
        ['force-deleted', 'bob'],
        ['node-read-by-proxy', 'alice'],
      ],
    ] as const)
      expect(
        info.some((row) => row.rule === rule && row.who.user === who),
        `${rule} of ${who}`,
      ).toBe(true);
  });

  it('tells of nobody for a dry run, or for what was not done', () => {
    // Action 21: ci-bot's scale to nothing was a dry run; 40: bob's deletion was a conflict.
    expect(rows.some(({ rule }) => rule.startsWith('scaled-to-zero'))).toBe(false);
    expect(rows.some(({ rule, object }) => rule === 'object-deleted' && object?.name === 'web-config')).toBe(
      false,
    );
  });
});

describe('two servers', () => {
  const servers = ['cp-1', 'cp-2'].map((name) => `test/fixtures/two-servers/${name}/audit.log`);

  it('have mallory’s escalation across them', async () => {
    expect(brief(await findings(servers)).sort()).toMatchInlineSnapshot(`
      [
        "critical cluster-admin-bound-by-lesser mallory 1",
        "critical self-granted-then-used mallory 3",
        "high self-granted mallory 1",
        "medium refused-then-read-secret mallory 3",
      ]
    `);
  });

  it('show less of it when one log is missing', async () => {
    expect(brief(await findings(servers.slice(0, 1))).sort()).toMatchInlineSnapshot(`
      [
        "medium refused-then-read-secret mallory 2",
      ]
    `);
  });
});

describe('the demo', () => {
  it('has dana’s way in, a stranger, and the deletion under another’s name', async () => {
    const files = ['cp-1', 'cp-2'].flatMap((server) =>
      readdirSync(`demo/audit/${server}`).map((name) => join('demo/audit', server, name)),
    );
    const rows = await findings(files, Date.parse('2026-11-24T15:00:00Z'));
    expect(brief(rows).sort()).toMatchInlineSnapshot(`
      [
        "low anonymous-wants-power system:anonymous 1",
        "low deleted-as-another alice as agent-smith 1",
        "medium refused-then-exec dana 3",
        "medium refused-then-read-secret dana 2",
      ]
    `);
  });
});
