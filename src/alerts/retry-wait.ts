/** How long to wait before a receiver is tried again. */

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** A receiver may ask for more, and is asked once an hour nevertheless. */
const LONGEST_ASKED_MS = 3_600_000;

/** After so many failures in a row. `chance`: from 0 to 1; many that were refused together do not come back together. */
export function backOffMs(failures: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round(whole * (0.75 + chance / 2));
}

/** What a Retry-After says (RFC 9110, 10.2.3: seconds, or a date); null: nothing that can be understood. */
export function retryAfterMs(text: string | undefined, nowMs: number): number | null {
  const said = text?.trim() ?? '';
  if (/^\d{1,9}$/.test(said)) return Math.min(Number(said) * 1000, LONGEST_ASKED_MS);
  const at = /^[A-Z][a-z]{2}, /.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(at - nowMs, 0), LONGEST_ASKED_MS);
}
