/** The log that is put into the stores: that of the other benchmark, without bodies, cut off after so many events, as if of yesterday. */
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { BEGINS, writeLog } from '../logs/write-log.ts';

export interface EventLog {
  readonly events: number;
  /** Nothing lies before, or after; RFC 3339. */
  readonly since: string;
  readonly until: string;
  /** Some thousand lines at a time. */
  batches(): AsyncIterable<readonly string[]>;
}

const DAY_MS = 24 * 3600_000;

/** Of the generator: another one writes other files. */
const VERSION = 1;
const SEED = 20_260_101;
/** More than any event takes on average. */
const BYTES_AN_EVENT = 1_200;
const BATCH = 2_000;

/** Made once, and kept. */
export async function madeEvents(folder: string, events: number): Promise<EventLog> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `events-v${VERSION}-${events}.log`);
  if (!existsSync(path)) {
    process.stderr.write(`making ${path}\n`);
    const long = `${path}.long`;
    writeLog(long, { bytes: events * BYTES_AN_EVENT, seed: SEED, hasBodies: false });
    await pipeline(firstLines(long, events), createWriteStream(`${path}.part`));
    rmSync(long);
    renameSync(`${path}.part`, path);
  }
  let last = '';
  for await (const lines of linesOf(path)) last = lines.at(-1) ?? last;
  const endMs = Date.parse((JSON.parse(last) as { stageTimestamp: string }).stageTimestamp);
  // Whole days, so that it is no more than a date that changes.
  const laterMs = Math.floor((Date.now() - endMs) / DAY_MS) * DAY_MS;
  const moved = (ms: number): string => new Date(Math.ceil((ms + laterMs) / 1000) * 1000).toISOString();
  return {
    events,
    since: moved(Date.parse(BEGINS)),
    until: moved(endMs + 1000),
    batches: async function* () {
      for await (const lines of linesOf(path)) yield lines.map((line) => later(line, laterMs));
    },
  };
}

/** Its own times, and nothing else that looks like one. */
function later(line: string, byMs: number): string {
  return line.replaceAll(
    /("(?:requestReceivedTimestamp|stageTimestamp)":")(\d{4}-\d\d-\d\d)/g,
    (_, before: string, date: string) =>
      `${before}${new Date(Date.parse(date) + byMs).toISOString().slice(0, 10)}`,
  );
}

async function* firstLines(path: string, count: number): AsyncGenerator<string> {
  let left = count;
  for await (const lines of linesOf(path)) {
    const some = lines.slice(0, left);
    left -= some.length;
    yield some.map((line) => `${line}\n`).join('');
    if (left === 0) return;
  }
  throw new Error(`${path} holds ${left} events too few`);
}

async function* linesOf(path: string): AsyncGenerator<readonly string[]> {
  let lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path, { highWaterMark: 1 << 20 }) })) {
    lines.push(line);
    if (lines.length < BATCH) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}
