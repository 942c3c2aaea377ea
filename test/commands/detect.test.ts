/** detect as people type it: what is chosen, what is said of rules themselves, and how it ends. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectCommand } from '../../src/commands/detect.ts';
import type { FlagValues } from '../../src/commands/flags.ts';
import { UserError } from '../../src/errors.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { NOW } from '../support/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'detect-test-'));

const RULES = `apiVersion: kubectl-audit/v1
kind: Rules
rules:
- id: secret-seen
  title: A secret was read
  severity: high
  level: Metadata
  why: It holds what opens other doors.
  advice: [Change it.]
  when: { did: read, resource: secrets }
  tests:
  - { name: a read, events: [{ verb: get, objectRef: { resource: secrets, namespace: a, name: x } }], findings: 1 }
- id: many-secrets
  title: Several secrets were read
  severity: critical
  level: Metadata
  why: One by one they are all taken.
  within: 10m
  key: [user]
  distinct: { name: 3 }
  when: { did: read, resource: secrets }
- id: new-address
  title: A new address
  severity: medium
  level: Metadata
  why: It may be stolen.
  when: { did: touch }
  firstSeen: { of: [ip], key: [user], lookBack: 7d }
- id: privileged
  title: A privileged pod
  severity: high
  level: Request
  why: It owns the node.
  when: { did: create, resource: pods, where: 'containers(pods(requestObject)).exists(c, at(c, "securityContext.privileged", false) == true)' }
`;
const FILE = join(folder, 'rules.yaml');
writeFileSync(FILE, RULES);

function event(at: string, over: Record<string, unknown>): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `id-${at}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/a/secrets/x',
    verb: 'get',
    user: { username: 'mallory', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.7'],
    userAgent: 'curl/8',
    objectRef: { resource: 'secrets', namespace: 'a', name: 'x', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: `${at}.000000Z`,
    stageTimestamp: `${at}.001000Z`,
    ...over,
  });
}

const secret = (name: string) => ({
  objectRef: { resource: 'secrets', namespace: 'a', name, apiVersion: 'v1' },
});

const LOG = join(folder, 'audit.log');
writeFileSync(
  LOG,
  `${[
    event('2026-11-10T09:00:00', { ...secret('old'), sourceIPs: ['192.0.2.7'] }),
    event('2026-11-22T09:58:00', secret('one')),
    event('2026-11-22T10:01:00', secret('two')),
    event('2026-11-22T10:02:00', secret('three')),
    event('2026-11-22T10:03:00', { ...secret('three'), sourceIPs: ['198.51.100.9'] }),
    event('2026-11-22T10:04:00', { ...secret('four'), responseStatus: { metadata: {}, code: 403 } }),
    event('2026-11-22T10:05:00', {
      verb: 'create',
      requestURI: '/api/v1/namespaces/a/pods',
      objectRef: { resource: 'pods', namespace: 'a', name: 'p', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
    }),
  ].join('\n')}\n`,
);
const HERE: FlagValues = {
  file: [LOG],
  rules: [FILE],
  since: '2026-11-22T10:00:00Z',
  until: '2026-11-22T11:00:00Z',
  utc: true,
  color: 'never',
};

async function run(flags: FlagValues, words: readonly string[] = []) {
  const io = fixedIo({ nowMs: NOW, columns: 160 });
  const status = await detectCommand.run(words, flags, io);
  return { status, out: io.stdout(), err: io.stderr() };
}

interface Document {
  readonly says: string;
  readonly rows: readonly {
    readonly rule: string;
    readonly count: number;
    readonly auditIDs: readonly string[];
    readonly detail: string | null;
  }[];
  readonly notes: readonly { readonly code: string; readonly text: string }[];
}

async function asked(flags: FlagValues): Promise<Document & { status: number }> {
  const { out, status } = await run({ ...flags, output: 'json' });
  return { ...(JSON.parse(out) as Document), status };
}

async function complaint(flags: FlagValues, words: readonly string[] = []): Promise<string> {
  const error: unknown = await run(flags, words).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${String(error)}`);
  return `${error.code} ${error.message}`;
}

describe('detect', () => {
  it('finds single requests, those that come together across the window’s edge, and what is new', async () => {
    const { rows, status } = await asked(HERE);
    expect(rows.map(({ rule, count, auditIDs }) => [rule, count, auditIDs.length])).toEqual([
      ['many-secrets', 4, 4],
      ['secret-seen', 3, 3],
      ['new-address', 1, 1],
    ]);
    expect(rows[0]?.detail).toBe('4 requests in 5m; 3 of name (one, two, three)');
    expect(rows[2]?.detail).toBe('ip 198.51.100.9: not in the 7d before');
    expect(status).toBe(0);
  });

  it('says what is new only against what the log holds', async () => {
    const young = join(folder, 'young.log');
    writeFileSync(
      young,
      `${[event('2026-11-22T10:01:00', secret('two')), event('2026-11-22T10:02:00', { sourceIPs: ['198.51.100.9'] })].join('\n')}\n`,
    );
    const { rows, notes } = await asked({ ...HERE, file: [young], rules: [FILE, 'new-address'] });
    expect(rows).toEqual([]);
    expect(notes.map(({ code }) => code)).toContain('no-baseline');
  });

  it('says which rules the log cannot answer', async () => {
    const { notes, says } = await asked({ ...HERE, rules: [FILE, 'privileged'] });
    expect(says).toMatch(/^nothing found by 1 rule in \d+ requests; 1 of them this log cannot answer$/);
    expect(notes.find(({ code }) => code === 'rules-unanswered')?.text).toContain('privileged (pods)');
  });

  it('chooses by severity and by id', async () => {
    const grave = await asked({ ...HERE, severity: 'critical' });
    expect(grave.rows.map(({ rule }) => rule)).toEqual(['many-secrets']);
    const one = await asked({ ...HERE, rules: [FILE, 'secret-*'] });
    expect(one.rows.map(({ rule }) => rule)).toEqual(['secret-seen']);
  });

  it('ends with 4 for what is as grave as --fail-on', async () => {
    expect((await run({ ...HERE, 'fail-on': 'critical' })).status).toBe(4);
    expect((await run({ ...HERE, rules: [FILE, 'secret-seen'], 'fail-on': 'critical' })).status).toBe(0);
  });

  it('looks at the requests of one, or of one namespace, alone', async () => {
    expect((await asked({ ...HERE, by: ['alice'] })).rows).toEqual([]);
    expect((await asked({ ...HERE, namespace: 'b' })).rows).toEqual([]);
  });

  it('prints the events behind the findings', async () => {
    const { out } = await run({ ...HERE, rules: [FILE, 'secret-seen'], output: 'raw' });
    expect(out.trimEnd().split('\n')).toHaveLength(3);
  });

  it('puts a rule into plain words', async () => {
    const { out } = await run({ rules: [FILE], 'explain-rule': 'many-secrets' });
    expect(out.replace(folder, '.')).toMatchInlineSnapshot(`
      "many-secrets: Several secrets were read

      One by one they are all taken.

      severity  critical
      level     Metadata: what the log must hold of the requests
      from      ./rules.yaml:13 (own)

      of requests of the same user within 10m
        (code 200 to 299 or code 101)
        and not dryRun
        and verb in "get", "list", "watch"
        and no objectRef.subresource
        and objectRef.resource is "secrets"
        and objectRef.apiGroup is ""
      when there are 3 or more different name
      "
    `);
  });

  it('runs the tests in rule files', async () => {
    const good = await run({ rules: [FILE], test: true });
    expect([good.status, good.out]).toEqual([0, '1 of 1 tests of 4 rules hold; 3 rules have none\n']);
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, RULES.replace('findings: 1', 'findings: 2'));
    const { status, out } = await run({ rules: [bad], test: true });
    expect(status).toBe(1);
    expect(out).toContain(`FAIL ${bad}:12 secret-seen, a read: 2 wanted, 1 found`);
  });

  it.each<[FlagValues, readonly string[], string]>([
    [HERE, ['pods'], 'AUDIT_USAGE detect takes no object: "pods"'],
    [{ ...HERE, severity: 'grave' }, [], 'AUDIT_USAGE --severity "grave" is no severity'],
    [
      { ...HERE, rules: [FILE, 'secret-sen'] },
      [],
      'AUDIT_UNKNOWN_RULE there is no rule "secret-sen", and no such file; did you mean secret-seen?',
    ],
    [
      { ...HERE, rules: ['./nowhere.yaml'] },
      [],
      'AUDIT_FILE_NOT_FOUND there is no rule file "./nowhere.yaml"',
    ],
    [{ ...HERE, rules: [LOG] }, [], `AUDIT_BAD_RULE ${LOG}:1:1: there are no rules in it`],
  ])('refuses %j %j', async (flags, words, said) => {
    expect(await complaint(flags, words)).toContain(said);
  });

  it('holds our own pack to the tests in it', { timeout: 60_000 }, async () => {
    const { status, out } = await run({ test: true });
    expect([status, out]).toEqual([0, expect.stringMatching(/^(\d+) of \1 tests of \d+ rules hold/)]);
  });
});
