/** What the sources that can be followed tell: first what is there, then what comes, nothing twice, from all logs at once. */
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Query } from '../../src/query/query.ts';
import { type ClusterReach, openSource } from '../../src/sources/registry.ts';
import type { Source } from '../../src/sources/source.ts';
import { line } from '../scan/scan-text.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { sendText, startLoopbackKubelet } from '../support/loopback-kubelet.ts';
import { aQuery } from '../support/source-cases.ts';

let folder = '';
const ends: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const events = (...ids: string[]): string => ids.map((id) => `${line(id)}\n`).join('');

interface Followed {
  readonly source: Source;
  /** Of the log, a colon, and the event. */
  readonly told: string[];
  readonly news: string[];
  until(count: number): Promise<string[]>;
  ended(): Promise<void>;
}

/** Settled when it resolves. */
async function follow(source: Source, following: Query['following'] = 'from now'): Promise<Followed> {
  const controller = new AbortController();
  const { signal } = controller;
  const plan = await source.plan(aQuery({ following }), signal);
  const [told, news]: [string[], string[]] = [[], []];
  for await (const batch of source.read(plan, signal))
    told.push(...batch.events.map((event) => `${shortName(batch.source)}:${event.auditID}`));
  const running = (async () => {
    for await (const batch of source.follow?.(plan, ({ text }) => news.push(text), signal) ?? [])
      told.push(...batch.events.map((event) => `${shortName(batch.source)}:${event.auditID}`));
  })().catch((error: unknown) => {
    if (!signal.aborted) news.push(String(error));
  });
  ends.push(async () => {
    controller.abort();
    await running;
    await source.close();
  });
  return {
    ...{ source, told, news, ended: () => running },
    async until(count) {
      for (let waited = 0; told.length < count && waited < 12_000; waited += 20)
        await new Promise((resolve) => setTimeout(resolve, 20));
      return told;
    },
  };
}

function shortName(name: string): string {
  return name.replace(`${folder}/`, '');
}

function files(...patterns: string[]): Promise<Source> {
  const io = { ...fixedIo({ cwd: folder }), now: Date.now };
  return openSource('file', { patterns, maxBytes: null }, io);
}

describe('log files that are followed', () => {
  it('are several at once: paths, globs and folders, and logs in them that come up later', async () => {
    mkdirSync(at('cp-1'));
    mkdirSync(at('logs'));
    writeFileSync(at('one.log'), events('old-1'));
    writeFileSync(at('cp-1/audit.log'), events('old-2'));
    writeFileSync(at('logs/audit.log'), events('old-3'));
    const { until, news } = await follow(await files('one.log', 'cp-*/audit.log*', 'logs'));
    appendFileSync(at('one.log'), events('a'));
    appendFileSync(at('cp-1/audit.log'), events('b'));
    appendFileSync(at('logs/audit.log'), events('c'));
    expect([...(await until(3))].sort()).toEqual(['cp-1/audit.log:b', 'logs/audit.log:c', 'one.log:a']);
    mkdirSync(at('cp-2'));
    writeFileSync(at('cp-2/audit-2026-11-22T10-00-00.000.log'), events('d'));
    writeFileSync(at('cp-2/audit.log'), events('e'));
    writeFileSync(at('logs/other.log'), events('f'));
    expect([...(await until(6))].slice(3).sort()).toEqual([
      'cp-2/audit.log:d',
      'cp-2/audit.log:e',
      'logs/other.log:f',
    ]);
    expect(news.filter((text) => text.includes('has come up'))).toHaveLength(2);
  });

  it('behind a link are rotated where they lie', async () => {
    mkdirSync(at('pods'));
    writeFileSync(at('pods/0.log'), events('old'));
    symlinkSync(at('pods/0.log'), at('server.log'));
    const { until } = await follow(await files('server.log'));
    for (let n = 0; n < 3; n++) {
      appendFileSync(at('pods/0.log'), events(`a${n}`));
      renameSync(at('pods/0.log'), at(`pods/0.log.20261125-09405${n}`));
    }
    writeFileSync(at('pods/0.log'), events('b'));
    expect(await until(4)).toEqual(['a0', 'a1', 'a2', 'b'].map((id) => `server.log:${id}`));
  });

  it('give what is there first, up to where following begins, rotated files too', async () => {
    writeFileSync(at('audit.log.1'), events('a', 'b'));
    writeFileSync(at('audit.log'), events('c') + events('d').slice(0, 400));
    const source = await files('audit.log*');
    const { until } = await follow(source, 'since');
    appendFileSync(at('audit.log'), events('d').slice(400) + events('e'));
    expect([...(await until(5))].sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `audit.log:${id}`));
    expect(source.findings()).toMatchObject({ gaps: [] });
  });

  it('end with a pipe when its writer does', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const { told, ended } = await follow(await files('pipe'));
    // A write here would wait, and with it the reader.
    const writer = spawn('sh', ['-c', 'cat > "$0"', at('pipe')]);
    writer.stdin.end(events('a', 'b'));
    await ended();
    expect(told).toEqual(['pipe:a', 'pipe:b']);
  });

  it('refuse what cannot be read at all', async () => {
    mkdirSync(at('loop'));
    symlinkSync(at('loop/x'), at('loop/x'));
    await expect(follow(await files('loop/x'))).rejects.toMatchObject({ code: 'AUDIT_FILE_UNREADABLE' });
  });
});

describe('nodes’ logs that are followed', () => {
  async function start(nodes: readonly string[], reach: Partial<ClusterReach> = {}) {
    const kubelet = await startLoopbackKubelet(nodes);
    ends.push(() => kubelet.stop());
    const cluster: ClusterReach = {
      ...{ api: kubelet.api, nodes, logPath: '/var/log/audit.log', via: 'proxy', image: null, ...reach },
    };
    const io = { ...fixedIo(), now: Date.now };
    const open = () => openSource('node', { patterns: [], maxBytes: null }, io, cluster);
    return { kubelet, open, log: (node: string) => join(kubelet.folderOf(node), 'audit.log') };
  }

  it('give what is there first, and then what comes, of all nodes', async () => {
    const { open, log } = await start(['cp-1', 'cp-2']);
    writeFileSync(log('cp-1').replace('.log', '-2026-11-22T10-00-00.000.log'), events('a'));
    writeFileSync(log('cp-1'), events('b') + events('c').slice(0, 400));
    writeFileSync(log('cp-2'), events('d'));
    const { until, source, told } = await follow(await open(), 'since');
    expect(told.toSorted()).toEqual(['cp-1:a', 'cp-1:b', 'cp-2:d']);
    appendFileSync(log('cp-1'), events('c').slice(400));
    appendFileSync(log('cp-2'), events('e'));
    expect((await until(5)).toSorted()).toEqual(['cp-1:a', 'cp-1:b', 'cp-1:c', 'cp-2:d', 'cp-2:e']);
    expect(source.findings()).toMatchObject({ gaps: [] });
  });

  it('begin later on a node that cannot be read yet, which is a gap', async () => {
    const { kubelet, open, log } = await start(['cp-1', 'cp-2']);
    writeFileSync(log('cp-1'), events('a'));
    writeFileSync(log('cp-2'), events('b'));
    let isDown = true;
    kubelet.intercept = (request, response) => {
      if (!isDown || request.url?.includes('/nodes/cp-2/') !== true) return false;
      sendText(response, 502, 'dial tcp 10.0.0.22:10250: connect: connection refused');
      return true;
    };
    const { until, source, news } = await follow(await open());
    appendFileSync(log('cp-1'), events('c'));
    expect(await until(1)).toEqual(['cp-1:c']);
    isDown = false;
    while (!news.some((text) => text.includes('cp-2 is read again')))
      await new Promise((resolve) => setTimeout(resolve, 50));
    appendFileSync(log('cp-2'), events('d'));
    expect(await until(2)).toEqual(['cp-1:c', 'cp-2:d']);
    expect(source.findings().gaps.map((gap) => [gap.source, gap.code])).toContainEqual([
      'cp-2',
      'source-unreadable',
    ]);
  });

  it('are refused when none can be read', async () => {
    const { kubelet, open } = await start(['cp-1']);
    kubelet.intercept = (_, response) => {
      sendText(response, 403, 'Forbidden (user=kube-apiserver)');
      return true;
    };
    await expect(follow(await open())).rejects.toMatchObject({ code: 'AUDIT_NO_AUDIT_LOG' });
  });
});
