/**
 * timeline on a real cluster: an attacker who changes names three times is one story, known from the audit IDs that their own
 * clients received; two colleagues at the same jump host, with the same client, and the account's rightful user are not in it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { TimelineAnswer } from '../../src/questions/timeline/timeline-row.ts';
import { actsOn } from './support/acts.ts';
import { logged, run } from './support/ask.ts';
import type { Act } from './support/cluster.ts';

const { cluster, logs, kubectl, until } = actsOn(inject('run'));

const JUMP_HOST = '127.0.40.1';
const ELSEWHERE = '127.0.40.2';
const CI = '127.0.40.3';

const TOKEN_SECRET = JSON.stringify({
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token' },
  metadata: { name: 'runner-token', annotations: { 'kubernetes.io/service-account.name': 'runner' } },
});

/** What each did; by whichever name. */
const attacker: Act[] = [];
const bystanders: Act[] = [];
let since = '';

async function token(): Promise<string> {
  const read = () =>
    cluster.kubectl('alice', '-n story get secret runner-token -o jsonpath={.data.token}'.split(' '));
  const { stdout } = await until(read, (act) => act.stdout !== '');
  return Buffer.from(stdout, 'base64').toString();
}

/** How the cluster stands before anything happens. */
async function stage(): Promise<void> {
  await kubectl('alice', 'create namespace story');
  await kubectl('alice', '-n story create serviceaccount runner');
  await kubectl('alice', '-n story create -f -', TOKEN_SECRET);
  await kubectl(
    'alice',
    'create clusterrolebinding story-ci --clusterrole=cluster-admin --serviceaccount=story:runner',
  );
  for (const name of ['ledger', 'flags', 'hers', 'his'])
    await kubectl('alice', `-n story create configmap ${name}`);
  await kubectl(
    'alice',
    'create clusterrole story-acts --verb=impersonate --resource=users --resource-name=agent-smith',
  );
  await kubectl('alice', 'create clusterrolebinding story-acts --clusterrole=story-acts --user=mallory');
  await kubectl('alice', '-n story create rolebinding story-view --clusterrole=view --user=agent-smith');
  await kubectl(
    'alice',
    '-n story create role story-reads --verb=get --resource=secrets --resource-name=runner-token',
  );
  await kubectl('alice', '-n story create rolebinding story-reads --role=story-reads --user=mallory');
  await kubectl('alice', '-n story create rolebinding story-edit --clusterrole=edit --user=nina --user=otto');
  const theirs = await token();
  await cluster.user('ci', { token: theirs }, { from: CI });
  await cluster.user('stolen', { token: theirs }, { from: JUMP_HOST });
  for (const name of ['mallory', 'nina', 'otto'])
    await cluster.user(name, { groups: ['story-dev'] }, { from: JUMP_HOST });
}

async function attack(): Promise<void> {
  attacker.push(await kubectl('mallory', '-n story get configmaps --as agent-smith'));
  bystanders.push(await kubectl('nina', '-n story get configmap hers'));
  attacker.push(await cluster.kubectl('mallory', '-n story delete configmap ledger'.split(' ')));
  attacker.push(await kubectl('mallory', '-n story get secret runner-token'));
  bystanders.push(await kubectl('otto', '-n story delete configmap his --wait=false'));
  attacker.push(await kubectl('stolen', '-n story delete configmap ledger --wait=false'));
  bystanders.push(await kubectl('ci', '-n story create configmap build'));
  attacker.push(await kubectl('stolen', '-n story create serviceaccount helper'));
  attacker.push(
    await kubectl(
      'stolen',
      'create clusterrolebinding story-own --clusterrole=cluster-admin --serviceaccount=story:helper',
    ),
  );
  const taken = await kubectl('stolen', '-n story create token helper');
  attacker.push(taken);
  await cluster.user('helper', { token: taken.stdout.trim() }, { from: ELSEWHERE });
  attacker.push(await kubectl('helper', 'get secrets -A'));
  attacker.push(await kubectl('helper', '-n story delete configmap flags --wait=false'));
  bystanders.push(await kubectl('nina', '-n story delete configmap hers --wait=false'));
}

beforeAll(async () => {
  await stage();
  since = new Date(Date.now() - 500).toISOString();
  await attack();
  for (const id of [...idsOf(attacker), ...idsOf(bystanders)]) await logged(id, logs);
});

const idsOf = (acts: readonly Act[]) => acts.flatMap(({ sent }) => sent.map(({ auditID }) => auditID));

async function timeline(by: string): Promise<TimelineAnswer> {
  const args = ['timeline', '-A', '--by', by, '--since', since, '-o', 'json', '-f', logs];
  const { stdout, stderr } = await run(args);
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as TimelineAnswer;
}

describe.each(['mallory', 'agent-smith'])('an attacker under three names, asked about as %s', (by) => {
  it('is one story: each of their requests once, in order, and nothing of anybody else', async () => {
    const { rows } = await timeline(by);
    const own = rows.filter(({ who }) => who?.kind !== 'node' && who?.kind !== 'component');
    const byPeople = own.filter(({ who }) => !/:kube-system:/.test(who?.user ?? ''));
    expect(byPeople.map(({ auditID }) => auditID)).toEqual(idsOf(attacker));
    for (const id of idsOf(bystanders)) expect(rows.some(({ auditID }) => auditID === id)).toBe(false);
  });

  it('tells why each name is theirs', async () => {
    const { rows, notes } = await timeline(by);
    const links = new Map(rows.map(({ who, alias }) => [who?.user, alias?.link]));
    expect(links.get('system:serviceaccount:story:runner')).toBe('likely');
    expect(links.get('system:serviceaccount:story:helper')).toBe('proven');
    const texts = notes.filter(({ code }) => code === 'same-actor').map(({ text }) => text);
    expect(texts.find((text) => text.includes('sa:story/runner'))).toContain(
      'read secret story/runner-token',
    );
    expect(texts.find((text) => text.includes('sa:story/helper'))).toMatch(/proven: its token \(JTI=/);
    expect(notes.find(({ code, text }) => code === 'same-address' && text.includes(JUMP_HOST))?.text).toMatch(
      /nina|otto/,
    );
  });

  it('stands under what gave them each name', async () => {
    const { rows } = await timeline(by);
    const parents = (user: string) =>
      new Set(
        rows
          .filter(({ who }) => who?.user === user)
          .map(({ parent }) => rows.find(({ auditID }) => auditID === parent)?.did?.word),
      );
    expect(parents('system:serviceaccount:story:helper')).toEqual(new Set(['token']));
    expect(parents('system:serviceaccount:story:runner')).toEqual(new Set(['get']));
  });
});

describe('a colleague at the jump host', () => {
  it('has a story of their own', async () => {
    const { rows } = await timeline('nina');
    const ids = rows.map(({ auditID }) => auditID);
    for (const id of idsOf(attacker)) expect(ids).not.toContain(id);
    expect(rows.filter(({ who }) => who?.user === 'nina').length).toBeGreaterThanOrEqual(2);
  });
});

/** The program in the cluster's network. */
async function inside(args: readonly string[]): Promise<string> {
  const enter = (await readFile(join(inject('run'), 'enter'), 'utf8')).trim().split(' ').filter(Boolean);
  const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
  const [program = '', ...words] = [...enter, process.execPath, cli, ...args];
  const { stdout } = await promisify(execFile)(program, words, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { code?: number; stdout: string; stderr: string }) => {
      // An answer with a gap.
      if (error.code === 3) return error;
      throw new Error(error.stderr);
    },
  );
  return stdout;
}

describe('the cluster’s Events', () => {
  const DEPLOYMENT =
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"evented"},"spec":{"replicas":2,"selector":{"matchLabels":{"a":"e"}},"template":{"metadata":{"labels":{"a":"e"}},"spec":{"containers":[{"name":"main","image":"none"}]}}}}';

  it('stand among the requests: asked for, and from a file', async () => {
    await kubectl('alice', '-n story create -f -', DEPLOYMENT);
    await kubectl('alice', '-n story wait --for=jsonpath={.status.replicas}=2 deploy/evented');
    const listed = () => cluster.kubectl('alice', '-n story get events -o json'.split(' '));
    const isTold = ({ stdout }: Act) => (stdout.match(/"reason": "SuccessfulCreate"/g) ?? []).length >= 2;
    const { stdout: list } = await until(listed, isTold);
    const folder = await mkdtemp(join(tmpdir(), 'e2e-events-'));
    try {
      await writeFile(join(folder, 'events.json'), list);
      const about = ['timeline', 'deploy/evented', '-n', 'story', '--since', since, '-f', logs, '-o', 'json'];
      const fromFile = await run([...about, '--with', `events:${join(folder, 'events.json')}`]);
      const rows = (JSON.parse(fromFile.stdout) as TimelineAnswer).rows;
      const events = rows
        .filter(({ origin }) => origin === 'event')
        .map(({ object, text }) => `${object?.resource} ${text}`);
      expect(events.filter((text) => /^deployments .*ScalingReplicaSet/.test(text))).toHaveLength(1);
      expect(events.filter((text) => /^replicasets .*SuccessfulCreate/.test(text))).toHaveLength(2);
      expect(rows.map(({ when }) => when).filter((when) => when !== null).length).toBe(rows.length);
      const asked = await inside([...about, '--with', 'events', '--kubeconfig', cluster.kubeconfig('alice')]);
      const live = (JSON.parse(asked) as TimelineAnswer).rows.filter(({ origin }) => origin === 'event');
      expect(live.map(({ text }) => text)).toEqual(
        rows.filter(({ origin }) => origin === 'event').map(({ text }) => text),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
