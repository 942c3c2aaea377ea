/**
 * The cluster that all e2e tests act on, started once: cp-1 logs bodies, cp-2 metadata only; both rotate at 1 MB and
 * compress. alice and bea may do everything, through cp-1 and cp-2; bob may do nothing, through cp-1.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Cluster, openCluster, startCluster } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the shared cluster: for openCluster. */
    run: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await mkdtemp(join(tmpdir(), 'e2e-'));
  try {
    const cluster = await startCluster({
      run,
      servers: { 'cp-1': 'bodies', 'cp-2': 'metadata' },
      auditFlags: ['--audit-log-maxsize=1', '--audit-log-compress'],
    });
    await introduce(cluster);
  } catch (error) {
    await end(run);
    throw error;
  }
  project.provide('run', run);
  return () => end(run);
}

async function introduce(cluster: Cluster): Promise<void> {
  await cluster.user('alice', { groups: ['admins'] }, { server: 1 });
  await cluster.user('bea', { groups: ['admins'] }, { server: 2 });
  await cluster.user('bob', { groups: ['dev'] }, { server: 1 });
  await cluster.user('nobody', 'anonymous', { server: 1 });
  await cluster.user('expired', { token: 'a-login-that-was' }, { server: 1 });
  const granted = await cluster.kubectl(
    'admin',
    'create clusterrolebinding admins --clusterrole=cluster-admin --group=admins'.split(' '),
  );
  if (granted.code !== 0) throw new Error(granted.stderr);
}

async function end(run: string): Promise<void> {
  await openCluster(run).stop();
  await rm(run, { recursive: true, force: true });
}
