/** The end of a log: what a window over it should cost, and a log of a few events. */
import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import type { Log } from './logs.ts';

/** When they begin, and how many bytes there are from their first event on. */
export function lastMinutes(log: Log, minutes: number): { readonly time: string; readonly bytes: number } {
  for (let tail = 1 << 24; ; tail *= 2) {
    const lines = tailOf(log, tail).split('\n').slice(1, -1);
    const receivedMs = (line: string) =>
      Date.parse(/"requestReceivedTimestamp":"([^"]+)"/.exec(line)?.[1] ?? '');
    const fromMs = Math.max(...lines.slice(-100).map(receivedMs)) - minutes * 60_000;
    const first = lines.findIndex((line) => receivedMs(line) >= fromMs);
    // It began before the tail: unless that is all there is.
    if (first < 200 && tail < log.bytes) continue;
    const bytes = Buffer.byteLength(lines.slice(first).join('\n')) + 1;
    return { time: new Date(fromMs).toISOString(), bytes };
  }
}

/** A log of a few events, for what it takes to start and to answer. */
export function lastEvents(log: Log): string {
  const path = `${log.path}.tail`;
  writeFileSync(
    path,
    `${tailOf(log, 1 << 16)
      .split('\n')
      .slice(1, -1)
      .slice(-3)
      .join('\n')}\n`,
  );
  return path;
}

function tailOf({ path }: Log, bytes: number): string {
  const { size } = statSync(path);
  const buffer = Buffer.alloc(Math.min(bytes, size));
  const file = openSync(path, 'r');
  readSync(file, buffer, 0, buffer.length, size - buffer.length);
  closeSync(file);
  return buffer.toString('utf8');
}
