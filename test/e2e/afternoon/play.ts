/**
 * Plays the afternoon on a real cluster: act after act, and after each what could be seen of the cluster until it was
 * quiet again. What comes of it: the API server's log, and snapshots to hold against what is told from the log.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Act, type Cluster, openCluster, startCluster } from '../support/cluster.ts';
import { limits, objects, resized, rights, unheard } from './acts/configuration.ts';
import { customResources, hookIn, hookOut, mutated } from './acts/custom.ts';
import { cascades, collections, finalizers, namespaces } from './acts/endings.ts';
import { sameActs } from './acts/levels.ts';
import { drains, pods } from './acts/nodes.ts';
import { byControllers, clientSide, patches, serverSide } from './acts/workloads.ts';
import { introduce } from './cast.ts';
import { type Deed, wordsOf } from './deed.ts';
import type { Snapshot } from './recording.ts';

const policy = fileURLToPath(new URL('../cluster/policy-everything.yaml', import.meta.url));
const pauseMs = 100;
const quietSnapshots = 5;
const quietWithinMs = 10_000;

export interface Played {
  readonly deed: Deed;
  readonly act: Act;
  readonly atUs: number;
  readonly untilUs: number;
}

export interface Afternoon {
  readonly played: readonly Played[];
  readonly snapshots: readonly Snapshot[];
  readonly auditLog: string;
  /** Acts that did not end as they should: the afternoon's own mistakes. */
  readonly surprises: readonly string[];
}

export interface Stage {
  readonly cluster: Cluster;
  readonly play: (deeds: readonly Deed[]) => Promise<void>;
  readonly afternoon: () => Promise<Afternoon>;
}

/** Everything there is, several people at a time. `run`: an empty folder for the cluster, which goes on running. */
export async function playAfternoon(
  run: string,
  hasNode: boolean,
  tell = (_line: string) => {},
): Promise<Stage> {
  const stage = await openStage(run, hasNode, tell);
  const hook = await startHook(run);
  const authority = await readFile(join(run, 'pki/ca.crt'), 'base64');
  await Promise.all([
    stage.play([...clientSide, ...patches]),
    stage.play([...serverSide, ...byControllers]),
    stage.play(objects),
    stage.play([...unheard, ...resized, ...rights, ...limits]),
    stage.play([...cascades, ...finalizers, ...collections, ...namespaces]),
    stage.play(customResources),
    (async () => {
      await stage.play(hookIn(hook.url, authority));
      const people = ['alice', 'rita', 'max'] as const;
      await Promise.all([mutated, ...people.map(sameActs)].map(stage.play));
      await stage.play(hookOut);
      hook.process.kill();
    })(),
    ...(hasNode ? [stage.play(pods)] : []),
  ]);
  if (hasNode) await stage.play(drains);
  return stage;
}

export async function openStage(run: string, hasNode: boolean, tell: (line: string) => void): Promise<Stage> {
  await startCluster({
    run,
    servers: { 'cp-1': policy as `/${string}` },
    ...(hasNode
      ? {
          parts: ['kcm', 'scheduler', 'containerd', 'kubelet'],
          images: ['localhost/pause:1', 'localhost/web:1', 'localhost/web:2', 'localhost/web:3'],
        }
      : {}),
    auditFlags: ['--audit-log-maxsize=1000'],
  });
  const cluster = openCluster(run);
  await introduce(cluster);
  const observer = await observe(run);
  const played: Played[] = [];
  const snapshots: Snapshot[] = [];
  const surprises: string[] = [];

  let ended = false;
  const looking = (async () => {
    for (; !ended; await sleep(pauseMs)) snapshots.push(await observer.look());
  })();

  /** Of what was just done, the state that it left was seen twice, unless a controller went on at once. */
  async function seenTwice(): Promise<void> {
    const nowNumber = snapshots.length;
    while (snapshots.length < nowNumber + 3) await Promise.race([sleep(pauseMs / 3), looking]);
  }

  return {
    cluster,
    async play(deeds) {
      for (const deed of deeds) {
        const atUs = nowUs();
        const act = await perform(cluster, deed);
        played.push({ deed, act, atUs, untilUs: nowUs() });
        tell(
          `${new Date().toISOString().slice(14, 21)} ${((nowUs() - atUs) / 1e6).toFixed(1)} ${deed.who}: ${deed.does.slice(0, 120)} → ${act.code} ${act.stderr.slice(0, 300)}`,
        );
        if ((act.code === 0) === (deed.fails === true))
          surprises.push(`${deed.who}: ${deed.does}\n${act.stdout}${act.stderr}`);
        if (deed.until !== undefined && (hasNode || !/rollout|Ready/.test(deed.until))) {
          const waited = await cluster.kubectl('observer', wordsOf(deed.until));
          if (waited.code !== 0) surprises.push(`${deed.does}\n${deed.until}: ${waited.stderr}`);
        }
        await seenTwice();
      }
    },
    async afternoon() {
      const isQuiet = () => snapshots.slice(-quietSnapshots).every(({ changed }) => changed.length === 0);
      for (const deadline = Date.now() + quietWithinMs; !isQuiet() && Date.now() < deadline; )
        await sleep(pauseMs);
      ended = true;
      await looking;
      observer.process.stdin?.end();
      return { played, snapshots, surprises, auditLog: join(cluster.audit('cp-1'), 'audit.log') };
    },
  };
}

async function perform(cluster: Cluster, deed: Deed): Promise<Act> {
  const { who, does, stdin, editor, program, contentType } = deed;
  const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(does) ?? [];
  if (method !== undefined && path !== undefined) {
    const body =
      stdin === undefined ? [] : ['-H', `content-type: ${contentType ?? ''}`, '--data-binary', stdin];
    const act = await cluster.curl(who, method, path, body);
    return {
      ...act,
      code: (act.sent[0]?.status ?? 500) < 300 ? 0 : 1,
      stderr: act.stderr + (act.code === 0 ? '' : act.stdout),
    };
  }
  return cluster.kubectl(who, wordsOf(does), {
    ...(stdin === undefined ? {} : { stdin }),
    ...(program === undefined ? {} : { program }),
    ...(editor === undefined ? {} : { env: { KUBE_EDITOR: editor } }),
  });
}

async function observe(run: string): Promise<{ process: ChildProcess; look: () => Promise<Snapshot> }> {
  const child = await startInside(run, 'observer-process.ts', [run]);
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  return {
    process: child,
    async look() {
      child.stdin?.write('\n');
      const { value, done } = await lines.next();
      if (done) throw new Error('the observer has ended');
      return JSON.parse(value) as Snapshot;
    },
  };
}

async function startHook(run: string): Promise<{ process: ChildProcess; url: string }> {
  const config = await readFile(join(run, 'kube/admin.yaml'), 'utf8');
  const address = new URL(/server: "([^"]*)"/.exec(config)?.[1] ?? '').hostname;
  const child = await startInside(run, 'webhook-process.ts', [run, address]);
  for await (const port of createInterface({ input: child.stdout ?? process.stdin }))
    return { process: child, url: `https://${address}:${port}` };
  throw new Error('the webhook does not listen');
}

async function startInside(run: string, script: string, args: readonly string[]): Promise<ChildProcess> {
  const enter = (await readFile(join(run, 'enter'), 'utf8')).trim().split(' ').filter(Boolean);
  const [program = '', ...rest] = [
    ...enter,
    process.execPath,
    fileURLToPath(new URL(script, import.meta.url)),
    ...args,
  ];
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
}

function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
