/** One line on stderr, rewritten in place, when reading takes over a second and stderr is a terminal. */
import type { Io } from '../io.ts';
import { formatBytes } from './bytes.ts';

export interface ProgressState {
  readonly bytes: number;
  /** Bytes there are to read; null when not known. */
  readonly of: number | null;
  /** Time reached in the log, microseconds. */
  readonly atUs: number | null;
  readonly matches: number;
}

export interface Progress {
  show(state: ProgressState): void;
  /** Clears the line. */
  end(): Promise<void>;
}

const QUIET_MS = 1000;
const EVERY_MS = 200;

export const NO_PROGRESS: Progress = { show: () => {}, end: async () => {} };

export function progressOn(io: Io): Progress {
  if (!io.err.isTTY) return NO_PROGRESS;
  const startMs = io.now();
  let shownMs = 0;
  let pending: Promise<void> = Promise.resolve();
  return {
    show(state) {
      const nowMs = io.now();
      if (nowMs - startMs < QUIET_MS || nowMs - shownMs < EVERY_MS) return;
      shownMs = nowMs;
      const line = lineOf(state, (nowMs - startMs) / 1000).slice(0, (io.err.columns ?? 80) - 1);
      pending = pending.then(() => io.err.write(`\r\u001b[2K${line}`));
    },
    async end() {
      await pending;
      if (shownMs > 0) await io.err.write('\r\u001b[2K');
      shownMs = 0;
    },
  };
}

function lineOf(state: ProgressState, seconds: number): string {
  const share =
    state.of === null || state.of === 0
      ? ''
      : ` of ${formatBytes(state.of)} (${Math.min(99, Math.floor((state.bytes / state.of) * 100))} %)`;
  const reached =
    state.atUs === null ? '' : `, at ${new Date(state.atUs / 1000).toISOString().slice(0, 19)}Z`;
  return `read ${formatBytes(state.bytes)}${share}, ${formatBytes(state.bytes / seconds)}/s${reached}, ${state.matches} ${state.matches === 1 ? 'match' : 'matches'}`;
}
