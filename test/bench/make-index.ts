/** The index of a log, made each time anew: how long that takes, and its size. */
import type { Log } from './logs/logs.ts';
import { measure } from './measure.ts';

export interface MadeIndexes {
  /** Of each run: of the whole process, for each GB of the log. */
  readonly secondsPerGB: readonly number[];
  /** Of the log. */
  readonly percent: readonly number[];
}

/** `program`: how it is called. The last index stays. */
export async function makeIndexes(log: Log, program: string, runs: number): Promise<MadeIndexes> {
  const ours = `${cacheFor(log)} ${program} index`;
  const secondsPerGB: number[] = [];
  const percent: number[] = [];
  for (let run = 0; run < runs; run++) {
    await measure(`${ours} --clear`);
    const { wallMs, stdout } = await measure(`${ours} '${log.path}' -o json`);
    const [made] = JSON.parse(stdout) as readonly { readonly share: number }[];
    secondsPerGB.push(wallMs / 1000 / (log.bytes / 1e9));
    percent.push((made?.share ?? 1) * 100);
  }
  return { secondsPerGB, percent };
}

/** Indexes lie in the benchmark's own place: nobody's own is used, or replaced. What stands before a command. */
export function cacheFor({ path }: Log): string {
  return `XDG_CACHE_HOME='${path}.cache'`;
}
