/** Amounts of bytes, as people write and read them. */
import { UserError } from '../errors.ts';

/** Three digits are enough. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(0)} MB`;
  return `${(bytes / 1e3).toFixed(0)} kB`;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** `name`: of what says it. Throws UserError AUDIT_USAGE. */
export function parseSize(text: string, name: string): number {
  const parts = /^(\d{1,15}(?:\.\d{1,6})?)\s?([kmgt]i?)?b?$/i.exec(text);
  const unit = UNITS[(parts?.[2] ?? '').toLowerCase()];
  const bytes = Math.floor(Number(parts?.[1]) * (unit ?? Number.NaN));
  if (!(bytes > 0)) {
    throw new UserError('AUDIT_USAGE', `${name} "${text}" is not a size`, { hint: 'say 500MB or 2GiB' });
  }
  return bytes;
}
