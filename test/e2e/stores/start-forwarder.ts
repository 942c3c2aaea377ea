/** A real forwarder for tests, by a script of ./servers: `NAME.sh build CACHE-FOLDER`, `NAME.sh run CACHE-FOLDER CONFIG WORK-FOLDER`. */
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { built, ended, spawnOwned } from './start-store.ts';

export interface Forwarder {
  /** Resolves when `arrived` does to true; rejects with what the forwarder said when it ends, or takes too long. */
  readonly until: (arrived: () => Promise<boolean>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const ARRIVES_MS = 60_000;

/** `config`: its configuration, with a folder that it may write to. */
export async function startForwarder(
  name: 'otelcol' | 'rsyslog',
  config: (work: string) => string,
): Promise<Forwarder> {
  const { folder, script } = await built(name);
  const work = await mkdtemp(join(tmpdir(), `${name}-`));
  const path = join(work, 'config');
  await writeFile(path, config(work));
  const log = await open(join(work, 'output'), 'w');
  const child = spawnOwned(['bash', script, 'run', folder, path, work], log.fd);
  await log.close();
  const said = async () => (await readFile(join(work, 'output'), 'utf8')).slice(-2_000);
  return {
    until: async (arrived) => {
      for (const until = Date.now() + ARRIVES_MS; !(await arrived()); await sleep(200)) {
        if (child.exitCode !== null || Date.now() > until) throw new Error(`${name}: ${await said()}`);
      }
    },
    stop: async () => {
      await ended(child);
      await rm(work, { recursive: true, force: true });
    },
  };
}
