/** The flags that narrow a question, as query/filters.ts takes them. */
import type { FilterFlags } from '../query/filters.ts';
import { boolFlag, type FlagValues, listFlag, textFlag } from './flags.ts';

export function filterFlags(flags: FlagValues): FilterFlags {
  return {
    verb: listFlag(flags, 'verb'),
    code: listFlag(flags, 'code'),
    fromIp: listFlag(flags, 'from-ip'),
    userAgent: listFlag(flags, 'user-agent'),
    subresource: textFlag(flags, 'subresource'),
    auditId: listFlag(flags, 'audit-id'),
    dryRun: boolFlag(flags, 'dry-run'),
    by: listFlag(flags, 'by'),
    notBy: listFlag(flags, 'not-by'),
    humans: boolFlag(flags, 'humans') === true,
    where: textFlag(flags, 'where'),
  };
}
