/** What other logs tell of a moment beside the audit log: an Event, an alert, a line of a node's own log. */
import type { Target } from './target.ts';

export type MomentOrigin = 'event' | 'falco' | 'auth';

export interface Moment {
  readonly origin: MomentOrigin;
  /** Microseconds since the epoch. */
  readonly atUs: number;
  /** Who tells it or did it, as that log has it: `kubelet`, `falco`, `sshd alice`. No Kubernetes user. */
  readonly who: string;
  /** One line, redacted. */
  readonly text: string;
  /** As that log has it, for ties: not redacted. */
  readonly object: Omit<Target, 'subresource'> | null;
  /** Where somebody came from: an address. */
  readonly ip: string | null;
  /** Of the request that it is about. */
  readonly auditID: string | null;
  /** A warning, an alert, a failed login. */
  readonly isAlarming: boolean;
  /** The file, and the line in it, from 1. */
  readonly source: string;
  readonly line: number;
}
