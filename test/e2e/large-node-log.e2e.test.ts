/** 1 GB of log on a node, through a real API server and a real kubelet: how long it takes beside curl, and how much is read. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Coverage } from '../../src/event/coverage.ts';
import { BEGINS, writeLog } from '../bench/logs/write-log.ts';
import { actsOn } from './support/acts.ts';
import { openCluster, startCluster, whyNoNode } from './support/cluster.ts';
import { type Called, installPlugin, type Plugin } from './support/plugin.ts';

const LOG_BYTES = 1_000_000_000;
/** Of the better one of two runs each. 1.3 is aimed at; but others may be at work on this machine. */
const MOST_TIMES_CURL = 2.5;
const timeoutMs = 300_000;

const noCurl = await promisify(execFile)('curl', ['--version']).then(
  () => null,
  () => 'there is no curl',
);
const reason = (await whyNoNode()) ?? noCurl;
if (reason !== null) process.stderr.write(`without a large log on a node: ${reason}\n`);

describe.skipIf(reason !== null)('a large log on a node', async () => {
  const run = await mkdtemp(join(tmpdir(), 'large-'));
  /** The kubelet serves /var/log of this machine, and follows links. */
  const served = `/var/log/${basename(run)}`;
  const { cluster, kubectl } = actsOn(run);
  let plugin: Plugin;
  let size = 0;
  let name = '';

  beforeAll(async () => {
    await startCluster({ run, servers: { 'cp-1': 'metadata' }, parts: ['kcm', 'containerd', 'kubelet'] });
    const folder = join(run, 'generated');
    await mkdir(folder);
    const path = join(folder, 'audit.log');
    writeLog(path, { bytes: LOG_BYTES, seed: 1, hasBodies: true });
    size = (await stat(path)).size;
    name = basename(path);
    await symlink(folder, served);
    await kubectl('admin', 'label node node-1 node-role.kubernetes.io/control-plane=');
    plugin = await installPlugin(run);
  }, timeoutMs);

  afterAll(async () => {
    await openCluster(run).stop();
    await rm(served, { force: true });
    await rm(run, { recursive: true, force: true });
  });

  async function ask(since: string): Promise<Called & { readonly coverage: Coverage }> {
    const where = `--node node-1 --log-path ${served}/${name} --max-bytes 2GB --no-live -o json`;
    const words = `audit who-did delete deploy/nothing -n nowhere --since ${since} ${where}`;
    const called = await plugin.call(words.split(' '), { kubeconfig: cluster.kubeconfig('admin') });
    const { coverage } = JSON.parse(called.stdout) as { coverage: Coverage };
    return { ...called, coverage };
  }

  /** Milliseconds that it takes to fetch the same file from the same address, thrown away. */
  async function curl(): Promise<number> {
    const text = await readFile(cluster.kubeconfig('admin'), 'utf8');
    const field = (key: string): string => new RegExp(`${key}: "?([^",}\\s]+)`).exec(text)?.[1] ?? '';
    const enter = (await readFile(join(run, 'enter'), 'utf8')).trim().split(' ');
    const [program = '', ...args] = [
      ...[...enter, 'curl', '-sS', '--fail', '-o', '/dev/null'],
      ...['--cacert', field('certificate-authority'), '--cert', field('client-certificate')],
      ...['--key', field('client-key')],
      `${field('server')}/api/v1/nodes/node-1/proxy/logs/${basename(run)}/${name}`,
    ];
    const began = Date.now();
    await promisify(execFile)(program, args);
    return Date.now() - began;
  }

  it(
    'is read in about the time that curl takes for the same bytes',
    async () => {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let turn = 0; turn < 2; turn++) {
        theirs.push(await curl());
        const { coverage, tookMs } = await ask(BEGINS);
        expect(coverage.gaps.filter((gap) => gap.code === 'budget')).toEqual([]);
        expect(coverage.bytes).toBeGreaterThanOrEqual(size);
        expect(coverage.bytes).toBeLessThan(size + 2 * 1024 * 1024);
        ours.push(tookMs);
      }
      const ratio = Math.min(...ours) / Math.min(...theirs);
      process.stderr.write(
        `${size} bytes: ours ${ours.join(', ')} ms, curl ${theirs.join(', ')} ms: ${ratio.toFixed(2)} times\n`,
      );
      expect(ratio).toBeLessThan(MOST_TIMES_CURL);
    },
    timeoutMs,
  );

  it(
    'is read no further back than the window and 2 MiB',
    async () => {
      const text = await readFile(join(run, 'generated', name));
      const lastLine = text.lastIndexOf('\n', text.length - 2) + 1;
      const lastMs = Date.parse(receiptIn(text.toString('utf8', lastLine)));
      const since = new Date(lastMs - 15 * 60_000).toISOString();
      const { coverage, tookMs } = await ask(since);
      // By the first line from which on all are in the window; before it are few that are.
      const window = text.length - text.indexOf(`"requestReceivedTimestamp":"${since.slice(0, 16)}`);
      process.stderr.write(`15 minutes: ${coverage.bytes} bytes of ${size} in ${tookMs} ms\n`);
      expect(coverage.bytes).toBeLessThan(window + 2 * 1024 * 1024);
      expect(coverage.gaps).toEqual([]);
    },
    timeoutMs,
  );
});

function receiptIn(line: string): string {
  return /"requestReceivedTimestamp":"([^"]+)"/.exec(line)?.[1] ?? '';
}
