/** Follows a log in a folder while a test writes to it, and gathers what is told. */
import { openLocalFolder } from '../../../src/sources/file/local-folder.ts';
import { FollowedLog, type FollowOptions } from '../../../src/sources/rotated-logs/followed-log.ts';
import type { LogFolder } from '../../../src/sources/rotated-logs/log-folder.ts';
import { rotationOf } from '../../../src/sources/rotated-logs/rotation.ts';
import { scanFollowed } from '../../../src/sources/rotated-logs/scan-followed.ts';

export interface Following {
  readonly log: FollowedLog;
  readonly ids: string[];
  readonly rejects: string[];
  readonly news: string[];
  /** Until so many events were told, or for a while. */
  told(count: number): Promise<void>;
  stop(): Promise<void>;
}

export async function followFolder(
  folder: string | LogFolder,
  { fromBeginning = false, pollMs = 2 }: Partial<FollowOptions> & { readonly fromBeginning?: boolean } = {},
): Promise<Following> {
  const controller = new AbortController();
  const { signal } = controller;
  const [ids, rejects, news]: [string[], string[], string[]] = [[], [], []];
  const onNews = (text: string): void => void news.push(text);
  const names = { liveName: 'audit.log', rotationOf: belonging };
  const options = { name: 'audit.log', pollMs, mostPollMs: pollMs * 4, now: Date.now, onNews };
  const log = new FollowedLog(
    typeof folder === 'string' ? openLocalFolder(folder, folder) : folder,
    names,
    options,
  );
  if (!fromBeginning) await log.settle(signal);
  const running = (async () => {
    for await (const batch of scanFollowed(log, { sieve: null, onNews }, signal)) {
      ids.push(...batch.events.map((event) => event.auditID));
      for (const reject of batch.rejects) {
        if (reject.salvaged !== null) ids.push(reject.salvaged.auditID);
        rejects.push(reject.reason);
      }
    }
  })().catch((error: unknown) => {
    if (!signal.aborted) news.push(String(error));
  });
  return {
    log,
    ids,
    rejects,
    news,
    async told(count) {
      for (let waited = 0; ids.length < count && waited < 3000; waited += 5)
        await new Promise((resolve) => setTimeout(resolve, 5));
      // What would be told twice comes soon after.
      await new Promise((resolve) => setTimeout(resolve, pollMs * 3 + 5));
    },
    async stop() {
      controller.abort();
      await running;
    },
  };
}

function belonging(name: string) {
  const rotation = rotationOf(name);
  return rotation.liveName === 'audit.log' ? rotation : null;
}
