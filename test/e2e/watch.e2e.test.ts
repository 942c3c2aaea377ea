/** `watch` as a process: killed again and again, with receivers that fail; with a real Alertmanager; and under load. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { writeLog } from '../bench/logs/write-log.ts';
import { EXEC_RULES, execLine } from '../support/exec-events.ts';
import { type Behaviour, ok, receiverServer } from '../support/receiver-server.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startStore } from './stores/start-store.ts';
import { bundledProgram } from './support/bundled.ts';
import { openCluster } from './support/cluster.ts';
import { grow, takenBy } from './support/load.ts';

const folder = await mkdtemp(join(tmpdir(), 'watch-'));
const rules = join(folder, 'rules.yaml');
let program = '';
/** Whatever a test comes to, none outlives it. */
const children = new Set<ChildProcess>();

interface Watch {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly said: () => string;
}

function watch(args: readonly string[]): Watch {
  const child = spawn(process.execPath, [program, 'watch', '--rules', rules, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: folder, TZ: 'UTC' },
  });
  children.add(child);
  let said = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, said: () => said };
}

/** As the API server names it. */
function rotated(log: string): string {
  const stamp = new Date().toISOString().replaceAll(':', '-').replace('Z', '');
  return log.replace(/\.log$/, `-${stamp}.log`);
}

async function until(what: string, holds: () => boolean | Promise<boolean>, mostMs = 60_000): Promise<void> {
  for (const end = Date.now() + mostMs; !(await holds()); await sleep(50))
    if (Date.now() > end) throw new Error(`${what}: not within ${mostMs / 1000} s`);
}

/** Its output: for what ends by itself. */
async function run(args: readonly string[]): Promise<{ status: number | null; stdout: string }> {
  const child = spawn(process.execPath, [program, 'watch', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: folder, TZ: 'UTC' },
  });
  children.add(child);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  return { status: await new Promise((resolve) => child.once('close', resolve)), stdout };
}

async function stop({ child, ended }: Watch): Promise<number | null> {
  child.kill('SIGTERM');
  return await ended;
}

beforeAll(async () => {
  program = await bundledProgram(join(folder, 'program'));
  await writeFile(rules, EXEC_RULES);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

describe('watch, killed a hundred times while its receiver fails', () => {
  it('loses no alert, and tells none again that it knows was taken', async () => {
    const random = seededRandom(20_261_130);
    const log = join(folder, 'killed.log');
    const answers: readonly Behaviour[] = [
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 429, headers: { 'retry-after': '0' } },
      { kind: 'hang' },
      { kind: 'reset' },
    ];
    const receiver = await receiverServer(() => (random(4) === 0 ? (answers[random(4)] ?? ok) : ok));
    await writeFile(log, execLine('before', new Date(Date.now() - 3_600_000)));
    const args = [
      ...['--file', log, '--state', join(folder, 'killed.json')],
      ...['--to', `webhook+${receiver.url}?timeout=200ms&perMinute=6000`],
    ];
    const first = watch(args);
    await until('following', () => first.said().includes('following'));
    let written = 0;
    let isWriting = true;
    const writing = (async () => {
      for (; isWriting; await sleep(120)) {
        await appendFile(log, execLine(`pod-${written++}`));
        if (written % 100 === 0) await rename(log, rotated(log));
      }
    })();
    let running = first;
    for (let kills = 0; kills < 100; kills++) {
      // Some before they have begun, some when they are at it.
      if (random(3) === 0) await until('following', () => running.said().includes('following'));
      await sleep(random(10) === 0 ? 0 : random(1_000));
      running.child.kill('SIGKILL');
      await running.ended;
      running = watch(args);
    }
    isWriting = false;
    await writing;
    // What is left comes quickly now.
    receiver.behave(() => ok);
    const podsIn = (): string[] =>
      receiver.accepted.map(({ body }) => (JSON.parse(body) as { object: { name: string } }).object.name);
    await until('all alerts', () => new Set(podsIn()).size >= written, 90_000);
    await stop(running);
    const pods = podsIn();
    expect(new Set(pods)).toEqual(new Set(Array.from({ length: written }, (_, n) => `pod-${n}`)));
    // Killed between the receiver's answer and the disk, it cannot know: then the same message bears the same key.
    const keys = new Map(receiver.accepted.map(({ body, headers }) => [body, headers['idempotency-key']]));
    expect(new Set(keys.values()).size).toBe(written);
    expect(pods.length - written).toBeLessThan(20);
    process.stderr.write(
      `100 kills: ${written} alerts, ${pods.length - written} told twice, ${receiver.got.length} tries\n`,
    );
    await receiver.close();
  }, 400_000);
});

describe('watch with a real Alertmanager', () => {
  it('is received, grouped, and resolved', async () => {
    const notified = await receiverServer();
    const config = join(folder, 'alertmanager.yaml');
    await writeFile(
      config,
      `route: { receiver: hook, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: hook, webhook_configs: [{ url: "${notified.url}", send_resolved: true }] }]
`,
    );
    const alertmanager = await startStore('alertmanager', { env: { CONFIG: config } });
    const log = join(folder, 'alertmanager.log');
    await writeFile(log, '');
    const running = watch([
      ...['--file', log, '--to', `alertmanager+${alertmanager.url}?labels.cluster=prod`],
      ...['--state', join(folder, 'alertmanager.json'), '--resolve-after', '12s'],
    ]);
    await until('following', () => running.said().includes('following'));
    const wrote = Date.now();
    await appendFile(log, ['a', 'b', 'a', 'b', 'a'].map((pod) => execLine(pod)).join(''));
    const groups = () =>
      notified.got.map(
        ({ body }) => JSON.parse(body) as { status: string; alerts: { labels: Record<string, string> }[] },
      );
    await until('a notification', () => groups().length > 0, 15_000);
    expect(Date.now() - wrote).toBeLessThan(10_000);
    const [firing] = groups();
    expect(firing?.status).toBe('firing');
    expect(firing?.alerts.map(({ labels }) => labels)).toEqual(
      ['a', 'b'].map((name) => ({
        ...{ alertname: 'test-exec', severity: 'high', pack: 'own', cluster: 'prod', user: 'alice' },
        ...{ resource: 'pods', subresource: 'exec', namespace: 'prod', name },
      })),
    );
    // Its own list says so too, with what was found together.
    const [posted] = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as {
      annotations: Record<string, string>;
      endsAt: string;
    }[];
    expect(posted?.annotations.summary).toContain('A command was run in a pod: alice, pods/exec prod/');
    await until('its end', () => groups().some(({ status }) => status === 'resolved'), 40_000);
    expect(groups().filter(({ status }) => status === 'firing')).toHaveLength(1);
    await stop(running);
    await alertmanager.stop();
    await notified.close();
  });
});

describe('watch --once', () => {
  it('tells what came since the last run, and nothing twice', async () => {
    const receiver = await receiverServer();
    const log = join(folder, 'once.log');
    const args = [
      ...['--once', '--file', log, '--state', join(folder, 'once.json')],
      ...['--to', `webhook+${receiver.url}`],
    ];
    await writeFile(log, execLine('one'));
    const podsAfter = async (): Promise<string[]> => {
      expect((await run(['--rules', rules, ...args])).status).not.toBe(1);
      return receiver.got.map(({ body }) => (JSON.parse(body) as { object: { name: string } }).object.name);
    };
    expect(await podsAfter()).toEqual(['one']);
    expect(await podsAfter()).toEqual(['one']);
    await appendFile(log, execLine('two'));
    // Rotated away between two runs.
    await rename(log, rotated(log));
    await writeFile(log, execLine('three'));
    expect((await podsAfter()).toSorted()).toEqual(['one', 'three', 'two']);
    receiver.behave(() => ({ kind: 'reset' }));
    await appendFile(log, execLine('four'));
    const failing = watch(args);
    await until('a try', () => receiver.got.length > 3);
    failing.child.kill('SIGKILL');
    await failing.ended;
    receiver.behave(() => ok);
    expect((await podsAfter()).at(-1)).toBe('four');
    await receiver.close();
  });
});

describe('watch under load', () => {
  it('takes 5,000 events a second, with all of our rules, within 200 MB', async () => {
    const [made, log] = [join(folder, 'made.log'), join(folder, 'load.log')];
    writeLog(made, { bytes: 160_000_000, seed: 5, hasBodies: true });
    await writeFile(log, '');
    const child = spawn(
      process.execPath,
      [program, 'watch', '--file', log, '--metrics', '0', '--state', join(folder, 'load.json')],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env.PATH, HOME: folder, TZ: 'UTC' },
      },
    );
    children.add(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until('following', () => said.includes('following'));
    const url = /metrics at (\S+)/.exec(said)?.[1] ?? '';
    const read = async (): Promise<number> =>
      Number(/requests_total\{[^}]*\} (\d+)/.exec(await (await fetch(url)).text())?.[1] ?? 0);
    const before = await takenBy(child.pid ?? 0);
    const seconds = 10;
    const written = await grow(log, made, 5_000, seconds);
    const began = performance.now();
    // Starts of long requests are lines, and no requests that have ended.
    let requests = -1;
    for (let next = await read(); next !== requests; next = await read()) {
      requests = next;
      await sleep(500);
    }
    const behind = (performance.now() - began) / 1000;
    const after = await takenBy(child.pid ?? 0);
    // Of the time in which they came: what else the machine does makes it later, and not more.
    const cores = (after.seconds - before.seconds) / seconds;
    process.stderr.write(
      `${written} events in ${seconds} s: ${cores.toFixed(2)} cores, ${after.megabytes.toFixed(0)} MB, read ${behind.toFixed(1)} s later\n`,
    );
    expect(requests).toBeGreaterThan(written * 0.9);
    // The aim is one, and 0.8 was measured over a minute. In the first ten seconds it is two: each kind of request of each actor is
    // new, and held against all rules once.
    expect(cores).toBeLessThan(3);
    expect(behind).toBeLessThan(30);
    expect(after.megabytes).toBeLessThan(200);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  });
});

describe('watch --manifest', () => {
  const cluster = openCluster(inject('run'));
  const to = [
    '--to',
    'alertmanager+http://alertmanager.monitoring.svc:9093',
    '--to',
    'slack://?url-env=SLACK_URL',
  ];

  it.each([[[]], [['--once']]])(
    'is taken by a real API server, and by Pod Security of level restricted: %s',
    async (more) => {
      const args = [
        '--manifest',
        '--image',
        'registry.example/kubectl-audit:1',
        '--metrics',
        '9090',
        ...to,
        '--rules',
        rules,
        '--rules',
        'pack',
        ...more,
      ];
      const { status, stdout } = await run(args);
      expect(status).toBe(0);
      const objects = parseAllDocuments(stdout).map(
        (document) => document.toJS() as Record<string, unknown> & { kind: string },
      );
      const apply = async (what: object, ...flags: readonly string[]): Promise<void> => {
        const act = await cluster.kubectl('admin', ['apply', ...flags, '-f', '-'], {
          stdin: JSON.stringify(what),
        });
        expect([act.code, act.stderr.replace(/Warning: resource.*/s, '')]).toEqual([0, '']);
      };
      const named = objects.filter((object) => object !== null);
      const [namespace] = named;
      if (namespace === undefined) throw new Error('a namespace comes first');
      await apply(namespace);
      await apply({ apiVersion: 'v1', kind: 'List', items: named }, '--dry-run=server');
      const runs = named.at(-1) as unknown as {
        spec: { template?: { spec: object }; jobTemplate?: { spec: { template: { spec: object } } } };
      };
      const spec = runs.spec.template?.spec ?? runs.spec.jobTemplate?.spec.template.spec;
      await apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'kubectl-audit-watch', namespace: 'kubectl-audit' },
      });
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'one', namespace: 'kubectl-audit' },
        spec,
      };
      await apply(pod, '--dry-run=server');
      for (const rbac of named.filter(({ kind }) => /Role/.test(kind))) await apply(rbac);
      const can = async (...words: readonly string[]): Promise<string> => {
        const as = '--as=system:serviceaccount:kubectl-audit:kubectl-audit-watch';
        return (await cluster.kubectl('admin', ['auth', 'can-i', ...words, as])).stdout.trim();
      };
      expect(await can('get', 'nodes', '--subresource=proxy')).toBe('yes');
      expect(await can('list', 'nodes')).toBe('yes');
      expect(await can('list', 'pods', '-n', 'kube-system')).toBe('yes');
      for (const words of [
        ['get', 'secrets', '-A'],
        ['create', 'nodes', '--subresource=proxy'],
        ['list', 'pods', '-A'],
        ['create', 'pods', '-n', 'kubectl-audit'],
      ])
        expect([words, await can(...words)]).toEqual([words, 'no']);
    },
  );
});
