/** A log that grows at a rate, and what a process takes meanwhile. */
import { createReadStream } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Copies a log's lines to the end of another, so many a second, a tenth at a time. How many there were. */
export async function grow(to: string, from: string, perSecond: number, seconds: number): Promise<number> {
  const lines = createInterface({ input: createReadStream(from) })[Symbol.asyncIterator]();
  const began = performance.now();
  let written = 0;
  for (let tick = 1; tick <= seconds * 10; tick++) {
    const piece: string[] = [];
    while (piece.length < perSecond / 10) {
      const line = await lines.next();
      if (line.done === true) throw new Error(`${from} is too short`);
      piece.push(line.value);
    }
    await appendFile(to, `${piece.join('\n')}\n`);
    written += piece.length;
    await sleep(Math.max(0, began + tick * 100 - performance.now()));
  }
  await lines.return?.();
  return written;
}

export interface Taken {
  /** Of a core: user and system. */
  readonly seconds: number;
  /** The most that it held at once. */
  readonly megabytes: number;
}

/** What a process took since it began. */
export async function takenBy(pid: number): Promise<Taken> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1]);
  // Fields 14 and 15, in hundredths of a second.
  return { seconds: (Number(fields[11]) + Number(fields[12])) / 100, megabytes: kilobytes / 1024 };
}
