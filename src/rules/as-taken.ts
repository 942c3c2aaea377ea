/**
 * Some logs never tell of whole fields (Google's of groups, Google's and Azure's tables of impersonation): what speaks against a finding
 * only there, speaks against none.
 */
import type { AuditEvent } from '../event/event.ts';

/** In nobody else's name, in no group; stage and level as they were inferred, no answer. Null: nothing has to be taken for anything. */
export function asTaken(event: AuditEvent): AuditEvent | null {
  const { cut } = event;
  if (cut === null) return null;
  const isTaken = (name: string): boolean =>
    name === 'impersonatedUser' ||
    (name === 'user.groups' && !cut.lost.includes('user')) ||
    (cut.why === 'reconstructed' && INFERRED.has(name));
  const lost = cut.lost.filter((name) => !isTaken(name));
  if (lost.length === cut.lost.length) return null;
  return { ...event, cut: lost.length === 0 ? null : { ...cut, lost } };
}

const INFERRED: ReadonlySet<string> = new Set(['level', 'stage', 'stageTimestamp', 'responseObject']);
