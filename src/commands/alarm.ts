/** Rings once at a time of the clock, however far it is; a machine that slept rings when it wakes. */

/** A timer takes no more than 24.8 days, and stands still while the machine sleeps. */
const MOST_MS = 60_000;

/** `atMs`, `now`: milliseconds since the epoch. Silent once `signal` is aborted. */
export function alarm(atMs: number, now: () => number, signal: AbortSignal, ring: () => void): void {
  const leftMs = atMs - now();
  const timer = setTimeout(
    () => {
      signal.removeEventListener('abort', stop);
      if (leftMs <= MOST_MS) ring();
      else alarm(atMs, now, signal, ring);
    },
    Math.max(0, Math.min(MOST_MS, leftMs)),
  );
  function stop(): void {
    clearTimeout(timer);
  }
  signal.addEventListener('abort', stop, { once: true });
}
