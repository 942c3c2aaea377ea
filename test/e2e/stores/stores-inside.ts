/** Stores in a cluster's network, each with the same log in it: VictoriaLogs and Loki as they are, OpenSearch with TLS, logins and rights. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventJson } from '../../support/arbitrary.ts';
import { nanosOf } from './push-loki.ts';
import { DYNAMIC } from './search-index.ts';
import { type StoreName, type StoreProcess, startStore } from './start-store.ts';

export const PORTS = { victorialogs: 29428, loki: 29431, opensearch: 29432 } as const;

export interface Keys {
  /** Paths of PEM files; the certificate is for `front.default.svc`. */
  readonly key: string;
  readonly certificate: string;
}

export interface StoresInside {
  /** Of OpenSearch, by somebody who may do everything. */
  searchStatistics(): Promise<{
    readonly point_in_time_total: number;
    readonly point_in_time_current: number;
  }>;
  stop(): Promise<void>;
}

/** `run`: the cluster's folder. `log`: a path. OpenSearch holds it in `audit-1`, which its `reader` may read, and in `other-1`. */
export async function startStoresInside(run: string, log: string, keys: Keys): Promise<StoresInside> {
  const enter = (await readFile(join(run, 'enter'), 'utf8')).trim().split(' ');
  const [program = '', ...before] = enter;
  const lines = await readFile(log, 'utf8');

  async function curl(url: string, type: string, ...more: readonly string[]): Promise<string> {
    const args = [...before, 'curl', '-sS', '--fail-with-body', '-H', `Content-Type: ${type}`, ...more, url];
    return (await promisify(execFile)(program, args)).stdout;
  }

  async function sent(name: string, text: string): Promise<readonly string[]> {
    const path = join(run, name);
    await writeFile(path, text);
    return ['--data-binary', `@${path}`];
  }

  const started = (name: StoreName, port: number, env = {}): Promise<StoreProcess> =>
    startStore(name, { enter, host: '0.0.0.0', port, env });

  async function victoriaLogs(): Promise<StoreProcess> {
    const store = await started('victorialogs', PORTS.victorialogs);
    const url = `http://127.0.0.1:${PORTS.victorialogs}`;
    const insert = `${url}/insert/jsonline?_time_field=stageTimestamp&_stream_fields=level`;
    await curl(insert, 'application/stream+json', '--data-binary', `@${log}`);
    await curl(`${url}/internal/force_flush`, 'text/plain');
    return store;
  }

  async function loki(): Promise<StoreProcess> {
    const store = await started('loki', PORTS.loki);
    const push = `http://127.0.0.1:${PORTS.loki}/loki/api/v1/push`;
    await curl(push, 'application/json', ...(await sent('push.json', lokiPush(lines))));
    return store;
  }

  const search = `https://front.default.svc:${PORTS.opensearch}`;
  const asLoader = [
    ...['--cacert', keys.certificate, '--user', 'loader:s3cr3t'],
    ...['--resolve', `front.default.svc:${PORTS.opensearch}:127.0.0.1`],
  ];

  async function openSearch(): Promise<StoreProcess> {
    const env = { KEY: keys.key, CERTIFICATE: keys.certificate };
    const store = await started('opensearch-secured', PORTS.opensearch, env);
    const index = JSON.stringify({ settings: { number_of_replicas: 0 }, mappings: DYNAMIC.mappings });
    const bulk = await sent('bulk.ndjson', lines.replaceAll(/^(?=.)/gm, '{"create":{}}\n'));
    for (const name of ['audit-1', 'other-1']) {
      await curl(`${search}/${name}`, 'application/json', '-X', 'PUT', '-d', index, ...asLoader);
      await curl(`${search}/${name}/_bulk?refresh=true`, 'application/x-ndjson', ...asLoader, ...bulk);
    }
    return store;
  }

  const began = await Promise.allSettled([victoriaLogs(), loki(), openSearch()]);
  const stores = began.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(stores.map((store) => store.stop()));
  };
  const failed = began.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    async searchStatistics() {
      const said = await curl(`${search}/_nodes/stats/indices/search`, 'application/json', ...asLoader);
      const { nodes } = JSON.parse(said) as {
        nodes: Readonly<
          Record<string, { indices: { search: Awaited<ReturnType<StoresInside['searchStatistics']>> } }>
        >;
      };
      const [node] = Object.values(nodes);
      if (node === undefined) throw new Error(said);
      return node.indices.search;
    },
    stop,
  };
}

/** By when each was written. */
function lokiPush(lines: string): string {
  const values = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [String(nanosOf((JSON.parse(line) as EventJson).stageTimestamp)), line]);
  return JSON.stringify({ streams: [{ stream: { job: 'audit' }, values }] });
}
