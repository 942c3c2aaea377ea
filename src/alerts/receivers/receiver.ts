/** The contract of a receiver: where alerts go, and how they are written there. When, how often and what is due is delivery.ts's. */
import type * as z from 'zod';
import type { HttpServer } from '../../io.ts';
import type { Secret } from '../../reach/reach-settings.ts';
import type { Alert } from '../alert.ts';
import type { ReachedBy } from './receiver-settings.ts';

export interface Receiver {
  /** For messages and metrics: its name in the configuration file, else its kind and host. No secrets. */
  readonly name: string;
  /** The same in every run: what it was told is kept under it. No secrets. */
  readonly key: string;
  /** Keeps alerts as they stand: is told of them again and again, and when they are over. Default no: it is told once. */
  readonly keeps: boolean;
  /** Alerts in one message, at most. */
  readonly mostAtOnce: number;
  /** Those of different groups do not go into one message. */
  groupOf(alert: Alert): string;
  /** Of one group, the gravest first, never empty. `untilOf`: when one is over, milliseconds since the epoch. */
  messageFor(alerts: readonly Alert[], untilOf: (alert: Alert) => number): Promise<Message>;
  readonly server: HttpServer;
}

export interface Message {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ReceiverKind<Settings = unknown> {
  /** A strict object with what all have in common (receiver-settings.ts). */
  readonly settings: z.ZodType<Settings>;
  /** Messages a minute that it bears, where the settings do not say it. */
  readonly perMinute: number;
  open(settings: Settings, means: ReceiverMeans): Promise<Omit<Receiver, 'name' | 'key'>>;
}

export interface ReceiverMeans {
  /** Its server. Dialled when the first message is sent. */
  serverAt(url: string, reach: ReachedBy): Promise<HttpServer>;
  /** Rejects with a UserError that names the place, never the secret. */
  secret(of: Secret): Promise<string>;
}
