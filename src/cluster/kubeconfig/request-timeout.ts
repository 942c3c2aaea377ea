/** --request-timeout, as kubectl reads it: seconds, or a duration of Go's (client-go tools/clientcmd/helpers.go). */
import { UserError } from '../../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** setTimeout's limit: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds; 0: wait forever. Throws UserError AUDIT_USAGE. */
export function parseRequestTimeout(text: string): number {
  if (/^[+]?\d{1,18}$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_MS);
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (text === '' || parts.map((part) => part[0]).join('') !== text.replace(/^[+]/, '')) {
    throw new UserError('AUDIT_USAGE', `--request-timeout ${JSON.stringify(text)} is not a duration`, {
      hint: 'say 30s, 2m, or 0 to wait forever',
    });
  }
  const ms = parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
  return Math.min(Math.ceil(ms), LONGEST_MS);
}
