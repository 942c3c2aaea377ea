/** What can be set about every archive, and what that means. */
import * as z from 'zod';
import { reachShape } from '../../reach/reach-settings.ts';
import { LATE_US } from '../store/store-clock.ts';

export const archiveShape = {
  ...reachShape,
  prefix: z.string().optional().describe('what the keys of the audit log begin with; default: all are read'),
  late: z
    .string()
    .regex(/^\d+(?:m|h|d)$/, 'a time such as 1h')
    .optional()
    .describe('how long after an event its object may have been named, or finished; default 1h'),
} as const;

const archiveSettings = z.strictObject(archiveShape);
export type ArchiveSettings = z.infer<typeof archiveSettings>;

const UNITS_US: Readonly<Record<string, number>> = { m: 60e6, h: 3600e6, d: 86_400e6 };

export function lateOf({ late }: ArchiveSettings): number {
  const [, number, unit = ''] = /^(\d+)([mhd])$/.exec(late ?? '') ?? [];
  return number === undefined ? LATE_US : Number(number) * (UNITS_US[unit] ?? 0);
}

/** What stands behind the first slash of an archive's URL. */
export function prefixIn(path: string): { readonly prefix?: string } {
  const prefix = decodeURIComponent(path.replace(/^\//, ''));
  return prefix === '' ? {} : { prefix };
}
