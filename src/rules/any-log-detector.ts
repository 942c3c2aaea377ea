/**
 * Rules over requests of any log. Some logs never tell of whole fields (Google's of groups, Google's and Azure's tables of
 * impersonation): what speaks against a finding only there, speaks against none.
 */
import type { AuditEvent } from '../event/event.ts';
import { Detector, type Wanted } from './detector.ts';

export class AnyLogDetector extends Detector {
  /** Without what is doubtful: that is counted once. */
  #trusting: Detector | null = null;

  override holding(event: AuditEvent): readonly Wanted[] {
    const sure = super.holding(event);
    const taken = asTaken(event);
    if (taken === null) return sure;
    this.#trusting ??= new Detector(this.rules);
    const isSure = ({ rule, step }: Wanted) => sure.some((one) => one.rule === rule && one.step === step);
    return [...sure, ...this.#trusting.holding(taken).filter((one) => !isSure(one))];
  }
}

/** In nobody else's name, in no group; stage and level as they were inferred, no answer. Null: nothing has to be taken for anything. */
function asTaken(event: AuditEvent): AuditEvent | null {
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
