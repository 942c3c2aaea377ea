/** The moment just before a request, as a flag's value takes it: to the millisecond, which is as much as people copy. */
import { formatMicros } from '../event/micros.ts';

export function momentBefore(atUs: number): string {
  const at = Math.floor((atUs - 1) / 1000) * 1000;
  return formatMicros(at).replace(/\.(\d{3})\d*Z$/, (_, ms: string) => (ms === '000' ? 'Z' : `.${ms}Z`));
}
