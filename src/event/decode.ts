/**
 * One JSON value → AuditEvent, or a Reject that says why not. Knows audit.k8s.io/v1, v1beta1 and v1alpha1;
 * what forwarders wrap around an event is taken off before (sources/envelope.ts).
 */
import type { AuditEvent, Cut, Position, Reject } from './event.ts';

/** What an envelope held. */
export interface Unwrapped {
  /** Events as JSON objects in any audit.k8s.io version; empty when the record is something else (klog text, another log). */
  readonly events: readonly unknown[];
  /** The record's own time, RFC 3339: used where an event has none. */
  readonly recordTime: string | null;
  /** Top-level event fields that the envelope is known to have lost, changed or guessed; empty for a faithful one. */
  readonly lost: readonly string[];
  /** The event is told from another format (Cloud Logging): fields are inferred. */
  readonly isReconstructed: boolean;
  /** Text that should have been an event and is cut or broken; it is to be salvaged. */
  readonly broken: string | null;
}

/** Takes one parsed record apart. Must not throw, whatever the record. */
export type Unwrap = (record: unknown) => Unwrapped;

export interface DecodeContext {
  readonly source: string;
  readonly position: Position;
  readonly recordTime: string | null;
  readonly cut: Cut | null;
}
